"""Holidays against published calendars and a slow computus; terms against a day-by-day reference."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.methods.business_days import (
    add_business_days,
    count_business_days,
    count_running_days,
    extend_term,
    find_easter,
    is_business_day,
    list_holidays,
)

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2200, 12, 31))
FEW = st.integers(min_value=0, max_value=40)

# As the calendars of these years give them. 24 June and 1 July: Sundays in 2018, Saturdays in 2017.
PUBLISHED = {
    2017: ["01-01", "04-14", "04-17", "05-22", "06-24", "07-01", "09-04", "10-09", "12-25"],
    2018: ["01-01", "03-30", "04-02", "05-21", "06-25", "07-02", "09-03", "10-08", "12-25"],
    2024: ["01-01", "03-29", "04-01", "05-20", "06-24", "07-01", "09-02", "10-14", "12-25"],
    2026: ["01-01", "04-03", "04-06", "05-18", "06-24", "07-01", "09-07", "10-12", "12-25"],
}
EASTERS = [date(1990, 4, 15), date(2000, 4, 23), date(2008, 3, 23), date(2011, 4, 24), date(2038, 4, 25)]


@pytest.mark.parametrize("year", sorted(PUBLISHED))
def test_holidays_are_those_of_published_calendars(year: int) -> None:
    assert [holiday.on.isoformat()[5:] for holiday in list_holidays(year)] == PUBLISHED[year]
    assert all("art." in holiday.source for holiday in list_holidays(year))


@pytest.mark.parametrize("easter", EASTERS, ids=str)
def test_easter_is_known(easter: date) -> None:
    assert find_easter(easter.year) == easter


@pytest.mark.parametrize("year", range(1900, 2200))
def test_easter_agrees_with_the_tables_of_the_calendar(year: int) -> None:
    """As Knuth gives it (The Art of Computer Programming, 1.3.2, ex. 14): the Sunday after the epact's full moon."""
    golden, century = year % 19 + 1, year // 100 + 1
    epact = (11 * golden + 20 + (8 * century + 5) // 25 - 5 - (3 * century // 4 - 12)) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    moon = 44 - epact
    full = date(year, 3, 1) + timedelta(days=moon + (30 if moon < 21 else 0) - 1)
    assert find_easter(year) == full + timedelta(days=7 - (full.weekday() + 1) % 7)


def test_the_patriots_monday_comes_before_the_25th() -> None:
    for year in range(2000, 2100):
        day = next(holiday.on for holiday in list_holidays(year) if holiday.code == "patriots")
        assert (day.month, day.weekday()) == (5, 0)
        assert 18 <= day.day <= 24


@given(start=DAYS, days=FEW)
def test_a_term_added_is_the_term_counted(start: date, days: int) -> None:
    end = add_business_days(start, days)
    assert is_business_day(end)
    assert count_business_days(start, end) == (days or int(end != start))


@given(start=DAYS, days=st.integers(min_value=0, max_value=90))
def test_counting_agrees_with_looking_at_each_day(start: date, days: int) -> None:
    end, found, day = start + timedelta(days=days), 0, start
    while day < end:
        day += timedelta(days=1)
        found += day.weekday() < 5 and day not in {holiday.on for holiday in list_holidays(day.year)}
    assert count_business_days(start, end) == found
    assert count_business_days(end, start) == -found


@given(start=DAYS, first=FEW, second=FEW)
def test_terms_follow_one_another(start: date, first: int, second: int) -> None:
    assert add_business_days(add_business_days(start, first), second) == add_business_days(
        start, first + second if first or is_business_day(start) or not second else second + 1
    )


@given(start=DAYS, days=st.integers(1, 30), ran=FEW, stopped=FEW)
def test_a_stopped_clock_loses_and_gains_nothing(start: date, days: int, ran: int, stopped: int) -> None:
    due_on = add_business_days(start, days)
    stopped_on = add_business_days(start, ran)
    resumed_on = add_business_days(stopped_on, stopped)
    later = extend_term(due_on, stopped_on=stopped_on, resumed_on=resumed_on)
    if stopped_on > due_on:
        assert later == due_on
    else:
        assert count_business_days(resumed_on, later) == count_business_days(stopped_on, due_on)
        assert count_running_days(start, later, stops=[(stopped_on, resumed_on)]) == days


def test_a_clock_that_resumes_before_it_stopped_is_refused() -> None:
    with pytest.raises(ValueError, match="resumed_on"):
        extend_term(date(2026, 3, 6), stopped_on=date(2026, 3, 5), resumed_on=date(2026, 3, 4))
    with pytest.raises(ValueError, match="days"):
        add_business_days(date(2026, 3, 6), -1)


def test_a_stop_outside_the_period_counts_for_nothing() -> None:
    stops = [(date(2026, 1, 5), date(2026, 2, 2)), (date(2026, 4, 1), date(2026, 4, 30))]
    assert count_running_days(date(2026, 3, 2), date(2026, 3, 6), stops=stops) == 4
