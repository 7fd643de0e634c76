"""A file in its programme: the offers made to it and where their money is; the requests that wait for someone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from essor.accounts.models import User
from essor.cases.models import Case
from essor.methods.ledger import ACCEPTED, OFFERED, PAID, RECOVERED
from essor.programmes.models import (
    Agreement,
    Application,
    CreditClaim,
    Enrolment,
    LedgerMove,
    MetCondition,
    Offer,
    PaymentRequest,
    Programme,
    SittingItem,
)
from essor.programmes.queries import to_dollars
from essor.programmes.queries.following import find_openings

ACCOUNTS = (OFFERED, ACCEPTED, PAID, RECOVERED)


@dataclass(frozen=True, slots=True)
class OfferLine:
    """``holds``: what the offer holds in each account, in cents. ``waits``: a payment to be approved. ``repaid``: the
    principal of its loan that came back, which is in what is recovered. ``met``: the conditions that are met, by
    number."""

    offer: Offer
    holds: Mapping[str, int]
    waits: PaymentRequest | None = None
    repaid: int = 0
    met: Mapping[int, MetCondition] = field(default_factory=dict)

    @property
    def conditions(self) -> list[tuple[int, str, MetCondition | None]]:
        """Each with its number and, once met, when."""
        return [(number, said, self.met.get(number)) for number, said in enumerate(self.offer.conditions, start=1)]

    @property
    def has_unmet(self) -> bool:
        return any(met is None for _number, _said, met in self.conditions)

    @property
    def lends(self) -> bool:
        """Something of it was accepted, and is to be repaid."""
        return bool(self.offer.loan_cents) and any(self.holds[one] for one in (ACCEPTED, PAID, RECOVERED))

    @property
    def paid_out(self) -> int:
        """What the project had and kept, or repaid when it was due."""
        return self.holds[PAID] + self.repaid

    @property
    def state(self) -> str:
        """``offered``, ``accepted`` (something is still to be paid), ``paid``, or ``ended``."""
        for account in (OFFERED, ACCEPTED, PAID):
            if self.holds[account]:
                return account
        return "ended"

    def awaits_answer(self, on: date) -> bool:
        return self.state == OFFERED and on <= self.offer.expires_on


@dataclass(frozen=True, slots=True)
class StartupFile:
    """``enrolment`` None: the case is of no programme."""

    case: Case
    enrolment: Enrolment | None
    offers: list[OfferLine] = field(default_factory=list)

    @property
    def programme(self) -> Programme | None:
        return self.enrolment.programme if self.enrolment else None


def read_file(case: Case) -> StartupFile:
    """In five queries, whatever its number of offers."""
    enrolment = Enrolment.objects.select_related("programme").filter(case=case).first()
    if enrolment is None:
        return StartupFile(case, None)
    offers = list(Offer.objects.filter(case=case).select_related("agreement", "agreement__programme", "case"))
    holds = {offer.pk: dict.fromkeys(ACCOUNTS, 0) for offer in offers}
    repaid = dict.fromkeys(holds, 0)
    for offer, kind, source, target, cents in LedgerMove.objects.filter(offer__case=case).values_list(
        "offer_id", "kind", "source_account", "target_account", "cents"
    ):
        repaid[offer] += cents * ((kind == "repay") - (kind == "return_principal"))
        for account, change in ((source, -cents), (target, cents)):
            if account in ACCOUNTS:
                holds[offer][account] += change
    waiting = {
        one.offer_id: one
        for one in PaymentRequest.objects.filter(offer__case=case, move=None, dropped_at=None).select_related(
            "asked_by"
        )
    }
    met: dict[int, dict[int, MetCondition]] = {}
    for row in MetCondition.objects.filter(offer__case=case).select_related("recorded_by"):
        met.setdefault(row.offer_id, {})[row.number] = row
    lines = [OfferLine(one, holds[one.pk], waiting.get(one.pk), repaid[one.pk], met.get(one.pk, {})) for one in offers]
    return StartupFile(case, enrolment, lines)


def list_unmet(offer: Offer) -> list[int]:
    """The numbers of the conditions that nobody has said to be met."""
    met = set(MetCondition.objects.filter(offer=offer).values_list("number", flat=True))
    return [number for number in range(1, len(offer.conditions) + 1) if number not in met]


def find_decision(case: Case) -> SittingItem | None:
    """What a committee decided last of it."""
    decided = SittingItem.objects.filter(case=case).exclude(result="").select_related("sitting")
    return decided.order_by("-decided_at", "-pk").first()


def export_file(file: StartupFile) -> dict[str, Any] | None:
    """What the promoter takes away."""
    if file.programme is None:
        return None
    return {
        "programme": file.programme.slug,
        "offers": [
            {
                "grant_cad": to_dollars(line.offer.grant_cents),
                "loan_cad": to_dollars(line.offer.loan_cents),
                "conditions": line.offer.conditions,
                "conditions_met": {number: one.met_on.isoformat() for number, one in line.met.items()},
                "offered_on": line.offer.offered_on.isoformat(),
                "expires_on": line.offer.expires_on.isoformat(),
                **{f"{account}_cad": to_dollars(cents) for account, cents in line.holds.items()},
            }
            for line in file.offers
        ],
    }


def list_agreements(programme: Programme) -> list[Agreement]:
    return list(Agreement.objects.filter(programme=programme))


def may_leave(case: Case) -> bool:
    """Only a file of which nothing was applied for, offered, heard by a committee nor claimed, and that never opened,
    leaves."""
    of_it = (
        SittingItem.objects.filter(case=case), Offer.objects.filter(case=case), Application.objects.filter(case=case),
        CreditClaim.objects.filter(enrolment__case=case),
    )  # fmt: skip
    return not (any(rows.exists() for rows in of_it) or find_openings(case=case))


def find_offer(case: Case, pk: int) -> Offer | None:
    return Offer.objects.select_related("agreement", "case").filter(case=case, pk=pk).first()


def find_payment(case: Case, pk: int) -> PaymentRequest | None:
    return PaymentRequest.objects.select_related("offer", "offer__agreement").filter(offer__case=case, pk=pk).first()


def may_approve(request: PaymentRequest | None, user: User) -> bool:
    return request is not None and request.asked_by_id != user.pk
