"""What its retention label no longer keeps goes: the content of a document, not the trace that it was there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from essor.cases.actions.erasing import remove_unheld
from essor.cases.actions.writing import add_event, hold_case
from essor.cases.models import CaseDocument, CaseEvent
from essor.cases.rules import find_last_day
from essor.knowledge import load_retention

SHORTEST_YEAR = timedelta(days=365)
MOST_AT_ONCE = 1000
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Removed:
    """How many documents were removed, and on how many it failed."""

    removed: int
    failed: int


def remove_expired(*, now: datetime) -> Removed:
    """Each one alone: what stops one leaves the others removed."""
    removed = failed = 0
    for document in list(islice(_list_expired(now), MOST_AT_ONCE)):
        try:
            removed += _remove(document, now=now)
        except Exception:  # whatever is wrong with one, those after it are past their day too
            logger.exception("document %s", document.pk)
            failed += 1
    return Removed(removed, failed)


def _list_expired(now: datetime) -> Iterator[CaseDocument]:
    kept = CaseDocument.objects.filter(removed_at=None, case__erased_at=None).select_related("case").order_by("pk")
    for label in load_retention().values():
        start = "deposited_at" if label.counted_from == "deposit" else "case__closed_at"
        old = kept.filter(**{"retention": label.code, f"{start}__lt": now - label.years * SHORTEST_YEAR})
        for document in old.iterator():
            last_day = find_last_day(
                label,
                deposited_on=timezone.localdate(document.deposited_at),
                closed_on=timezone.localdate(document.case.closed_at) if document.case.closed_at else None,
            )
            if last_day is not None and last_day < timezone.localdate(now):
                yield document


@transaction.atomic
def _remove(document: CaseDocument, *, now: datetime) -> int:
    held = hold_case(document.case, by=None, now=now, even_closed=True)
    if not CaseDocument.objects.filter(pk=document.pk, removed_at=None).erase(removed_at=now):
        return 0
    facts = {"document": document.pk, "sha256": document.sha256, "retention": document.retention}
    words = f"{document.name} ({document.version})"
    add_event(held, CaseEvent.Kind.DOCUMENT_REMOVED, by=None, now=now, words=words, facts=facts)
    transaction.on_commit(lambda: remove_unheld({document.sha256}))
    return 1
