"""A term that passes is reminded, then told to the administrators: each once, however often this runs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from essor.cases.actions.writing import add_event, leave_letter, workflow_of
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import ADVISER, PROMOTER, DueReminder, list_due_reminders

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many reminders and escalations this run wrote, how many open cases are late, and on how many it failed."""

    reminders: int = 0
    escalations: int = 0
    late: int = 0
    failed: int = 0


def remind_and_escalate(*, now: datetime) -> Reminded:
    """Each case on its own: a fault on one leaves the others reminded."""
    on = timezone.localdate(now)
    late = Case.objects.open().filter(due_on__lt=on).order_by("due_on", "pk").values_list("pk", flat=True)
    numbers = list(late)
    written, failed = list[DueReminder](), 0
    for number in numbers:
        try:
            written += _remind(number, on=on, now=now)
        except Exception:  # whatever is wrong with one, those after it are late too
            logger.exception("reminders of case %s", number)
            failed += 1
    escalations = sum(reminder.is_escalation for reminder in written)
    return Reminded(len(written) - escalations, escalations, len(numbers), failed)


@transaction.atomic
def _remind(number: int, *, on: date, now: datetime) -> list[DueReminder]:
    case = Case.objects.select_for_update(of=("self",)).select_related("assigned_to").get(pk=number)
    if case.closed_at is not None or case.due_on is None:
        return []
    term = f"{case.stage}:{case.due_on.isoformat()}:"
    written = CaseEvent.objects.filter(case=case, once__startswith=term).values_list("once", flat=True)
    sent = {int(once.removeprefix(term)) for once in written}
    due = list_due_reminders(workflow_of(case), stage=case.stage, due_on=case.due_on, sent=sent, on=on)
    for reminder in due:
        kind = CaseEvent.Kind.ESCALATED if reminder.is_escalation else CaseEvent.Kind.REMINDED
        # No letter reaches a promoter without an e-mail address: whoever has the case is told to call them.
        letter, to = ("call", ADVISER) if _is_out_of_reach(case, reminder) else ("reminder", reminder.to)
        facts = {"to": to, "due_on": case.due_on.isoformat(), "rank": reminder.rank}
        add_event(case, kind, by=None, now=now, once=f"{term}{reminder.rank}", facts=facts)
        leave_letter(case, "escalated" if reminder.is_escalation else letter, to=to, now=now)
        if reminder.is_escalation:
            case.escalated_at = now
            case.save(update_fields=["escalated_at"])
    return due


def _is_out_of_reach(case: Case, reminder: DueReminder) -> bool:
    return reminder.to == PROMOTER and not case.promoter_email
