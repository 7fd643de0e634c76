"""The loan of an offer: what was agreed, what was received, what is late; the loans of a programme together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from essor.accounts.models import User
from essor.cases.models import Case, CaseQuerySet
from essor.cases.queries import list_visible_cases
from essor.methods.ledger import ACCEPTED, PAID
from essor.methods.loans import LoanStanding, find_overdue_interest, read_standing
from essor.programmes.models import LedgerMove, LoanReceipt, LoanSchedule, Offer, Programme
from essor.programmes.queries import to_dollars
from essor.programmes.queries.sittings import list_closed_to


@dataclass(frozen=True, slots=True)
class Loan:
    """``schedule`` None: nothing is agreed yet, and what is due is unknown. ``waiting``: one for a second person.
    ``receipts``: all of the loan, in the order written, those taken back and those that take back included. ``held``:
    cents that the enterprise holds of the whole offer; ``to_pay``: that it may still receive of it."""

    offer: Offer
    schedule: LoanSchedule | None = None
    waiting: LoanSchedule | None = None
    receipts: list[LoanReceipt] = field(default_factory=list)
    held: int = 0
    to_pay: int = 0

    def list_kept(self, *, schedule: LoanSchedule | None = None) -> list[LoanReceipt]:
        """The payments that stand; ``schedule``: those of one alone."""
        gone = {one.reverses_id for one in self.receipts if one.reverses_id is not None}
        kept = [one for one in self.receipts if one.reverses_id is None and one.pk not in gone]
        return [one for one in kept if schedule is None or one.schedule_id == schedule.pk]

    @property
    def repaid(self) -> int:
        """Cents of principal that came back."""
        return sum(one.principal_cents for one in self.list_kept())

    @property
    def out(self) -> int:
        """Cents of principal in the hands of the enterprise. Of an offer that also gives, the gift is paid first, and
        what is taken back is of the loan."""
        return min(self.offer.loan_cents, max(0, self.held + self.repaid - self.offer.grant_cents)) - self.repaid

    @property
    def principal_left(self) -> int:
        """Cents of principal to agree on: what is out, and what is still to be paid."""
        return self.offer.loan_cents - self.repaid if self.to_pay else self.out

    @property
    def received_parts(self) -> tuple[int, int]:
        """Under the schedule in force, cents of interest and of principal."""
        kept = self.list_kept(schedule=self.schedule)
        return sum(one.interest_cents for one in kept), sum(one.principal_cents for one in kept)

    def stand(self, on: date) -> LoanStanding | None:
        """In the morning of a day, with what is known now. None: unknown, since nothing was agreed, or less is out than
        what was agreed on: not paid yet, given up or taken back."""
        if self.schedule is None or self.out < self.schedule.principal_cents - self.received_parts[1]:
            return None
        return read_standing(self.schedule.read(), sum(self.received_parts), on=on)

    def find_overdue_interest(self, on: date) -> int:
        if self.schedule is None:
            return 0
        return find_overdue_interest(self.schedule.read(), interest=self.received_parts[0], on=on)


def read_loans(offers: Collection[Offer]) -> list[Loan]:
    """In three queries, whatever their number."""
    schedules: dict[int, list[LoanSchedule]] = {}
    rows = LoanSchedule.objects.filter(offer__in=offers, dropped_at=None).select_related("made_by", "approved_by")
    for one in rows.order_by(F("in_force_at").asc(nulls_last=True), "pk"):
        schedules.setdefault(one.offer_id, []).append(one)
    receipts: dict[int, list[LoanReceipt]] = {}
    for row in (
        LoanReceipt.objects.filter(schedule__offer__in=offers)
        .select_related("principal_move", "interest_move", "schedule")
        .order_by("pk")
    ):
        receipts.setdefault(row.schedule.offer_id, []).append(row)
    sums: dict[tuple[int, str], int] = {}
    moves = LedgerMove.objects.filter(offer__in=offers)
    for number, source, target, cents in moves.values_list("offer_id", "source_account", "target_account", "cents"):
        for account, change in ((source, -cents), (target, cents)):
            sums[number, account] = sums.get((number, account), 0) + change
    found = []
    for offer in offers:
        said = schedules.get(offer.pk, [])
        held = [one for one in said if one.in_force_at is not None]
        waiting = next((one for one in said if one.in_force_at is None), None)
        found.append(
            Loan(
                offer,
                held[-1] if held else None,
                waiting,
                receipts.get(offer.pk, []),
                sums.get((offer.pk, PAID), 0),
                sums.get((offer.pk, ACCEPTED), 0),
            )
        )
    return found


def read_loan(offer: Offer) -> Loan:
    return read_loans([offer])[0]


def find_loan_offer(case: Case, pk: int) -> Offer | None:
    """One that was accepted, and lends."""
    return _list_lent().select_related("agreement", "case").filter(case=case, pk=pk).first()


def _list_lent() -> QuerySet[Offer]:
    """An offer is accepted once."""
    return Offer.objects.filter(loan_cents__gt=0, moves__kind="accept").order_by("pk")


def list_loans(programme: Programme, *, by: User, on: date) -> list[Loan]:
    """Those of the files that the person may handle and has no interest in. In a fixed number of queries."""
    visible = list_visible_cases(user=by, on=on).filter(enrolment__programme=programme)
    lent = _list_lent().filter(case__in=visible).select_related("agreement", "case")
    offers = list(lent)
    closed = list_closed_to(by, [offer.case for offer in offers], on=on)
    return read_loans([offer for offer in offers if offer.case_id not in closed])


def list_late_loans(cases: CaseQuerySet, *, on: date, most: int) -> list[tuple[Loan, LoanStanding]]:
    """Of these files, the loans of which something is in arrears, the oldest due first. In three queries."""
    begun = LoanSchedule.objects.filter(offer=OuterRef("pk"), in_force_at__isnull=False, first_due_on__lt=on)
    offers = list(_list_lent().filter(Exists(begun), case__in=cases).select_related("agreement", "case"))
    stood = [(loan, loan.stand(on)) for loan in read_loans(offers)]
    late = [(loan, standing) for loan, standing in stood if standing is not None and standing.arrears]
    return sorted(late, key=lambda one: (one[1].late[0].instalment.due_on, one[0].offer.pk))[:most]


def list_lent_numbers() -> list[int]:
    """The numbers of offers whose loan has a schedule in force, for the reminders of each day."""
    of = Q(in_force_at__isnull=False, offer__case__erased_at=None)
    return sorted(LoanSchedule.objects.filter(of).values_list("offer_id", flat=True).distinct())


def export_loans(case: Case, *, on: date) -> list[dict[str, Any]]:
    """What the promoter takes away; ``arrears_cad`` None: not known."""
    told = []
    for loan in read_loans(list(_list_lent().filter(case=case))):
        standing, said = loan.stand(on), loan.schedule
        told.append({
            "loan_cad": to_dollars(loan.offer.loan_cents),
            "rate_percent": None if said is None else float(said.rate_percent),
            "principal_left_cad": to_dollars(loan.principal_left),
            "arrears_cad": None if standing is None else to_dollars(standing.arrears),
            "schedule": [] if standing is None else [
                {
                    "due_on": line.instalment.due_on.isoformat(),
                    "interest_cad": to_dollars(line.instalment.interest),
                    "principal_cad": to_dollars(line.instalment.principal),
                    "received_cad": to_dollars(line.received),
                }
                for line in standing.lines
            ],
            "payments": [
                {"received_on": one.received_on.isoformat(), "cad": to_dollars(one.cents)} for one in loan.list_kept()
            ],
        })  # fmt: skip
    return told
