"""How many files a month, and whether the season matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import lgamma, log

import numpy as np

from essor.methods.forecast.journeys import DAYS_A_MONTH, Journey, Steps
from essor.methods.forecast.learning import Floats, Prior

QUARTERS = 4
SEASON_WEIGHT = 4.0
"""How many arrivals « every quarter alike » is worth."""
LEAST_STEPS = 24
"""Under two years, nothing can be said of seasons."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Files a step: Gamma(``shape``, ``exposure``), times the factor of the season (mean 1; all 1: no season).

    ``seen``: how many arrived.
    """

    shape: float
    exposure: float
    factors: tuple[float, ...]
    seen: int

    @property
    def has_season(self) -> bool:
        return len(set(self.factors)) > 1

    def factors_ahead(self, steps: Steps) -> Floats:
        return np.array([self.factors[_quarter_of(steps, step)] for step in range(1, steps.ahead + 1)])


def learn_arrivals(journeys: Sequence[Journey], *, prior: Prior, steps: Steps) -> Arrivals:
    """Constant rate, unless a rate by quarter would have foretold the past better, step after step.

    Method: prequential choice (A. P. Dawid, « Statistical theory: the prequential approach », *JRSS A* 147, 1984).
    """
    whole = int(steps.behind)
    counts = np.zeros(whole, dtype=int)
    for journey in journeys:
        ago = int((steps.as_of - journey.moves[0].on).days // steps.days)
        if ago < whole:
            counts[whole - 1 - ago] += 1
    shape = prior.arrivals_a_month * prior.arrival_months
    rate = prior.arrival_months * DAYS_A_MONTH / steps.days
    quarters = [_quarter_of(steps, number - whole + 1) for number in range(whole)]
    flat = (1.0,) * QUARTERS
    factors = flat
    if whole >= LEAST_STEPS and _foretell(counts, quarters, shape, rate, seasonal=True) > _foretell(
        counts, quarters, shape, rate, seasonal=False
    ):
        factors = _learn_factors(counts, quarters)
    exposure = sum(factors[quarter] for quarter in quarters) + (steps.behind - whole)
    return Arrivals(shape + len(journeys), rate + exposure, factors, len(journeys))


def _foretell(counts: Floats, quarters: Sequence[int], shape: float, rate: float, *, seasonal: bool) -> float:
    """The sum of log probabilities of each step, told from those before it (negative binomial)."""
    total = 0.0
    for number, count in enumerate(counts):
        factors = _learn_factors(counts[:number], quarters[:number]) if seasonal else (1.0,) * QUARTERS
        seen = shape + counts[:number].sum()
        past = rate + sum(factors[quarter] for quarter in quarters[:number])
        total += _log_probability(int(count), seen, past / factors[quarters[number]])
    return total


def _log_probability(count: int, shape: float, rate: float) -> float:
    """Of a count whose mean is Gamma(shape, rate)."""
    return (
        lgamma(shape + count)
        - lgamma(shape)
        - lgamma(count + 1)
        + shape * log(rate / (rate + 1))
        - count * log(rate + 1)
    )


def _learn_factors(counts: Floats, quarters: Sequence[int]) -> tuple[float, ...]:
    """What each quarter brings beside the mean, drawn towards 1; their mean is 1."""
    seen, lasted = np.zeros(QUARTERS), np.zeros(QUARTERS)
    for count, quarter in zip(counts, quarters, strict=True):
        seen[quarter] += count
        lasted[quarter] += 1
    mean = seen.sum() / max(lasted.sum(), 1)
    if not mean:
        return (1.0,) * QUARTERS
    raw = (seen + SEASON_WEIGHT) / (lasted * mean + SEASON_WEIGHT)
    return tuple(float(factor) for factor in raw / raw.mean())


def _quarter_of(steps: Steps, step: int) -> int:
    middle: date = steps.end_of(step) - timedelta(days=steps.days / 2)
    return (middle.month - 1) // 3
