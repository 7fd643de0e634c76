"""The next steps of a case."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.actions.writing import add_event, hold_case
from essor.cases.models import Case, CaseEvent, CaseTask
from essor.cases.rules import CaseError

LONGEST_LABEL = 200


@transaction.atomic
def add_task(*, case: Case, label: str, by: User | None, now: datetime, due_on: date | None = None) -> CaseTask:
    """Raises CaseError: ``case_closed``, ``task_missing``, ``task_too_long``, ``task_past``."""
    held, kept = hold_case(case, by=by, now=now), " ".join(label.split())
    if not kept:
        raise CaseError("task_missing")
    if len(kept) > LONGEST_LABEL:
        raise CaseError("task_too_long", limit=LONGEST_LABEL)
    if due_on is not None and due_on < timezone.localdate(now):
        raise CaseError("task_past")
    task = CaseTask.objects.create(case=held, label=kept, due_on=due_on, created_at=now, created_by=by)
    add_event(held, CaseEvent.Kind.TASK_ADDED, by=by, now=now, words=kept, facts={"task": task.pk})
    return task


@transaction.atomic
def finish_task(*, task: CaseTask, by: User | None, now: datetime) -> CaseTask:
    """Done once; done again, nothing changes."""
    held = hold_case(task.case, by=by, now=now)
    kept = CaseTask.objects.select_for_update().get(pk=task.pk)
    if kept.done_at is not None:
        return kept
    kept.done_at, kept.done_by = now, by
    kept.save(update_fields=["done_at", "done_by"])
    add_event(held, CaseEvent.Kind.TASK_DONE, by=by, now=now, words=kept.label, facts={"task": kept.pk})
    return kept
