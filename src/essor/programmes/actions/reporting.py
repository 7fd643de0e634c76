"""An agreement once it is signed: its papers, the reports that come, and what is told before it is too late."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.accounts.sending import Sent, send_waiting
from essor.cases.actions.documents import MOST_DOCUMENTS, Received, receive_document
from essor.cases.routing import list_administrators
from essor.programmes.actions.writing import trace
from essor.programmes.agreement_letters import write_letter
from essor.programmes.models import Agreement, AgreementDocument, AgreementLetter, AgreementReport
from essor.programmes.queries.agreements import KEEP, read_rendered
from essor.programmes.reporting import Alert, ReportDue, find_alerts, list_reports_due, read_reporting
from essor.programmes.rules import ProgrammeError

logger = logging.getLogger(__name__)


def deposit_document(
    *, agreement: Agreement, name: str, chunks: Iterable[bytes], by: User | None, now: datetime
) -> AgreementDocument:
    """The same name again is another version. Raises ProgrammeError ``agreement-full``, and the CaseErrors of
    :func:`essor.cases.actions.documents.receive_document`."""
    require(by, KEEP, agreement.territory_code, on=timezone.localdate(now))
    with receive_document(name=name, chunks=chunks) as received:
        return _write_document(agreement, received, by=by, now=now)


def _write_document(agreement: Agreement, received: Received, *, by: User | None, now: datetime) -> AgreementDocument:
    held = _hold(agreement)
    documents = AgreementDocument.objects.filter(agreement=held)
    if documents.count() >= MOST_DOCUMENTS:
        raise ProgrammeError("agreement-full", most=MOST_DOCUMENTS)
    last = documents.filter(name=received.name).aggregate(last=Max("version"))["last"] or 0
    document = AgreementDocument.objects.create(
        agreement=held, name=received.name, version=last + 1, sha256=received.sha256, size=received.size,
        media_type=received.media_type, deposited_at=now, deposited_by=by,
    )  # fmt: skip
    trace("deposit_agreement_document", held, by, now, {"sha256": document.sha256, "version": document.version})
    return document


@transaction.atomic
def record_report(
    *, agreement: Agreement, code: str, about_on: date, rendered_on: date, words: str = "",
    document: AgreementDocument | None = None, by: User | None, now: datetime,
) -> AgreementReport:  # fmt: skip
    """Raises ProgrammeError: ``report-unknown``, ``report-rendered``, ``report-day-to-come``, ``report-too-early``."""
    held, found = _hold_report(agreement, code, about_on, by=by, now=now)
    if found.state == "done":
        raise ProgrammeError("report-rendered")
    if rendered_on > timezone.localdate(now):
        raise ProgrammeError("report-day-to-come", on=rendered_on)
    if rendered_on < held.starts_on:
        raise ProgrammeError("report-too-early", on=rendered_on, starts_on=held.starts_on)
    if document is not None and document.agreement_id != held.pk:
        raise ProgrammeError("report-unknown")
    return _write_report(held, found, rendered_on, words=words, document=document, by=by, now=now)


@transaction.atomic
def withdraw_report(*, agreement: Agreement, code: str, about_on: date, words: str, by: User, now: datetime) -> None:
    """It was recorded by mistake: the report is owed again, and both rows stay. Raises ProgrammeError
    ``report-unknown``, ``report-not-rendered``."""
    held, found = _hold_report(agreement, code, about_on, by=by, now=now)
    if found.state != "done":
        raise ProgrammeError("report-not-rendered")
    _write_report(held, found, None, words=words, document=None, by=by, now=now)


@transaction.atomic
def set_contact(*, agreement: Agreement, email: str, by: User | None, now: datetime) -> None:
    """Where the partner is reminded; empty: nowhere. The trace says that it changed, never the address."""
    require(by, KEEP, agreement.territory_code, on=timezone.localdate(now))
    held = _hold(agreement)
    held.contact_email = email
    held.save(update_fields=["contact_email"])
    trace("set_agreement_contact", held, by, now, {"is_known": bool(email)})


def _hold(agreement: Agreement) -> Agreement:
    return Agreement.objects.select_for_update().get(pk=agreement.pk)


def _hold_report(
    agreement: Agreement, code: str, about_on: date, *, by: User | None, now: datetime
) -> tuple[Agreement, ReportDue]:
    on = timezone.localdate(now)
    require(by, KEEP, agreement.territory_code, on=on)
    held = _hold(agreement)
    found = next((one for one in _list_due(held, on) if one.key == (code, about_on)), None)
    if found is None:
        raise ProgrammeError("report-unknown")
    return held, found


def _list_due(agreement: Agreement, on: date) -> list[ReportDue]:
    rendered = read_rendered(agreement, on=on)
    return list_reports_due(read_reporting(agreement.clauses), term=agreement.term, rendered=rendered.keys(), on=on)


def _write_report(
    agreement: Agreement, found: ReportDue, rendered_on: date | None, *, words: str,
    document: AgreementDocument | None, by: User | None, now: datetime,
) -> AgreementReport:  # fmt: skip
    report = AgreementReport.objects.create(
        agreement=agreement, code=found.clause.code, about_on=found.about_on, rendered_on=rendered_on,
        words=words.strip(), document=document, recorded_at=now, recorded_by=by,
    )  # fmt: skip
    said = {"report": found.clause.code, "about_on": found.about_on, "rendered_on": rendered_on}
    trace("record_agreement_report" if rendered_on else "withdraw_agreement_report", agreement, by, now, said)
    return report


@dataclass(frozen=True, slots=True)
class Watched:
    """How many ends, reports due and reports late were told, and on how many agreements it failed."""

    told: int = 0
    failed: int = 0


def watch_agreements(*, now: datetime) -> Watched:
    """Each agreement on its own: a fault on one leaves the others told. Each thing is told once, ever."""
    told = failed = 0
    for agreement in Agreement.objects.order_by("pk"):
        try:
            told += _tell_of(agreement, now=now)
        except Exception:  # whatever is wrong with one, the ends of the others come too
            logger.exception("agreement %s", agreement)
            failed += 1
    return Watched(told, failed)


@transaction.atomic
def _tell_of(agreement: Agreement, *, now: datetime) -> int:
    held, on = _hold(agreement), timezone.localdate(now)
    rows = AgreementLetter.objects.filter(agreement=held).values_list("kind", "code", "about_on")
    sent = {Alert(*row) for row in rows}
    alerts = find_alerts(_list_due(held, on), term=held.term, sent=sent, on=on)
    people: list[User | None] = [*list_administrators(on=on), *([None] if held.contact_email else [])]
    letters = [
        AgreementLetter(
            agreement=held, kind=one.kind, code=one.code, about_on=one.about_on, recipient=person, created_at=now
        )
        for one in alerts
        for person in people
    ]
    AgreementLetter.objects.bulk_create(letters)
    return len(alerts) if letters else 0


def send_agreement_letters(*, now: datetime) -> Sent:
    letters = AgreementLetter.objects.select_related("agreement__programme", "recipient")
    return send_waiting(letters, write=partial(write_letter, on=timezone.localdate(now)), now=now)
