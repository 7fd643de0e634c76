"""What is commonly announced instead, to be compared with: the pace so far, and sums of weighted files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from essor.methods.forecast.journeys import ENDS, OPENED, Journey


def follow_pace(opened: int, *, starts_on: date, as_of: date, horizon_on: date) -> Fraction:
    """Openings at the horizon if they go on as they went; ``opened`` on the first day.

    >>> follow_pace(4, starts_on=date(2018, 1, 1), as_of=date(2019, 1, 1), horizon_on=date(2020, 1, 1))
    Fraction(8, 1)
    """
    past, future = (as_of - starts_on).days, (horizon_on - as_of).days
    return Fraction(opened) if past <= 0 else Fraction(opened) + Fraction(opened * future, past)


def weigh_pipeline(journeys: Iterable[Journey], *, as_of: date, weights: Mapping[str, Fraction]) -> Fraction:
    """Those opened, and each file under way for the share that its stage is worth, whatever the time left."""
    total = Fraction(0)
    for journey in journeys:
        known = journey.as_known(as_of)
        if known is None:
            continue
        stage = known.moves[-1].stage
        total += int(stage == OPENED) if stage in ENDS else weights.get(stage, Fraction(0))
    return total


def learn_weights(journeys: Iterable[Journey], *, as_of: date) -> dict[str, Fraction]:
    """Of the files that ended, by stage through which they passed: the share that opened."""
    passed: dict[str, list[bool]] = {}
    for journey in journeys:
        known = journey.as_known(as_of)
        if known is None or known.moves[-1].stage not in ENDS:
            continue
        has_opened = known.ended(OPENED) is not None
        for stage in {move.stage for move in known.moves if move.stage not in ENDS}:
            passed.setdefault(stage, []).append(has_opened)
    return {stage: Fraction(sum(found), len(found)) for stage, found in passed.items()}
