"""The usual time from a stage to a goal: nobody still under way is left out, too few say nothing."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.methods.forecast import LOST, OPENED, Journey, Move
from essor.methods.waiting import FEWEST, UsualTime, find_usual, follow_files

FIRST, LATER = date(2020, 1, 1), date(2030, 1, 1)
STAGES = ["idea", "plan", "decision"]


def file(*told: tuple[str, int]) -> Journey:
    return Journey(tuple(Move(stage, FIRST + timedelta(days=day)) for stage, day in told))


def usual(
    journeys: list[Journey], stage: str = "idea", *, goal: str = OPENED, as_of: date = LATER, **said: int
) -> UsualTime:
    return find_usual(follow_files(journeys, stage=stage, stages=STAGES, goal=goal, as_of=as_of), **said)


@given(st.lists(st.integers(0, 2000), min_size=FEWEST, max_size=60))
def test_where_all_opened_it_is_the_plain_quantile(days: list[int]) -> None:
    """The reference: the smallest day by which a half, a tenth, nine tenths have opened."""
    found = usual([file(("idea", 3), (OPENED, 3 + day)) for day in days])
    ranked = sorted(days)
    for share, told in ((Fraction(1, 2), found.median), (Fraction(1, 10), found.low), (Fraction(9, 10), found.high)):
        assert told == next(day for rank, day in enumerate(ranked, 1) if Fraction(rank, len(ranked)) >= share)
    assert (found.n, found.followed) == (len(days), len(days))


def test_a_file_under_way_counts_as_long_as_it_was_followed() -> None:
    """By hand: ten open after 10, 20 … 100 days; ten others are seen for 55 days only. Kaplan and Meier: 20 at risk
    until day 50, then 5 of whom one opens each time: 0.75, then 0.60, 0.45 at day 70, 0.30, 0.15, 0."""
    opened = [file(("idea", 0), (OPENED, 10 * n)) for n in range(1, 11)]
    others = [file(("idea", 0), (LOST, 55)) for _more in range(10)]
    assert usual(opened) == UsualTime(10, 10, 50, 10, 90)
    assert usual([*opened, *others]) == UsualTime(10, 20, 70, 20, 100)


def test_what_is_not_known_is_not_said() -> None:
    opened = [file(("idea", 0), (OPENED, n)) for n in range(1, 11)]
    waiting = [file(("idea", 0)) for _more in range(30)]
    found = usual([*opened, *waiting])
    assert (found.n, found.followed, found.median, found.high) == (10, 40, None, None)
    assert found.low == 4
    assert usual(opened[: FEWEST - 1]) == UsualTime(FEWEST - 1, FEWEST - 1)
    assert usual([]) == UsualTime(0, 0)


def test_a_goal_is_reached_by_whoever_is_seen_further_on() -> None:
    files = [file(("idea", 0), ("plan", 5), (OPENED, 10 + n)) for n in range(10)]
    assert usual(files, goal="decision").n == 10
    assert usual(files, "plan", goal="decision").median == 9
    straight = [file(("decision", 0), ("plan", 3), (OPENED, 9))]
    assert usual(straight, "plan", goal="decision") == UsualTime(0, 0)


def test_a_stage_entered_twice_counts_from_the_first_time() -> None:
    files = [file(("idea", 0), ("plan", 5), ("idea", 8), (OPENED, 20)) for _more in range(10)]
    assert usual(files).median == 20


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 400), st.sampled_from([OPENED, LOST, "plan"])),
        min_size=1, max_size=40,
    ),
    st.integers(0, 900),
)  # fmt: skip
def test_what_comes_after_the_day_changes_nothing(told: list[tuple[int, int, str]], day: int) -> None:
    journeys = [file(("idea", start), (end, start + wait)) for start, wait, end in told]
    as_of = FIRST + timedelta(days=day)
    known = [one for journey in journeys if (one := journey.as_known(as_of))]
    one, again = (usual(files, as_of=as_of, fewest=1) for files in (journeys, known))
    assert one == again
    assert one.followed == len(known)
    said = [n for n in (one.low, one.median, one.high) if n is not None]
    assert said == sorted(said)
    assert all(0 <= n <= day for n in said)


@given(st.lists(st.integers(1, 900), min_size=1, max_size=40), st.integers(1, 900))
def test_what_is_left_is_that_of_those_who_waited_as_long(days: list[int], elapsed: int) -> None:
    opened = [file(("idea", 0), (OPENED, day)) for day in days]
    others = [file(("idea", 0), (OPENED, day - elapsed)) for day in days if day > elapsed]
    assert usual(opened, elapsed=elapsed, fewest=1) == usual(others, fewest=1)


def test_a_goal_that_is_no_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="moon"):
        usual([], goal="moon")
