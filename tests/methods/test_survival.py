"""Silence is unknown, never alive; and the curve of a textbook, to the last digit that it prints."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from essor.methods.survival import (
    EnterpriseLife,
    Seen,
    age_on,
    count_at,
    draw_curve,
    estimate_survival,
    find_anniversary,
    follow,
)

ON = date(2026, 1, 1)
DAYS = st.integers(0, 4000)


@st.composite
def draw_life(draw: st.DrawFn, *, is_silent: bool = True) -> EnterpriseLife:
    opened_on = ON - timedelta(days=draw(st.integers(0, 3000)))
    alive_on = opened_on + timedelta(days=draw(DAYS)) if is_silent else ON
    alive_on = min(alive_on, ON)
    if draw(st.booleans()):
        return EnterpriseLife(opened_on, alive_on)
    closed_on = (alive_on if is_silent else opened_on) + timedelta(days=draw(DAYS))
    return EnterpriseLife(opened_on, min(alive_on, closed_on), closed_on)


LIVES = st.lists(draw_life(), max_size=12)
SIX_MP = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
"""Weeks of remission under 6-mercaptopurine; « + »: not followed longer. Freireich et al., Blood 21 (1963), p. 699-716,
as in Cox and Oakes, *Analysis of Survival Data* (1984), table 1.1."""
PRINTED = {
    6: (21, 0.8571, 0.0764, 0.6197, 0.9516),
    7: (17, 0.8067, 0.0869, 0.5631, 0.9228),
    10: (15, 0.7529, 0.0963, 0.5032, 0.8894),
    13: (12, 0.6902, 0.1068, 0.4316, 0.8491),
    16: (11, 0.6275, 0.1141, 0.3675, 0.8049),
    22: (7, 0.5378, 0.1282, 0.2678, 0.7468),
    23: (6, 0.4482, 0.1346, 0.1881, 0.6801),
}
"""Week → at risk, share, Greenwood's error, 95 % on log(−log): Kleinbaum and Klein, *Survival Analysis* (2012),
chapter 2, and what « sts list » of Stata prints of the same data."""


def test_the_curve_of_the_textbook() -> None:
    curve = draw_curve(Seen(Fraction(one.rstrip("+")), not one.endswith("+")) for one in SIX_MP.split())
    assert [(int(step.age), step.at_risk) for step in curve.steps] == [(week, row[0]) for week, row in PRINTED.items()]
    for step, (_n, share, error, low, high) in zip(curve.steps, PRINTED.values(), strict=True):
        assert float(step.share) == pytest.approx(share, abs=5e-5)
        assert sqrt(step.variance) == pytest.approx(error, abs=5e-5)
        found = curve.at(int(step.age))
        assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert curve.at(35).at_risk == 1
    assert curve.at(36).share is None


@given(LIVES)
def test_the_curve_never_rises_and_its_parts_are_everyone(lives: list[EnterpriseLife]) -> None:
    curve = estimate_survival(lives, on=ON)
    shares = [Fraction(1), *(step.share for step in curve.steps)]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert len(curve.seen) == len(lives)
    assert sum(step.closed for step in curve.steps) == sum(one.has_closed for one in curve.seen)
    for years in (0, 1, 3, 5):
        found, count = curve.at(years), count_at(lives, years, on=ON)
        old_enough = [one for one in lives if find_anniversary(one.opened_on, years) <= ON]
        assert count.total == len(old_enough)
        if found.low is not None and found.high is not None and found.share is not None:
            assert 0 <= found.low <= found.share <= found.high <= 1
        assert found.share is not None or found.at_risk == 0


@given(st.lists(draw_life(is_silent=False), min_size=1, max_size=12), st.integers(0, 8))
def test_when_nobody_is_silent_it_is_the_plain_share(lives: list[EnterpriseLife], years: int) -> None:
    old = [one for one in lives if find_anniversary(one.opened_on, years) <= ON]
    count = count_at(old, years, on=ON)
    assert count.unknown == 0
    if old:
        assert estimate_survival(old, on=ON).at(years).share == Fraction(count.alive, len(old))


@given(LIVES)
def test_silence_adds_no_survivor(lives: list[EnterpriseLife]) -> None:
    """One more of which nobody heard since its opening leaves every share, and every count of those alive."""
    assume(all(one.closed_on != one.opened_on for one in lives))
    more = [*lives, EnterpriseLife(ON - timedelta(days=2000), ON - timedelta(days=2000))]
    for years in (1, 3, 5):
        found = [estimate_survival(told, on=ON).at(years) for told in (lives, more)]
        assert (found[0].share, found[0].at_risk) == (found[1].share, found[1].at_risk)
        before, after = (count_at(told, years, on=ON) for told in (lives, more))
        assert (before.alive, before.closed, before.unknown + 1) == (after.alive, after.closed, after.unknown)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), DAYS, DAYS)
def test_an_age_grows_with_days_and_is_whole_on_anniversaries(opened_on: date, first: int, second: int) -> None:
    ages = [age_on(opened_on, opened_on + timedelta(days=days)) for days in sorted((first, second))]
    assert ages == sorted(ages)
    assert age_on(opened_on, find_anniversary(opened_on, 5)) == 5


def test_what_comes_after_the_day_is_not_looked_at() -> None:
    closed_later = EnterpriseLife(date(2024, 1, 1), date(2024, 1, 1), date(2026, 6, 1))
    opens_later = EnterpriseLife(date(2026, 6, 1), date(2026, 6, 1))
    assert follow([closed_later, opens_later], on=ON) == [Seen(Fraction(2), has_closed=False)]


def test_nothing_is_known_of_nobody_and_all_closed_is_zero() -> None:
    assert estimate_survival([], on=ON).at(1).share is None
    gone = EnterpriseLife(date(2020, 1, 1), date(2020, 1, 1), date(2020, 5, 1))
    found = estimate_survival([gone], on=ON).at(3)
    assert (found.share, found.at_risk, found.low) == (0, 0, None)


@pytest.mark.parametrize(
    ("alive", "closed", "code"),
    [
        (date(2019, 1, 1), None, "alive-before-opening"),
        (date(2020, 1, 1), date(2019, 1, 1), "closed-before-opening"),
        (date(2022, 1, 1), date(2021, 1, 1), "alive-after-closing"),
    ],
)
def test_a_life_that_contradicts_itself_is_refused(alive: date, closed: date | None, code: str) -> None:
    with pytest.raises(ValueError, match=code):
        EnterpriseLife(date(2020, 1, 1), alive, closed)
