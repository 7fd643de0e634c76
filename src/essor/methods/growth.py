"""Rates of change between two totals, each with its formula: plain, symmetric, yearly; creation and destruction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

DAYS_PER_YEAR = 365.2425
"""Mean length of a year in the Gregorian calendar."""

SHARE_DECIMALS = 8
"""Kept in results, so that a percentage read with one or two decimals is rounded once, from the share itself."""


def growth_share(before: int, after: int) -> Fraction | None:
    """``after / before - 1``, exact; None from zero (a growth from nothing has no rate).

    >>> round(float(growth_share(625, 787)), 4)
    0.2592
    """
    return Fraction(after - before, before) if before else None


def symmetric_growth(before: int, after: int) -> Fraction | None:
    """``2 (after - before) / (before + after)``, exact, between -2 and 2; None when both are zero.

    Source: Davis, Haltiwanger and Schuh, *Job Creation and Destruction* (1996).

    >>> round(float(symmetric_growth(625, 787)), 4)
    0.2295
    """
    return Fraction(2 * (after - before), before + after) if before + after else None


def yearly_rate(before: int, after: int, *, days: int) -> float | None:
    """``(after / before) ** (365.2425 / days) - 1``, from the true dates; None from zero or over no time.

    >>> round(yearly_rate(625, 787, days=1249), 4), round(yearly_rate(625, 787, days=1096), 4)
    (0.0697, 0.0798)
    """
    if before <= 0 or days <= 0:
        return None
    return float((after / before) ** (DAYS_PER_YEAR / days)) - 1.0


def rounded(value: Fraction | float | None) -> float | None:
    """A share for results: SHARE_DECIMALS decimals, or None.

    >>> rounded(Fraction(162, 706)), rounded(None)
    (0.22946176, None)
    """
    return None if value is None else round(float(value), SHARE_DECIMALS)


@dataclass(frozen=True, slots=True)
class Flows:
    """Gross flows of jobs, in the measure's stored units: ``creation`` and ``destruction`` are both positive."""

    creation: int
    destruction: int
    mean: Fraction

    @property
    def net(self) -> int:
        return self.creation - self.destruction

    @property
    def reallocation(self) -> int:
        return self.creation + self.destruction

    @property
    def excess_reallocation(self) -> int:
        """Reallocation beyond what the net change needs."""
        return self.reallocation - abs(self.net)

    def rate(self, amount: int) -> Fraction | None:
        """An amount over the mean of the two totals; None when that is zero."""
        return amount / self.mean if self.mean else None

    def without_rates(self) -> Flows:
        """The same amounts; every rate is None."""
        return replace(self, mean=Fraction(0))

    def as_dict(self) -> dict[str, int | float | None]:
        amounts = {
            "creation": self.creation,
            "destruction": self.destruction,
            "net": self.net,
            "reallocation": self.reallocation,
            "excess_reallocation": self.excess_reallocation,
        }
        return {**amounts, **{f"{name}_rate": rounded(self.rate(amount)) for name, amount in amounts.items()}}


def flows_of(changes: NDArray[np.int64], *, before: int, after: int) -> Flows:
    """``changes``: signed change of each unit, int64, any order; ``before``, ``after``: the totals of the mean."""
    return Flows(
        creation=int(changes[changes > 0].sum()),
        destruction=int(-changes[changes < 0].sum()),
        mean=Fraction(before + after, 2),
    )
