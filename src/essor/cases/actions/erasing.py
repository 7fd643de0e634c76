"""Privacy erasure of a case: Act respecting the protection of personal information in the private sector, s. 23."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.cases import storage
from essor.cases.access import hash_token
from essor.cases.actions.writing import add_event
from essor.cases.hanging import list_hangings
from essor.cases.models import Case, CaseDocument, CaseEvent, CaseLetter, CaseMessage, CaseTask
from essor.cases.rules import ERASURES, CaseError
from essor.cases.shelves import ShelfClosed

LEFT_ALONE = timedelta(days=1)
logger = logging.getLogger(__name__)


@transaction.atomic
def erase_case(*, case: Case, reason: str, by: User | None, now: datetime) -> Case:
    """Who asked, what was written and the documents are erased for good; what counts (need, place, stages, days,
    outcome) is kept, so that usual times and totals stay true. The link opens nothing any more.

    ``reason``: one of :data:`ERASURES`.
    Raises CaseError: ``reason_missing_erase``, ``case_open`` (close it first), ``case_erased``.
    """
    require(by, "erase_case", case.territory_code, on=timezone.localdate(now))
    if reason not in ERASURES:
        raise CaseError("reason_missing_erase", allowed=ERASURES)
    held = Case.objects.select_for_update().get(pk=case.pk)
    if held.erased_at is not None:
        raise CaseError("case_erased")
    if held.closed_at is None:
        raise CaseError("case_open")
    held.erased_at, held.access_hash = now, hash_token(secrets.token_urlsafe(32))
    held.promoter_name = held.promoter_email = held.promoter_phone = held.outcome_words = ""
    held.profile, held.profile_values, held.opening_key = None, None, None
    held.save()
    erased = _erase_words(held)
    add_event(held, CaseEvent.Kind.ERASED, by=by, now=now, facts={"erased": erased, "reason": reason})
    return held


def _erase_words(case: Case) -> dict[str, int]:
    documents = CaseDocument.objects.filter(case=case)
    hashes = set(documents.values_list("sha256", flat=True))
    CaseTask.objects.filter(case=case).update(label="")
    CaseLetter.objects.filter(case=case).delete()
    erased = {
        "messages": CaseMessage.objects.filter(case=case).erase(text=""),
        "events": CaseEvent.objects.filter(case=case).erase(words=""),
        "documents": documents.erase(name=""),
        **{hanging.code: hanging.erase(case) for hanging in list_hangings()},
    }
    transaction.on_commit(lambda: remove_unheld(hashes))
    return erased


def remove_unheld(hashes: set[str]) -> None:
    """Asked once the removal is written: another case may have been given the same content meanwhile."""
    with storage.hold_documents():
        try:
            storage.remove_all(hashes - _list_held())
        except ShelfClosed:  # the words are gone; the daily sweep removes what no file holds
            logger.exception("documents not removed")


def _list_held() -> set[str]:
    held = set(CaseDocument.objects.filter(case__erased_at=None, removed_at=None).values_list("sha256", flat=True))
    return held.union(*(hanging.list_kept() for hanging in list_hangings()))


def sweep_documents(*, now: datetime) -> int:
    """Throws away what a process that fell left behind: a file half received, a document of an erased case, or one that
    its label no longer keeps.

    What is less than a day old may still be on its way. A document that no case names is kept: a database restored
    from an older copy may have forgotten it.
    """
    with storage.hold_documents():
        gone = CaseDocument.objects.exclude(case__erased_at=None, removed_at=None)
        return storage.sweep(set(gone.values_list("sha256", flat=True)) - _list_held(), before=now - LEFT_ALONE)
