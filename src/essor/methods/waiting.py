"""How long files usually take from a stage to a goal: the median and eight in ten, with what is still under way.

Kaplan and Meier, as for the survival of enterprises (:mod:`essor.methods.survival`): a file that has not reached the
goal, or that was closed before it, counts as long as it was followed. So the time is that of a file that goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from essor.methods.forecast.journeys import LOST, OPENED, Journey
from essor.methods.survival import Curve, Seen, draw_curve

FEWEST = 10
"""Under ten files that reached the goal, eight in ten says nothing: the same ten as the forecast's."""
MEDIAN, LOW, HIGH = Fraction(1, 2), Fraction(1, 10), Fraction(9, 10)


@dataclass(frozen=True, slots=True)
class UsualTime:
    """In days. ``n``: how many files reached the goal; ``followed``: all those that count. ``median`` None: too few, or
    fewer than half are known to reach it; ``high`` None: more than one in ten takes longer than anyone was followed."""

    n: int
    followed: int
    median: int | None = None
    low: int | None = None
    high: int | None = None


def follow_files(
    journeys: Iterable[Journey], *, stage: str, stages: Sequence[str], goal: str, as_of: date
) -> list[Seen]:
    """How long each file was followed from ``stage``, in days, and whether it reached ``goal``: one of ``stages`` (in
    order) after it, reached as well by whoever is first seen further on, or ``opened``.

    A file counts from the first day on which it entered the stage; what happened after ``as_of`` is not known.
    """
    ends = {*(stages[stages.index(goal) :] if goal != OPENED else ()), OPENED}
    known = (journey.as_known(as_of) for journey in journeys)
    return [one for journey in known if journey and (one := _follow(journey, stage, ends, as_of))]


def find_usual(seen: Iterable[Seen], *, elapsed: int = 0, fewest: int = FEWEST) -> UsualTime:
    """How long is left, for a file that entered the stage ``elapsed`` days ago and has not reached the goal: from those
    that were in the same case after as many days.

    >>> seen = [Seen(Fraction(days), has_closed=True) for days in range(1, 22)]
    >>> find_usual(seen)
    UsualTime(n=21, followed=21, median=11, low=3, high=19)
    >>> find_usual(seen, elapsed=11)
    UsualTime(n=10, followed=10, median=5, low=1, high=9)
    """
    left = [Seen(one.age - elapsed, one.has_closed) for one in seen if one.age > elapsed or not elapsed]
    n = sum(one.has_closed for one in left)
    if n < fewest:
        return UsualTime(n, len(left))
    curve = draw_curve(left)
    return UsualTime(n, len(left), *(_find_quantile(curve, share) for share in (MEDIAN, LOW, HIGH)))


def _follow(journey: Journey, stage: str, ends: Collection[str], as_of: date) -> Seen | None:
    """How long the file was followed from the stage, and whether it then reached the goal; None: it was never there
    before it."""
    first = next((number for number, move in enumerate(journey.moves) if move.stage in {stage, *ends}), None)
    if first is None or journey.moves[first].stage != stage:
        return None
    entered = journey.moves[first].on
    reached = next((move.on for move in journey.moves[first:] if move.stage in ends), None)
    until = reached or journey.ended(LOST) or as_of
    return Seen(Fraction((until - entered).days), has_closed=reached is not None)


def _find_quantile(curve: Curve, share: Fraction) -> int | None:
    """The first day by which so many have got there; None: it is not known."""
    return next((int(step.age) for step in curve.steps if step.share <= 1 - share), None)
