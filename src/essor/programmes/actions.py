"""Every write on agreements and their money. Each is one transaction: the deed, its lines in the ledger, its trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.cases.models import Case
from essor.knowledge.programmes import ProgrammeDefinition, TargetDefinition, load_programmes
from essor.methods.ledger import ACCEPTED, FREE, MOVES, OFFERED, PAID
from essor.programmes.models import Agreement, LedgerBalance, LedgerMove, Offer, Programme, Target
from essor.programmes.rules import CENTS, NewOffer, ProgrammeError, check_children, check_offer
from essor.territories.queries import ancestors


@transaction.atomic
def load_shipped_programmes(*, now: datetime) -> list[Programme]:
    """Each shipped programme that is not there yet, with its targets and what its partners promised."""
    there = set(Programme.objects.values_list("slug", flat=True))
    return [open_programme(definition=one, by=None, now=now) for one in load_programmes() if one.id not in there]


@transaction.atomic
def open_programme(*, definition: ProgrammeDefinition, by: User | None, now: datetime) -> Programme:
    """Raises ProgrammeError ``parts-over-whole``."""
    require(by, "administer", on=timezone.localdate(now))
    programme = Programme.objects.create(
        slug=definition.id,
        name_fr=definition.name.fr,
        name_en=definition.name.en,
        starts_on=definition.starts_on,
        ends_before=definition.ends_on + timedelta(days=1),
        source=definition.source,
        created_at=now,
    )
    targets = {target.code: target for target in _open_targets(programme, None, definition.target)}
    _trace("open_programme", programme, by, now, {"startups": definition.target.startups})
    for said in definition.agreements:
        agreement = Agreement.objects.create(
            programme=programme,
            target=targets[said.target],
            code=said.id,
            partner=said.partner,
            territory_code=said.territory,
            starts_on=said.starts_on,
            ends_before=said.ends_on + timedelta(days=1),
            clauses=said.clauses.model_dump(mode="json", exclude_none=True),
            source=said.source,
            signed_at=now,
        )
        cents = said.envelope_cad * CENTS
        _write(agreement, "promise", cents, happened_on=said.starts_on, recorded_by=by, recorded_at=now)
        _trace("sign_agreement", agreement, by, now, {"envelope_cad": said.envelope_cad, "clauses": agreement.clauses})
    return programme


@transaction.atomic
def make_offer(*, agreement: Agreement, case: Case, asked: NewOffer, by: User, now: datetime) -> Offer:
    """Raises ProgrammeError: those of :func:`essor.programmes.rules.check_offer`, ``before-the-request``,
    ``outside-territory``, ``over-free``, ``days-disordered``, ``day-to-come``."""
    require(by, "handle_cases", case.territory_code, on=timezone.localdate(now))
    held = _hold(agreement, on=asked.offered_on, now=now)
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
    _write(held, "offer", offer.cents, offer=offer, happened_on=asked.offered_on, recorded_by=by, recorded_at=now)
    _trace("make_offer", offer, by, now, {"case": case.reference, "grant": asked.grant, "loan": asked.loan})
    return offer


@transaction.atomic
def accept_offer(*, offer: Offer, on: date, words: str, by: User, now: datetime) -> LedgerMove:
    """``words``: who signed, and how. Raises ProgrammeError: ``not-offered``, ``offer-expired``, and those of days."""
    _require_for(offer, by, now)
    held = _hold(offer.agreement, on=on, now=now)
    if on > offer.expires_on:
        raise ProgrammeError("offer-expired", on=on, expires_on=offer.expires_on)
    if sum_of(offer, OFFERED) != offer.cents:
        raise ProgrammeError("not-offered")
    return _move(held, offer, "accept", offer.cents, on=on, by=by, now=now, words=words)


@transaction.atomic
def end_offer(*, offer: Offer, on: date, words: str, by: User, now: datetime) -> LedgerMove:
    """Declined, expired or given up: what is not paid is free again. Raises ProgrammeError: ``not-offered``, and those
    of days."""
    _require_for(offer, by, now)
    held = _hold(offer.agreement, on=on, now=now)
    for kind, account in (("lapse", OFFERED), ("cancel", ACCEPTED)):
        if cents := sum_of(offer, account):
            return _move(held, offer, kind, cents, on=on, by=by, now=now, words=words)
    raise ProgrammeError("not-offered")


@transaction.atomic
def pay(
    *, offer: Offer, cents: int, on: date, words: str, by: User, approved_by: User | None, now: datetime
) -> LedgerMove:
    """A part or all of what was accepted; payments of one offer count together towards what takes two people.

    Raises ProgrammeError: ``amount-not-positive``, ``over-accepted``, ``second-person-needed``, and those of days.
    """
    _require_for(offer, by, now)
    held = _hold(offer.agreement, on=on, now=now)
    _check_part(offer, ACCEPTED, cents, code="over-accepted")
    least = held.read_clauses().two_people_from
    if approved_by is not None:
        _require_for(offer, approved_by, now)
    paid = LedgerMove.objects.filter(offer=offer, kind="pay").aggregate(cents=Sum("cents"))["cents"] or 0
    if (least is not None and paid + cents >= least and approved_by is None) or approved_by == by:
        raise ProgrammeError("second-person-needed", least=least or 0)
    return _move(held, offer, "pay", cents, on=on, by=by, now=now, words=words, approved_by=approved_by)


@transaction.atomic
def recover(*, offer: Offer, cents: int, on: date, words: str, by: User, now: datetime) -> LedgerMove:
    """What comes back of what was paid. Raises ProgrammeError: ``amount-not-positive``, ``over-paid``, and those of
    days."""
    _require_for(offer, by, now)
    held = _hold(offer.agreement, on=on, now=now)
    _check_part(offer, PAID, cents, code="over-paid")
    return _move(held, offer, "recover", cents, on=on, by=by, now=now, words=words)


def sum_of(offer: Offer, account: str) -> int:
    """What an offer still holds in an account, in cents."""
    entered, left = (
        LedgerMove.objects.filter(offer=offer, **{side: account}).aggregate(cents=Sum("cents"))["cents"] or 0
        for side in ("target_account", "source_account")
    )
    return entered - left


def _open_targets(programme: Programme, parent: Target | None, said: TargetDefinition) -> list[Target]:
    check_children(said.startups, sum(part.startups for part in said.parts))
    target = Target.objects.create(
        programme=programme, parent=parent, code=said.code, name_fr=said.name.fr, name_en=said.name.en,
        territory_code=said.territory, startups=said.startups,
    )  # fmt: skip
    return [target, *(one for part in said.parts for one in _open_targets(programme, target, part))]


def _require_for(offer: Offer, by: User, now: datetime) -> None:
    require(by, "handle_cases", offer.case.territory_code, on=timezone.localdate(now))


def _hold(agreement: Agreement, *, on: date, now: datetime) -> Agreement:
    """The agreement, held until the deed is done: one deed at a time, its days never going back nor ahead."""
    held = Agreement.objects.select_for_update().get(pk=agreement.pk)
    last = LedgerMove.objects.filter(agreement=held).aggregate(on=Max("happened_on"))["on"]
    if last is not None and on < last:
        raise ProgrammeError("days-disordered", on=on, last=last)
    if on > timezone.localdate(now):
        raise ProgrammeError("day-to-come", on=on)
    return held


def _sum_held(agreement: Agreement, case: Case) -> int:
    """What earlier offers of an agreement to one start-up hold: offered, accepted or paid, in cents."""
    offers = Offer.objects.filter(agreement=agreement, case=case)
    return sum(sum_of(offer, account) for offer in offers for account in (OFFERED, ACCEPTED, PAID))


def _check_part(offer: Offer, account: str, cents: int, *, code: str) -> None:
    if cents <= 0:
        raise ProgrammeError("amount-not-positive")
    if (holds := sum_of(offer, account)) < cents:
        raise ProgrammeError(code, asked=cents, holds=holds)


def _move(
    agreement: Agreement, offer: Offer, kind: str, cents: int, *, on: date, by: User, now: datetime, **said: Any
) -> LedgerMove:
    move = _write(agreement, kind, cents, offer=offer, happened_on=on, recorded_by=by, recorded_at=now, **said)
    _trace(
        f"{kind}_offer", offer, by, now, {"cents": cents, "on": on, "approved_by": str(said.get("approved_by") or "")}
    )
    return move


def _write(agreement: Agreement, kind: str, cents: int, **said: Any) -> LedgerMove:
    source, target = MOVES[kind]
    return LedgerMove.objects.create(
        agreement=agreement, kind=kind, source_account=source, target_account=target, cents=cents, **said
    )


def _trace(action: str, target: Any, by: User | None, now: datetime, after: Mapping[str, Any]) -> None:
    kind = type(target).__name__.lower()
    record_event(action=action, target_kind=kind, target_id=str(target), by=by, now=now, after=after)
