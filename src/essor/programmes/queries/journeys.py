"""The moves of a programme's files, and what they say of its targets: a forecast for each part of the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone

from essor.cases.models import CaseEvent
from essor.knowledge import WorkflowDefinition, load_latest_workflow, load_workflows
from essor.methods.forecast import (
    LOST,
    OPENED,
    BackTest,
    Forecast,
    ForecastError,
    Journey,
    Move,
    Prior,
    StagePrior,
    back_test,
    count_opened,
    follow_pace,
    forecast,
    learn_weights,
    weigh_pipeline,
)
from essor.programmes.models import Programme, Target
from essor.programmes.queries import list_targets
from essor.programmes.queries.following import read_day_told
from essor.territories.queries import tree_with_past

STARTUP = "startup"
TOLD = ("opened", "moved", "closed")
TRIALS = 10
TRIAL_MONTHS = 12
DAYS_A_MONTH = 365.25 / 12
MOST_MADE = 64
_MADE: dict[tuple[Any, ...], list[TargetForecast]] = {}


@dataclass(frozen=True, slots=True)
class PlacedJourney:
    territory_code: str
    journey: Journey


@dataclass(frozen=True, slots=True)
class TargetForecast:
    """``forecast`` None: the horizon has passed, and ``opened`` is what came. ``pace``, ``weighted``: what is commonly
    announced instead, at the horizon. ``open_files``: still under way that day."""

    target: Target
    depth: int
    opened: int
    open_files: int
    forecast: Forecast | None
    pace: Fraction
    weighted: Fraction

    @property
    def probability(self) -> float:
        if self.forecast is None:
            return float(self.opened >= self.target.startups)
        return self.forecast.probability_of(self.target.startups)

    @property
    def interval(self) -> tuple[int, int]:
        return self.forecast.interval() if self.forecast else (self.opened, self.opened)

    @property
    def mean(self) -> float:
        return self.forecast.mean if self.forecast else float(self.opened)

    @property
    def is_thin(self) -> bool:
        return self.forecast is not None and self.forecast.is_thin

    @property
    def extra_for_even(self) -> float | None:
        """How many more files a month would make the target as likely as not; None: too many, or too late."""
        return self.forecast.extra_for(self.target.startups) if self.forecast else None


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
    """In one query. A file arrives when it enters the programme, where it then stands: what came before is not the
    programme's, and counting it would make those that entered look sure to."""
    rows = (
        CaseEvent.objects.filter(case__enrolment__programme=programme, kind__in=TOLD)
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


def read_forecasts(programme: Programme, *, on: date) -> list[TargetForecast]:
    """The same, made once for a day and what is known of the files: as long as no event follows and no file leaves,
    nothing changes."""
    told = CaseEvent.objects.filter(case__enrolment__programme=programme)
    known = told.aggregate(last=Max("pk"), files=Count("case", distinct=True))
    key = (programme.pk, programme.created_at, on, known["last"], known["files"])
    if key not in _MADE:
        if len(_MADE) >= MOST_MADE:
            _MADE.clear()
        _MADE[key] = forecast_targets(programme, on=on)
    return _MADE[key]


def forecast_targets(programme: Programme, *, on: date) -> list[TargetForecast]:
    """Each part of the tree, after what it is a part of; chances and times are learnt from all the files.

    Raises :class:`~essor.methods.forecast.ForecastError`.
    """
    placed = read_journeys(programme)
    everyone, last = [one.journey for one in placed], programme.ends_before - timedelta(days=1)
    if on < programme.starts_on:
        raise ForecastError("not-started", as_of=on, starts_on=programme.starts_on)
    weights = learn_weights(everyone, as_of=on)
    found = []
    for line in list_targets(programme):
        target, depth = line.target, line.depth
        theirs = [one.journey for one in placed if _is_in(one.territory_code, target, on)]
        known = [journey for one in theirs if (journey := one.as_known(on))]
        opened = count_opened(theirs, on=min(on, last), known_on=on)
        made = None
        if on < last:
            made = forecast(
                theirs, stages=list_stages(), starts_on=min(programme.starts_on, on), as_of=on, horizon_on=last,
                prior=read_prior(), learn_from=everyone,
            )  # fmt: skip
        found.append(
            TargetForecast(
                target,
                depth,
                opened,
                sum(not one.ended(OPENED) and not one.ended(LOST) for one in known),
                made,
                follow_pace(opened, starts_on=programme.starts_on, as_of=min(on, last), horizon_on=last),
                weigh_pipeline(theirs, as_of=on, weights=weights),
            )
        )
    return found


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


def _is_in(code: str, target: Target, on: date) -> bool:
    """A target without a place counts every file of the programme."""
    return not target.territory_code or code in {target.territory_code, *_inside(target.territory_code, on)}


def _inside(code: str, on: date) -> Iterable[str]:
    return tree_with_past(on).inside([code])


def answer_forecasts(found: Sequence[TargetForecast]) -> list[dict[str, Any]]:
    """As plain data."""
    return [
        {
            "code": one.target.code,
            "target": one.target.startups,
            "opened": one.opened,
            "open_files": one.open_files,
            "probability": round(one.probability, 4),
            "interval_80": list(one.interval),
            "mean": round(one.mean, 2),
            "extra_a_month_for_even": one.extra_for_even,
            "is_thin": one.is_thin,
            "pace": round(float(one.pace), 2),
            "weighted": round(float(one.weighted), 2),
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
