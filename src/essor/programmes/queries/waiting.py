"""How long is usually left to a file, from all the files of programmes that stood where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Max
from django.utils import timezone

from essor.cases.models import Case, CaseEvent
from essor.directory.queries import end_of_day
from essor.methods.forecast import OPENED, Journey
from essor.methods.survival import Seen
from essor.methods.waiting import UsualTime, find_usual, follow_files
from essor.programmes.queries.journeys import TOLD, list_journeys, list_stages

DECISION = "decision"
STEP = 7
"""The days already spent in a stage are counted in whole weeks: files of the same week share an answer."""


@dataclass(frozen=True, slots=True)
class GoalTime:
    """``left``: from today, after those that had waited as long; ``whole``: from the day the stage was entered."""

    goal: str
    left: UsualTime
    whole: UsualTime


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """``goals``: as known in the morning. ``entered_on``: when the file first entered
    its stage. ``waiting_since``: since when its clock is stopped, the promoter being waited for."""

    goals: Sequence[GoalTime]
    entered_on: date
    waiting_since: date | None = None


@dataclass(slots=True)
class _Known:
    """What was known of all files at the end of a day, kept as long as nothing is added to it."""

    journeys: list[Journey]
    seen: dict[tuple[str, str], list[Seen]] = field(default_factory=dict)
    usual: dict[tuple[str, str, int], UsualTime] = field(default_factory=dict)


_MADE: dict[tuple[object, ...], _Known] = {}


def find_time_left(case: Case, *, on: date) -> TimeLeft | None:
    """None: the file is of no programme, is closed, or is already open. In three queries at most, one of them only when
    a new day begins, or past files are entered."""
    stages, stage = list_stages(), case.came_from or case.stage
    if case.closed_at is not None or stage not in stages:
        return None
    own = list_journeys(case=case)
    entered_on = next((move.on for one in own for move in one.journey.moves if move.stage == stage), None)
    if entered_on is None:
        return None
    goals = [DECISION] if stages.index(stage) < stages.index(DECISION) else []
    weeks = max((on - entered_on).days, 0) // STEP
    known = _read_known(on)
    found = [
        GoalTime(goal, *(_find(known, stage, goal, elapsed, on) for elapsed in (weeks, 0))) for goal in (*goals, OPENED)
    ]
    waiting = timezone.localdate(case.waiting_since) if case.waiting_since else None
    return TimeLeft(found, entered_on, waiting)


def _read_known(on: date) -> _Known:
    """As of the day before, so that what happens today does not make it anew at each page, unless a file enters or
    leaves a programme."""
    events = CaseEvent.objects.filter(
        case__enrolment__isnull=False, kind__in=TOLD, happened_at__lte=end_of_day(on - timedelta(days=1))
    ).aggregate(last=Max("pk"), latest=Max("happened_at"), n=Count("pk"))
    key = (on, *events.values())
    made = _MADE.get(key)
    if made is None:
        made = _Known([one.journey for one in list_journeys()])
        _MADE.clear()
        _MADE[key] = made
    return made


def _find(known: _Known, stage: str, goal: str, weeks: int, on: date) -> UsualTime:
    if (stage, goal) not in known.seen:
        known.seen[stage, goal] = follow_files(
            known.journeys, stage=stage, stages=list_stages(), goal=goal, as_of=on - timedelta(days=1)
        )
    if (stage, goal, weeks) not in known.usual:
        known.usual[stage, goal, weeks] = find_usual(known.seen[stage, goal], elapsed=weeks * STEP)
    return known.usual[stage, goal, weeks]
