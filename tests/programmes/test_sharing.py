"""A start-up that several partners claim is counted once, and its credit shared."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from pydantic import ValidationError

from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed
from essor.cases.models import Case
from essor.programmes import actions
from essor.programmes.agreement_pictures import build_credit_table
from essor.programmes.models import Agreement, CreditClaim, Programme
from essor.programmes.queries.credit import read_credit
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import describe_deed
from tests.pages import StrictClient

from .agreeing import admin, folder, open_enterprise, sign
from .conftest import DAY, NOW, TODAY, define, open_file

__all__ = ["admin", "folder"]


# Credit.


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


# A partner that helped without an offer.


def claim(agreement: Agreement, case: Case, *, claims: bool = True, by: User | None = None, now: datetime = NOW) -> Any:
    return actions.claim_startup(agreement=agreement, case=case, claims=claims, by=by, now=now)


@pytest.mark.parametrize(("rule", "share"), [("equal", Fraction(1, 2)), ("accepted", Fraction(0))])
def test_a_partner_that_helped_without_an_offer_may_claim(
    guards: None, adviser: User, rule: str, share: Fraction
) -> None:
    programme = sign("Caisse", "MRC", credit=rule)
    caisse, mrc = programme.agreements.order_by("pk")
    case = open_enterprise(caisse)
    claim(mrc, case)
    credit = read_credit(programme, on=TODAY)
    assert (credit.counted, credit.claimed["MRC"], credit.shares["MRC"]) == (1, 1, share)
    assert read_credit(programme, on=TODAY - DAY).claimed == {}
    with pytest.raises(ProgrammeError, match="claim-unchanged"):
        claim(mrc, case)
    claim(mrc, case, claims=False, now=NOW + DAY)
    assert read_credit(programme, on=TODAY + DAY).claimed == {"Caisse": 1}
    assert read_credit(programme, on=TODAY).claimed == {"Caisse": 1, "MRC": 1}, "as it was known that day"
    told = [describe_deed(event.facts) for event in case.events.filter(kind="programme").order_by("pk")]
    assert told[-2:] == ["aussi réclamée par MRC", "n’est plus réclamée par MRC"]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE programmes_creditclaim SET is_claimed = is_claimed AND false")


def test_a_start_up_of_another_programme_or_of_ones_interest_is_not_claimed(
    guards: None, adviser: User, admin: User
) -> None:
    first = sign("Caisse").agreements.get()
    case = open_enterprise(first)
    other = sign("MRC", id="autre").agreements.get()
    with pytest.raises(ProgrammeError, match="claim-unknown"):
        claim(other, case)
    actions.declare_interest(
        person=admin, kind="seat", case=case, organisation=None, words="", starts_on=TODAY, now=NOW
    )
    with pytest.raises(ProgrammeError, match="recused"):
        claim(first, case, by=admin)
    with pytest.raises(NotAllowed):
        claim(first, case, by=adviser)
    assert not CreditClaim.objects.exists()


def test_a_claim_is_made_on_the_page_by_the_reference_of_a_file(
    guards: None, adviser: User, admin: User, client: StrictClient
) -> None:
    caisse, mrc = sign("Caisse", "MRC").agreements.order_by("pk")
    case = open_enterprise(caisse)
    client.force_login(admin)
    address = reverse("agreement_claim", args=["essai", mrc.code])
    unknown = client.post(address, {"reference": "AAAA-AAAA", "claims": "yes"})
    assert unknown.status_code == 400
    assert "ne porte cette référence" in unknown.content.decode()
    said = {"reference": case.reference.lower(), "claims": "yes"}
    shown = client.post(address, said, follow=True).content.decode().replace("\u00a0", " ")
    assert "C’est inscrit" in shown
    assert "réclamées : 1 ; créditées : 0,50" in shown
    assert client.post(address, said).status_code == 400
    assert CreditClaim.objects.get().declared_by == admin
