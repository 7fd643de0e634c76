"""Forecasts put to the test: made again on past days with what was known then, and scored on what came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from essor.methods.forecast.journeys import OPENED, Journey
from essor.methods.forecast.learning import Floats
from essor.methods.forecast.predicting import Forecast, forecast


@dataclass(frozen=True, slots=True)
class Trial:
    """One past forecast and what came: ``opened`` at its horizon, as known today. ``crps``: in openings, 0 at best."""

    forecast: Forecast
    opened: int

    @property
    def is_inside(self) -> bool:
        low, high = self.forecast.interval()
        return low <= self.opened <= high

    @property
    def crps(self) -> float:
        return score_distribution(self.forecast.distribution, self.opened - self.forecast.opened)


@dataclass(frozen=True, slots=True)
class BackTest:
    """``coverage``: the share of trials whose 80 % interval held what came; None without a trial."""

    trials: tuple[Trial, ...]

    @property
    def coverage(self) -> float | None:
        return sum(trial.is_inside for trial in self.trials) / len(self.trials) if self.trials else None

    @property
    def mean_crps(self) -> float | None:
        return sum(trial.crps for trial in self.trials) / len(self.trials) if self.trials else None

    def brier(self, target: int) -> float | None:
        """The mean of (announced probability - what came)², 0 at best."""
        if not self.trials:
            return None
        gaps = [trial.forecast.probability_of(target) - (trial.opened >= target) for trial in self.trials]
        return sum(gap * gap for gap in gaps) / len(gaps)


def back_test(
    journeys: Sequence[Journey],
    *,
    dates: Iterable[tuple[date, date]],
    today: date,
    **said: Any,
) -> BackTest:
    """``dates``: (day of the forecast, horizon); those whose horizon is still to come are left out.

    ``said``: what :func:`~essor.methods.forecast.predicting.forecast` is told.
    """
    trials = []
    for as_of, horizon_on in dates:
        if horizon_on > today:
            continue
        made = forecast(journeys, as_of=as_of, horizon_on=horizon_on, **said)
        trials.append(Trial(made, count_opened(journeys, on=horizon_on, known_on=today)))
    return BackTest(tuple(trials))


def count_opened(journeys: Iterable[Journey], *, on: date, known_on: date) -> int:
    known = (found for one in journeys if (found := one.as_known(known_on)))
    return sum(1 for one in known if (day := one.ended(OPENED)) and day <= on)


def score_distribution(distribution: Floats, came: int) -> float:
    """Continuous ranked probability score of a distribution over 0, 1, …: the sum of (F(k) - 1{came ≤ k})².

    Source: T. Gneiting, A. E. Raftery, « Strictly proper scoring rules, prediction, and estimation », *JASA* 102, 2007.

    >>> score_distribution(np.array([0.0, 1.0]), 1), score_distribution(np.array([1.0]), 3)
    (0.0, 3.0)
    """
    size = max(len(distribution), came + 1)
    below = np.ones(size)
    below[: len(distribution)] = np.cumsum(distribution)
    return float(((below - (np.arange(size) >= came)) ** 2).sum())
