"""What each partner of a programme may say that it started: every start-up once, shared by the programme's rule."""

from __future__ import annotations

from datetime import date

from essor.cases.models import Case
from essor.directory.queries import end_of_day
from essor.methods.credit import PAID as BY_PAID
from essor.methods.credit import Claim, Credit, share_credit
from essor.methods.ledger import PAID, RECOVERED
from essor.programmes.models import Agreement, CreditClaim, LedgerMove, Programme
from essor.programmes.queries.awards import KEPT
from essor.programmes.queries.following import find_openings


def read_credit(programme: Programme, *, on: date) -> Credit:
    """Of the start-ups opened by the end of a day, with the money and the claims of that day. In three queries."""
    openings = find_openings(case__enrolment__programme=programme, happened_at__lte=end_of_day(on))
    opened = {case for case, opened_on in openings.items() if opened_on <= on}
    claims = _list_claims(programme, on=on) + _list_declared(programme, on=on)
    return share_credit(opened, claims, rule=programme.credit_rule)


def _list_claims(programme: Programme, *, on: date) -> list[Claim]:
    """A partner claims what accepted an offer of its own, as long as something of it is left."""
    accepted: dict[tuple[int, str], int] = {}
    paid: dict[tuple[int, str], int] = {}
    moves = LedgerMove.objects.filter(offer__agreement__programme=programme, happened_on__lte=on).order_by()
    for case, partner, source, target, cents in moves.values_list(
        "offer__case_id", "agreement__partner", "source_account", "target_account", "cents"
    ):
        for held, accounts in ((accepted, KEPT), (paid, (PAID, RECOVERED))):
            change = cents * ((target in accounts) - (source in accounts))
            held[case, partner] = held.get((case, partner), 0) + change
    weights = paid if programme.credit_rule == BY_PAID else accepted
    return [Claim(case, partner, weights[case, partner]) for (case, partner), cents in accepted.items() if cents > 0]


def is_claimed(agreement: Agreement, case: Case) -> bool:
    """Whether its partner says so by itself, an offer apart."""
    last = CreditClaim.objects.filter(agreement=agreement, enrolment__case=case).order_by("-pk").first()
    return last is not None and last.is_claimed


def _list_declared(programme: Programme, *, on: date) -> list[Claim]:
    """Those that partners say by themselves: they weigh no money, since the ledger holds all that they gave."""
    rows = CreditClaim.objects.filter(agreement__programme=programme, declared_at__lte=end_of_day(on)).order_by("pk")
    latest = {
        (agreement, case): (partner, claims)
        for agreement, case, partner, claims in rows.values_list(
            "agreement_id", "enrolment__case_id", "agreement__partner", "is_claimed"
        )
    }
    return [Claim(case, partner, 0) for (_agreement, case), (partner, claims) in latest.items() if claims]
