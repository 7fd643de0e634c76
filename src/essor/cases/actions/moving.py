"""A case goes from stage to stage, people write to each other, it closes with an outcome in words."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from essor.cases.actions.opening import put_in_charge
from essor.cases.actions.writing import (
    THE_PROMOTER,
    By,
    Promoter,
    add_event,
    hold_case,
    leave_letter,
    read_clock,
    set_clock,
    side_of,
    user_of,
    workflow_of,
)
from essor.cases.hanging import is_barred
from essor.cases.models import Case, CaseEvent, CaseMessage, Party
from essor.cases.rules import (
    ADVISER,
    PROMOTER,
    CaseError,
    check_day,
    check_outcome,
    decide_move,
    list_moves,
    move_clock,
    start_clock,
)
from essor.knowledge import StageDefinition, load_latest_workflow

LONGEST_TEXT = 10_000
MOST_MINUTES = 24 * 60


@transaction.atomic
def move_case(
    *,
    case: Case,
    move: str,
    by: By,
    now: datetime,
    words: str = "",
    is_deed: bool = False,
    day: date | None = None,
) -> Case:
    """Makes one move of the workflow. What one asks of the promoter is also a message to them. ``is_deed``: what the
    move says has just been done, which its own action tells in words. ``day``: on which what it says happened, for a
    move that asks it.

    Raises CaseError: those of ``rules.decide_move`` and ``rules.check_day``, ``person_missing`` (entrusting has its
    own action), ``outcome_missing`` (so has closing).
    """
    held = hold_case(case, by=by, now=now)
    stage = _decide(held, move, by=by, words=words, is_deed=is_deed)
    if stage.is_final:
        raise CaseError("outcome_missing")
    if held.assigned_to_id is None:
        raise CaseError("person_missing")
    if stage.stops_clock and not is_deed:
        _keep_message(held, words, by=by, now=now)
        leave_letter(held, "asked", to=PROMOTER, now=now)
    asked_on, on = timezone.localdate(held.opened_at), timezone.localdate(now)
    said = check_day(workflow_of(held), move=move, day=day, asked_on=asked_on, on=on)
    _enter(held, move, by=by, now=now, words=words, is_deed=is_deed, day=said)
    held.save()
    return held


def _decide(case: Case, move: str, *, by: By, words: str, is_deed: bool = False) -> StageDefinition:
    return decide_move(
        workflow_of(case), stage=case.stage, move=move, by=side_of(by), words=words, came_from=case.came_from,
        is_deed=is_deed,
    )  # fmt: skip


def _enter(
    case: Case, move: str, *, by: By, now: datetime, words: str = "", is_deed: bool = False, day: date | None = None
) -> None:
    """The stage, its clock and its line; the caller saves."""
    workflow, before = workflow_of(case), case.stage
    stage = _decide(case, move, by=by, words=words, is_deed=is_deed)
    case.stage = stage.code
    case.came_from = before if stage.stops_clock else ""
    clock = move_clock(workflow, read_clock(case), before=before, after=case.stage, on=timezone.localdate(now))
    set_clock(case, clock, now=now)
    if not isinstance(by, Promoter) and case.answered_at is None:
        case.answered_at = now
    add_event(
        case, CaseEvent.Kind.MOVED, by=by, now=now, words=words.strip(),
        facts={"move": move, "from": before, "to": case.stage, **({"on": day.isoformat()} if day else {})},
    )  # fmt: skip


def take_answer(case: Case, *, now: datetime) -> None:
    """What the promoter writes or deposits while they are waited for is their answer; the caller saves."""
    workflow = workflow_of(case)
    if case.waiting_since is not None and any(
        move.code == "answer" for move in list_moves(workflow, stage=case.stage, by=PROMOTER)
    ):
        _enter(case, "answer", by=THE_PROMOTER, now=now)


def _keep_message(
    case: Case, text: str, *, by: By, now: datetime, is_note: bool = False, minutes: int | None = None
) -> CaseMessage:
    kept = text.strip()
    if not kept:
        raise CaseError("text_missing")
    if len(kept) > LONGEST_TEXT:
        raise CaseError("text_too_long", limit=LONGEST_TEXT)
    if minutes is not None and not 0 <= minutes <= MOST_MINUTES:
        raise CaseError("minutes_wrong", limit=MOST_MINUTES)
    party = Party.PROMOTER if isinstance(by, Promoter) else Party.ADVISER
    return CaseMessage.objects.create(
        case=case, party=party, author=user_of(by), is_note=is_note, minutes=minutes, text=kept, written_at=now
    )


@transaction.atomic
def write_message(*, case: Case, text: str, by: By, now: datetime) -> CaseMessage:
    """To the other side. The promoter's answer starts the adviser's clock again; the adviser's message is a first
    contact, or begins a new term, unless no letter can tell the promoter of it.

    Raises CaseError: ``case_closed``, ``text_missing``, ``text_too_long``."""
    held = hold_case(case, by=by, now=now)
    message = _keep_message(held, text, by=by, now=now)
    add_event(held, CaseEvent.Kind.MESSAGE, by=by, now=now, facts={"message": message.pk})
    if isinstance(by, Promoter):
        take_answer(held, now=now)
        leave_letter(held, "message", to=ADVISER, now=now)
    else:
        if held.promoter_email:
            _begin_or_renew(held, by=by, now=now)
        leave_letter(held, "message", to=PROMOTER, now=now)
    held.save()
    return message


def _begin_or_renew(case: Case, *, by: By, now: datetime) -> None:
    """Whoever answers a case that nobody has takes charge of it."""
    workflow, user = workflow_of(case), user_of(by)
    case.answered_at = case.answered_at or now
    if case.assigned_to_id is None and user is not None:
        if is_barred(case, user, on=timezone.localdate(now)):
            raise CaseError("receiver_barred", person=str(user), references=[case.reference])
        put_in_charge(case, user, now=now)
        add_event(case, CaseEvent.Kind.ASSIGNED, by=by, now=now, facts={"person": user.pk, "before": None})
    if any(move.code == "begin" for move in list_moves(workflow, stage=case.stage, by=ADVISER)):
        _enter(case, "begin", by=by, now=now)
    elif case.assigned_to_id is not None and case.waiting_since is None:
        set_clock(case, start_clock(workflow, stage=case.stage, on=timezone.localdate(now)), now=now)


@transaction.atomic
def write_note(
    *, case: Case, text: str, by: By, now: datetime, minutes: int | None = None, has_talked: bool = False
) -> CaseMessage:
    """The accompaniment log: what was done and how long it took, for advisers only. ``has_talked``: the promoter was
    spoken to, which is a first contact, or begins a new term; else no clock moves."""
    held = hold_case(case, by=by, now=now)
    if isinstance(by, Promoter):
        raise CaseError("note_not_yours")
    note = _keep_message(held, text, by=by, now=now, is_note=True, minutes=minutes)
    add_event(held, CaseEvent.Kind.NOTE, by=by, now=now, facts={"message": note.pk, "minutes": minutes})
    if has_talked:
        _begin_or_renew(held, by=by, now=now)
        held.save()
    return note


@transaction.atomic
def continue_case(*, case: Case, workflow: str, by: By, now: datetime) -> Case:
    """The same file goes on under a workflow that continues its own: same stage, same term, same timeline.

    Raises CaseError: ``case_closed``, ``workflow_not_next``.
    """
    held, after = hold_case(case, by=by, now=now), load_latest_workflow(workflow)
    if after.continues != held.workflow:
        raise CaseError("workflow_not_next", reference=held.reference)
    held.workflow, held.workflow_version = after.id, after.version
    if held.waiting_since is not None:
        held.came_from = held.came_from or "in_conversation"
    held.save()
    return held


@transaction.atomic
def close_case(*, case: Case, outcome: str, words: str, by: By, now: datetime) -> Case:
    """Closes with an outcome in words: there is no other way to the end. The promoter withdraws, an adviser closes.

    Raises CaseError: ``case_closed``, ``outcome_unknown``, ``outcome_not_yours``, ``outcome_words_missing``.
    """
    held = hold_case(case, by=by, now=now)
    workflow, before = workflow_of(held), held.stage
    move = "withdraw" if isinstance(by, Promoter) else "close"
    found = check_outcome(workflow, outcome=outcome, words=words, by=side_of(by))
    held.stage = decide_move(workflow, stage=before, move=move, by=side_of(by), words=words).code
    clock = move_clock(workflow, read_clock(held), before=before, after=held.stage, on=timezone.localdate(now))
    set_clock(held, clock, now=now)
    held.outcome_code, held.outcome_words, held.closed_at = found.code, words.strip(), now
    held.save()
    add_event(
        held, CaseEvent.Kind.CLOSED, by=by, now=now, words=held.outcome_words,
        facts={"outcome": found.code, "from": before},
    )  # fmt: skip
    leave_letter(held, "closed", to=ADVISER if isinstance(by, Promoter) else PROMOTER, now=now)
    return held
