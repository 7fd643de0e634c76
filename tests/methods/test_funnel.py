"""The parts of each stage sum to it, and all that entered is found again at the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.methods.funnel import Funnel, FunnelError, Passage, count_funnel, find_median

STAGES = ("shortlisted", "asked", "obtained", "paid")
ENDINGS = ("refused", "withdrawn")
FIRST = date(2026, 1, 1)


def walk(*days: int, ending: str = "") -> Passage:
    return Passage(tuple(FIRST + timedelta(days=day) for day in days), ending)


def count(passages: Sequence[Passage]) -> Funnel:
    return count_funnel(passages, stages=STAGES, endings=ENDINGS)


def test_the_table_of_the_method_s_page() -> None:
    """docs/methods/funnel.md."""
    told = count(
        [
            walk(0, 10, 40, 60),
            walk(0, 12, 30),
            walk(0, 20, ending="refused"),
            walk(0, 8),
            walk(0, ending="withdrawn"),
            walk(0),
        ]
    )
    assert [
        (one.n, one.went_on, one.ended["refused"], one.ended["withdrawn"], one.waiting, one.median_days)
        for one in told.stages
    ] == [
        (6, 4, 0, 1, 1, 11),
        (4, 2, 1, 0, 1, 24),
        (2, 1, 0, 0, 1, 20),
        (1, 0, 0, 0, 1, None),
    ]
    assert (told.n, told.arrived) == (6, 1)


def test_nothing_walked_is_counted_as_nothing() -> None:
    told = count([])
    assert [(one.n, one.waiting, one.median_days) for one in told.stages] == [(0, 0, None)] * 4


@pytest.mark.parametrize(
    ("passage", "code"),
    [
        (walk(), "stage-skipped"),
        (walk(0, 1, 2, 3, 4), "stage-skipped"),
        (walk(0, 3, 2), "days-disordered"),
        (walk(0, ending="lost"), "ending-unknown"),
        (walk(0, 1, 2, 3, ending="refused"), "ended-after-arrival"),
    ],
)
def test_what_cannot_be_walked_is_refused(passage: Passage, code: str) -> None:
    with pytest.raises(FunnelError) as caught:
        count([passage])
    assert caught.value.code == code


@st.composite
def passages(draw: st.DrawFn) -> Passage:
    length = draw(st.integers(1, len(STAGES)))
    days = sorted(draw(st.lists(st.integers(0, 400), min_size=length, max_size=length)))
    ending = draw(st.sampled_from(("", *ENDINGS))) if length < len(STAGES) else ""
    return walk(*days, ending=ending)


@given(st.lists(passages(), max_size=40))
def test_parts_sum_to_the_whole(walked: list[Passage]) -> None:
    told = count(walked)
    assert told.n == len(walked)
    for here, after in pairwise(told.stages):
        assert here.n == here.went_on + sum(here.ended.values()) + here.waiting
        assert here.went_on == after.n
    last = told.stages[-1]
    assert (last.went_on, sum(last.ended.values()), last.waiting) == (0, 0, last.n)
    assert told.n == sum(sum(one.ended.values()) + one.waiting for one in told.stages)
    assert told.n == told.arrived + told.waiting + sum(told.count_ended(ending) for ending in ENDINGS)


@given(st.lists(passages(), max_size=20), st.lists(passages(), max_size=20), st.randoms())
def test_two_groups_together_count_their_sum_in_any_order(
    some: list[Passage], others: list[Passage], chance: object
) -> None:
    together = [*some, *others]
    chance.shuffle(together)  # type: ignore[attr-defined]
    for first, second, both in zip(count(some).stages, count(others).stages, count(together).stages, strict=True):
        assert (first.n + second.n, first.went_on + second.went_on) == (both.n, both.went_on)
        assert first.waiting + second.waiting == both.waiting


@given(st.lists(st.integers(-1000, 1000), min_size=1))
def test_the_median_is_that_of_the_standard_library(numbers: list[int]) -> None:
    assert find_median(numbers) == Fraction(median(numbers))
