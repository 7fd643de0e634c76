"""In which order to ask for the chosen aids, and what about them is not known or comes late."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta

from essor.methods.financing.project import Aid, Project

STEP_REASONS = (
    "deadline",
    "no-deadline",
    "dates-unknown",
    "opens-the-way",
    "after-other-funder",
    "together",
)
FLAG_CODES = (
    "window-unknown",
    "opening-unknown",
    "closing-unknown",
    "decision-unknown",
    "decision-after-deadline",
    "decision-after-start",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One request. ``reason``: why it stands there, one of STEP_REASONS. ``other``: the aid that the reason names.

    ``opens-the-way``: asked for first because ``other`` needs another funder. ``after-other-funder``: needs another
    funder, and ``other`` is asked for. ``together``: each needs the other as its other funder.
    """

    aid: str
    reason: str
    closes_before: date | None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to check about an aid: one of FLAG_CODES. ``on``: the day of the answer, where it is known."""

    aid: str
    code: str
    on: date | None = None


def order_requests(aids: Sequence[Aid], needing: Set[str]) -> tuple[Step, ...]:
    """The order in which to ask: deadlines first; then open without a known end; then unknown dates.

    At the same deadline the longest decision comes first. An aid in ``needing`` (ids of those whose option asks for
    another funder) comes after one that may be that funder, which is moved up where it must be.
    """
    waiting, placed = sorted(aids, key=_urgency), list[Aid]()
    steps: list[Step] = []
    while waiting:
        head = waiting[0]
        funders = [aid for aid in placed if head.is_other_funder(aid)]
        if head.id not in needing:
            step = Step(head.id, _reason(head), head.closes_before)
        elif funders:
            step = Step(head.id, "after-other-funder", head.closes_before, funders[0].id)
        else:
            possible = [aid for aid in waiting if head.is_other_funder(aid)]
            free = [aid for aid in possible if aid.id not in needing]
            if free:
                step = Step(free[0].id, "opens-the-way", free[0].closes_before, head.id)
            else:
                step = Step(head.id, "together", head.closes_before, possible[0].id)
        steps.append(step)
        placed += [aid for aid in waiting if aid.id == step.aid]
        waiting = [aid for aid in waiting if aid.id != step.aid]
    return tuple(steps)


def find_flags(project: Project, aids: Sequence[Aid], *, on: date) -> tuple[Flag, ...]:
    """What is to be checked about each aid, in the order given, if it is asked for on that day."""
    found: list[Flag] = []
    for aid in aids:
        window = {
            (True, True): "window-unknown",
            (True, False): "opening-unknown",
            (False, True): "closing-unknown",
        }.get((aid.opens_on is None, aid.closes_before is None))
        found += [Flag(aid.id, window)] if window else []
        if aid.decision_days is None:
            found.append(Flag(aid.id, "decision-unknown"))
            continue
        answered_on = on + timedelta(days=aid.decision_days)
        if project.decides_by is not None and answered_on > project.decides_by:
            found.append(Flag(aid.id, "decision-after-deadline", answered_on))
        if answered_on > project.starts_on:
            found.append(Flag(aid.id, "decision-after-start", answered_on))
    return tuple(found)


def _reason(aid: Aid) -> str:
    if aid.closes_before is not None:
        return "deadline"
    return "no-deadline" if aid.opens_on is not None else "dates-unknown"


def _urgency(aid: Aid) -> tuple[int, date, int, str]:
    rank = ("deadline", "no-deadline", "dates-unknown").index(_reason(aid))
    return rank, aid.closes_before or date.max, -(-1 if aid.decision_days is None else aid.decision_days), aid.id
