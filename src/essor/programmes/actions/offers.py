"""An offer under the clauses of an agreement, what becomes of it, and the stage of its file with it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.actions import By, Promoter, move_case
from essor.cases.actions.writing import add_event, hold_case, leave_letter, side_of, workflow_of
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import ADVISER, PROMOTER, list_moves
from essor.methods.bases import canonical_json
from essor.methods.ledger import ACCEPTED, FREE, OFFERED, PAID
from essor.programmes.actions.writing import (
    check_part,
    hold_agreement,
    hold_file,
    move_money,
    require_for,
    sum_of,
    trace,
    write_move,
)
from essor.programmes.models import Agreement, Enrolment, LedgerBalance, LedgerMove, Offer, PaymentRequest
from essor.programmes.queries.files import list_unmet
from essor.programmes.rules import OFFER, NewOffer, ProgrammeError, check_offer, is_decided
from essor.territories.queries import ancestors

ACCEPT, DECLINE, PAY, RECOVER = "accept", "decline", "pay", "recover"


@transaction.atomic
def make_offer(*, agreement: Agreement, case: Case, asked: NewOffer, by: User | None, now: datetime) -> Offer:
    """Raises ProgrammeError: those of :func:`essor.programmes.rules.check_offer`, ``before-the-request``,
    ``outside-territory``, ``over-free``, ``not-enrolled``, ``stage-too-early``, and those of days."""
    require_for(case, by, now)
    held = hold_agreement(agreement, on=asked.offered_on, now=now)
    case = hold_file(case)
    _require_stage(held, case)
    served = [case.territory_code, *ancestors(case.territory_code, asked.offered_on)]
    if held.territory_code and held.territory_code not in served:
        raise ProgrammeError("outside-territory", partner=held.partner)
    check_offer(asked, held.read_clauses(), held.term, held=_sum_held(held, case))
    opened_on = timezone.localdate(case.opened_at)
    if asked.offered_on < opened_on:
        raise ProgrammeError("before-the-request", on=asked.offered_on, asked_on=opened_on)
    holds = LedgerBalance.objects.get(agreement=held, account=FREE).cents
    if holds < asked.cents:
        raise ProgrammeError("over-free", asked=asked.cents, holds=holds)
    offer = Offer.objects.create(
        agreement=held, case=case, grant_cents=asked.grant, loan_cents=asked.loan, conditions=list(asked.conditions),
        offered_on=asked.offered_on, expires_on=asked.expires_on, made_at=now, made_by=by,
    )  # fmt: skip
    write_move(held, "offer", offer.cents, offer=offer, happened_on=asked.offered_on, recorded_by=by, recorded_at=now)
    trace("make_offer", offer, by, now, {"case": case.reference, "grant": asked.grant, "loan": asked.loan})
    _advance(case, OFFER, offer.cents, by=by, now=now)
    leave_letter(case, "offer", to=PROMOTER, now=now)
    return offer


@transaction.atomic
def accept_offer(*, offer: Offer, on: date, words: str, by: By, now: datetime) -> LedgerMove:
    """``words``: who signed, and how; they are kept with the file, and the ledger keeps the mark of what was signed.

    Raises ProgrammeError: ``not-offered``, ``offer-expired``, ``signature-missing``, and those of days.
    """
    require_for(offer.case, by, now)
    held = hold_agreement(offer.agreement, on=on, now=now)
    case = hold_file(offer.case)
    if on > offer.expires_on:
        raise ProgrammeError("offer-expired", on=on, expires_on=offer.expires_on)
    if sum_of(offer, OFFERED) != offer.cents:
        raise ProgrammeError("not-offered")
    _require_open(case)
    if not words.strip():
        raise ProgrammeError("signature-missing")
    move = move_money(held, offer, "accept", offer.cents, on=on, by=by, now=now, words=_mark(offer))
    _advance(case, ACCEPT, offer.cents, by=by, now=now, words=words)
    _tell_adviser(case, "offer_accepted", by=by, now=now)
    return move


@transaction.atomic
def end_offer(*, offer: Offer, on: date, words: str, by: By, now: datetime) -> LedgerMove:
    """Declined, expired or given up: what is not paid is free again; the promoter declines only what they have not
    accepted. Raises ProgrammeError: ``not-offered``, and those of days."""
    require_for(offer.case, by, now)
    held = hold_agreement(offer.agreement, on=on, now=now)
    case = hold_file(offer.case)
    ways = (("lapse", OFFERED), ("cancel", ACCEPTED))
    for kind, account in ways[:1] if isinstance(by, Promoter) else ways:
        if cents := sum_of(offer, account):
            move = move_money(held, offer, kind, cents, on=on, by=by, now=now)
            drop_requests(offer, now=now)
            _advance(case, DECLINE, cents, by=by, now=now, words=words)
            _tell_adviser(case, "offer_declined", by=by, now=now)
            return move
    raise ProgrammeError("not-offered")


@transaction.atomic
def pay(
    *,
    offer: Offer,
    cents: int,
    on: date,
    words: str,
    by: User | None,
    approved_by: User | None,
    now: datetime,
    despite: str = "",
) -> LedgerMove:
    """A part or all of what was accepted; payments of one offer count together towards what takes two people.
    ``despite``: why it is paid before all its conditions are met.

    Raises ProgrammeError: ``conditions-unmet``, ``amount-not-positive``, ``over-accepted``, ``second-person-needed``,
    and those of days.
    """
    return _pay_out(
        offer=offer, cents=cents, on=on, words=words, by=by, approved_by=approved_by, now=now, despite=despite
    )


def _explain_payment(offer: Offer, words: str, despite: str) -> str:
    """For the timeline, why it is paid, and why already. Raises ProgrammeError ``conditions-unmet``."""
    unmet = list_unmet(offer)
    if unmet and not despite.strip():
        raise ProgrammeError("conditions-unmet", condition=offer.conditions[unmet[0] - 1])
    return "\n\n".join(one.strip() for one in (words, despite if unmet else "") if one.strip())


def _pay_out(
    *,
    offer: Offer,
    cents: int,
    on: date,
    words: str,
    by: User | None,
    approved_by: User | None,
    now: datetime,
    despite: str | None = None,
) -> LedgerMove:
    """``despite`` None: ``words`` explain it whole, as they did when it was asked."""
    require_for(offer.case, by, now)
    held = hold_agreement(offer.agreement, on=on, now=now)
    case = hold_file(offer.case)
    said = words if despite is None else _explain_payment(offer, words, despite)
    check_part(offer, ACCEPTED, cents, code="over-accepted")
    _require_open(case)
    least = held.read_clauses().two_people_from
    if approved_by is not None:
        require_for(offer.case, approved_by, now)
    if (approved_by is None and _takes_two(offer, held, cents)) or (approved_by is not None and approved_by == by):
        raise ProgrammeError("second-person-needed", least=least or 0)
    move = move_money(held, offer, "pay", cents, on=on, by=by, now=now, approved_by=approved_by)
    _advance(case, PAY, cents, by=by, now=now, words=said, unmet=len(list_unmet(offer)))
    return move


@transaction.atomic
def recover(*, offer: Offer, cents: int, on: date, words: str, by: User, now: datetime) -> LedgerMove:
    """What comes back of what was paid. Raises ProgrammeError: ``amount-not-positive``, ``over-paid``, and those of
    days."""
    require_for(offer.case, by, now)
    held = hold_agreement(offer.agreement, on=on, now=now)
    case = hold_file(offer.case)
    check_part(offer, PAID, cents, code="over-paid")
    move = move_money(held, offer, "recover", cents, on=on, by=by, now=now)
    _advance(case, RECOVER, cents, by=by, now=now, words=words)
    return move


@transaction.atomic
def ask_payment(
    *, offer: Offer, cents: int, on: date, words: str, by: User, now: datetime, despite: str = ""
) -> LedgerMove | None:
    """Pays, or leaves it to a second person to approve: None. Raises ProgrammeError: those of :func:`pay`, and
    ``payment-waits``."""
    require_for(offer.case, by, now)
    held = hold_agreement(offer.agreement, on=on, now=now)
    hold_file(offer.case)
    said = _explain_payment(offer, words, despite)
    if offer.payment_requests.filter(move=None, dropped_at=None).exists():
        raise ProgrammeError("payment-waits")
    check_part(offer, ACCEPTED, cents, code="over-accepted")
    if not _takes_two(offer, held, cents):
        return _pay_out(offer=offer, cents=cents, on=on, words=said, by=by, approved_by=None, now=now)
    asked = PaymentRequest.objects.create(offer=offer, cents=cents, words=said, asked_at=now, asked_by=by)
    trace("ask_payment", asked, by, now, {"case": offer.case.reference})
    return None


@transaction.atomic
def approve_payment(*, request: PaymentRequest, by: User, now: datetime) -> LedgerMove:
    """By someone else than who asked for it, that day; its conditions were met, or why not was said, when it was asked.
    Raises ProgrammeError: those of :func:`pay`, and
    ``payment-gone``."""
    require_for(request.offer.case, by, now)
    hold_agreement(request.offer.agreement, on=timezone.localdate(now), now=now)
    asked = PaymentRequest.objects.select_for_update().get(pk=request.pk)
    if asked.move_id is not None or asked.dropped_at is not None:
        raise ProgrammeError("payment-gone")
    asked.move = _pay_out(
        offer=asked.offer, cents=asked.cents, on=timezone.localdate(now), words=asked.words, by=asked.asked_by,
        approved_by=by, now=now,
    )  # fmt: skip
    asked.words = ""
    asked.save(update_fields=["move", "words"])
    return asked.move


@transaction.atomic
def drop_payment(*, request: PaymentRequest, by: User, now: datetime) -> None:
    """Not approved: nothing is paid. Raises ProgrammeError ``payment-gone``."""
    require_for(request.offer.case, by, now)
    if not drop_requests(request.offer, now=now, only=request.pk):
        raise ProgrammeError("payment-gone")
    trace("drop_payment", request, by, now, {"case": request.offer.case.reference})


def drop_requests(offer: Offer, *, now: datetime, only: int | None = None) -> int:
    """Those that wait, or ``only`` the one of that number; why they were asked goes with them."""
    waiting = offer.payment_requests.filter(move=None, dropped_at=None)
    if only is not None:
        waiting = waiting.filter(pk=only)
    return waiting.update(dropped_at=now, words="")


def _takes_two(offer: Offer, agreement: Agreement, cents: int) -> bool:
    least = agreement.read_clauses().two_people_from
    paid = LedgerMove.objects.filter(offer=offer, kind="pay").aggregate(cents=Sum("cents"))["cents"] or 0
    return least is not None and paid + cents >= least


def _require_stage(agreement: Agreement, case: Case) -> None:
    """Only to an open file of the programme, once it was decided in its favour."""
    _require_open(case)
    if not case_is_of(case, agreement.programme_id):
        raise ProgrammeError("not-enrolled")
    if not is_decided(workflow_of(case), case.came_from or case.stage):
        raise ProgrammeError("stage-too-early")


def _require_open(case: Case) -> None:
    """What is owed is given back even once a file is closed; nothing more is given then."""
    if case.closed_at is not None:
        raise ProgrammeError("file-closed", reference=case.reference)


def case_is_of(case: Case, programme_id: int) -> bool:
    return Enrolment.objects.filter(case=case, programme_id=programme_id).exists()


def _advance(case: Case, move: str, cents: int, *, by: By, now: datetime, words: str = "", unmet: int = 0) -> None:
    """The deed stands in the timeline, and the file goes where it leads, if anywhere from where it is. Of a file
    whose words were erased, only the ledger goes on."""
    if case.erased_at is not None:
        return
    held = hold_case(case, by=by, now=now, even_closed=True)
    facts = {"deed": move, "cents": cents, **({"unmet": unmet} if unmet else {})}
    add_event(held, CaseEvent.Kind.PROGRAMME, by=by, now=now, words=words.strip(), facts=facts)
    if held.closed_at is None and any(
        one.code == move for one in list_moves(workflow_of(held), stage=held.stage, by=side_of(by))
    ):
        move_case(case=held, move=move, by=by, now=now, is_deed=True)


def _tell_adviser(case: Case, letter: str, *, by: By, now: datetime) -> None:
    """Of what the promoter did."""
    if isinstance(by, Promoter) and case.erased_at is None:
        leave_letter(case, letter, to=ADVISER, now=now)


def _mark(offer: Offer) -> str:
    """SHA-256 of what was offered, as canonical JSON: what was signed, without who signed."""
    said = {
        "agreement": offer.agreement.code, "grant_cents": offer.grant_cents, "loan_cents": offer.loan_cents,
        "conditions": offer.conditions, "expires_on": offer.expires_on.isoformat(),
    }  # fmt: skip
    return f"SHA-256 {hashlib.sha256(canonical_json(said)).hexdigest()}"


def _sum_held(agreement: Agreement, case: Case) -> int:
    """What earlier offers of an agreement to one start-up hold: offered, accepted or paid, in cents."""
    offers = Offer.objects.filter(agreement=agreement, case=case)
    return sum(sum_of(offer, account) for offer in offers for account in (OFFERED, ACCEPTED, PAID))
