"""Agreements once signed: what they are owed and when, their papers, what is told before the end, the credit shared."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from essor.accounts.models import AuditEvent, User
from essor.accounts.permissions import NotAllowed
from essor.cases import storage
from essor.cases.actions import attach_document, close_case, erase_case, move_case, sweep_documents
from essor.cases.models import Case
from essor.cases.rules import CaseError
from essor.observatory.labels import DEEDS
from essor.programmes import actions, agreement_letters
from essor.programmes.agreement_pictures import build_credit_table, list_clauses, say_check
from essor.programmes.models import Agreement, AgreementDocument, AgreementLetter, AgreementReport, Programme
from essor.programmes.queries.agreements import list_readable, read_agreement
from essor.programmes.queries.credit import read_credit
from essor.programmes.reporting import (
    ENDS,
    Alert,
    EnvelopeCheck,
    ReportingClause,
    count_days_left,
    find_alerts,
    list_reports_due,
    read_reporting,
)
from essor.programmes.rules import Clauses, ProgrammeError, Term
from essor.programmes.tasks import AgreementsNotWatched, watch_agreements
from essor.programmes.wording import SENTENCES, explain
from essor.territories.actions import load_shipped_territories
from tests.pages import StrictClient

from .conftest import DAY, NOW, SAID, TODAY, ask, define, open_file

LABEL = {"fr": "Rapport annuel", "en": "Yearly report"}
REPORTS = [
    {"code": "yearly", "label": LABEL, "every_months": 12, "within_days": 20},
    {
        "code": "final",
        "label": {"fr": "Bilan", "en": "Final report"},
        "about_on": date(2022, 12, 31),
        "within_days": 60,
    },
]
CLAUSES = {"floor_cad": 23_000, "reports": REPORTS}
TERM = Term(date(2017, 11, 23), date(2023, 1, 1))
FIRST = date(2018, 11, 22)
"""The last day of the first year."""


def sign(*partners: str, **said: Any) -> Programme:
    """A programme with one agreement for each partner."""
    model = SAID["agreements"][0] | {"clauses": CLAUSES}
    agreements = [model | {"id": f"entente-{n}", "partner": one} for n, one in enumerate(partners or ("Caisse",), 1)]
    load_shipped_territories(by=None, now=NOW)
    return actions.open_programme(definition=define(agreements=agreements, **said), by=None, now=NOW)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def signed(guards: None) -> Agreement:
    return sign().agreements.get()


def deposit(agreement: Agreement, content: bytes = b"Entente", name: str = "entente.txt", **said: Any) -> Any:
    return actions.deposit_document(
        agreement=agreement, name=name, chunks=[content], **({"by": None, "now": NOW} | said)
    )


def record(agreement: Agreement, **said: Any) -> AgreementReport:
    told: dict[str, Any] = {"code": "yearly", "about_on": FIRST, "rendered_on": TODAY, "by": None, "now": NOW}
    return actions.record_report(agreement=agreement, **(told | said))


# Which reports, and when: dates alone.


def test_a_report_is_owed_for_each_period_and_the_last_one_ends_with_the_term() -> None:
    clause = ReportingClause("half", LABEL, 0, every_months=24)
    found = list_reports_due([clause], term=TERM, rendered=(), on=date(2017, 12, 1))
    days = [(one.first_on, one.about_on) for one in found]
    assert days == [
        (date(2017, 11, 23), date(2019, 11, 22)),
        (date(2019, 11, 23), date(2021, 11, 22)),
        (date(2021, 11, 23), date(2022, 12, 31)),
    ]
    assert found[-1].due_on == date(2023, 1, 2), "31 December 2022 is a Saturday; 1 January a holiday, and a Sunday"


@given(
    st.integers(1, 36),
    st.dates(date(2000, 1, 31), date(2030, 12, 31)),
    st.integers(1, 3000),
    st.integers(0, 90),
)
def test_periods_follow_each_other_and_fill_the_term(months: int, start: date, days: int, within: int) -> None:
    term = Term(start, start + days * DAY)
    clause = ReportingClause("one", LABEL, within, every_months=months)
    found = list_reports_due([clause], term=term, rendered=(), on=start)
    day = start
    for one in found:
        assert one.first_on == day
        assert day <= one.about_on <= one.due_on
        day = one.about_on + DAY
    assert day == term.ends_before


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2018, 11, 19), "to_come"),
        (date(2018, 11, 23), "due"),
        (date(2018, 12, 20), "due"),
        (date(2018, 12, 21), "late"),
    ],
)
def test_a_report_is_to_come_then_due_then_late(on: date, state: str) -> None:
    clause = ReportingClause("yearly", LABEL, 20, every_months=12)
    found = list_reports_due([clause], term=TERM, rendered=(), on=on)[0]
    assert (found.about_on, found.due_on, found.state) == (FIRST, date(2018, 12, 20), state)
    told = list_reports_due([clause], term=TERM, rendered={found.key}, on=on)[0]
    assert told.state == "done"


@pytest.mark.parametrize(
    ("days_left", "kinds"),
    [(181, []), (180, ["end_180"]), (91, ["end_180"]), (90, ["end_90"]), (0, ["end_30"]), (-1, [])],
)
def test_the_end_is_told_at_each_milestone_and_not_after(days_left: int, kinds: list[str]) -> None:
    on = TERM.ends_before - DAY - days_left * DAY
    found = find_alerts([], term=TERM, sent=(), on=on)
    assert [one.kind for one in found] == kinds
    assert not find_alerts([], term=TERM, sent=found, on=on)
    assert count_days_left(TERM, on) == (days_left if days_left >= 0 else None)


def test_whoever_owes_three_reports_is_asked_for_the_latest() -> None:
    clause = ReportingClause("yearly", LABEL, 20, every_months=12)
    reports = list_reports_due([clause], term=TERM, rendered=(), on=date(2021, 6, 1))
    assert [one.state for one in reports[:4]] == ["late", "late", "late", "to_come"]
    found = find_alerts(reports, term=TERM, sent=(), on=date(2021, 6, 1))
    assert found == [Alert("late", "yearly", date(2020, 11, 22))]


@pytest.mark.parametrize("said", [{"every_months": 12, "about_on": date(2022, 1, 1)}, {"every_months": None}])
def test_a_clause_says_every_how_many_months_or_which_day(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="l’un des deux"):
        sign_with([REPORTS[0] | said])
    with pytest.raises(ValidationError, match="le même code"):
        sign_with([REPORTS[0], REPORTS[0]])


def sign_with(reports: list[dict[str, Any]]) -> Any:
    return define(agreements=[SAID["agreements"][0] | {"clauses": {"reports": reports}}])


def test_clauses_are_read_back_as_they_were_signed(signed: Agreement) -> None:
    yearly, final = read_reporting(signed.clauses)
    assert (yearly.code, yearly.every_months, yearly.within, yearly.label["en"]) == ("yearly", 12, 20, "Yearly report")
    assert (final.every_months, final.about_on) == (None, date(2022, 12, 31))
    assert read_reporting({"floor_cad": 1}) == []


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


@pytest.fixture
def far(db: None) -> User:
    user = User.objects.create_user("loin@exemple.test", "un mot de passe long", name="Loin")
    user.roles.create(kind="adviser", body="CLD d’ailleurs", territory_code="660", starts_on=date(2010, 1, 1))
    return user


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


# Alerts.


@pytest.fixture
def admin(db: None) -> User:
    user = User.objects.create_user("admin@exemple.test", "un mot de passe long", name="Dominique Admin")
    user.roles.create(kind="administrator", starts_on=date(2010, 1, 1))
    return user


def watch(on: date) -> dict[str, int]:
    return watch_agreements(datetime(on.year, on.month, on.day, 15, tzinfo=NOW.tzinfo))


def test_each_thing_is_told_once_to_administrators_and_to_the_partner(signed: Agreement, admin: User) -> None:
    actions.set_contact(agreement=signed, email="contact@exemple.test", by=admin, now=NOW)
    assert watch(date(2018, 11, 1))["sent"] == 0
    assert watch(date(2018, 11, 23)) == {"told": 1, "failed": 0, "sent": 2}
    assert watch(date(2018, 11, 24))["sent"] == 0
    assert sorted(letter.to[0] for letter in mail.outbox) == ["admin@exemple.test", "contact@exemple.test"]
    assert "Rapport annuel" in mail.outbox[0].subject
    to_admin, to_partner = sorted(mail.outbox, key=lambda one: one.to[0])
    assert reverse("agreement", args=["essai", "entente-1"]) in to_admin.body
    assert "bureau" not in to_partner.body
    assert "Dominique" not in to_partner.body
    assert watch(date(2018, 12, 21))["told"] == 1
    assert "En retard" in mail.outbox[-1].subject
    assert watch(date(2022, 7, 4))["told"] == 2, "180 days before the end, and the latest year that is late"
    assert {one.kind for one in AgreementLetter.objects.all()} == {"due", "late", "end_180"}


def test_the_end_is_told_three_times(signed: Agreement, admin: User) -> None:
    for days in range(200, -3, -1):
        watch(date(2022, 12, 31) - days * DAY)
    subjects = [one.subject for one in mail.outbox if "finit le" in one.subject]
    assert len(subjects) == len(ENDS)
    assert "31" in subjects[0]


def test_a_letter_with_nothing_left_to_say_does_not_leave(signed: Agreement, admin: User) -> None:
    letter = AgreementLetter(agreement=signed, kind="due", code="yearly", about_on=FIRST, created_at=NOW)
    letter.recipient = admin
    written = agreement_letters.write_letter(letter, on=TODAY)
    assert written is not None
    record(signed)
    assert agreement_letters.write_letter(letter, on=TODAY) is None
    ended = AgreementLetter(
        agreement=signed, kind="end_30", about_on=date(2022, 12, 31), recipient=admin, created_at=NOW
    )
    assert agreement_letters.write_letter(ended, on=date(2022, 12, 31)) is not None
    assert agreement_letters.write_letter(ended, on=date(2023, 1, 1)) is None, "the agreement is over"
    to_nobody = AgreementLetter(
        agreement=signed, kind="late", code="final", about_on=date(2022, 12, 31), created_at=NOW
    )
    assert agreement_letters.write_letter(to_nobody, on=TODAY) is None
    admin.is_active = False
    to_nobody.recipient = admin
    assert agreement_letters.write_letter(to_nobody, on=TODAY) is None


def test_a_fault_on_one_agreement_leaves_the_others_told(
    guards: None, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = sign("Caisse", "MRC").agreements.order_by("pk").first()
    find = find_alerts

    def fail(reports: Any, **said: Any) -> Any:
        if not AgreementLetter.objects.exists() and not seen:
            seen.append(broken)
            raise ValueError
        return find(reports, **said)

    seen: list[Any] = []
    monkeypatch.setattr("essor.programmes.actions.reporting.find_alerts", fail)
    with pytest.raises(AgreementsNotWatched):
        watch(date(2018, 11, 23))
    assert [letter.agreement.partner for letter in AgreementLetter.objects.all()] == ["MRC"]
    assert len(mail.outbox) == 1


def test_the_trace_says_that_an_address_is_known_and_never_which(signed: Agreement, admin: User) -> None:
    actions.set_contact(agreement=signed, email="contact@exemple.test", by=admin, now=NOW)
    record(signed)
    events = AuditEvent.objects.filter(target_kind="agreement", target_id=str(signed))
    assert "contact@" not in str([event.after for event in events])
    assert events.get(action="set_agreement_contact").after == {"is_known": True}
    for action in (
        "set_agreement_contact", "record_agreement_report", "withdraw_agreement_report", "deposit_agreement_document"
    ):  # fmt: skip
        assert action in DEEDS
    signed.refresh_from_db()
    assert signed.contact_email == "contact@exemple.test"
    actions.set_contact(agreement=signed, email="", by=None, now=NOW)
    signed.refresh_from_db()
    assert signed.contact_email == ""


# Credit.


def open_enterprise(*agreements: Agreement, cents: int = 23_000_00) -> Case:
    """The second agreement gives twice as much as the first."""
    case = open_file()
    for rank, agreement in enumerate(agreements):
        offer = actions.make_offer(agreement=agreement, case=case, asked=ask(cents + rank * cents), by=None, now=NOW)
        actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=None, now=NOW)
        case.refresh_from_db()
    return move_case(case=case, move="open" if agreements else "to_running", by=None, now=NOW)


@pytest.mark.parametrize(
    ("rule", "shares"),
    [
        ("equal", (Fraction(3, 2), Fraction(1, 2))),
        ("accepted", (Fraction(4, 3), Fraction(2, 3))),
    ],
)
def test_a_start_up_that_two_partners_claim_is_counted_once(
    guards: None, adviser: User, rule: str, shares: tuple[Fraction, Fraction]
) -> None:
    programme = sign("Caisse", "MRC", credit=rule)
    caisse, mrc = programme.agreements.order_by("pk")
    open_enterprise(caisse, mrc)
    open_enterprise(caisse)
    open_file()
    credit = read_credit(programme, on=TODAY)
    assert (credit.counted, credit.claimed) == (2, {"Caisse": 2, "MRC": 1})
    assert (credit.shares["Caisse"], credit.shares["MRC"]) == shares
    assert read_credit(programme, on=TODAY - DAY).counted == 0
    words = [cell for row in build_credit_table(credit, rule=rule).rows for cell in row.cells]
    assert words[-2:] == [3, 2]


def test_what_is_not_paid_yet_is_to_be_shared_under_that_rule(guards: None, adviser: User) -> None:
    programme = sign("Caisse", "MRC", credit="paid")
    caisse, mrc = programme.agreements.order_by("pk")
    case = open_enterprise(caisse, mrc)
    assert read_credit(programme, on=TODAY).unshared == 1
    actions.pay(offer=case.offers.get(agreement=mrc), cents=100, on=TODAY, words="", by=None, approved_by=None, now=NOW)
    assert read_credit(programme, on=TODAY).shares == {"Caisse": 0, "MRC": 1}


def test_an_offer_that_was_cancelled_claims_nothing(guards: None, adviser: User) -> None:
    programme = sign("Caisse", "MRC")
    caisse, mrc = programme.agreements.order_by("pk")
    case = open_enterprise(caisse, mrc)
    actions.end_offer(offer=case.offers.get(agreement=mrc), on=TODAY, words="Retiré", by=None, now=NOW)
    assert read_credit(programme, on=TODAY).claimed == {"Caisse": 1}
    actions.end_offer(offer=case.offers.get(agreement=caisse), on=TODAY, words="Retiré", by=None, now=NOW)
    credit = read_credit(programme, on=TODAY)
    assert (credit.counted, credit.unclaimed, credit.claimed) == (1, 1, {})


def test_a_rule_of_credit_is_one_that_exists(guards: None) -> None:
    with pytest.raises(ValidationError):
        define(credit="first")
    programme = sign(credit="accepted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Programme.objects.filter(pk=programme.pk).update(credit_rule="first")


# Pages.


def test_the_page_says_clauses_sum_money_reports_and_papers(
    signed: Agreement, admin: User, client: StrictClient
) -> None:
    client.force_login(admin)
    page = reverse("agreement", args=["essai", "entente-1"])
    shown = client.get(page, {"on": "2018-12-21"}).content.decode().replace("\u00a0", " ")
    for said in ("15 × 23 000 $ = 345 000 $", "juste assez", "Au moins 23 000 $", "en retard", "Rapport annuel, du 23"):
        assert said in shown
    soon = client.get(page, {"on": "2022-12-30"}).content.decode().replace("\u00a0", " ")
    assert "il reste 1 jour." in soon
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


def count_queries(client: StrictClient, page: str) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)
