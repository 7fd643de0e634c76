"""The distribution of openings at the horizon, and what it says of a target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from essor.methods.forecast.arrivals import Arrivals, learn_arrivals
from essor.methods.forecast.chances import chance_on_arrival, count_down
from essor.methods.forecast.counting import count_in_worlds
from essor.methods.forecast.journeys import DAYS_A_MONTH, LOST, OPENED, Journey, Steps, check_journeys
from essor.methods.forecast.learning import OLDEST, Floats, Prior, count_passages, draw_beliefs

DRAWS = 400
SEED = 2017
"""The same worlds each time: the same files give the same forecast."""
FEW_CLOSED = 10
"""Under so many files that reached an end, the forecast leans on its priors, and says so."""
NEGLIGIBLE = 1e-9
MOST_EXTRA = 100.0
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Those of the quantiles told of a day to come: the outer ones hold eight chances in ten, the inner ones one in two."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A day to come, and the quantiles of openings by then, for each of ``SHARES``."""

    on: date
    quantiles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """``distribution[k]``: the probability that ``opened + k`` enterprises are open on ``horizon_on``.

    ``closed``: files that reached an end, from which chances were learnt; ``arrivals``: files a month, as believed.
    ``course``: day after day, from ``as_of`` to ``horizon_on``, where it was asked for.
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
    course: tuple[Moment, ...]
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
        low, high = (find_quantile(self.distribution, bound) for bound in ((1 - share) / 2, (1 + share) / 2))
        return self.opened + low, self.opened + high

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


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the files of a programme teach of chances and times, once for all the parts of its target.

    ``_chances``: see :func:`~essor.methods.forecast.chances.count_down`; ``_on_arrival``: whole steps left × world.
    """

    steps: Steps
    stages: tuple[str, ...]
    prior: Prior
    closed: int
    _chances: Floats
    _on_arrival: Floats

    def foretell(self, journeys: Sequence[Journey], *, moments: int = 0) -> Forecast:
        """Openings of these files, and of those to come after them. ``moments``: how many days to come are told apart,
        at most, evenly, the horizon being the last (0: the horizon alone).

        Raises :class:`~essor.methods.forecast.journeys.ForecastError`.
        """
        steps, known = self.steps, _list_known(journeys, self.steps.as_of)
        check_journeys(known, self.stages)
        arrivals, groups = learn_arrivals(known, prior=self.prior, steps=steps), _group_open(known, self.stages, steps)
        opened = sum(1 for one in known if one.ended(OPENED))
        worlds = self._foresee(groups, arrivals, steps.ahead)
        return Forecast(
            as_of=steps.as_of,
            horizon_on=steps.horizon_on,
            opened=opened,
            open_files=sum(groups.values()),
            closed=self.closed,
            arrivals=arrivals.shape / arrivals.exposure * DAYS_A_MONTH / steps.days,
            has_season=arrivals.has_season,
            distribution=worlds.mean(axis=0),
            course=self._follow(groups, arrivals, opened, worlds, moments) if moments else (),
            _worlds=worlds,
            _exposure=self._on_arrival.sum(axis=0),
            _step_days=steps.days,
        )

    def _foresee(self, groups: Counter[tuple[int, int]], arrivals: Arrivals, ahead: int) -> Floats:
        """World × openings within ``ahead`` steps."""
        # The first step to come leaves ahead - 1 whole steps to whoever arrives in it, the last one none.
        left = self._on_arrival[:ahead][::-1]
        means = (arrivals.factors_ahead(self.steps)[:ahead, None] * left).sum(axis=0)
        return count_in_worlds(groups, self._chances[ahead], arrivals, means)

    def _follow(
        self, groups: Counter[tuple[int, int]], arrivals: Arrivals, opened: int, worlds: Floats, most: int
    ) -> tuple[Moment, ...]:
        """Counted back from the horizon, whose distribution is that of ``worlds``."""
        ahead = self.steps.ahead
        every = -(-ahead // most)
        moments = [Moment(self.steps.as_of, (opened,) * len(SHARES))]
        for step in range(ahead - (ahead - 1) // every * every, ahead + 1, every):
            made = worlds if step == ahead else self._foresee(groups, arrivals, step)
            spread = made.mean(axis=0)
            # What has opened stays so: a rounding of the sums never takes one back.
            found = [opened + find_quantile(spread, share) for share in SHARES]
            held = tuple(max(pair) for pair in zip(found, moments[-1].quantiles, strict=True))
            moments.append(Moment(self.steps.end_of(step), held))
        return tuple(moments)


def learn(
    journeys: Sequence[Journey],
    *,
    stages: Sequence[str],
    starts_on: date,
    as_of: date,
    horizon_on: date,
    prior: Prior | None = None,
    draws: int = DRAWS,
) -> Lesson:
    """What is taught by files as known on ``as_of``, for openings by ``horizon_on``.

    ``stages``: in the order in which files pass. ``starts_on``: since when files could arrive.

    Raises :class:`~essor.methods.forecast.journeys.ForecastError`.
    """
    prior, steps = prior or Prior(), Steps(as_of, horizon_on, starts_on)
    known = _list_known(journeys, as_of)
    check_journeys(known, stages)
    counts = count_passages(known, stages=stages, steps=steps)
    beliefs = draw_beliefs(counts, prior=prior, stages=stages, steps=steps, draws=draws, seed=SEED)
    chances = count_down(beliefs, steps.ahead)
    return Lesson(steps, tuple(stages), prior, counts.closed, chances, chance_on_arrival(beliefs, chances))


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

    ``learn_from``: the files from which chances and times are learnt, when those of a partner are too few (None:
    ``journeys``). The rest: see :func:`learn`, which is done once where several parts are told from the same files.

    Each possible world gives the exact distribution: files under way are independent (a Poisson-binomial), files to
    come are a Poisson process whose rate is Gamma (a negative binomial); the answer is their mixture.

    Raises :class:`~essor.methods.forecast.journeys.ForecastError`.
    """
    lesson = learn(
        journeys if learn_from is None else learn_from, stages=stages, starts_on=starts_on, as_of=as_of,
        horizon_on=horizon_on, prior=prior, draws=draws,
    )  # fmt: skip
    return lesson.foretell(journeys)


def find_quantile(distribution: Floats, share: float) -> int:
    """The least number such that at least ``share`` of the distribution is at it or under.

    >>> [find_quantile(np.array([0.2, 0.5, 0.3]), share) for share in (0.1, 0.2, 0.5, 0.9)]
    [0, 0, 1, 2]
    """
    below = np.cumsum(distribution)
    return min(int(np.searchsorted(below, share - NEGLIGIBLE)), len(distribution) - 1)


def _list_known(journeys: Sequence[Journey], as_of: date) -> list[Journey]:
    return [found for one in journeys if (found := one.as_known(as_of))]


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


def _list_poisson(means: Floats, size: int) -> Floats:
    """Probabilities of 0, 1, … size - 1: world × count."""
    found = np.zeros((len(means), size))
    found[:, 0] = np.exp(-means)
    for count in range(1, size):
        found[:, count] = found[:, count - 1] * means / count
    return found


def _clip(probability: float) -> float:
    return float(min(max(probability, 0.0), 1.0))
