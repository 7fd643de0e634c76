"""What happened to the files of a programme, read at regular steps up to the day of the forecast."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

OPENED, LOST = "opened", "lost"
"""The two ends: the enterprise opened; the file was refused, withdrawn or dropped."""
ENDS = (OPENED, LOST)
DAYS_A_MONTH = 365.25 / 12


class ForecastError(ValueError):
    """A refusal: ``code`` (``horizon-passed``, ``not-started``, ``stage-unknown``, ``moves-disordered``,
    ``moves-after-end``, ``stages-refused``) and ``facts``."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class Move:
    """A file enters ``stage`` on a day, which was known on ``known_on`` (None: the same day)."""

    stage: str
    on: date
    known_on: date | None = None

    def is_known(self, day: date) -> bool:
        return self.on <= day and (self.known_on or self.on) <= day


@dataclass(frozen=True, slots=True)
class Journey:
    """The moves of one file, in the order of their days; the first is its arrival."""

    moves: tuple[Move, ...]

    def as_known(self, day: date) -> Journey | None:
        """What was known of it on a day; None: nothing."""
        known = tuple(move for move in self.moves if move.is_known(day))
        return Journey(known) if known else None

    def ended(self, end: str) -> date | None:
        last = self.moves[-1]
        return last.on if last.stage == end else None


@dataclass(frozen=True, slots=True)
class Steps:
    """Time cut into equal steps, about a month each, so that both ``as_of`` and ``horizon_on`` are at the end of one.

    ``ahead``: how many steps from ``as_of`` to ``horizon_on``; ``days``: how long each is.
    """

    as_of: date
    horizon_on: date
    starts_on: date

    def __post_init__(self) -> None:
        if self.horizon_on <= self.as_of:
            raise ForecastError("horizon-passed", as_of=self.as_of, horizon_on=self.horizon_on)
        if self.as_of < self.starts_on:
            raise ForecastError("not-started", as_of=self.as_of, starts_on=self.starts_on)

    @property
    def ahead(self) -> int:
        return max(1, round((self.horizon_on - self.as_of).days / DAYS_A_MONTH))

    @property
    def days(self) -> float:
        return (self.horizon_on - self.as_of).days / self.ahead

    @property
    def behind(self) -> float:
        """How many steps from the start to ``as_of``."""
        return (self.as_of - self.starts_on).days / self.days

    def end_of(self, step: int) -> date:
        """The last day of a step: 0 ends on ``as_of``, 1 is the first to come, -1 the one before."""
        return self.as_of + timedelta(days=step * self.days)

    def read(self, journey: Journey) -> tuple[str, ...]:
        """The stage at the end of each step, from that of the arrival to ``as_of``.

        Several moves within one step are one passage from what was to what is.
        """
        days = self.days
        steps_ago = int((self.as_of - journey.moves[0].on).days // days)
        ends = [self.as_of - timedelta(days=steps * days) for steps in range(steps_ago, -1, -1)]
        found, place = [], 0
        for day in ends:
            while place + 1 < len(journey.moves) and journey.moves[place + 1].on <= day:
                place += 1
            found.append(journey.moves[place].stage)
        return tuple(found)


def check_journeys(journeys: Iterable[Journey], stages: Sequence[str]) -> None:
    """Raises :class:`ForecastError` for what cannot have happened."""
    if not stages or len(set(stages)) != len(stages) or set(stages) & set(ENDS):
        raise ForecastError("stages-refused", found=tuple(stages))
    allowed = {*stages, *ENDS}
    for number, journey in enumerate(journeys, start=1):
        for before, after in pairwise(journey.moves):
            if after.on < before.on:
                raise ForecastError("moves-disordered", file=number, before=before.on, after=after.on)
            if before.stage in ENDS:
                raise ForecastError("moves-after-end", file=number, end=before.stage, after=after.stage)
        if unknown := [move.stage for move in journey.moves if move.stage not in allowed]:
            raise ForecastError("stage-unknown", file=number, found=unknown[0], allowed=tuple(sorted(allowed)))
