"""What a correction changed: nothing is left out, and each thing is told in words."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.methods.differences import compare_results
from essor.methods.facts import Event, population_of
from essor.methods.portrait import PortraitPlan, build_portrait
from essor.observatory.changes import MOST_CHANGES, tabulate_changes
from essor.observatory.differences import list_changes
from tests.methods.towns import NOW, PLACES, T0, T1, VARIABLES, event, facts, make_base

PLAN = PortraitPlan("640", "Les Moulins", "Les Moulins", (make_base("magazine"), make_base("large")), (T0, T1), NOW)
JOBS = "magazine.1.jobs_headcount"
DEFINITIONS: Mapping[str, Any] = {
    "variables": {"legal_form": {"value_labels": {}}, "sector": {"value_labels": {}}},
    "place_names": {"64008": ["Terrebonne", "Terrebonne"], "64015": ["Mascouche", "Mascouche"]},
}


@dataclass(frozen=True)
class Said:
    """What a small town says: id → jobs at both dates (a pair is a band, None silence), places, forms, events."""

    jobs: Mapping[int, tuple[Any, Any]]
    places: Mapping[int, str] = field(default_factory=dict)
    forms: Mapping[int, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def build(self) -> dict[str, Any]:
        found = []
        for key, (first, second) in self.jobs.items():
            place, form = self.places.get(key, "64008"), self.forms.get(key, "coop")
            found += facts(key, T0, legal_form=form, municipality=place)
            found += facts(key, T0, until=date(2015, 6, 1), jobs_headcount=first)
            found += facts(key, T1, jobs_headcount=second)
        populations = {on: population_of(found, on=on, known_at=NOW, variables=VARIABLES) for on in (T0, T1)}
        told = build_portrait(
            PLAN, populations, self.events, variables=VARIABLES, places=dict.fromkeys((T0, T1), PLACES)
        )
        kept: dict[str, Any] = json.loads(json.dumps(told))
        return kept


def tell(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The table of changes: what each line is about → before and after, as they are read."""
    table = tabulate_changes(list_changes(before, after), before=before, after=after, definitions=DEFINITIONS)
    rows = [[row.head.text, *(cell.text for cell in row.cells)] for row in table.written_rows()]
    return {head.replace("\u00a0", " "): (first, second) for head, first, second in rows}


def find(told: Mapping[str, tuple[str, str]], *words: str) -> list[tuple[str, str]]:
    return [amounts for name, amounts in told.items() if all(word in name for word in words)]


def test_a_closure_corrected_into_a_merger_is_told_part_by_part() -> None:
    said = Said({1: (20, 32), 2: (10, None)}, events=(event(2, "closed", "2016-01-15"),))
    merged = Said(said.jobs, events=(event(2, "merged", "2016-01-15", 1),))
    before, after = said.build(), merged.build()
    assert [before["figures"][key]["value"] for key in before["figures"]] == [
        after["figures"][key]["value"] for key in after["figures"]
    ]
    told = tell(before, after)
    assert find(told, "« magazine »", "— Fermetures")[0] == ("−10", "0")
    assert find(told, "« magazine »", "plus d’emplois") == [("+12", "+2")]
    assert find(told, "Fusions et scissions, en entreprises")
    assert len(told) < MOST_CHANGES


def test_one_member_swapped_for_another_is_told() -> None:
    before = Said({1: (20, 20), 2: (10, 10)}, forms={2: "for_profit"}).build()
    after = Said({1: (10, 10), 2: (20, 20)}, forms={1: "for_profit"}).build()
    after["figures"] = copy.deepcopy(before["figures"])  # even where every amount stayed the same
    assert find(tell(before, after), "Qui est compté", "« magazine »", "combien en sortent") == [("1", "1")] * 2


def test_the_changes_name_nobody() -> None:
    """A public document keeps them: how many came and went, not who."""
    before, after = Said({1: (20, 20), 2: (10, 10)}).build(), Said({1: (20, 20), 3: (10, 12)}).build()
    changes = list_changes(before, after)
    assert {"members", "units"} <= {change["field"] for change in changes}
    told = [change for change in changes if not change["field"].endswith("range")]
    assert not [change for change in told if isinstance(change["before"], list) or isinstance(change["after"], list)]


def test_two_bands_exchanged_between_places_are_told() -> None:
    said = Said({1: (20, 20), 2: (10, (5, 9)), 3: (10, (11, 25))}, places={2: "64008", 3: "64015"})
    before, after = said.build(), Said(said.jobs, places={2: "64015", 3: "64008"}).build()
    assert before["figures"][f"{JOBS}.{T1}"]["low"] == after["figures"][f"{JOBS}.{T1}"]["low"]
    told = tell(before, after)
    assert find(told, "Emplois, « magazine », 1er novembre 2017 — Municipalité : Mascouche") == [
        ("de 11 à 25", "de 5 à 9")
    ]


def test_a_silent_member_that_says_zero_is_told() -> None:
    before, after = Said({1: (20, 20), 2: (5, None)}).build(), Said({1: (20, 20), 2: (5, 0)}).build()
    told = tell(before, after)
    assert find(told, "« magazine », 1er novembre 2017 — sans chiffre") == [("1", "0")]


def test_a_band_is_told_as_one() -> None:
    before, after = Said({1: (20, 20)}).build(), Said({1: (20, (11, 25))}).build()
    assert tell(before, after)["Emplois, « magazine », 1er novembre 2017"] == ("20", "de 11 à 25")


def test_what_one_edition_does_not_publish_is_not_unknown_there() -> None:
    before = Said({1: (20, 30), 2: (5, 7)}).build()
    after = copy.deepcopy(before)
    after["bases"] = after["bases"][:1]
    after["bridges"] = {}
    for name in ("figures", "comparisons", "memberships"):
        after[name] = {key: kept for key, kept in after[name].items() if not key.startswith("large")}
    told = tell(before, after)
    assert find(told, "Pont de « magazine » à « large »", "total de la première base") == [("37", "non publié")]
    assert find(told, "Emplois, « large », 1er novembre 2017") == [("37", "non publié")]
    assert find(told, "Emplois, « large », de juin 2014 à novembre 2017 — à l’arrivée") == [("37", "non publié")]
    assert not any("inconnu" in amounts for name, amounts in told.items() if "ETP" not in name)


def test_the_list_is_bounded_and_says_how_many_are_left() -> None:
    before = Said({number: (number, number) for number in range(1, 40)}).build()
    after = Said({number: (number + 60, (number, None)) for number in range(1, 40)}).build()
    changes = list_changes(before, after)
    table = tabulate_changes(changes, before=before, after=after, definitions=DEFINITIONS)
    assert len(table.rows) == MOST_CHANGES
    assert "autres lignes" in table.note


@lru_cache(maxsize=1)
def results() -> dict[str, Any]:
    said = Said(
        {1: (20, 32), 2: (10, None), 3: ((1, 4), (5, 9)), 4: (None, 7)},
        places={3: "64015"},
        forms={4: "coop|for_profit"},
        events=(event(2, "closed", "2016-01-15"), event(3, "created", "2010-01-01")),
    )
    return said.build()


def list_numbers(item: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all that a portrait publishes as a number or an id."""
    if isinstance(item, dict):
        for name, inside in item.items():
            yield from list_numbers(inside, (*path, name))
    elif isinstance(item, list):
        for row, inside in enumerate(item):
            yield from list_numbers(inside, (*path, row))
    elif item is None or isinstance(item, int | float):
        yield path


PUBLISHED = [
    path
    for path in list_numbers(results())
    if path[0] in ("figures", "memberships", "comparisons", "bridges") and path[-1] not in ("version", "scale")
]


@given(st.data())
def test_no_published_number_changes_without_being_listed(data: st.DataObject) -> None:
    """The reference is compare_results, that verification uses."""
    before = results()
    path = data.draw(st.sampled_from(PUBLISHED))
    after = copy.deepcopy(before)
    place = after
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = 99 if isinstance(place[path[-1]], bool) or place[path[-1]] is None else place[path[-1]] + 1000
    assert compare_results(before, after)
    changes = list_changes(before, after)
    assert changes
    assert {change["kind"] for change in changes} <= {"figure", "table", "membership", "comparison", "bridge"}


def test_the_two_ends_of_a_range_are_one_value() -> None:
    before, after = copy.deepcopy(results()), copy.deepcopy(results())
    (key, *_rest) = before["comparisons"]
    for side, bounds in ((before, [5, None]), (after, [5, 9])):
        side["comparisons"][key]["readings"]["cohort"]["after_range"] = bounds
    (change,) = list_changes(before, after)
    assert (change["field"], change["before"], change["after"]) == ("readings.cohort.after_range", [5, None], [5, 9])


def test_equal_results_have_no_change() -> None:
    assert list_changes(results(), copy.deepcopy(results())) == []


@pytest.mark.parametrize("kind", ["figures", "memberships", "comparisons", "bridges"])
def test_the_order_of_what_is_listed_is_no_change(kind: str) -> None:
    after = copy.deepcopy(results())
    after[kind] = dict(reversed(after[kind].items()))
    for figure in after["figures"].values():
        for lines in figure["tables"].values():
            lines.reverse()
    assert list_changes(results(), after) == []
