"""A loan is repaid month by month, in the ledger; what is late is told; a mistake is put right, never rubbed out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from essor.accounts.audit import verify_chain
from essor.accounts.models import User
from essor.cases.actions import close_case, erase_case
from essor.cases.letters import write_letter
from essor.cases.models import Case, CaseEvent, CaseLetter
from essor.programmes import actions
from essor.programmes.actions import NewTerms
from essor.programmes.models import Agreement, LedgerMove, LoanReceipt, LoanSchedule, Offer
from essor.programmes.queries import read_envelopes
from essor.programmes.queries.files import read_file
from essor.programmes.queries.funding import read_funding
from essor.programmes.queries.loans import export_loans, read_loan
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import SENTENCES, explain

from .conftest import DAY, NOW, TODAY, ask
from .test_money import hold

FIRST = TODAY + timedelta(days=28)
MONTH = 31 * DAY
TERMS = NewTerms(Decimal("5"), 12, FIRST, TODAY, moratorium=2)
AFTER = TODAY + 5 * MONTH

HOUR = timedelta(hours=1)


def lend(case: Case, agreement: Agreement, *, loan: int = 10_000_00, now: Any = NOW) -> Offer:
    """An offer of 23 000 $ given and a loan, accepted and paid."""
    offer = actions.make_offer(agreement=agreement, case=case, asked=ask(23_000_00, loan), by=None, now=now)
    actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=None, now=now)
    other = User.objects.get(name="Alex Autre")
    actions.pay(offer=offer, cents=offer.cents, on=TODAY, words="Tout", by=None, approved_by=other, now=now)
    return offer


def agree(offer: Offer, terms: NewTerms = TERMS, *, by: User | None = None, now: Any = NOW) -> LoanSchedule:
    return actions.agree_schedule(offer=offer, said=terms, words="Lettre du jour, signée des deux", by=by, now=now)


def receive(offer: Offer, cents: int, *, on: date = TODAY, by: User | None = None, now: Any = NOW) -> LoanReceipt:
    return actions.receive_payment(offer=offer, cents=cents, received_on=on, by=by, now=now)


@pytest.fixture
def offer(agreement: Agreement, case: Case, other: User) -> Offer:
    return lend(case, agreement)


def test_a_payment_is_an_entry_and_interest_is_not_principal(agreement: Agreement, offer: Offer) -> None:
    """The table of docs/methods/loans.md: 41.67 of interest twice, then 981.39 of principal."""
    agree(offer)
    before = hold(agreement)
    receive(offer, 41_67)
    assert hold(agreement) == before
    receipt = receive(offer, 1_064_73)
    assert (receipt.interest_cents, receipt.principal_cents) == (41_67 + 41_67, 981_39)
    assert hold(agreement) == before | {"paid": 33_000_00 - 981_39, "recovered": 981_39}
    assert read_envelopes(agreement.programme, on=TODAY)[agreement].recovered == 981_39
    kinds = LedgerMove.objects.filter(offer=offer).order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-3:] == ["interest", "repay", "interest"]
    assert read_loan(offer).principal_left == 10_000_00 - 981_39
    assert verify_chain().is_whole


def test_what_is_late_is_what_was_due_and_not_received(offer: Offer) -> None:
    assert read_loan(offer).stand(AFTER) is None
    agree(offer)
    receive(offer, 50_00)
    standing = read_loan(offer).stand(FIRST + 2 * MONTH)
    assert standing is not None
    assert standing.arrears == 41_67 + 41_67 + 1_023_06 - 50_00
    assert [line.received for line in standing.lines[:3]] == [41_67, 8_33, 0]
    assert [line.instalment.number for line in standing.late] == [2, 3]
    assert standing.next is not None
    assert standing.next.instalment.number == 4


def test_the_whole_loan_comes_back_to_the_cent(agreement: Agreement, offer: Offer) -> None:
    schedule = agree(offer)
    for number, one in enumerate(schedule.read()):
        receive(offer, one.cents, now=NOW + number * HOUR)
    loan = read_loan(offer)
    assert loan.principal_left == 0
    assert hold(agreement)["recovered"] == 10_000_00
    assert loan.received_parts == (sum(one.interest for one in schedule.read()), 10_000_00)
    with pytest.raises(ProgrammeError, match="loan-over-owed"):
        receive(offer, 1)
    with pytest.raises(ProgrammeError, match="loan-repaid"):
        agree(offer)


def test_a_payment_taken_back_is_an_opposite_entry(agreement: Agreement, offer: Offer, adviser: User) -> None:
    agree(offer)
    before = hold(agreement)
    receipt = receive(offer, 1_106_40)
    actions.take_back(receipt=receipt, words="Chèque sans provision", by=adviser, now=NOW)
    assert hold(agreement) == before
    assert LoanReceipt.objects.count() == 2
    assert read_loan(offer).received_parts == (0, 0)
    with pytest.raises(ProgrammeError, match="loan-taken-back"):
        actions.take_back(receipt=receipt, words="Encore", by=adviser, now=NOW)
    receive(offer, 1_106_40)
    assert read_loan(offer).received_parts == (125_01, 981_39)
    assert verify_chain().is_whole


def test_another_schedule_is_on_what_is_left(offer: Offer, adviser: User) -> None:
    """Two instalments passed: the interest due and not received goes to the first payment of the new one."""
    first = agree(offer)
    receipt = receive(offer, 41_67)
    later = NOW + 70 * DAY
    new = NewTerms(Decimal("4.25"), 24, later.date() + MONTH, later.date())
    second = agree(offer, new, now=later)
    assert (second.principal_cents, second.carried_cents) == (10_000_00, 41_67)
    loan = read_loan(offer)
    assert loan.schedule == second
    assert second.read()[0].interest == 35_42 + 41_67
    with pytest.raises(ProgrammeError, match="loan-replaced"):
        actions.take_back(receipt=receipt, words="Trop tard", by=adviser, now=later)
    receive(offer, 100_00, on=later.date(), now=later)
    assert [one.schedule for one in LoanReceipt.objects.all()] == [first, second]
    assert read_loan(offer).received_parts == (77_09, 22_91)


def test_a_large_loan_takes_two_people(agreement: Agreement, case: Case, adviser: User, other: User) -> None:
    offer = lend(case, agreement, loan=21_000_00)
    schedule = agree(offer, by=adviser)
    assert read_loan(offer).schedule is None
    with pytest.raises(ProgrammeError, match="loan-unagreed"):
        receive(offer, 1_00)
    with pytest.raises(ProgrammeError, match="loan-waits"):
        agree(offer, by=other)
    with pytest.raises(ProgrammeError, match="loan-second-person"):
        actions.approve_schedule(schedule=schedule, by=adviser, now=NOW)
    actions.approve_schedule(schedule=schedule, by=other, now=NOW)
    assert read_loan(offer).schedule == schedule
    with pytest.raises(ProgrammeError, match="loan-gone"):
        actions.drop_schedule(schedule=schedule, by=other, now=NOW)
    receipt = receive(offer, 20_000_00, by=adviser)
    with pytest.raises(ProgrammeError, match="loan-second-person"):
        actions.take_back(receipt=receipt, words="Erreur", by=adviser, now=NOW)
    actions.take_back(receipt=receipt, words="Erreur", by=other, now=NOW)


def test_a_schedule_that_waits_is_stale_once_a_payment_came(
    agreement: Agreement, case: Case, adviser: User, other: User
) -> None:
    offer = lend(case, agreement, loan=21_000_00)
    actions.approve_schedule(schedule=agree(offer, by=adviser), by=other, now=NOW)
    waiting = agree(offer, NewTerms(Decimal(3), 24, FIRST, TODAY), by=adviser)
    receive(offer, 500_00, by=adviser)
    with pytest.raises(ProgrammeError, match="loan-stale"):
        actions.approve_schedule(schedule=waiting, by=other, now=NOW)
    actions.drop_schedule(schedule=waiting, by=other, now=NOW)
    loan = read_loan(offer)
    assert loan.waiting is None
    assert loan.schedule is not None
    assert loan.schedule.rate_percent == 5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"agreed_on": TODAY - DAY}, "loan-days"),
        ({"agreed_on": TODAY + DAY}, "loan-days"),
        ({"first_due_on": TODAY}, "loan-days"),
        ({"first_due_on": TODAY + 5000 * DAY}, "loan-days"),
        ({"moratorium": 12}, "loan-terms"),
        ({"months": 361}, "loan-terms"),
        ({"rate_percent": Decimal(101)}, "loan-terms"),
    ],
)
def test_terms_that_do_not_hold_change_nothing(offer: Offer, change: dict[str, Any], code: str) -> None:
    said = {"rate_percent": Decimal(5), "months": 12, "first_due_on": FIRST, "agreed_on": TODAY} | change
    with pytest.raises(ProgrammeError) as refused:
        agree(offer, NewTerms(**said))
    assert refused.value.code == code
    assert code in SENTENCES
    assert explain(refused.value)
    assert not LoanSchedule.objects.exists()


def test_bad_payments_change_nothing(agreement: Agreement, offer: Offer) -> None:
    agree(offer)
    moves = LedgerMove.objects.count()
    for cents, on, code in (
        (0, TODAY, "amount-not-positive"),
        (-5, TODAY, "amount-not-positive"),
        (99_999_99, TODAY, "loan-over-owed"),
        (1_00, TODAY + DAY, "loan-day"),
        (1_00, TODAY - DAY, "loan-day"),
    ):
        with pytest.raises(ProgrammeError) as refused:
            receive(offer, cents, on=on)
        assert refused.value.code == code
        assert explain(refused.value)
    assert LedgerMove.objects.count() == moves


def test_a_loan_that_is_not_paid_out_is_not_repaid(agreement: Agreement, case: Case, adviser: User) -> None:
    given = actions.make_offer(agreement=agreement, case=case, asked=ask(23_000_00, 10_000_00), by=None, now=NOW)
    with pytest.raises(ProgrammeError, match="loan-none"):
        agree(given)
    actions.accept_offer(offer=given, on=TODAY, words="Signé", by=None, now=NOW)
    agree(given)
    with pytest.raises(ProgrammeError, match="loan-over-paid"):
        receive(given, 1_000_00)
    receive(given, 41_67)


def test_the_database_keeps_what_was_agreed_and_received(offer: Offer) -> None:
    schedule = agree(offer)
    receipt = receive(offer, 41_67)
    for change in (
        lambda: LoanSchedule.objects.update(months=13),
        lambda: LoanSchedule.objects.update(in_force_at=NOW + DAY),
        lambda: LoanSchedule.objects.all().delete(),
        lambda: connection.cursor().execute("DELETE FROM programmes_loanreceipt"),
        lambda: connection.cursor().execute("UPDATE programmes_loanreceipt SET received_on = '2018-01-01'"),
        lambda: LoanReceipt.objects.create(schedule=schedule, received_on=TODAY),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    schedule.refresh_from_db()
    receipt.refresh_from_db()
    assert (schedule.months, receipt.received_on) == (12, TODAY)


def test_a_form_sent_twice_counts_once(offer: Offer) -> None:
    agree(offer)
    receive(offer, 41_67)
    with pytest.raises(ProgrammeError, match="loan-twice"):
        receive(offer, 41_67, now=NOW + HOUR / 60)
    assert receive(offer, 41_67, now=NOW + HOUR).cents == 41_67


def test_only_what_was_lent_is_owed(agreement: Agreement, case: Case, other: User) -> None:
    made = actions.make_offer(agreement=agreement, case=case, asked=ask(23_000_00, 10_000_00), by=None, now=NOW)
    actions.accept_offer(offer=made, on=TODAY, words="Signé", by=None, now=NOW)
    agree(made)
    said: dict[str, Any] = {"on": TODAY, "words": "", "by": None, "approved_by": other, "now": NOW}
    actions.pay(offer=made, cents=23_000_00, **said)
    assert (read_loan(made).out, read_loan(made).stand(TODAY + 100 * DAY)) == (0, None)
    with pytest.raises(ProgrammeError, match="loan-over-paid"):
        receive(made, 2_000_00, now=NOW + HOUR)
    actions.pay(offer=made, cents=4_000_00, **said)
    actions.end_offer(offer=made, on=TODAY, words="Le reste n’est plus voulu", by=None, now=NOW)
    assert (read_loan(made).principal_left, read_loan(made).stand(TODAY + 100 * DAY)) == (4_000_00, None)
    agreed = agree(made)
    assert agreed.principal_cents == 4_000_00
    assert read_loan(made).stand(TODAY + 100 * DAY) is not None


def test_a_file_closed_or_erased_still_repays(offer: Offer, adviser: User) -> None:
    agree(offer)
    case = Case.objects.get(pk=offer.case_id)
    close_case(case=case, outcome="stopped", words="Le projet s’arrête ici, dit-elle.", by=None, now=NOW)
    receive(offer, 41_67)
    erase_case(case=case, reason="asked", by=None, now=NOW)
    offer.refresh_from_db()
    receive(offer, 41_67, now=NOW + HOUR)
    assert CaseEvent.objects.filter(case=case, facts__deed="loan_receive").count() == 1
    assert not CaseEvent.objects.filter(case=case, facts__deed="loan_agree").exclude(words="").exists()
    assert actions.remind_loans(now=NOW + 400 * DAY) == actions.LoanReminders()


def test_a_repaid_loan_still_counts_in_the_funding_stack(offer: Offer) -> None:
    before = read_funding(offer.case).stack.total
    agree(offer)
    receive(offer, 1_106_40)
    assert read_funding(offer.case).stack.total == before
    assert read_file(offer.case).offers[0].paid_out == 33_000_00


def test_a_reminder_leaves_a_week_before_and_once_late(offer: Offer) -> None:
    agree(offer)
    CaseLetter.objects.all().delete()
    assert actions.remind_loans(now=NOW + 20 * DAY) == actions.LoanReminders()
    assert actions.remind_loans(now=NOW + 21 * DAY) == actions.LoanReminders(soon=1)
    assert actions.remind_loans(now=NOW + 22 * DAY) == actions.LoanReminders()
    assert actions.remind_loans(now=NOW + 29 * DAY) == actions.LoanReminders(late=1)
    assert actions.remind_loans(now=NOW + 30 * DAY) == actions.LoanReminders()
    letters = list(CaseLetter.objects.order_by("pk"))
    assert [(one.kind, one.recipient is None) for one in letters] == [
        ("loan_soon", True), ("loan_late", True), ("loan_late", False),
    ]  # fmt: skip
    for letter in letters:
        written = write_letter(letter)
        assert written is not None
        assert "{" not in written.text + written.subject
    receive(offer, 41_67, on=TODAY + 31 * DAY, now=NOW + 31 * DAY)
    assert actions.remind_loans(now=NOW + 32 * DAY) == actions.LoanReminders()


def test_the_promoter_takes_their_loan_away(offer: Offer) -> None:
    told = export_loans(offer.case, on=TODAY)[0]
    assert (told["arrears_cad"], told["rate_percent"]) == (None, None)
    agree(offer)
    receive(offer, 41_67)
    told = export_loans(offer.case, on=AFTER)[0]
    assert told["principal_left_cad"] == 10_000
    assert told["payments"] == [{"received_on": TODAY.isoformat(), "cad": 41.67}]
    assert len(told["schedule"]) == 12
