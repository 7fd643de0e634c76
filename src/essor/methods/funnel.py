"""How many of those that enter a path reach each of its stages, what became of the others, and in how many days.

Each stage is cut into parts that sum to it: went on, ended one way or another, still there. So all that entered is, at
the end, what arrived, what ended at each stage, and what is still at each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction


class FunnelError(ValueError):
    """A refusal: ``code`` (``stage-skipped``, ``days-disordered``, ``ending-unknown``, ``ended-after-arrival``) and
    ``facts``."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class Passage:
    """One path walked. ``reached``: the day on which each stage was first reached, in the order of the stages, from the
    first on, as far as it went. ``ending``: how it ended before the last stage; empty: it is still there, or arrived.
    """

    reached: tuple[date, ...]
    ending: str = ""


@dataclass(frozen=True, slots=True)
class StageCount:
    """``n`` reached the stage: ``went_on`` to the next, ``ended`` there (each ending → how many), ``waiting`` there.

    ``median_days``: from this stage to the next, among those that went on; None where none did. At the last stage none
    goes on: all have arrived, and ``waiting`` counts them.
    """

    stage: str
    n: int
    went_on: int
    ended: Mapping[str, int]
    waiting: int
    median_days: Fraction | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """``stages``: in order; the ``n`` of the first is all that entered."""

    stages: tuple[StageCount, ...]

    @property
    def n(self) -> int:
        return self.stages[0].n

    @property
    def arrived(self) -> int:
        return self.stages[-1].n

    @property
    def waiting(self) -> int:
        """Those that neither ended nor arrived. ``n == arrived + waiting + count_ended`` of each ending."""
        return sum(stage.waiting for stage in self.stages[:-1])

    def count_ended(self, ending: str) -> int:
        return sum(stage.ended[ending] for stage in self.stages)


def count_funnel(passages: Iterable[Passage], *, stages: Sequence[str], endings: Sequence[str]) -> Funnel:
    """``stages``: at least one, in order. ``endings``: those that a passage may have; each is counted, even at zero.

    Raises FunnelError: ``stage-skipped`` (more days than stages, or none), ``days-disordered``, ``ending-unknown``,
    ``ended-after-arrival``.

    >>> walked = [Passage((date(2026, 3, 1), date(2026, 3, 11))), Passage((date(2026, 3, 1),), "refused")]
    >>> first, second = count_funnel(walked, stages=["asked", "paid"], endings=["refused"]).stages
    >>> first.n, first.went_on, first.ended["refused"], first.waiting, first.median_days, second.n
    (2, 1, 1, 0, Fraction(10, 1), 1)
    """
    walked = [_check(passage, stages=stages, endings=endings) for passage in passages]
    return Funnel(tuple(_count_stage(walked, place, stages, endings) for place in range(len(stages))))


def find_median(numbers: Iterable[int]) -> Fraction | None:
    """Exact: the middle number, or half the sum of the two in the middle; None of nothing.

    >>> find_median([4, 1, 3]), find_median([1, 4]), find_median([])
    (Fraction(3, 1), Fraction(5, 2), None)
    """
    ordered = sorted(numbers)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return Fraction(ordered[middle] + ordered[-1 - middle], 2)


def _count_stage(walked: Sequence[Passage], place: int, stages: Sequence[str], endings: Sequence[str]) -> StageCount:
    here = [passage for passage in walked if len(passage.reached) > place]
    onward = [passage.reached for passage in here if len(passage.reached) > place + 1]
    stopped = [passage.ending for passage in here if len(passage.reached) == place + 1]
    ended = {ending: stopped.count(ending) for ending in endings}
    median = find_median((reached[place + 1] - reached[place]).days for reached in onward)
    return StageCount(stages[place], len(here), len(onward), ended, stopped.count(""), median)


def _check(passage: Passage, *, stages: Sequence[str], endings: Sequence[str]) -> Passage:
    reached = passage.reached
    if not 1 <= len(reached) <= len(stages):
        raise FunnelError("stage-skipped", reached=len(reached))
    if list(reached) != sorted(reached):
        raise FunnelError("days-disordered", reached=reached)
    if passage.ending and passage.ending not in endings:
        raise FunnelError("ending-unknown", ending=passage.ending, allowed=tuple(endings))
    if passage.ending and len(reached) == len(stages):
        raise FunnelError("ended-after-arrival", ending=passage.ending)
    return passage
