"""Business days in Québec: which days are holidays, by rule, and how a term in business days is added and counted.

A business day is a Monday to a Friday that is no holiday. Sources, read in November 2026:

- Act respecting labour standards (RLRQ, c. N-1.1), s. 60: 1 January, Good Friday *or* Easter Monday at the employer's
  choice, the Monday before 25 May, 1 July (2 July when the 1st is a Sunday), the first Monday of September, the second
  Monday of October, 25 December;
- National Holiday Act (RLRQ, c. F-1.1), s. 2: 24 June (25 June when the 24th is a Sunday).

Both Good Friday and Easter Monday are left out: which one an employer chose is not known here, and a promise of « three
business days » must be kept by all. A holiday that falls on a Saturday moves nowhere: neither Act moves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

MONDAY, SATURDAY, SUNDAY = 0, 5, 6
ONE_DAY = timedelta(days=1)
LABOUR_STANDARDS = "RLRQ, c. N-1.1, art. 60"
NATIONAL_HOLIDAY = "RLRQ, c. F-1.1, art. 2"


@dataclass(frozen=True, slots=True)
class Holiday:
    """``code``: a stable name, never shown as it is. ``source``: the Act and its section."""

    code: str
    on: date
    source: str


def find_easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (``year`` from 1583 on).

    Method: anonymous Gregorian computus (Nature, 20 April 1876; J. Meeus, *Astronomical Algorithms*, 1991, ch. 8).

    >>> find_easter(2026)
    datetime.date(2026, 4, 5)
    """
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30
    leaps, rest = divmod(in_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def list_holidays(year: int) -> tuple[Holiday, ...]:
    """The nine days of ``year``, in order of date, weekends included.

    >>> [holiday.on.isoformat() for holiday in list_holidays(2018)][3:6]
    ['2018-05-21', '2018-06-25', '2018-07-02']
    """
    easter = find_easter(year)
    return (
        Holiday("new_year", date(year, 1, 1), LABOUR_STANDARDS),
        Holiday("good_friday", easter - 2 * ONE_DAY, LABOUR_STANDARDS),
        Holiday("easter_monday", easter + ONE_DAY, LABOUR_STANDARDS),
        Holiday("patriots", _last_monday_before(date(year, 5, 25)), LABOUR_STANDARDS),
        Holiday("national_holiday", _unless_sunday(date(year, 6, 24)), NATIONAL_HOLIDAY),
        Holiday("canada_day", _unless_sunday(date(year, 7, 1)), LABOUR_STANDARDS),
        Holiday("labour_day", _first_monday_from(date(year, 9, 1)), LABOUR_STANDARDS),
        Holiday("thanksgiving", _first_monday_from(date(year, 10, 8)), LABOUR_STANDARDS),
        Holiday("christmas", date(year, 12, 25), LABOUR_STANDARDS),
    )


def is_business_day(day: date) -> bool:
    """A Monday to a Friday that is no holiday.

    >>> is_business_day(date(2026, 6, 24)), is_business_day(date(2026, 6, 25))
    (False, True)
    """
    return day.weekday() < SATURDAY and day not in _days_off(day.year)


def add_business_days(start: date, days: int) -> date:
    """The ``days``-th business day after ``start``, which itself never counts; ``days`` 0: ``start``, or the first
    business day that follows when it is none.

    Raises ValueError when ``days`` is below zero.

    >>> add_business_days(date(2026, 12, 24), 1)
    datetime.date(2026, 12, 28)
    """
    if days < 0:
        raise ValueError(f"days: {days} < 0")
    found = start
    while days or not is_business_day(found):
        found += ONE_DAY
        days -= bool(days) and is_business_day(found)
    return found


def count_business_days(start: date, end: date) -> int:
    """How many business days follow ``start``, up to ``end`` included; below zero when ``end`` comes first.

    ``count_business_days(start, add_business_days(start, n)) == n`` for every ``n`` above zero.

    >>> count_business_days(date(2026, 12, 24), date(2026, 12, 29))
    2
    """
    if end < start:
        return -count_business_days(end, start)
    return sum(is_business_day(start + n * ONE_DAY) for n in range(1, (end - start).days + 1))


def extend_term(due_on: date, *, stopped_on: date, resumed_on: date) -> date:
    """A term whose clock stopped: as many business days are left on ``resumed_on`` as there were on ``stopped_on``.

    A term already passed when the clock stopped stays where it is: waiting mends no lateness.
    Raises ValueError when ``resumed_on`` comes before ``stopped_on``.

    >>> extend_term(date(2026, 3, 6), stopped_on=date(2026, 3, 3), resumed_on=date(2026, 3, 17))
    datetime.date(2026, 3, 20)
    """
    if resumed_on < stopped_on:
        raise ValueError(f"resumed_on {resumed_on} < stopped_on {stopped_on}")
    left = count_business_days(stopped_on, due_on)
    return due_on if left < 0 else add_business_days(resumed_on, left)


def count_running_days(start: date, end: date, *, stops: Iterable[tuple[date, date]]) -> int:
    """Business days from ``start`` to ``end`` during which the clock ran.

    ``stops``: pairs (stopped on, resumed on) that do not overlap; what lies outside the period is left out.

    >>> count_running_days(date(2026, 3, 2), date(2026, 3, 13), stops=[(date(2026, 3, 4), date(2026, 3, 11))])
    4
    """
    total = count_business_days(start, end)
    for stopped_on, resumed_on in stops:
        first, last = max(start, stopped_on), min(end, resumed_on)
        if first < last:
            total -= count_business_days(first, last)
    return total


@lru_cache(maxsize=256)
def _days_off(year: int) -> frozenset[date]:
    return frozenset(holiday.on for holiday in list_holidays(year))


def _first_monday_from(day: date) -> date:
    return day + (MONDAY - day.weekday()) % 7 * ONE_DAY


def _last_monday_before(day: date) -> date:
    return _first_monday_from(day - 7 * ONE_DAY)


def _unless_sunday(day: date) -> date:
    return day + ONE_DAY if day.weekday() == SUNDAY else day
