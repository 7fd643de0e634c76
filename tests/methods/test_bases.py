from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest

from essor.methods.bases import (
    Territory,
    compare_fingerprints,
    fingerprint_of,
    membership,
    small_difference,
)
from essor.methods.facts import add_life, population_of
from tests.methods.towns import NOW, PLACES, T0, TOWN, VARIABLES, event, facts, make_base

BASE = make_base()


def test_belonging_is_active_inside_and_meeting_the_criteria() -> None:
    """The nine combinations of two of the three conditions in Kleene logic, life being certain or not."""
    places = {True: "64008", False: "60013", None: "14"}
    forms = {True: "coop", False: "for_profit", None: "coop|for_profit"}
    rows = list(product(places, forms))
    observations = [
        item
        for row, (inside, criteria) in enumerate(rows)
        for item in facts(row, date(2014, 1, 1), municipality=places[inside], legal_form=forms[criteria])
    ]
    population = population_of(observations, on=T0, known_at=NOW, variables=VARIABLES)
    found = membership(add_life(population, [], on=T0, known_at=NOW), BASE, territory=TOWN, places=PLACES, on=T0)
    for row, (inside, criteria) in enumerate(rows):
        expected = False if False in (inside, criteria) else None if None in (inside, criteria) else True
        assert bool(found.member.yes[row]) == (expected is True)
        assert bool(found.member.no[row]) == (expected is False)
    closed = add_life(population, [event(0, "closed", "2014-01-01")], on=T0, known_at=NOW)
    assert 0 not in membership(closed, BASE, territory=TOWN, places=PLACES, on=T0).members


def test_a_population_without_life_is_refused() -> None:
    population = population_of([], on=T0, known_at=NOW, variables=VARIABLES)
    with pytest.raises(ValueError, match="population-without-life"):
        membership(population, BASE, territory=TOWN, places=PLACES, on=T0)


def test_content_hash_follows_what_is_counted_only() -> None:
    assert replace(BASE, label_fr="Autre nom", owner="Autre").content_hash() == BASE.content_hash()
    assert replace(BASE, jobs_variable="jobs_fte").content_hash() != BASE.content_hash()
    assert make_base(tree={"fact": "legal_form", "in": ["coop"]}).content_hash() != BASE.content_hash()


FORM = {"fact": "legal_form", "in": ["coop", "npo"]}
FTE = {"fact": "jobs_fte", "at_least": 5}
SELLS = {"fact": "commercial_activity", "is": True}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (FORM, {"in": ["npo", "coop", "npo"], "fact": "legal_form"}),
        (FORM, FORM | {"fr": "coop ou OBNL", "en": "co-op or NPO", "source": "loi", "certainty": "inferred"}),
        (FTE, {"fact": "jobs_fte", "at_least": 5.0}),
        (FTE, {"fact": "jobs_fte", "more_than": 4.99}),
        ({"all": [FORM, FTE]}, {"all": [FTE, FORM]}),
        ({"at_least_n": {"n": 2, "of": [FORM, FTE, SELLS]}}, {"at_least_n": {"n": 2, "of": [SELLS, FORM, FTE]}}),
    ],
)
def test_content_hash_ignores_words_and_the_order_of_writing(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert make_base(tree=first).content_hash() == make_base(tree=second).content_hash()


@pytest.mark.parametrize(
    "other",
    [
        {"any": [FORM, FTE]},
        {"all": [FORM, {"fact": "jobs_fte", "at_least": 5.01}]},
        {"all": [FORM, {"fact": "jobs_fte", "at_most": 5}]},
        {"all": [{"fact": "legal_form", "in": ["coop"]}, FTE]},
        {"all": [FORM, {"not": FTE}]},
        {"all": [FORM, FTE, SELLS]},
        {"at_least_n": {"n": 1, "of": [FORM, FTE]}},
    ],
)
def test_content_hash_sees_every_change_of_what_is_asked(other: dict[str, Any]) -> None:
    assert make_base(tree=other).content_hash() != make_base(tree={"all": [FORM, FTE]}).content_hash()


def test_a_base_names_the_variables_it_reads() -> None:
    assert BASE.variables() == ("legal_form", "municipality", "jobs_headcount")


def test_figures_compare_only_when_all_but_the_date_agrees() -> None:
    first = fingerprint_of(BASE, TOWN, indicator="jobs_headcount")
    assert compare_fingerprints(first, fingerprint_of(BASE, TOWN, indicator="jobs_headcount")) is None
    assert len(first.code) == 12
    other_base = make_base("table", jobs="jobs_headcount_all")
    cases = {
        "bases-differ": fingerprint_of(other_base, TOWN, indicator="jobs_headcount_all"),
        "versions-differ": fingerprint_of(replace(BASE, version=2), TOWN, indicator="jobs_headcount"),
        "territories-differ": fingerprint_of(BASE, Territory("600"), indicator="jobs_headcount"),
        "measures-differ": fingerprint_of(BASE, TOWN, indicator="jobs_fte"),
        "vintages-differ": fingerprint_of(BASE, Territory("640", "2018"), indicator="jobs_headcount"),
    }
    for kind, second in cases.items():
        refusal = compare_fingerprints(first, second)
        assert refusal is not None
        assert refusal.type == kind
        assert first.code != second.code
        for language in ("fr", "en"):
            problem = refusal.as_problem(language)
            assert problem["title"]
            assert "{" not in str(problem["detail"])


def test_every_component_that_differs_is_named() -> None:
    first = fingerprint_of(BASE, TOWN, indicator="jobs_headcount")
    second = fingerprint_of(make_base("table", jobs="jobs_headcount_all"), TOWN, indicator="jobs_headcount_all")
    refusal = compare_fingerprints(first, second)
    assert refusal is not None
    assert {item.component for item in refusal.differences} == {"base", "content_hash", "indicator", "jobs_variable"}
    assert "magazine" in refusal.detail("fr")
    assert "table" in refusal.detail("en")


@pytest.mark.parametrize(
    ("first", "second", "warned"),
    [
        ([1, 2, 3], [1, 2, 3], False),
        ([1, 2, 3], [1, 2, 3, 4], True),
        ([1, 2, 3], [1, 2, 3, 4, 5], True),
        ([1, 2, 3], [1, 2, 3, 4, 5, 6], False),
        ([1, 2, 3, 9], [1, 2, 3, 4, 5, 6], True),
        ([], [1, 2, 3], False),
    ],
)
def test_small_differences(first: list[int], second: list[int], warned: bool) -> None:
    arrays = np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)
    assert (small_difference(*arrays) is not None) == warned
    assert (small_difference(arrays[1], arrays[0]) is not None) == warned
