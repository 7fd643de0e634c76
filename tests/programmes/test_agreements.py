"""Agreements once signed: clauses and money, reports that come, papers, who may read and write, their pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.cases import storage
from essor.cases.actions import attach_document, close_case, erase_case, sweep_documents
from essor.cases.rules import CaseError
from essor.programmes import actions
from essor.programmes.agreement_pictures import build_agreements_table, list_clauses, say_check
from essor.programmes.models import Agreement, AgreementDocument, AgreementReport
from essor.programmes.pictures import build_envelopes_table
from essor.programmes.queries import read_envelopes
from essor.programmes.queries.agreements import list_lines, list_readable, read_agreement
from essor.programmes.reporting import EnvelopeCheck
from essor.programmes.rules import Clauses, ProgrammeError
from essor.programmes.wording import SENTENCES, explain
from essor.territories.actions import load_shipped_territories
from tests.pages import StrictClient, count_queries

from .agreeing import CLAUSES, FIRST, admin, deposit, far, folder, open_enterprise, record, sign, signed, watch
from .conftest import DAY, NOW, SAID, TODAY, define, open_file

__all__ = ["admin", "far", "folder", "signed"]


# Whether the money is enough.


@pytest.mark.parametrize(
    ("floor", "promised", "left", "said"),
    [
        (23_000_00, 345_000_00, 0, "juste assez"),
        (23_000_00, 400_000_00, 55_000_00, "55 000 $ de plus"),
        (23_000_00, 300_000_00, -45_000_00, "Il manque 45 000 $"),
        (None, 345_000_00, None, "n’a pas de plancher"),
    ],
)
def test_fifteen_times_the_floor_is_checked_against_the_envelope(
    floor: int | None, promised: int, left: int | None, said: str
) -> None:
    check = EnvelopeCheck(15, floor, promised)
    assert check.left == left
    told = say_check(check, together=None).replace("\u00a0", " ")
    assert said in told
    assert ("15 × 23 000 $ = 345 000 $" in told) == (floor is not None)


def test_the_agreements_that_serve_the_same_part_are_summed(guards: None) -> None:
    first, _second = sign("Caisse", "MRC").agreements.order_by("pk")
    page = read_agreement(first, on=TODAY)
    assert page.line.check.left == 0
    assert page.together == 690_000_00
    assert "690 000 $" in say_check(page.line.check, together=page.together).replace("\u00a0", " ")


def test_what_an_agreement_does_not_say_is_said_to_be_so() -> None:
    words = dict(list_clauses(Clauses()))
    assert set(words.values()) == {"L’entente n’en dit rien."}
    assert dict(list_clauses(Clauses(is_public=False)))["Argent public"] == "Non."


# Reports that come.


def test_a_report_that_came_is_done_and_a_mistake_is_another_row(signed: Agreement) -> None:
    document = deposit(signed)
    made = record(signed, words=" Reçu par la poste ", document=document)
    assert (made.words, made.document) == ("Reçu par la poste", document)
    page = read_agreement(signed, on=TODAY)
    assert page.line.reports[0].state == "done"
    assert page.rendered["yearly", FIRST].document == document
    with pytest.raises(ProgrammeError, match="report-rendered"):
        record(signed)
    admin = User.objects.create_user("a@exemple.test", "un mot de passe long", name="Admin")
    admin.roles.create(kind="administrator", starts_on=date(2010, 1, 1))
    said: dict[str, Any] = {
        "agreement": signed,
        "code": "yearly",
        "words": "Autre dossier",
        "by": admin,
        "now": NOW + DAY,
    }
    actions.withdraw_report(about_on=FIRST, **said)
    with pytest.raises(ProgrammeError, match="report-not-rendered"):
        actions.withdraw_report(about_on=FIRST, **said)
    assert read_agreement(signed, on=TODAY + DAY).line.reports[0].state == "to_come"
    assert read_agreement(signed, on=TODAY).line.reports[0].state == "done", "as it was known that day"
    assert AgreementReport.objects.count() == 2
    assert record(signed, now=NOW + DAY).pk


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"about_on": TODAY}, "report-unknown"),
        ({"code": "weekly"}, "report-unknown"),
        ({"rendered_on": TODAY + DAY}, "report-day-to-come"),
        ({"rendered_on": date(2017, 11, 22)}, "report-too-early"),
    ],
)
def test_a_wrong_report_changes_nothing_and_says_why(signed: Agreement, said: dict[str, Any], code: str) -> None:
    with pytest.raises(ProgrammeError, match=code) as refused:
        record(signed, **said)
    assert explain(refused.value)
    assert code in SENTENCES
    assert not AgreementReport.objects.exists()


def test_what_came_and_what_was_deposited_is_never_rewritten(signed: Agreement) -> None:
    document = deposit(signed)
    report = record(signed, document=document)
    for statement in (
        "UPDATE programmes_agreementreport SET rendered_on = NULL",
        "UPDATE programmes_agreementreport SET words = 'x'",
        "DELETE FROM programmes_agreementreport",
        "UPDATE programmes_agreementdocument SET name = 'x'",
        "DELETE FROM programmes_agreementdocument",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert report.pk
    assert storage.is_whole(document.sha256)


# Papers.


def test_the_same_name_is_another_version_and_the_content_is_kept(signed: Agreement) -> None:
    first, second = deposit(signed), deposit(signed, b"Avenant")
    assert [(one.name, one.version) for one in signed.documents.all()] == [("entente.txt", 1), ("entente.txt", 2)]
    assert storage.find_path(first.sha256).read_bytes() == b"Entente"
    assert storage.is_whole(second.sha256)
    traced = AuditEvent.objects.filter(action="deposit_agreement_document", target_id=str(signed))
    assert {event.after["sha256"] for event in traced if event.after} == {first.sha256, second.sha256}


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "vide.pdf", "document_empty"),
        (b"MZ\x90\x00\x03" + bytes(64), "entente.pdf", "document_kind"),
        (b"%PDF-1.7 ...", "entente.exe", "document_name"),
        (b"x" * (storage.MAX_BYTES + 1), "gros.txt", "document_too_large"),
    ],
)
def test_a_disguised_or_endless_file_is_refused(signed: Agreement, content: bytes, name: str, code: str) -> None:
    with pytest.raises(CaseError, match=code):
        deposit(signed, content, name)
    assert not AgreementDocument.objects.exists()
    assert not [path for path in storage.documents_folder().rglob("*") if path.is_file()]


def test_an_agreement_is_full_one_day(signed: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("essor.programmes.actions.reporting.MOST_DOCUMENTS", 1)
    deposit(signed)
    with pytest.raises(ProgrammeError, match="agreement-full"):
        deposit(signed, b"Autre")
    assert AgreementDocument.objects.count() == 1


def test_the_erasure_of_a_file_leaves_what_an_agreement_keeps(
    signed: Agreement, adviser: User, django_capture_on_commit_callbacks: Any
) -> None:
    case, later = open_file(), NOW + 9 * DAY
    for content in (b"Entente", b"A moi seule"):
        attach_document(case=case, name="copie.txt", chunks=[content], by=None, now=NOW)
    kept = deposit(signed)
    closed = close_case(case=case, outcome="stopped", words="Le projet est fini", by=None, now=NOW)
    alone = closed.documents.get(version=2).sha256
    with django_capture_on_commit_callbacks(execute=True):
        erase_case(case=closed, reason="asked", by=None, now=NOW)
    sweep_documents(now=datetime.fromtimestamp(later.timestamp() + 10**9, tz=NOW.tzinfo))
    assert storage.is_whole(kept.sha256)
    assert not storage.find_path(alone).exists()


# Who may.


def test_who_serves_a_part_of_the_territory_reads_and_does_not_write(
    guards: None, adviser: User, far: User, members: list[User]
) -> None:
    model = SAID["agreements"][0] | {"clauses": CLAUSES, "territory": "14"}
    load_shipped_territories(by=None, now=NOW)
    programme = actions.open_programme(definition=define(agreements=[model]), by=None, now=NOW)
    agreement = programme.agreements.get()
    assert adviser.roles.get().territory_code == "640"
    assert list_readable(programme, user=adviser, on=TODAY) == [agreement]
    assert list_readable(programme, user=far, on=TODAY) == []
    assert list_readable(programme, user=members[0], on=TODAY) == []
    for deed in (lambda: deposit(agreement, by=adviser), lambda: record(agreement, by=adviser)):
        with pytest.raises(NotAllowed):
            deed()
    with pytest.raises(NotAllowed):
        actions.set_contact(agreement=agreement, email="x@exemple.test", by=adviser, now=NOW)
    adviser.roles.create(kind="adviser", body="Pôle", territory_code="14", starts_on=date(2010, 1, 1))
    whole = User.objects.get(pk=adviser.pk)
    assert deposit(agreement, by=whole).deposited_by == whole


# Pages.


def test_the_page_says_clauses_sum_money_reports_and_papers(
    signed: Agreement, admin: User, client: StrictClient
) -> None:
    client.force_login(admin)
    page = reverse("agreement", args=["essai", "entente-1"])
    shown = client.get(page, {"on": "2018-12-21"}).content.decode().replace("\u00a0", " ")
    for said in (
        "15 × 23 000 $ = 345 000 $",
        "juste assez",
        "Au moins 23 000 $",
        "en retard",
        "Rapport annuel, du 23",
        "Ce qui viendra",
    ):
        assert said in shown
    soon = client.get(page, {"on": "2022-12-30"}).content.decode().replace("\u00a0", " ")
    assert "il reste 1 jour." in soon
    for address in (page, reverse("agreements", args=["essai"])):
        for on in ("0001-01-01", "9999-12-31", "hier"):
            assert client.get(address, {"on": on}).status_code == 200
    listed = client.get(reverse("agreements", args=["essai"])).content.decode()
    assert page in listed
    assert client.get(reverse("agreement", args=["essai", "nulle"])).status_code == 404
    assert reverse("agreements", args=["essai"]) in client.get(reverse("programme", args=["essai"])).content.decode()


def test_papers_and_reports_are_entered_and_mended_on_the_page(
    signed: Agreement, admin: User, client: StrictClient
) -> None:
    client.force_login(admin)
    address = ["essai", "entente-1"]
    file = SimpleUploadedFile("Entente signée.txt", b"Signee", content_type="application/x-msdownload")
    answer = client.post(reverse("agreement_deposit", args=address), {"file": file}, follow=True)
    document = AgreementDocument.objects.get()
    assert document.sha256[:8] in answer.content.decode()
    sent = client.get(reverse("agreement_document", args=[*address, document.pk]))
    assert (sent["Content-Disposition"].startswith("attachment"), sent["Content-Type"]) == (True, "text/plain")
    assert b"".join(sent.streaming_content) == b"Signee"  # type: ignore[attr-defined]
    assert client.get(reverse("agreement_document", args=[*address, document.pk + 1])).status_code == 404
    said = {"report": f"yearly|{FIRST}", "rendered_on": TODAY.isoformat(), "document": document.pk, "words": "Reçu"}
    wrong = client.post(reverse("agreement_record", args=address), said | {"report": "yearly|2019-01-01"})
    assert wrong.status_code == 400
    assert not AgreementReport.objects.exists()
    done = client.post(reverse("agreement_record", args=address), said, follow=True).content.decode()
    assert "inscrit comme reçu" in done
    assert "Inscrit par Dominique Admin" in done
    mended = {"report": f"yearly|{FIRST}", "words": "Pas le bon"}
    done = client.post(reverse("agreement_withdraw", args=address), mended, follow=True).content.decode()
    assert "de nouveau attendu" in done
    client.post(reverse("agreement_contact", args=address), {"email": "contact@exemple.test"})
    assert "contact@exemple.test" in client.get(reverse("agreement", args=address)).content.decode()
    assert client.post(reverse("agreement_contact", args=address), {"email": "nul"}).status_code == 400
    assert client.get(reverse("agreement_record", args=address)).status_code == 302


def test_whoever_only_reads_is_offered_no_form_and_a_stranger_finds_nothing(
    guards: None, adviser: User, far: User, client: StrictClient
) -> None:
    model = SAID["agreements"][0] | {"clauses": CLAUSES, "territory": "14"}
    load_shipped_territories(by=None, now=NOW)
    actions.open_programme(definition=define(agreements=[model]), by=None, now=NOW)
    page, address = reverse("agreement", args=["essai", "caisse"]), ["essai", "caisse"]
    document = deposit(Agreement.objects.get())
    assert client.get(page).status_code == 302
    client.force_login(far)
    assert client.get(page).status_code == 404
    assert client.get(reverse("agreement_document", args=[*address, document.pk])).status_code == 404
    assert client.post(reverse("agreement_contact", args=address), {"email": ""}).status_code == 404
    assert "Aucune entente" in client.get(reverse("agreements", args=["essai"])).content.decode()
    client.force_login(adviser)
    shown = client.get(page).content.decode()
    assert "Inscrire un rapport" not in shown
    assert document.name in shown
    assert client.post(reverse("agreement_contact", args=address), {"email": ""}).status_code == 403


def test_pages_ask_as_much_of_the_database_with_few_rows_and_with_many(
    guards: None, admin: User, adviser: User, client: StrictClient
) -> None:
    programme = sign("Caisse", "MRC", "Pôle")
    agreement = programme.agreements.order_by("pk")[0]
    deposit(agreement)
    record(agreement)
    watch(date(2018, 11, 23))
    open_enterprise(agreement)
    client.force_login(admin)
    pages = [reverse("agreements", args=["essai"]), reverse("agreement", args=["essai", "entente-1"])]
    asked = [count_queries(client, page) for page in pages]
    for number in range(12):
        deposit(agreement, f"Avenant {number}".encode(), now=NOW + number * DAY)
    for number, one in enumerate(programme.agreements.order_by("pk")):
        record(one, about_on=date(2019 + number, 11, 22), now=NOW + DAY, rendered_on=TODAY)
        open_enterprise(one)
    watch(date(2022, 12, 1))
    assert [count_queries(client, page) for page in pages] == asked


def test_what_is_free_is_unknown_where_no_offer_was_entered(signed: Agreement, adviser: User) -> None:
    def read() -> tuple[str, str]:
        table = build_agreements_table(list_lines(signed.programme, [signed], on=TODAY), language="fr")
        return table.written_rows()[0].cells[3].text, table.note

    free, note = read()
    assert free == "inconnu"
    assert "ce n’est pas zéro" in note
    assert build_envelopes_table(read_envelopes(signed.programme, on=TODAY)).note == note
    open_enterprise(signed)
    assert read() == ("322\u00a0000\u00a0$", "")
    whole = build_envelopes_table(read_envelopes(signed.programme, on=TODAY))
    assert [one.label for one in whole.columns][-2:] == ["Versé, non revenu", "Remboursé ou récupéré"]
