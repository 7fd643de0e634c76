"""How long a document is kept, who is told of it, and what remains once it is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from essor.accounts.models import AuditEvent, User
from essor.cases import actions, queries, storage
from essor.cases.actions import THE_PROMOTER, OpenedCase
from essor.cases.models import Case, CaseDocument, CaseEvent
from essor.cases.rules import CaseError, find_last_day
from essor.knowledge import load_retention, usual_retention
from tests.cases.conftest import ask, find_cld
from tests.pages import StrictClient

PDF = b"%PDF-1.7\nun plan d'affaires\n%%EOF\n"
CLOSED_ON = date(2026, 3, 2)
DAY = timedelta(days=1)


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=timezone.get_default_timezone())


def read(client: StrictClient, address: str) -> str:
    return client.get(address).content.decode().replace("\u00a0", " ")


def close(case: Case, *, by: User, now: datetime) -> None:
    actions.close_case(case=case, outcome="stopped", words="Le projet est abandonné", by=by, now=now)


def test_the_shipped_labels_say_how_long_and_why_in_both_languages() -> None:
    labels = load_retention()
    assert usual_retention() in labels
    for label in labels.values():
        assert all((label.label.fr, label.label.en, label.reason.fr, label.reason.en))
    assert {label.counted_from for label in labels.values()} == {"deposit", "closing"}


@pytest.mark.parametrize(
    ("code", "deposited_on", "closed_on", "last_day"),
    [
        ("case_file", date(2026, 1, 5), None, None),
        ("case_file", date(2026, 1, 5), CLOSED_ON, date(2031, 3, 2)),
        ("payment_proof", date(2026, 1, 5), CLOSED_ON, date(2033, 3, 2)),
        ("working_paper", date(2026, 1, 5), None, date(2028, 1, 5)),
        ("working_paper", date(2024, 2, 29), CLOSED_ON, date(2026, 2, 28)),
    ],
)
def test_the_last_day_counts_from_what_the_label_says(
    code: str, deposited_on: date, closed_on: date | None, last_day: date | None
) -> None:
    assert find_last_day(load_retention()[code], deposited_on=deposited_on, closed_on=closed_on) == last_day


def test_both_sides_read_how_long_a_document_is_kept(
    routed: OpenedCase, adviser: User, adviser_client: StrictClient, client: StrictClient, now: datetime
) -> None:
    said: dict[str, Any] = {"case": routed.case, "chunks": [PDF], "now": now}
    actions.attach_document(**said, name="plan.pdf", by=THE_PROMOTER)
    actions.attach_document(**said, name="facture.pdf", by=adviser, retention="payment_proof")
    actions.attach_document(**said, name="notes.pdf", by=adviser, retention="working_paper")
    assert [one.retention for one in CaseDocument.objects.order_by("pk")] == [
        "case_file", "payment_proof", "working_paper",
    ]  # fmt: skip
    addresses = ((adviser_client, f"/dossiers/{routed.case.reference}/"), (client, f"/suivi/{routed.token}/"))
    for reader, address in addresses:
        page = read(reader, address)
        assert "gardé 5 ans après la clôture du dossier (document du dossier)" in page
        assert "gardé jusqu’au 2 mars 2028 (document de travail)" in page
    assert "Ce que vous déposez est gardé 5 ans" in read(client, f"/suivi/{routed.token}/")
    close(routed.case, by=adviser, now=now)
    for reader, address in addresses:
        assert "gardé jusqu’au 2 mars 2033 (pièce à l’appui d’une somme)" in read(reader, address)
    told = queries.export_case(page=queries.read_case_page(case=Case.objects.get(pk=routed.case.pk)))
    assert {one["retention"] for one in told["documents"]} == {"case_file", "payment_proof", "working_paper"}


def test_an_adviser_says_how_long_with_the_deposit(
    routed: OpenedCase, adviser: User, adviser_client: StrictClient
) -> None:
    address = f"/dossiers/{routed.case.reference}/document/"
    form = {"file": SimpleUploadedFile("plan.pdf", PDF), "retention": "anything"}
    assert adviser_client.post(address, form).status_code == 400
    assert not CaseDocument.objects.exists()
    form = {"file": SimpleUploadedFile("plan.pdf", PDF), "retention": "working_paper"}
    assert adviser_client.post(address, form).status_code == 302
    assert CaseDocument.objects.get().retention == "working_paper"


def test_a_label_that_nobody_knows_changes_nothing(routed: OpenedCase, now: datetime) -> None:
    with pytest.raises(CaseError, match="retention_unknown"):
        actions.attach_document(
            case=routed.case, name="a.pdf", chunks=[PDF], by=THE_PROMOTER, now=now, retention="for ever"
        )
    assert not CaseDocument.objects.exists()


def test_a_document_goes_the_day_after_its_last_and_its_trace_stays(
    routed: OpenedCase, adviser: User, adviser_client: StrictClient, now: datetime,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    kept = actions.attach_document(case=routed.case, name="maude.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    close(routed.case, by=adviser, now=now)
    last_day = date(2031, 3, 2)
    assert actions.remove_expired(now=at(last_day)).removed == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.remove_expired(now=at(last_day + DAY)).removed == 1
    assert storage.open_content(kept.sha256) is None
    kept.refresh_from_db()
    assert (kept.name, kept.removed_at) == ("maude.pdf", at(last_day + DAY))
    event = CaseEvent.objects.get(kind="document_removed")
    assert (event.party, event.words, event.facts["retention"]) == ("platform", "maude.pdf (1)", "case_file")
    assert "maude" not in str(AuditEvent.objects.get(action="case_document_removed").after)
    page = read(adviser_client, f"/dossiers/{routed.case.reference}/")
    assert "retiré le 3 mars 2031, son temps de garde étant passé" in page
    assert f"/documents/{kept.pk}/" not in page
    address = f"/dossiers/{routed.case.reference}/documents/{kept.pk}/"
    assert adviser_client.get(address).status_code == 404
    assert actions.remove_expired(now=at(last_day + 2 * DAY)).removed == 0, "once"
    for changed in ({"removed_at": None}, {"retention": "working_paper"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseDocument.objects.filter(pk=kept.pk).erase(**changed)


def test_an_open_file_keeps_its_documents_but_for_working_papers(
    routed: OpenedCase, adviser: User, now: datetime
) -> None:
    actions.attach_document(case=routed.case, name="plan.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    paper = actions.attach_document(
        case=routed.case, name="notes.pdf", chunks=[PDF + b"2"], by=adviser, now=now, retention="working_paper"
    )
    assert actions.remove_expired(now=datetime(2060, 1, 1, tzinfo=UTC)).removed == 1
    assert CaseDocument.objects.exclude(removed_at=None).get() == paper


def test_a_content_that_another_file_still_keeps_stays(
    routed: OpenedCase, adviser: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    other = actions.open_case(request=ask(email="autre@exemple.test"), now=now, find_bodies=find_cld).case
    for case in (routed.case, other):
        actions.attach_document(case=case, name="guide.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    close(routed.case, by=adviser, now=now)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.remove_expired(now=at(date(2031, 3, 3))).removed == 1
    assert storage.is_whole(CaseDocument.objects.get(removed_at=None).sha256)


def test_what_a_fall_left_of_a_removal_is_thrown_away_later(
    routed: OpenedCase, adviser: User, now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    kept = actions.attach_document(case=routed.case, name="a.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    close(routed.case, by=adviser, now=now)
    with django_capture_on_commit_callbacks():
        actions.remove_expired(now=at(date(2031, 3, 3)))
    assert storage.is_whole(kept.sha256), "the process fell before it could remove the content"
    assert actions.sweep_documents(now=at(date(2031, 3, 4))) == 1
    assert storage.open_content(kept.sha256) is None


def test_an_erased_file_is_left_to_its_erasure(
    routed: OpenedCase, adviser: User, administrator: User, now: datetime
) -> None:
    actions.attach_document(case=routed.case, name="a.pdf", chunks=[PDF], by=THE_PROMOTER, now=now)
    close(routed.case, by=adviser, now=now)
    actions.erase_case(case=routed.case, reason="asked", by=administrator, now=now)
    assert actions.remove_expired(now=at(date(2031, 3, 3))).removed == 0
