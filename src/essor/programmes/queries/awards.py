"""What was awarded in a programme: the offers that were accepted, and whom they may be said to be to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from essor.directory.queries.known import names_of
from essor.methods.ledger import ACCEPTED, PAID, RECOVERED
from essor.programmes.models import LedgerMove, Offer, Programme

KEPT = (ACCEPTED, PAID, RECOVERED)


@dataclass(frozen=True, slots=True)
class Award:
    """The part that is given of an accepted offer, ``cents``. ``paid``: how much of it was paid in all; None where the
    offer also lends, since a payment does not say of which part it is. ``recipient``: the key of an organisation of
    the public directory, and its name; both empty where none is published, and then ``number`` alone tells whose it is.
    ``place``: of a published organisation, its municipality; else only the territory of the agreement."""

    offer: int
    number: int
    agreement: str
    partner: str
    cents: int
    paid: int | None
    awarded_on: date
    recipient: str
    name: str
    place: str


def list_awards(programme: Programme, *, now: datetime) -> list[Award]:
    """In three queries. An offer that only lends, was never accepted, or of which nothing is left, is not there."""
    offers = Offer.objects.filter(agreement__programme=programme, grant_cents__gt=0, case__enrolment__isnull=False)
    rows = offers.select_related("agreement", "case", "case__enrolment", "case__organisation").order_by("pk")
    holds: dict[int, int] = {}
    paid: dict[int, int] = {}
    moves = LedgerMove.objects.filter(offer__agreement__programme=programme).order_by("pk")
    for offer, kind, source, target, cents in moves.values_list(
        "offer_id", "kind", "source_account", "target_account", "cents"
    ):
        change = cents * ((target in KEPT) - (source in KEPT))
        holds[offer] = holds.get(offer, 0) + change
        if kind == "pay":
            paid[offer] = paid.get(offer, 0) + cents
    kept = [row for row in rows if holds.get(row.pk, 0) > 0]
    shown = [row.case.organisation_id for row in kept if row.case.organisation_id]
    names = names_of(organisations=shown, on=timezone.localdate(now), known_at=now) if shown else {}
    return [_award(row, paid=paid, names=names) for row in kept]


def _award(offer: Offer, *, paid: Mapping[int, int], names: Mapping[int, str]) -> Award:
    case, organisation = offer.case, offer.case.organisation
    name = names.get(organisation.pk, "") if organisation and organisation.erased_at is None else ""
    return Award(
        offer=offer.pk,
        number=case.enrolment.pk,
        agreement=offer.agreement.code,
        partner=offer.agreement.partner,
        cents=offer.grant_cents,
        paid=None if offer.loan_cents else paid.get(offer.pk, 0),
        awarded_on=offer.offered_on,
        recipient=organisation.key if organisation and name else "",
        name=name,
        place=case.territory_code if name else offer.agreement.territory_code,
    )
