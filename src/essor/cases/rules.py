"""How a workflow is interpreted: the moves that are open, the clock, what a closing must say, who is reminded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from essor.knowledge.retention import RetentionDefinition
from essor.knowledge.workflows import MoveDefinition, OutcomeDefinition, StageDefinition, WorkflowDefinition
from essor.methods.business_days import add_business_days, extend_term
from essor.methods.months import add_months

PROMOTER = "promoter"
ADVISER = "adviser"
ADMINISTRATORS = "administrators"
WITH_A_FORM = frozenset({"assign", "begin", "ask", "answer", "close"})

ERASURES = ("asked", "kept_long_enough", "opened_by_mistake")
"""Why the words of a file are erased: a code, since the trace keeps it for ever."""


def find_last_day(retention: RetentionDefinition, *, deposited_on: date, closed_on: date | None) -> date | None:
    """The last day on which a document is kept; None while its file is open, where it counts from the closing."""
    start = deposited_on if retention.counted_from == "deposit" else closed_on
    return None if start is None else add_months(start, 12 * retention.years)


FEWEST_WORDS = 3
"""An outcome says something: « fermé » alone is refused, and so are three dashes."""

FEWEST_FOR_USUAL = 5
"""Under five closed files a usual time says more of one person than of the service."""


class CaseError(ValueError):
    """A refusal: ``code`` and ``facts``; :func:`essor.cases.wording.explain_error` makes the sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class Clock:
    """``due_on``: the day by which whoever acts must have acted; None once closed. ``stopped_on`` and ``kept_due_on``:
    since when the adviser's term is stopped, and the term that they then had."""

    due_on: date | None
    stopped_on: date | None = None
    kept_due_on: date | None = None

    def is_overdue(self, on: date) -> bool:
        return self.due_on is not None and on > self.due_on


@dataclass(frozen=True, slots=True)
class DueReminder:
    """``rank``: its place in the stage's list, from 1. ``is_escalation``: it tells the administrators."""

    rank: int
    to: str
    is_escalation: bool


@dataclass(frozen=True, slots=True)
class Usual:
    """The median of ``n`` closed files, in business days."""

    days: int
    n: int


def list_moves(workflow: WorkflowDefinition, *, stage: str, by: str) -> list[MoveDefinition]:
    """The moves that ``by`` (promoter or adviser) may make from a stage, in the order of the file."""
    return [move for move in workflow.moves if stage in move.from_stages and by in move.by]


def list_free_moves(workflow: WorkflowDefinition, *, stage: str) -> list[MoveDefinition]:
    """Those that an adviser makes by hand and that have no form of their own."""
    moves = list_moves(workflow, stage=stage, by=ADVISER)
    return [move for move in moves if move.code not in WITH_A_FORM and not move.by_deed]


def list_steps(workflow: WorkflowDefinition, *, stage: str, came_from: str = "") -> tuple[list[StageDefinition], int]:
    """The stages as steps, and the number, from 1, of that where a file stands. One that stops the clock is a step only
    while the file is there; from one that an answer ends, the file is where that answer leads it."""
    here = stage
    if any(move.code == "answer" for move in list_moves(workflow, stage=stage, by=PROMOTER)):
        here = _find_resuming_stage(workflow, stage, came_from)
    steps = [one for one in workflow.stages if not one.stops_clock or one.code == here]
    return steps, next(n for n, one in enumerate(steps, 1) if one.code == here)


def list_outcomes(workflow: WorkflowDefinition, *, by: str) -> list[OutcomeDefinition]:
    return [outcome for outcome in workflow.outcomes if by in outcome.by]


def decide_move(
    workflow: WorkflowDefinition,
    *,
    stage: str,
    move: str,
    by: str,
    words: str = "",
    came_from: str = "",
    is_deed: bool = False,
) -> StageDefinition:
    """The stage that a move leads to. ``came_from``: the stage from which the file came to wait. ``is_deed``: what this
    move says has just been done.

    Raises CaseError: ``case_closed``, ``move_unknown``, ``move_not_from_here`` (with the moves that are open),
    ``move_not_yours``, ``move_by_deed``, ``reason_missing``.
    """
    if workflow.get_stage(stage).is_final:
        raise CaseError("case_closed")
    found = next((one for one in workflow.moves if one.code == move), None)
    if found is None:
        raise CaseError("move_unknown", move=move)
    if stage not in found.from_stages:
        open_moves = [one.code for one in list_moves(workflow, stage=stage, by=by)]
        raise CaseError("move_not_from_here", move=move, stage=stage, allowed=open_moves)
    if by not in found.by:
        raise CaseError("move_not_yours", move=move)
    if found.by_deed and not is_deed:
        raise CaseError("move_by_deed", move=move)
    if found.needs_reason and not words.strip():
        raise CaseError("reason_missing", move=move)
    return workflow.get_stage(found.to or came_from)


def check_day(workflow: WorkflowDefinition, *, move: str, day: date | None, asked_on: date, on: date) -> date | None:
    """The day that a move says, where it asks one; ``asked_on``: that of the request.

    Raises CaseError: ``day_missing``, ``day_to_come``, ``day_before_request``.
    """
    asks = next((one.asks_day for one in workflow.moves if one.code == move), None)
    if asks is None:
        return None
    if day is None:
        raise CaseError("day_missing", asked=asks)
    if day > on:
        raise CaseError("day_to_come", day=day)
    if day < asked_on:
        raise CaseError("day_before_request", day=day, asked_on=asked_on)
    return day


def check_outcome(workflow: WorkflowDefinition, *, outcome: str, words: str, by: str) -> OutcomeDefinition:
    """The outcome, once its words say something.

    Raises CaseError: ``outcome_unknown``, ``outcome_not_yours``, ``outcome_words_missing``.
    """
    found = next((one for one in workflow.outcomes if one.code == outcome), None)
    if found is None:
        raise CaseError("outcome_unknown", outcome=outcome)
    if by not in found.by:
        raise CaseError("outcome_not_yours", outcome=outcome)
    if sum(any(map(str.isalnum, word)) for word in words.split()) < FEWEST_WORDS:
        raise CaseError("outcome_words_missing", outcome=outcome, fewest=FEWEST_WORDS)
    return found


def start_clock(workflow: WorkflowDefinition, *, stage: str, on: date) -> Clock:
    """The term of a stage entered, or renewed, on a day."""
    days = workflow.get_stage(stage).days_allowed
    return Clock(None if days is None else add_business_days(on, days))


def move_clock(workflow: WorkflowDefinition, clock: Clock, *, before: str, after: str, on: date) -> Clock:
    """The clock once a file goes from a stage to another.

    Waiting for the promoter stops the adviser's term: as many business days are left when the answer comes. A first
    contact that leads straight to waiting has kept its promise: what is kept is then the whole term of the stage that
    the answer will lead to.
    """
    if workflow.get_stage(after).is_final:
        return Clock(None)
    if workflow.get_stage(after).stops_clock:
        resumes = _find_resuming_stage(workflow, after, before)
        kept = clock.due_on if before == resumes else start_clock(workflow, stage=resumes, on=on).due_on
        return Clock(start_clock(workflow, stage=after, on=on).due_on, stopped_on=on, kept_due_on=kept)
    if clock.stopped_on is not None and clock.kept_due_on is not None:
        return Clock(extend_term(clock.kept_due_on, stopped_on=clock.stopped_on, resumed_on=max(on, clock.stopped_on)))
    return start_clock(workflow, stage=after, on=on)


def list_due_reminders(
    workflow: WorkflowDefinition, *, stage: str, due_on: date | None, sent: Collection[int], on: date
) -> list[DueReminder]:
    """The reminders of this term whose day has come by ``on`` and whose rank is not among those ``sent``."""
    if due_on is None or on <= due_on:
        return []
    reached = [
        DueReminder(rank, reminder.to, is_escalation=reminder.to == ADMINISTRATORS)
        for rank, reminder in enumerate(workflow.get_stage(stage).reminders, start=1)
        if add_business_days(due_on, reminder.after_days) <= on
    ]
    return [reminder for reminder in reached if reminder.rank not in sent]


def summarise_usual(days: Sequence[int]) -> Usual | None:
    """The usual time, rounded up to a whole business day; None where too few files have closed to say one."""
    if len(days) < FEWEST_FOR_USUAL:
        return None
    return Usual(-int(-median(days) // 1), len(days))


def _find_resuming_stage(workflow: WorkflowDefinition, stopped: str, before: str) -> str:
    """Where the promoter's answer leads from a stage that stops the clock; ``before``: where the file comes from."""
    for move in list_moves(workflow, stage=stopped, by=PROMOTER):
        to = move.to or before
        if not workflow.get_stage(to).is_final:
            return to
    raise KeyError(stopped)
