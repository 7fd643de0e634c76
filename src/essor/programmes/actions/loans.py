"""The loan of an offer: its schedule agreed, payments received or taken back, reminders around each due day."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.actions import By
from essor.cases.actions.writing import add_event, hold_case, leave_letter
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import ADVISER, PROMOTER
from essor.methods.ledger import ACCEPTED, PAID
from essor.methods.loans import LoanError, split_payment
from essor.programmes.actions.writing import (
    hold_agreement,
    hold_file,
    require_for,
    sum_of,
    trace,
    write_move,
)
from essor.programmes.models import Agreement, LedgerMove, LoanReceipt, LoanSchedule, Offer
from essor.programmes.queries.loans import list_lent_numbers, read_loan
from essor.programmes.rules import ProgrammeError

LEAD = timedelta(days=7)
"""So long before a due day the promoter is reminded of it. Essor's own choice."""
LONGEST_WAIT = timedelta(days=3660)
"""A first instalment ten years after the agreement is a slip of the keyboard."""
TWICE = timedelta(minutes=10)
"""The same payment, written again so soon, is the same form sent twice."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewTerms:
    """Agreed in writing on ``agreed_on``; ``rate_percent``: by year. See :class:`essor.methods.loans.Terms`."""

    rate_percent: Decimal
    months: int
    first_due_on: date
    agreed_on: date
    moratorium: int = 0


@transaction.atomic
def agree_schedule(*, offer: Offer, said: NewTerms, words: str, by: User | None, now: datetime) -> LoanSchedule:
    """For what is left of the loan, in place of an earlier schedule. It holds at once, or once a second person approved
    it where the clause says that so much money takes two. ``words``: where what was agreed is, and who signed.

    Raises ProgrammeError: ``loan-none``, ``loan-repaid``, ``loan-waits``, ``loan-days``, ``loan-terms``,
    ``loan-words-missing``.
    """
    today = timezone.localdate(now)
    agreement, held = _hold(offer, by, now)
    loan = read_loan(offer)
    if not offer.loan_cents or not (sum_of(offer, ACCEPTED) or sum_of(offer, PAID)):
        raise ProgrammeError("loan-none")
    if loan.waiting is not None:
        raise ProgrammeError("loan-waits")
    if loan.principal_left <= 0:
        raise ProgrammeError("loan-repaid")
    if not offer.offered_on <= said.agreed_on <= today or not (
        said.agreed_on < said.first_due_on <= said.agreed_on + LONGEST_WAIT
    ):
        raise ProgrammeError("loan-days", on=offer.offered_on)
    if not words.strip():
        raise ProgrammeError("loan-words-missing")
    schedule = LoanSchedule(
        offer=offer, principal_cents=loan.principal_left, carried_cents=loan.find_overdue_interest(today),
        rate_percent=said.rate_percent, months=said.months, moratorium=said.moratorium,
        first_due_on=said.first_due_on, agreed_on=said.agreed_on, made_at=now, made_by=by,
    )  # fmt: skip
    try:
        schedule.read()
    except LoanError as error:
        raise ProgrammeError("loan-terms") from error
    schedule.in_force_at = None if _takes_two(agreement, schedule.principal_cents) else now
    schedule.save()
    deed = "loan_agree" if schedule.in_force_at else "loan_ask"
    _tell(held, deed, {"cents": schedule.principal_cents}, by=by, now=now, words=words)
    trace(
        "agree_loan", schedule, by, now,
        {"case": held.reference, "months": said.months, "rate": said.rate_percent, "waits": deed == "loan_ask"},
    )  # fmt: skip
    return schedule


@transaction.atomic
def approve_schedule(*, schedule: LoanSchedule, by: User, now: datetime) -> LoanSchedule:
    """By someone else than who wrote it. Raises ProgrammeError: ``loan-gone``, ``loan-second-person``, ``loan-stale``
    where a payment, or interest due, came in between."""
    _agreement, case = _hold(schedule.offer, by, now)
    held = _hold_waiting(schedule)
    if held.made_by_id == by.pk:
        raise ProgrammeError("loan-second-person")
    loan = read_loan(held.offer)
    if loan.principal_left != held.principal_cents or (
        loan.find_overdue_interest(timezone.localdate(now)) != held.carried_cents
    ):
        raise ProgrammeError("loan-stale")
    held.in_force_at, held.approved_by = now, by
    held.save(update_fields=["in_force_at", "approved_by"])
    _tell(case, "loan_agree", {"cents": held.principal_cents}, by=by, now=now)
    trace("approve_loan", held, by, now, {"case": case.reference})
    return held


@transaction.atomic
def drop_schedule(*, schedule: LoanSchedule, by: User, now: datetime) -> None:
    """Not approved: what held before still does. Raises ProgrammeError ``loan-gone``."""
    _agreement, case = _hold(schedule.offer, by, now)
    held = _hold_waiting(schedule)
    held.dropped_at = now
    held.save(update_fields=["dropped_at"])
    trace("drop_loan", held, by, now, {"case": case.reference})


@transaction.atomic
def receive_payment(
    *, offer: Offer, cents: int, received_on: date, words: str = "", by: User | None, now: datetime
) -> LoanReceipt:
    """``received_on``: the day that the money came; the ledger has it on the day when it is written.

    Raises ProgrammeError: ``loan-unagreed``, ``amount-not-positive``, ``loan-over-owed``, ``loan-over-paid``,
    ``loan-day``, ``loan-twice``.
    """
    agreement, held = _hold(offer, by, now)
    loan = read_loan(offer)
    if loan.schedule is None:
        raise ProgrammeError("loan-unagreed")
    if not offer.offered_on <= received_on <= timezone.localdate(now):
        raise ProgrammeError("loan-day", on=offer.offered_on)
    before = dict(zip(("interest", "principal"), loan.received_parts, strict=True))
    try:
        interest, principal = split_payment(loan.schedule.read(), cents, **before)
    except LoanError as error:
        if error.code == "over-owed":
            raise ProgrammeError("loan-over-owed", asked=cents, holds=error.facts["holds"]) from error
        raise ProgrammeError("amount-not-positive") from error
    if principal > loan.out:
        raise ProgrammeError("loan-over-paid", asked=principal, holds=max(loan.out, 0))
    again = [one for one in loan.list_kept() if (one.cents, one.received_on) == (cents, received_on)]
    if any(now - _written_at(one) < TWICE for one in again):
        raise ProgrammeError("loan-twice")
    moves = _move(agreement, offer, {"principal": ("repay", principal), "interest": ("interest", interest)}, by, now)
    receipt = LoanReceipt.objects.create(schedule=loan.schedule, received_on=received_on, **moves)
    _tell(held, "loan_receive", {"cents": cents, "on": received_on.isoformat()}, by=by, now=now, words=words)
    trace("receive_loan", receipt, by, now, {"case": held.reference, "interest": interest, "principal": principal})
    return receipt


@transaction.atomic
def take_back(*, receipt: LoanReceipt, words: str, by: User, now: datetime) -> LoanReceipt:
    """A payment that did not come, or was ill written: the opposite entries. From the sum that takes two people, it is
    someone else than who wrote it.

    Raises ProgrammeError: ``loan-taken-back``, ``loan-replaced``, ``loan-words-missing``, ``loan-second-person``.
    """
    offer = receipt.schedule.offer
    agreement, held = _hold(offer, by, now)
    loan = read_loan(offer)
    if receipt.pk not in {one.pk for one in loan.list_kept()}:
        raise ProgrammeError("loan-taken-back")
    if loan.schedule is None or receipt.schedule_id != loan.schedule.pk:
        raise ProgrammeError("loan-replaced")
    if not words.strip():
        raise ProgrammeError("loan-words-missing")
    written = receipt.principal_move or receipt.interest_move
    if _takes_two(agreement, receipt.cents) and written is not None and written.recorded_by_id == by.pk:
        raise ProgrammeError("loan-second-person")
    opposite = {
        "principal": ("return_principal", receipt.principal_cents),
        "interest": ("return_interest", receipt.interest_cents),
    }
    moves = _move(agreement, offer, opposite, by, now)
    made = LoanReceipt.objects.create(
        schedule=receipt.schedule, received_on=receipt.received_on, reverses=receipt, **moves
    )
    facts = {"cents": receipt.cents, "on": receipt.received_on.isoformat()}
    _tell(held, "loan_take_back", facts, by=by, now=now, words=words)
    trace("take_back_loan", made, by, now, {"case": held.reference, "cents": receipt.cents})
    return made


def _written_at(receipt: LoanReceipt) -> datetime:
    move = cast(LedgerMove, receipt.principal_move or receipt.interest_move)
    return move.recorded_at


@dataclass(frozen=True, slots=True)
class LoanReminders:
    """Instalments reminded before their day, and told late; on how many loans it failed."""

    soon: int = 0
    late: int = 0
    failed: int = 0


def remind_loans(*, now: datetime) -> LoanReminders:
    """Each loan on its own: a fault on one leaves the others told."""
    codes, failed = list[str](), 0
    for number in list_lent_numbers():
        try:
            codes += _remind(number, now=now)
        except Exception:  # whatever is wrong with one, those after it are due too
            logger.exception("loan of offer %s", number)
            failed += 1
    return LoanReminders(codes.count("soon"), codes.count("late"), failed)


@transaction.atomic
def _remind(number: int, *, now: datetime) -> list[str]:
    """Of the next instalment once it is near, of the latest one that is late: each once."""
    on, offer = timezone.localdate(now), Offer.objects.select_related("agreement", "case").get(pk=number)
    case = hold_file(offer.case)
    loan = read_loan(offer)
    standing = loan.stand(on)
    if case.erased_at is not None or loan.schedule is None or standing is None:
        return []
    owed = {"soon": standing.next, "late": standing.late[-1] if standing.late else None}
    if owed["soon"] is not None and owed["soon"].instalment.due_on - LEAD > on:
        owed["soon"] = None
    done = []
    for code, line in owed.items():
        if line is None:
            continue
        once = f"loan:{loan.schedule.pk}:{line.instalment.number}:{code}"
        if CaseEvent.objects.filter(case=case, once=once).exists():
            continue
        facts = {"deed": f"loan_{code}", "on": line.instalment.due_on.isoformat(), "cents": line.left}
        add_event(case, CaseEvent.Kind.PROGRAMME, by=None, now=now, once=once, facts=facts)
        if case.promoter_email:
            leave_letter(case, f"loan_{code}", to=PROMOTER, now=now)
        if code == "late" or not case.promoter_email:
            leave_letter(case, f"loan_{code}", to=ADVISER, now=now)
        done.append(code)
    return done


def _hold(offer: Offer, by: User | None, now: datetime) -> tuple[Agreement, Case]:
    """The agreement, then the file, open or closed: what is owed is repaid even then."""
    require_for(offer.case, by, now)
    agreement = hold_agreement(offer.agreement, on=timezone.localdate(now), now=now)
    return agreement, hold_file(offer.case)


def _hold_waiting(schedule: LoanSchedule) -> LoanSchedule:
    held = LoanSchedule.objects.select_for_update().get(pk=schedule.pk)
    if held.in_force_at is not None or held.dropped_at is not None:
        raise ProgrammeError("loan-gone")
    return held


def _takes_two(agreement: Agreement, cents: int) -> bool:
    least = agreement.read_clauses().two_people_from
    return least is not None and cents >= least


def _move(
    agreement: Agreement, offer: Offer, parts: Mapping[str, tuple[str, int]], by: User | None, now: datetime
) -> dict[str, Any]:
    return {
        f"{part}_move": write_move(
            agreement, kind, cents, offer=offer, happened_on=timezone.localdate(now), recorded_by=by, recorded_at=now
        )
        for part, (kind, cents) in parts.items()
        if cents
    }


def _tell(case: Case, deed: str, facts: Mapping[str, Any], *, by: By, now: datetime, words: str = "") -> None:
    """In the timeline; of a file whose words were erased, only the ledger goes on."""
    if case.erased_at is None:
        held = hold_case(case, by=by, now=now, even_closed=True)
        add_event(held, CaseEvent.Kind.PROGRAMME, by=by, now=now, words=words.strip(), facts={"deed": deed, **facts})
