"""What every deed on a case does: hold it, ask whether one may, write its line and its trace, leave its letters."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import may, require
from essor.cases.models import Case, CaseEvent, CaseLetter, Party
from essor.cases.routing import list_administrators
from essor.cases.rules import ADVISER, PROMOTER, CaseError, Clock
from essor.knowledge import WorkflowDefinition, load_workflows


class Promoter:
    """Whoever holds the link of a case: they have no account."""


THE_PROMOTER = Promoter()
By = User | Promoter | None
"""A person with an account, the promoter, or None: the platform itself (a scheduled task, the operator's console)."""


def side_of(by: By) -> str:
    """The word by which a workflow knows them; the operator counts as an adviser."""
    return PROMOTER if isinstance(by, Promoter) else ADVISER


def party_of(by: By) -> str:
    if by is None:
        return Party.PLATFORM
    return Party.PROMOTER if isinstance(by, Promoter) else Party.ADVISER


def user_of(by: By) -> User | None:
    return by if isinstance(by, User) else None


def workflow_of(case: Case) -> WorkflowDefinition:
    return load_workflows()[case.workflow, case.workflow_version]


def hold_case(case: Case, *, by: By, now: datetime, even_closed: bool = False) -> Case:
    """The case as it is now, held until the end of the transaction; refuses who may not handle it, and a closed one.

    ``even_closed``: what goes on after the closing, but not after the erasure.
    """
    if not isinstance(by, Promoter):
        require(by, "handle_cases", case.territory_code, on=timezone.localdate(now))
    held = Case.objects.select_for_update().get(pk=case.pk)
    if held.erased_at is not None and even_closed:
        raise CaseError("case_erased")
    if held.closed_at is not None and not even_closed:
        raise CaseError("case_closed", reference=held.reference)
    return held


def read_clock(case: Case) -> Clock:
    stopped_on = timezone.localdate(case.waiting_since) if case.waiting_since else None
    return Clock(case.due_on, stopped_on, case.kept_due_on)


def set_clock(case: Case, clock: Clock, *, now: datetime) -> None:
    """A new term begins: what was late under the one before is no longer shown as escalated."""
    case.due_on, case.kept_due_on = clock.due_on, clock.kept_due_on
    case.waiting_since = None if clock.stopped_on is None else now
    case.escalated_at = None


def add_event(
    case: Case,
    kind: str,
    *,
    by: By,
    now: datetime,
    words: str = "",
    once: str = "",
    facts: dict[str, Any] | None = None,
) -> CaseEvent:
    """One line of the timeline and one event of the trace; the trace never holds the words."""
    event = CaseEvent.objects.create(
        case=case, kind=kind, party=party_of(by), actor=user_of(by), words=words, facts=facts or {}, once=once,
        happened_at=now,
    )  # fmt: skip
    record_event(
        action=f"case_{kind}",
        target_kind="case",
        target_id=case.reference,
        by=user_of(by),
        now=now,
        after={"event": event.pk, "stage": case.stage, **event.facts},
        label="promoter" if isinstance(by, Promoter) else "console",
    )
    return event


def leave_letter(case: Case, kind: str, *, to: str, now: datetime) -> None:
    """``to``: promoter (by e-mail, if they gave one), adviser (the person in charge while their role
    covers the place, else the administrators), administrators. Sent later by ``send_letters``."""
    if to == PROMOTER:
        if case.promoter_email:
            CaseLetter.objects.create(case=case, kind=kind, recipient=None, created_at=now)
        return
    on, in_charge = timezone.localdate(now), case.assigned_to if to == ADVISER else None
    can_act = in_charge is not None and may(in_charge, "handle_cases", case.territory_code, on=on)
    people = [in_charge] if in_charge and can_act else list_administrators(on=on)
    for person in people:
        CaseLetter.objects.create(case=case, kind=kind, recipient=person, created_at=now)
