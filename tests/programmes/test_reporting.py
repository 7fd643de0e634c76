"""What an agreement is owed in words and when, and what is told before it is too late."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from essor.accounts.models import AuditEvent, User
from essor.observatory.labels import DEEDS
from essor.programmes import actions, agreement_letters
from essor.programmes.models import Agreement, AgreementLetter
from essor.programmes.reporting import (
    ENDS,
    Alert,
    ReportingClause,
    count_days_left,
    find_alerts,
    list_reports_due,
    read_reporting,
)
from essor.programmes.rules import Term
from essor.programmes.tasks import AgreementsNotWatched

from .agreeing import FIRST, LABEL, REPORTS, TERM, admin, folder, record, sign, signed, watch
from .conftest import DAY, NOW, SAID, TODAY, define

__all__ = ["admin", "folder", "signed"]


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


# Alerts.


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
