"""The distribution of openings at the horizon, and what it says of a target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from essor.methods.forecast.arrivals import Arrivals, learn_arrivals
from essor.methods.forecast.chances import chance_on_arrival, count_down
from essor.methods.forecast.journeys import DAYS_A_MONTH, LOST, OPENED, ForecastError, Journey, Steps, check_journeys
from essor.methods.forecast.learning import OLDEST, Beliefs, Floats, Prior, count_passages, draw_beliefs

DRAWS = 400
SEED = 2017
"""The same worlds each time: the same files give the same forecast."""
FEW_CLOSED = 10
"""Under so many files that reached an end, the forecast leans on its priors, and says so."""
NEGLIGIBLE = 1e-9
MOST_EXTRA = 100.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """``distribution[k]``: the probability that ``opened + k`` enterprises are open on ``horizon_on``.

    ``closed``: files that reached an end, from which chances were learnt; ``arrivals``: files a month, as believed.
    ``_worlds``: the same distribution in each possible world; ``_exposure``: openings that one more file a step would
    bring in each.
    """

    as_of: date
    horizon_on: date
    opened: int
    open_files: int
    closed: int
    arrivals: float
    has_season: bool
    distribution: Floats
    _worlds: Floats
    _exposure: Floats
    _step_days: float

    @property
    def is_thin(self) -> bool:
        return self.closed < FEW_CLOSED

    @property
    def mean(self) -> float:
        return self.opened + float(self.distribution @ np.arange(len(self.distribution)))

    def probability_of(self, target: int) -> float:
        """That at least ``target`` are open at the horizon."""
        short = max(target - self.opened, 0)
        if not short:
            return 1.0
        below = np.cumsum(self.distribution)
        return _clip(1 - below[min(short, len(below)) - 1])

    def interval(self, share: float = 0.8) -> tuple[int, int]:
        """The central interval: at most (1 - share) / 2 on either side."""
        below = np.cumsum(self.distribution)
        low, high = (int(np.searchsorted(below, bound - NEGLIGIBLE)) for bound in ((1 - share) / 2, (1 + share) / 2))
        last = len(self.distribution) - 1
        return self.opened + min(low, last), self.opened + min(high, last)

    def extra_for(self, target: int, probability: float = 0.5) -> float | None:
        """How many more files a month, from now on, would make ``target`` at least that likely: tenths, 0 where it
        already is; None: more than ``MOST_EXTRA`` would be needed."""
        tenths = range(int(MOST_EXTRA * 10) + 1)
        low, high = 0, len(tenths) - 1
        if self._reach(target, MOST_EXTRA) < probability:
            return None
        while low < high:
            middle = (low + high) // 2
            if self._reach(target, middle / 10) >= probability:
                high = middle
            else:
                low = middle + 1
        return low / 10

    def _reach(self, target: int, extra: float) -> float:
        """The probability of ``target`` with ``extra`` more files a month."""
        short = max(target - self.opened, 0)
        if not short:
            return 1.0
        means = extra * self._step_days / DAYS_A_MONTH * self._exposure
        # Still short: so many without the extra files, and no more with them than what is then missing.
        at_most = np.cumsum(_list_poisson(means, short), axis=1)[:, ::-1]
        without = self._worlds[:, :short]
        missed = without * at_most[:, : without.shape[1]]
        return _clip(1 - missed.sum(axis=1).mean())


def forecast(
    journeys: Sequence[Journey],
    *,
    stages: Sequence[str],
    starts_on: date,
    as_of: date,
    horizon_on: date,
    prior: Prior | None = None,
    learn_from: Sequence[Journey] | None = None,
    draws: int = DRAWS,
) -> Forecast:
    """Openings at ``horizon_on``, from what was known on ``as_of``.

    ``stages``: in the order in which files pass. ``starts_on``: since when files could arrive. ``learn_from``: the
    files from which chances and times are learnt, when those of a partner are too few (None: ``journeys``).

    Each possible world gives the exact distribution: files under way are independent (a Poisson-binomial), files to
    come are a Poisson process whose rate is Gamma (a negative binomial); the answer is their mixture.

    Raises :class:`~essor.methods.forecast.journeys.ForecastError`.
    """
    prior, steps = prior or Prior(), Steps(as_of, horizon_on, starts_on)
    known = _list_known(journeys, as_of)
    taught = known if learn_from is None else _list_known(learn_from, as_of)
    check_journeys([*known, *taught], stages)
    counts = count_passages(taught, stages=stages, steps=steps)
    beliefs = draw_beliefs(counts, prior=prior, stages=stages, steps=steps, draws=draws, seed=SEED)
    arrivals, groups = learn_arrivals(known, prior=prior, steps=steps), _group_open(known, stages, steps)
    worlds, exposure = _foresee(groups, beliefs, arrivals, steps)
    return Forecast(
        as_of=as_of,
        horizon_on=horizon_on,
        opened=sum(1 for one in known if one.ended(OPENED)),
        open_files=sum(groups.values()),
        closed=counts.closed,
        arrivals=arrivals.shape / arrivals.exposure * DAYS_A_MONTH / steps.days,
        has_season=arrivals.has_season,
        distribution=worlds.mean(axis=0),
        _worlds=worlds,
        _exposure=exposure,
        _step_days=steps.days,
    )


def _list_known(journeys: Sequence[Journey], as_of: date) -> list[Journey]:
    return [found for one in journeys if (found := one.as_known(as_of))]


def _foresee(
    groups: Counter[tuple[int, int]], beliefs: Beliefs, arrivals: Arrivals, steps: Steps
) -> tuple[Floats, Floats]:
    """World × openings, and the openings that one more file a step would bring in each world."""
    chances = count_down(beliefs, steps.ahead)
    # The first step to come leaves ahead - 1 whole steps to whoever arrives in it, the last one none.
    on_arrival = chance_on_arrival(beliefs, chances)[::-1]
    means = (arrivals.factors_ahead(steps)[:, None] * on_arrival).sum(axis=0)
    return _convolve(groups, chances[steps.ahead], arrivals, means), on_arrival.sum(axis=0)


def _group_open(journeys: Sequence[Journey], stages: Sequence[str], steps: Steps) -> Counter[tuple[int, int]]:
    """How many files under way are in each stage, at each age."""
    groups: Counter[tuple[int, int]] = Counter()
    for journey in journeys:
        path = steps.read(journey)
        if path[-1] in (OPENED, LOST):
            continue
        age = next((back for back, stage in enumerate(reversed(path)) if stage != path[-1]), len(path)) - 1
        groups[stages.index(path[-1]), min(age, OLDEST)] += 1
    return groups


def _convolve(groups: Counter[tuple[int, int]], chances: Floats, arrivals: Arrivals, means: Floats) -> Floats:
    """World × openings: the product of generating functions, read on the unit circle and turned back.

    Method: Y. Hong, « On computing the distribution function for the Poisson binomial distribution », *CSDA* 59, 2013.
    """
    size = sum(groups.values()) + _bound_arrivals(arrivals, means) + 1
    circle = np.exp(-2j * np.pi * np.arange(size) / size)
    rate = arrivals.exposure / np.maximum(means, 1e-300)
    logs = -arrivals.shape * np.log1p((1 - circle)[None, :] / rate[:, None])
    for (stage, age), count in groups.items():
        chance = chances[:, stage, age, None]
        logs += count * np.log1p(chance * (circle - 1)[None, :])
    found: Floats = np.clip(np.fft.ifft(np.exp(logs), axis=1).real, 0, None)
    total: Floats = found / found.sum(axis=1, keepdims=True)
    return total


def _bound_arrivals(arrivals: Arrivals, means: Floats) -> int:
    """So many openings of files to come are never passed: mean and twelve deviations, doubled."""
    mean = arrivals.shape * means.max() / arrivals.exposure
    deviation = (mean * (1 + means.max() / arrivals.exposure)) ** 0.5
    return int(2 * (mean + 12 * deviation)) + 20


def _list_poisson(means: Floats, size: int) -> Floats:
    """Probabilities of 0, 1, … size - 1: world × count."""
    found = np.zeros((len(means), size))
    found[:, 0] = np.exp(-means)
    for count in range(1, size):
        found[:, count] = found[:, count - 1] * means / count
    return found


def _clip(probability: float) -> float:
    return float(min(max(probability, 0.0), 1.0))


__all__ = ["Forecast", "ForecastError", "forecast"]
