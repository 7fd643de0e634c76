"""The moves of a programme's files, and what they say of its targets: a forecast for each part of the tree."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

from django.utils import timezone

from essor.cases.models import CaseEvent
from essor.knowledge import WorkflowDefinition, load_latest_workflow, load_workflows
from essor.methods.forecast import (
    LOST,
    OPENED,
    BackTest,
    ForecastError,
    Journey,
    Lesson,
    Moment,
    Move,
    Prior,
    StagePrior,
    back_test,
    follow_pace,
    learn,
    learn_weights,
    weigh_pipeline,
)
from essor.methods.forecast.journeys import DAYS_A_MONTH
from essor.programmes.models import Programme, Target
from essor.programmes.queries import TargetLine, list_targets
from essor.programmes.queries.following import read_day_told
from essor.programmes.queries.kept import keep, read_state
from essor.territories.queries import tree_with_past

STARTUP = "startup"
TOLD = ("opened", "moved", "closed")
TRIALS = 10
TRIAL_MONTHS = 12
MOST_MOMENTS = 24


@dataclass(frozen=True, slots=True)
class PlacedJourney:
    territory_code: str
    journey: Journey


@dataclass(frozen=True, slots=True)
class TargetForecast:
    """What is foreseen of a part of the target: plain values, kept from one reading to the next.

    ``past``: days and how many had opened by each. ``course``: the days to come; empty once the horizon has passed, and
    ``opened`` is then what came. ``pace``, ``weighted``: what is commonly announced instead, at the horizon.
    ``open_files``: still under way that day.
    ``extra_for_even``: how many more files a month would make the target as likely as not; None: too many, or too late.
    """

    code: str
    opened: int
    open_files: int
    probability: float
    interval: tuple[int, int]
    mean: float
    is_thin: bool
    extra_for_even: float | None
    past: tuple[tuple[date, int], ...]
    course: tuple[Moment, ...]
    pace: Fraction
    weighted: Fraction


@dataclass(frozen=True, slots=True)
class ForeseenTarget:
    """A part of the tree, with its forecast. ``is_served``: whether an agreement is about it."""

    target: Target
    depth: int
    forecast: TargetForecast
    is_served: bool


def list_stages() -> list[str]:
    """Those before the opening in which a file may stand, in order."""
    workflow = load_latest_workflow(STARTUP)
    codes = [stage.code for stage in workflow.stages if not stage.stops_clock or stage.prior]
    return codes[: codes.index(str(workflow.opens_at))]


def read_prior() -> Prior:
    """What the workflow states of its stages before any file was seen."""
    stages = {
        stage.code: StagePrior(stage.prior.months, stage.prior.goes_on)
        for stage in load_latest_workflow(STARTUP).stages
        if stage.prior
    }
    return Prior(stages)


def read_journeys(programme: Programme) -> list[PlacedJourney]:
    """See :func:`list_journeys`."""
    return list_journeys(case__enrolment__programme=programme)


def list_journeys(**of: Any) -> list[PlacedJourney]:
    """Those of enrolled files, ``of`` which. In one query. A file arrives when it enters the programme, where it then
    stands: what came before is not the programme's, and counting it would make those that entered look sure to."""
    rows = (
        CaseEvent.objects.filter(case__enrolment__isnull=False, kind__in=TOLD, **of)
        .order_by("case_id", "happened_at", "id")
        .values_list(
            "case_id", "case__territory_code", "case__workflow", "case__workflow_version",
            "case__enrolment__entered_on", "kind", "facts", "happened_at",
        )
    )  # fmt: skip
    found = []
    for _case, events in groupby(rows, key=lambda row: row[0]):
        first, *others = list(events)
        workflow, entered_on = load_workflows()[first[2], first[3]], first[4]
        moves = list(_list_moves(workflow, [row[5:] for row in (first, *others)]))
        if journey := _start_at(moves, entered_on):
            found.append(PlacedJourney(first[1], journey))
    return found


def _list_moves(workflow: WorkflowDefinition, events: Sequence[tuple[str, Mapping[str, Any], Any]]) -> Iterable[Move]:
    """Waiting is not a stage of its own: the file stays where it was. An opening told late counts on its day, from
    which the file was in no other stage, and is known on the day of the telling."""
    stages = list_stages()
    opens_on = min(
        (read_day_told(*rest) for kind, *rest in events if kind == "moved" and rest[0]["to"] == workflow.opens_at),
        default=date.max,
    )
    for kind, facts, happened_at in events:
        on = timezone.localdate(happened_at)
        if kind == "closed":
            yield Move(LOST, on)
            return
        stage = workflow.first_stage if kind == "opened" else str(facts["to"])
        if stage == workflow.opens_at:
            yield Move(OPENED, opens_on, on)
            return
        if stage in stages and on <= opens_on:
            yield Move(stage, on)


def _start_at(moves: Sequence[Move], entered_on: date) -> Journey | None:
    before = [move for move in moves if move.is_known(entered_on)]
    if not before:
        return Journey(tuple(moves)) if moves else None
    after = (replace(move, on=max(move.on, entered_on)) for move in moves[len(before) :])
    return Journey((Move(before[-1].stage, entered_on), *after))


def read_forecasts(
    programme: Programme, *, on: date, state: str = "", lines: Sequence[TargetLine] = ()
) -> list[ForeseenTarget]:
    """Each part of the tree, after what it is a part of: made once for a day and for what is known of the files.

    ``state``, ``lines``: see :func:`read_state` and :func:`list_targets`, asked here where they are not given.

    Raises :class:`~essor.methods.forecast.ForecastError`.
    """
    lines = lines or list_targets(programme)
    targets = [line.target for line in lines]
    found = keep(
        state or read_state(programme), "forecast", on=on, make=lambda: forecast_targets(programme, targets, on=on)
    )
    return [
        ForeseenTarget(line.target, line.depth, one, line.is_served) for line, one in zip(lines, found, strict=True)
    ]


def forecast_targets(programme: Programme, targets: Sequence[Target], *, on: date) -> list[TargetForecast]:
    """In the order of ``targets``; chances and times are learnt from all the files.

    Raises :class:`~essor.methods.forecast.ForecastError`.
    """
    if on < programme.starts_on:
        raise ForecastError("not-started", as_of=on, starts_on=programme.starts_on)
    placed, last = read_journeys(programme), programme.ends_before - timedelta(days=1)
    everyone = [one.journey for one in placed]
    weights, tree = learn_weights(everyone, as_of=on), tree_with_past(on)
    lesson = None
    if on < last:
        lesson = learn(
            everyone, stages=list_stages(), starts_on=programme.starts_on, as_of=on, horizon_on=last,
            prior=read_prior(),
        )  # fmt: skip
    found = []
    for target in targets:
        code = target.territory_code
        inside = {code, *tree.inside([code])} if code else None
        theirs = [one.journey for one in placed if inside is None or one.territory_code in inside]
        past = _tell_past(theirs, first=programme.starts_on, last=min(on, last), known_on=on)
        found.append(
            _foresee(
                target, theirs, lesson, past, on=on,
                pace=follow_pace(past[-1][1], starts_on=programme.starts_on, as_of=min(on, last), horizon_on=last),
                weighted=weigh_pipeline(theirs, as_of=on, weights=weights),
            )
        )  # fmt: skip
    return found


def _foresee(
    target: Target, theirs: Sequence[Journey], lesson: Lesson | None, past: tuple[tuple[date, int], ...], *, on: date,
    pace: Fraction, weighted: Fraction,
) -> TargetForecast:  # fmt: skip
    """``lesson`` None: the horizon has passed."""
    opened, open_files = past[-1][1], sum(_is_under_way(one, on) for one in theirs)
    if lesson is None:
        return TargetForecast(
            target.code, opened, open_files, float(opened >= target.startups), (opened, opened), float(opened),
            is_thin=False, extra_for_even=None, past=past, course=(), pace=pace, weighted=weighted,
        )  # fmt: skip
    made = lesson.foretell(theirs, moments=MOST_MOMENTS)
    return TargetForecast(
        target.code, opened, open_files, made.probability_of(target.startups), made.interval(), made.mean, made.is_thin,
        made.extra_for(target.startups), past, made.course, pace, weighted,
    )  # fmt: skip


def _tell_past(journeys: Sequence[Journey], *, first: date, last: date, known_on: date) -> tuple[tuple[date, int], ...]:
    """How many had opened by the end of some days, evenly spread, from the first to the last."""
    days = sorted(day for one in journeys if (known := one.as_known(known_on)) and (day := known.ended(OPENED)))
    steps = min(MOST_MOMENTS, max((last - first).days, 0))
    told = [first + (last - first) * step / steps for step in range(steps)] if steps else []
    return tuple((day, bisect_right(days, day)) for day in (*told, last))


def _is_under_way(journey: Journey, on: date) -> bool:
    known = journey.as_known(on)
    return known is not None and not known.ended(OPENED) and not known.ended(LOST)


def try_forecasts(programme: Programme, *, on: date) -> BackTest:
    """Made again on ten past days, evenly spread, each a year ahead at most, with what was known then."""
    placed = [one.journey for one in read_journeys(programme)]
    last = min(on, programme.ends_before - timedelta(days=1))
    first = programme.starts_on + timedelta(days=int(6 * DAYS_A_MONTH))
    ahead = timedelta(days=int(TRIAL_MONTHS * DAYS_A_MONTH))
    span = (last - ahead - first).days
    if span <= 0:
        return BackTest(())
    days = [first + timedelta(days=span * number // (TRIALS - 1)) for number in range(TRIALS)]
    return back_test(
        placed, dates=[(day, day + ahead) for day in days], today=on, stages=list_stages(),
        starts_on=programme.starts_on, prior=read_prior(),
    )  # fmt: skip


def answer_forecasts(found: Sequence[ForeseenTarget]) -> list[dict[str, Any]]:
    """As plain data."""
    return [
        {
            "code": one.target.code,
            "target": one.target.startups,
            "opened": one.forecast.opened,
            "open_files": one.forecast.open_files,
            "probability": round(one.forecast.probability, 4),
            "interval_80": list(one.forecast.interval),
            "mean": round(one.forecast.mean, 2),
            "extra_a_month_for_even": one.forecast.extra_for_even,
            "is_thin": one.forecast.is_thin,
            "pace": round(float(one.forecast.pace), 2),
            "weighted": round(float(one.forecast.weighted), 2),
        }
        for one in found
    ]


def answer_trials(trials: BackTest) -> dict[str, Any]:
    return {
        "n": len(trials.trials),
        "coverage_80": trials.coverage,
        "crps": trials.mean_crps,
        "trials": [
            {
                "on": one.forecast.as_of.isoformat(),
                "horizon": one.forecast.horizon_on.isoformat(),
                "interval_80": list(one.forecast.interval()),
                "came": one.opened,
                "is_inside": one.is_inside,
            }
            for one in trials.trials
        ],
    }
