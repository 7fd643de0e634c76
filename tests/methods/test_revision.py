from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.methods.revision import TERMS, Decomposition, split_change
from tests.methods.test_comparison import SIDE
from tests.methods.towns import T0, T1, make_base, make_side

OLD, NEW = make_base(), make_base("table")


def test_each_term() -> None:
    first = make_side(T0, {1: {"jobs": 8}, 2: {"jobs": 5}}, OLD)
    revised = make_side(T0, {1: {"jobs": 12}, 2: {"jobs": 5}, 3: {"jobs": 16}}, OLD)
    redefined = make_side(T0, {1: {"jobs": 12}, 2: {"jobs": 5, "criteria": False}, 3: {"jobs": 16}}, NEW)
    last = make_side(T1, {1: {"jobs": 14}, 2: {"jobs": 6, "criteria": False}, 3: {"jobs": 16}}, NEW)
    found = split_change(first, revised, redefined, last)
    assert {name: term.value for name, term in found.jobs.terms.items()} == {
        "revision": 4,
        "coverage": 16,
        "definition": -5,
        "real": 2,
    }
    assert {name: term.value for name, term in found.enterprises.terms.items()} == {
        "revision": 0,
        "coverage": 1,
        "definition": -1,
        "real": 0,
    }
    assert (found.jobs.before, found.jobs.after, found.jobs.orders) == (13, 30, 2)
    assert_exact(found)


def test_the_order_of_terms_shows_as_a_range() -> None:
    first = make_side(T0, {1: {"jobs": 10}, 2: {"jobs": 4}}, OLD)
    redefined = make_side(T0, {1: {"jobs": 10}, 2: {"jobs": 4, "criteria": False}}, NEW)
    last_undefined = make_side(T1, {1: {"jobs": 11}, 2: {"jobs": 9}}, OLD)
    last = make_side(T1, {1: {"jobs": 11}, 2: {"jobs": 9, "criteria": False}}, NEW)
    found = split_change(first, first, redefined, last, last_undefined=last_undefined).jobs
    assert (found.terms["definition"].value, found.terms["definition"].lowest) == (-4, -9)
    assert (found.terms["real"].value, found.terms["real"].highest) == (1, 6)


def test_one_day_for_the_first_three() -> None:
    with pytest.raises(ValueError, match="dates-differ"):
        split_change(make_side(T0, {}), make_side(T1, {}), make_side(T0, {}), make_side(T1, {}))


FTE = make_base("table", jobs="jobs_fte")


@pytest.mark.parametrize(
    ("before", "after", "early", "late"),
    [(OLD, FTE, None, None), (FTE, NEW, None, None), (OLD, NEW, FTE, None), (OLD, NEW, None, FTE)],
)
def test_persons_and_full_time_equivalents_are_never_added(before: Any, after: Any, early: Any, late: Any) -> None:
    """10 persons, then 9 full-time equivalents stored in hundredths: 890 is a change of nothing."""
    corners = (
        make_side(T0, {1: {"jobs": 10}}, before),
        make_side(T0, {1: {"jobs": 10}, 2: {"jobs": 4}}, before),
        make_side(T0, {1: {"jobs": 850}}, after),
        make_side(T1, {1: {"jobs": 900}}, after),
    )
    more = {
        "first_redefined": None if early is None else make_side(T0, {1: {"jobs": 850}}, early),
        "last_undefined": None if late is None else make_side(T1, {1: {"jobs": 11}}, late),
    }
    with pytest.raises(ValueError, match="measures-never-mixed"):
        split_change(*corners, **more)


def test_two_measures_of_persons_are_a_change_of_definition() -> None:
    wider = make_base("table", jobs="jobs_headcount_all")
    found = split_change(
        *(make_side(T0, {1: {"jobs": 10}}, OLD) for _ in range(2)),
        make_side(T0, {1: {"jobs": 12}}, wider),
        make_side(T1, {1: {"jobs": 13}}, wider),
    )
    assert (found.jobs.terms["definition"].value, found.jobs.terms["real"].value) == (2, 1)


def assert_exact(found: Decomposition) -> None:
    for split in (found.jobs, found.enterprises):
        assert tuple(split.terms) == TERMS
        assert split.before + sum(term.value for term in split.terms.values()) == split.after
        assert all(term.lowest <= term.value <= term.highest for term in split.terms.values())


@given(SIDE, SIDE, SIDE, SIDE, st.none() | SIDE, st.none() | SIDE)
@settings(max_examples=150, deadline=None)
def test_terms_sum_exactly(first: Any, revised: Any, redefined: Any, last: Any, early: Any, late: Any) -> None:
    found = split_change(
        make_side(T0, first, OLD),
        make_side(T0, revised, OLD),
        make_side(T0, redefined, NEW),
        make_side(T1, last, NEW),
        first_redefined=None if early is None else make_side(T0, early, NEW),
        last_undefined=None if late is None else make_side(T1, late, OLD),
    )
    assert_exact(found)
