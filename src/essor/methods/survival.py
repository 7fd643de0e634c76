"""How long enterprises live: the Kaplan–Meier curve, and a plain count at each age. Silence is unknown, never alive.

Kaplan, E. L., and P. Meier, « Nonparametric Estimation from Incomplete Observations », Journal of the American
Statistical Association 53 (1958), p. 457-481.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby
from math import exp, log, sqrt

from essor.methods.facts import completed_years

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal law."""


@dataclass(frozen=True, slots=True)
class EnterpriseLife:
    """``last_known_alive_on``: the last day on which someone said that it lived; without one, ``opened_on`` itself.
    ``closed_on`` None: nobody said that it closed.

    Raises ValueError: ``alive-before-opening``, ``closed-before-opening``, ``alive-after-closing``.
    """

    opened_on: date
    last_known_alive_on: date
    closed_on: date | None = None

    def __post_init__(self) -> None:
        if self.last_known_alive_on < self.opened_on:
            raise ValueError("alive-before-opening")
        if self.closed_on is not None and self.closed_on < self.opened_on:
            raise ValueError("closed-before-opening")
        if self.closed_on is not None and self.closed_on < self.last_known_alive_on:
            raise ValueError("alive-after-closing")


@dataclass(frozen=True, slots=True)
class Seen:
    """One enterprise followed until ``age``, in years: it closed then, or nothing more is known of it."""

    age: Fraction
    has_closed: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at an ``age`` in years at which one enterprise at least closes. ``at_risk``: followed until then at
    least; ``share``: of those that open, the part estimated to live past it; ``variance``: Greenwood's."""

    age: Fraction
    at_risk: int
    closed: int
    share: Fraction
    variance: Fraction


@dataclass(frozen=True, slots=True)
class Survival:
    """``share`` None: unknown, nobody being followed that long. ``at_risk``: followed until that age at least.
    ``low``, ``high``: 95 %; None where no interval is defined, the share being 0, 1 or unknown."""

    years: int
    share: Fraction | None
    at_risk: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Of the enterprises old enough: known to be alive at that age, known to have closed by then, unknown."""

    years: int
    alive: int
    closed: int
    unknown: int

    @property
    def total(self) -> int:
        return self.alive + self.closed + self.unknown


@dataclass(frozen=True, slots=True)
class Curve:
    """Steps by age, and everyone followed, by age."""

    steps: tuple[Step, ...]
    seen: tuple[Seen, ...]

    def at(self, years: int) -> Survival:
        """The share that lives past an age. Where the curve has come to zero, it is zero at every later age.

        The interval is that of log(−log S) (Kalbfleisch and Prentice, *The Statistical Analysis of Failure Time Data*,
        1980, section 1.3), on the variance of Greenwood (*The Natural Duration of Cancer*, 1926).
        """
        at_risk = sum(one.age >= years for one in self.seen)
        passed = [step for step in self.steps if step.age <= years]
        share = passed[-1].share if passed else Fraction(1)
        if at_risk == 0 and share != 0:
            return Survival(years, None, 0)
        if share in {0, 1}:
            return Survival(years, share, at_risk)
        low, high = find_interval(share, passed[-1].variance)
        return Survival(years, share, at_risk, low, high)


def age_on(opened_on: date, on: date) -> Fraction:
    """An age in years: whole on each anniversary, and in proportion of the days from one to the next.

    >>> age_on(date(2020, 3, 1), date(2023, 3, 1)), age_on(date(2021, 1, 1), date(2021, 3, 15))
    (Fraction(3, 1), Fraction(1, 5))
    """
    years = completed_years(opened_on, on)
    last, following = find_anniversary(opened_on, years), find_anniversary(opened_on, years + 1)
    return years + Fraction((on - last).days, (following - last).days)


def find_anniversary(opened_on: date, years: int) -> date:
    """The day on which an enterprise has completed so many years: the 1st of March for one of a 29th of February.

    >>> find_anniversary(date(2020, 2, 29), 1)
    datetime.date(2021, 3, 1)
    """
    try:
        return opened_on.replace(year=opened_on.year + years)
    except ValueError:
        return date(opened_on.year + years, 3, 1)


def follow(lives: Iterable[EnterpriseLife], *, on: date) -> list[Seen]:
    """Until when each one opened by ``on`` is followed, by age; at one age, closures come first.

    One of which nobody heard since a day is followed until that day. One that closed after ``on`` lived that day.

    >>> silent = EnterpriseLife(date(2020, 1, 1), date(2021, 1, 1))
    >>> gone = EnterpriseLife(date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1))
    >>> [(str(one.age), one.has_closed) for one in follow([silent, gone], on=date(2026, 1, 1))]
    [('1', False), ('2', True)]
    """
    seen = []
    for life in lives:
        if life.opened_on > on:
            continue
        has_closed = life.closed_on is not None and life.closed_on <= on
        last = life.closed_on or life.last_known_alive_on
        seen.append(Seen(age_on(life.opened_on, min(last, on)), has_closed))
    return sorted(seen, key=lambda one: (one.age, not one.has_closed))


def draw_curve(seen: Iterable[Seen]) -> Curve:
    """The product, over the ages at which some close, of the part of those at risk that does not.

    >>> curve = draw_curve([Seen(Fraction(1), True), Seen(Fraction(2), False), Seen(Fraction(3), True)])
    >>> [(str(step.age), step.at_risk, str(step.share)) for step in curve.steps]
    [('1', 3, '2/3'), ('3', 1, '0')]
    >>> curve.at(2).share, curve.at(2).at_risk
    (Fraction(2, 3), 2)
    """
    ordered = sorted(seen, key=lambda one: (one.age, not one.has_closed))
    steps, at_risk, share, scatter = list[Step](), len(ordered), Fraction(1), Fraction(0)
    for age, group in groupby(ordered, key=lambda one: one.age):
        there = list(group)
        closed = sum(one.has_closed for one in there)
        if closed:
            share *= Fraction(at_risk - closed, at_risk)
            if closed < at_risk:
                scatter += Fraction(closed, at_risk * (at_risk - closed))
            steps.append(Step(age, at_risk, closed, share, share * share * scatter))
        at_risk -= len(there)
    return Curve(tuple(steps), tuple(ordered))


def estimate_survival(lives: Iterable[EnterpriseLife], *, on: date) -> Curve:
    """The curve of those opened by ``on``, with what is known of them."""
    return draw_curve(follow(lives, on=on))


def find_interval(share: Fraction, variance: Fraction) -> tuple[float, float]:
    """95 %, both ends strictly between 0 and 1. ``share``: strictly between 0 and 1; ``variance``: of that share.

    >>> [round(end, 3) for end in find_interval(Fraction(6, 7), Fraction(2, 343))]
    [0.62, 0.952]
    """
    estimate = float(share)
    wide = Z_95 * sqrt(float(variance)) / (estimate * abs(log(estimate)))
    ends = [exp(log(estimate) * exp(sign * wide)) for sign in (1, -1)]
    return ends[0], ends[1]


def count_at(lives: Sequence[EnterpriseLife], years: int, *, on: date) -> Count:
    """Those opened ``years`` ago or more, on the day of that anniversary: each in one place, and in one only.

    >>> told = EnterpriseLife(date(2020, 1, 1), date(2021, 6, 1))
    >>> gone = EnterpriseLife(date(2020, 1, 1), date(2020, 1, 1), date(2020, 9, 1))
    >>> silent = EnterpriseLife(date(2020, 1, 1), date(2020, 7, 1))
    >>> count_at([told, gone, silent], 1, on=date(2026, 1, 1))
    Count(years=1, alive=1, closed=1, unknown=1)
    """
    alive = closed = unknown = 0
    for life in lives:
        anniversary = find_anniversary(life.opened_on, years)
        if anniversary > on:
            continue
        if life.closed_on is not None and life.closed_on <= anniversary:
            closed += 1
        elif life.closed_on is not None or life.last_known_alive_on >= anniversary:
            alive += 1
        else:
            unknown += 1
    return Count(years, alive, closed, unknown)
