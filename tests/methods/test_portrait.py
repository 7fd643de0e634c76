from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from essor.methods.bases import canonical_json
from essor.methods.comparison import CLASSES, PARTS
from essor.methods.criteria import PlaceTree
from essor.methods.differences import compare_results
from essor.methods.facts import Observation, population_of
from essor.methods.figures import DIMENSIONS
from essor.methods.portrait import PortraitPlan, build_portrait
from tests.methods.towns import NOW, PLACES, T0, T1, VARIABLES, event, facts, make_base

MIDDLE = date(2016, 6, 1)
MAGAZINE = make_base("magazine-2014", tree={"fact": "legal_form", "is": "coop"})
TABLE = make_base("table-2017", jobs="jobs_headcount_all", tree={"fact": "legal_form", "in": ["coop", "npo"]})
PLAN = PortraitPlan("640", "Les Moulins", "Les Moulins", (MAGAZINE, TABLE), (T1, T0, MIDDLE), NOW)


def observe() -> list[Observation]:
    jobs = {1: (600, 640, 700), 2: (25, 30, 27), 3: (None, 40, 60), 4: (None, None, 477)}
    found: list[Observation] = []
    for key, figures in jobs.items():
        form = "npo" if key == 4 else "coop"
        found += facts(key, T0 if figures[0] else MIDDLE, legal_form=form, municipality="64008", sector="food")
        for on, value in zip((T0, MIDDLE, T1), figures, strict=True):
            until = date(on.year + 1, on.month, on.day)
            found += facts(key, on, until=until, jobs_headcount=value, jobs_headcount_all=value)
    return found


EVENTS = [event(3, "created", "2015-06-01"), event(1, "created", "1990-01-01")]


def build(plan: PortraitPlan = PLAN, *, order: int = 1) -> dict[str, Any]:
    observations = observe()[::order]
    populations = {
        on: population_of(observations, on=on, known_at=plan.known_at, variables=VARIABLES) for on in plan.dates
    }
    return build_portrait(
        plan, populations, EVENTS[::order], variables=VARIABLES, places=dict.fromkeys(plan.dates, PLACES)
    )


def test_the_article_in_small() -> None:
    result = build()
    figures = result["figures"]
    assert figures["magazine-2014.1.jobs_headcount.2014-06-01"]["value"] == 625
    assert figures["magazine-2014.1.jobs_headcount.2017-11-01"]["value"] == 787
    assert figures["table-2017.1.jobs_headcount_all.2017-11-01"]["value"] == 1264
    told = result["comparisons"]["magazine-2014.1.jobs_headcount.2014-06-01.2017-11-01"]
    assert (told["growth"], told["symmetric"]) == (0.2592, 0.22946176)
    assert {name: jobs for name, jobs in told["parts"].items() if jobs} == {"continuing_growth": 102, "births": 60}
    bridge = result["bridges"]["magazine-2014.1.table-2017.1.2017-11-01"]
    assert sum(bridge["parts"].values()) == 1264 - 787
    assert [item["type"] for item in result["warnings"] if item["type"] != "small-cell"] == ["small-difference"] * 2


def test_the_shape() -> None:
    result = build()
    assert list(result) == [
        *("shape", "territory", "known_at", "dates", "bases", "measures"),
        *("memberships", "figures", "comparisons", "bridges", "warnings"),
    ]
    assert result["dates"] == ["2014-06-01", "2016-06-01", "2017-11-01"]
    assert len(result["figures"]) == 2 * 3 * 3
    assert len(result["comparisons"]) == 2 * 3
    for key, figure in result["figures"].items():
        assert figure["key"] == key
        assert tuple(figure["tables"]) == DIMENSIONS
        for lines in figure["tables"].values():
            assert lines[-1]["code"] == "unknown"
            assert sum(line["enterprises"] for line in lines) == figure["enterprises"]
    for told in result["comparisons"].values():
        assert tuple(told["parts"]) == CLASSES
        assert tuple(told["enterprise_parts"]) == PARTS
        assert told["before"] + sum(told["parts"].values()) == told["after"]
        assert told["before"] == result["figures"][told["key"].rsplit(".", 1)[0]]["exact_sum"]


EARLIER = PlaceTree({"64008": ["640"], "64999": ["640"], "60013": ["600"], "640": ["14"], "600": ["14"]})
LATER = PlaceTree({"64008": ["640"], "60013": ["640"], "640": ["14"], "600": ["14"]})


def relisted() -> list[Observation]:
    """Three co-ops: in the territory throughout; in a place that joins it; in one that the later list no longer has."""
    found: list[Observation] = []
    for key, (place, first, last) in {1: ("64008", 10, 12), 2: ("60013", 5, 6), 3: ("64999", 3, None)}.items():
        said = {"legal_form": "coop", "municipality": place}
        found += facts(key, T0, until=T1, jobs_headcount=first, **said)
        found += facts(key, T1, jobs_headcount=last, **said | ({"municipality": "64008"} if key == 3 else {}))
    return found


def build_relisted(*days: date) -> dict[str, Any]:
    vintages = {T0: "2014", T1: "2017"}
    populations = {on: population_of(relisted(), on=on, known_at=NOW, variables=VARIABLES) for on in days}
    plan = PortraitPlan("640", "x", "x", (MAGAZINE,), days, NOW, vintages[days[-1]], vintages)
    trees = {T0: EARLIER, T1: LATER}
    return build_portrait(plan, populations, [], variables=VARIABLES, places={on: trees[on] for on in days})


def test_a_figure_bears_the_list_of_places_of_its_own_day() -> None:
    key = "magazine-2014.1.jobs_headcount.2014-06-01"
    alone, together = build_relisted(T0)["figures"][key], build_relisted(T0, T1)["figures"]
    assert together[key] == alone
    assert alone["fingerprint"]["vintage"] == "2014"
    last = together["magazine-2014.1.jobs_headcount.2017-11-01"]
    assert (last["fingerprint"]["vintage"], last["fingerprint"]["code"] == alone["fingerprint"]["code"]) == (
        "2017",
        False,
    )


def test_two_days_under_two_lists_are_compared_on_the_later_one() -> None:
    result = build_relisted(T0, T1)
    (told,) = result["comparisons"].values()
    assert (told["first_vintage"], told["vintage"]) == ("2014", "2017")
    assert result["figures"]["magazine-2014.1.jobs_headcount.2014-06-01"]["value"] == 10 + 3
    assert told["before"] == 10 + 5 + 3, "the place that joined is in at both dates, the one that vanished stays in"
    assert told["after"] == result["figures"]["magazine-2014.1.jobs_headcount.2017-11-01"]["value"] == 12 + 6
    assert {name: jobs for name, jobs in told["parts"].items() if jobs} == {"continuing_growth": 3, "missing_after": -3}


def test_equal_input_gives_equal_bytes_whatever_the_order() -> None:
    assert canonical_json(build()) == canonical_json(build(order=-1))
    assert json.loads(canonical_json(build())) == build()


def test_what_was_known_before_anyone_wrote_gives_nothing() -> None:
    result = build(replace(PLAN, known_at=datetime(2000, 1, 1, tzinfo=UTC)))
    assert {figure["value"] for figure in result["figures"].values()} == {0}
    assert {told["growth"] for told in result["comparisons"].values()} == {None}


def test_an_unknown_side_is_compared_and_bridged_with_nothing() -> None:
    """Nothing decided at the first date on one base: no comparison from there, no bridge where it is the last."""
    sells = make_base("sells", jobs="jobs_headcount_all", tree={"fact": "commercial_activity", "is": True})
    for bases in ((MAGAZINE, sells), (sells, MAGAZINE)):
        result = build(replace(PLAN, bases=bases))
        assert {told["base"] for told in result["comparisons"].values()} == {"magazine-2014"}
        assert result["bridges"] == {}
        assert result["figures"]["sells.1.enterprises.2017-11-01"]["undecided"] > 0


def test_one_base_at_one_date_and_none() -> None:
    alone = build(replace(PLAN, bases=(MAGAZINE,), dates=(T0,)))
    assert (alone["comparisons"], alone["bridges"]) == ({}, {})
    assert build(replace(PLAN, dates=()))["figures"] == {}


def test_measures_are_never_mixed() -> None:
    result = build(replace(PLAN, bases=(MAGAZINE, make_base("etp", jobs="jobs_fte"))))
    assert result["bridges"] == {}
    assert {"type": "measures-never-mixed", "bases": ["magazine-2014", "etp"]} in result["warnings"]


def test_differences_between_results_are_found_one_by_one() -> None:
    first = build()
    assert compare_results(first, build()) == []
    second = copy.deepcopy(first)
    key = "magazine-2014.1.enterprises.2014-06-01"
    second["figures"][key]["value"] += 1
    del second["bridges"]["magazine-2014.1.table-2017.1.2017-11-01"]
    paths = [item["path"] for item in compare_results(first, second)]
    assert paths == ["bridges/magazine-2014.1.table-2017.1.2017-11-01", f"figures/{key}/value"]
