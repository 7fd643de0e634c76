"""Offers under the clauses, money that is there or refused, lines never rewritten; a sum of lines for each balance."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from essor.accounts.audit import verify_chain
from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed
from essor.cases.actions import THE_PROMOTER, close_case, erase_case, move_case, open_case
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import CaseError
from essor.methods.ledger import ACCOUNTS, MOVES
from essor.programmes import actions
from essor.programmes.models import Agreement, LedgerBalance, LedgerMove, Offer, PaymentRequest
from essor.programmes.queries import read_envelopes
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import explain
from essor.territories.actions import load_shipped_territories
from tests.cases.conftest import ask as ask_for_help

from .conftest import DAY, NOW, SAID, TODAY, ask, define, open_file


def hold(agreement: Agreement) -> dict[str, int]:
    """The balances, each checked against the sum of its lines."""
    found = dict(LedgerBalance.objects.filter(agreement=agreement).values_list("account", "cents"))
    for account in ACCOUNTS:
        sums = [
            LedgerMove.objects.filter(agreement=agreement, **{side: account}).aggregate(n=Sum("cents"))["n"] or 0
            for side in ("target_account", "source_account")
        ]
        assert found[account] == sums[0] - sums[1]
    assert sum(found.values()) == 0
    return {account: cents for account, cents in found.items() if account != "partner"}


@pytest.fixture
def offer(agreement: Agreement, case: Case, adviser: User) -> Offer:
    return actions.make_offer(agreement=agreement, case=case, asked=ask(23_000_00, 10_000_00), by=adviser, now=NOW)


def test_a_dollar_goes_from_the_promise_to_the_payment(
    agreement: Agreement, offer: Offer, adviser: User, other: User
) -> None:
    assert hold(agreement) == {"free": 312_000_00, "offered": 33_000_00, "accepted": 0, "paid": 0, "recovered": 0}
    actions.accept_offer(offer=offer, on=TODAY, words="Signé par la présidente", by=adviser, now=NOW)
    actions.pay(offer=offer, cents=10_000_00, on=TODAY, words="1er", by=adviser, approved_by=None, now=NOW)
    actions.pay(offer=offer, cents=20_000_00, on=TODAY, words="2e", by=adviser, approved_by=other, now=NOW)
    actions.recover(offer=offer, cents=5_000_00, on=TODAY, words="Trop-perçu", by=adviser, now=NOW)
    actions.end_offer(offer=offer, on=TODAY, words="Projet réduit", by=adviser, now=NOW)
    assert hold(agreement) == {
        "free": 315_000_00, "offered": 0, "accepted": 0, "paid": 25_000_00, "recovered": 5_000_00,
    }  # fmt: skip
    assert verify_chain().is_whole


def test_a_declined_offer_is_free_again(agreement: Agreement, offer: Offer, adviser: User) -> None:
    actions.end_offer(offer=offer, on=TODAY, words="Déclinée", by=adviser, now=NOW)
    assert hold(agreement)["free"] == 345_000_00
    for deed in (actions.end_offer, actions.accept_offer):
        with pytest.raises(ProgrammeError, match="not-offered"):
            deed(offer=offer, on=TODAY, words="", by=adviser, now=NOW)


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        (ask(22_999_99), "under-floor", "au moins 23"),
        (ask(60_000_01), "over-cap", "au plus 60"),
        (ask(15_000_00, 16_000_00), "loan-too-large", "au plus 50"),
        (ask(0), "amount-not-positive", "plus grand que zéro"),
        (ask(-5), "amount-not-positive", "plus grand que zéro"),
        (ask(30_000_00, -1), "amount-not-positive", "plus grand que zéro"),
        (ask(offered_on=TODAY - 91 * DAY), "before-the-request", "avant la demande"),
        (ask(offered_on=date(2017, 11, 22)), "days-disordered", "avant la dernière écriture"),
        (ask(offered_on=TODAY + 2 * DAY, expires_on=TODAY + 3 * DAY), "day-to-come", "à venir"),
        (ask(expires_on=TODAY - DAY), "expires-before", "avant d’être faite"),
    ],
)
def test_what_the_agreement_does_not_allow_is_refused_with_its_clause(
    agreement: Agreement, case: Case, adviser: User, asked: Any, code: str, words: str
) -> None:
    with pytest.raises(ProgrammeError) as refused:
        actions.make_offer(agreement=agreement, case=case, asked=asked, by=adviser, now=NOW)
    assert refused.value.code == code
    assert words in explain(refused.value).replace("\xa0", " ").replace("\u202f", " ")
    assert not Offer.objects.exists()
    assert hold(agreement)["free"] == 345_000_00


def test_the_cap_counts_all_that_one_start_up_holds(agreement: Agreement, case: Case, adviser: User) -> None:
    first = actions.make_offer(agreement=agreement, case=case, asked=ask(40_000_00), by=adviser, now=NOW)
    with pytest.raises(ProgrammeError, match="over-cap"):
        actions.make_offer(agreement=agreement, case=case, asked=ask(), by=adviser, now=NOW)
    actions.make_offer(agreement=agreement, case=open_file(), asked=ask(), by=adviser, now=NOW)
    actions.end_offer(offer=first, on=TODAY, words="Déclinée", by=adviser, now=NOW)
    actions.make_offer(agreement=agreement, case=case, asked=ask(), by=adviser, now=NOW)
    assert hold(agreement)["offered"] == 46_000_00


@pytest.mark.parametrize(("territory", "may"), [("64015", True), ("640", True), ("14", True), ("64008", False)])
def test_an_agreement_serves_its_territory_only(guards: None, adviser: User, territory: str, may: bool) -> None:
    said = [SAID["agreements"][0] | {"territory": territory}]
    load_shipped_territories(by=None, now=NOW)
    placed = actions.open_programme(definition=define(agreements=said), by=None, now=NOW).agreements.get()
    case = open_file()
    if may:
        actions.make_offer(agreement=placed, case=case, asked=ask(), by=adviser, now=NOW)
        return
    with pytest.raises(ProgrammeError, match="outside-territory") as refused:
        actions.make_offer(agreement=placed, case=case, asked=ask(), by=adviser, now=NOW)
    assert "Caisse d’essai" in explain(refused.value)


def test_after_its_term_an_agreement_offers_nothing(agreement: Agreement, case: Case, adviser: User) -> None:
    after = date(2023, 1, 2)
    asked, now = ask(offered_on=after, expires_on=after), NOW.replace(year=2023)
    with pytest.raises(ProgrammeError, match="outside-term") as refused:
        actions.make_offer(agreement=agreement, case=case, asked=asked, by=adviser, now=now)
    assert "31 décembre 2022" in explain(refused.value).replace("\xa0", " ")


def test_fifteen_start_ups_take_the_whole_envelope_and_a_sixteenth_nothing(
    agreement: Agreement, case: Case, adviser: User
) -> None:
    for _startup in range(15):
        actions.make_offer(agreement=agreement, case=open_file(), asked=ask(), by=adviser, now=NOW)
    with pytest.raises(ProgrammeError, match="over-free") as refused:
        actions.make_offer(agreement=agreement, case=case, asked=ask(), by=adviser, now=NOW)
    assert "Il reste 0" in explain(refused.value)
    assert hold(agreement)["free"] == 0


def test_an_offer_that_ended_is_not_accepted(agreement: Agreement, offer: Offer, adviser: User) -> None:
    late = offer.expires_on + DAY
    with pytest.raises(ProgrammeError, match="offer-expired"):
        actions.accept_offer(offer=offer, on=late, words="Signé", by=adviser, now=NOW + 60 * DAY)
    actions.accept_offer(offer=offer, on=offer.expires_on, words="Signé", by=adviser, now=NOW + 60 * DAY)
    assert hold(agreement)["accepted"] == offer.cents


def test_a_large_payment_takes_two_people(agreement: Agreement, offer: Offer, adviser: User, other: User) -> None:
    actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=adviser, now=NOW)
    said: dict[str, Any] = {"offer": offer, "on": TODAY, "words": "", "by": adviser, "now": NOW}
    for approved_by in (None, adviser):
        with pytest.raises(ProgrammeError, match="second-person-needed"):
            actions.pay(cents=20_000_00, approved_by=approved_by, **said)
    for cents, code in ((33_000_01, "over-accepted"), (0, "amount-not-positive"), (-1, "amount-not-positive")):
        with pytest.raises(ProgrammeError, match=code):
            actions.pay(cents=cents, approved_by=other, **said)
    actions.pay(cents=19_000_00, approved_by=None, **said)
    with pytest.raises(ProgrammeError, match="second-person-needed"):
        actions.pay(cents=1_000_00, approved_by=None, **said)
    actions.pay(cents=1_000_00, approved_by=other, **said)
    with pytest.raises(ProgrammeError, match="over-paid"):
        actions.recover(offer=offer, cents=20_000_01, on=TODAY, words="", by=adviser, now=NOW)
    assert hold(agreement)["paid"] == 20_000_00


def test_whoever_does_not_advise_there_moves_nothing(agreement: Agreement, case: Case, offer: Offer) -> None:
    stranger = User.objects.create_user("x@exemple.test", "un mot de passe long")
    with pytest.raises(NotAllowed):
        actions.make_offer(agreement=agreement, case=case, asked=ask(), by=stranger, now=NOW)
    with pytest.raises(NotAllowed):
        actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=stranger, now=NOW)


def test_each_day_is_read_as_it_was(agreement: Agreement, offer: Offer, adviser: User) -> None:
    actions.accept_offer(offer=offer, on=TODAY + 5 * DAY, words="Signé", by=adviser, now=NOW + 9 * DAY)
    days = {
        on: read_envelopes(agreement.programme, on=on)[agreement]
        for on in (date(2017, 11, 22), date(2017, 11, 23), TODAY, TODAY + 5 * DAY)
    }
    assert [one.promised for one in days.values()] == [0, 345_000_00, 345_000_00, 345_000_00]
    assert [one.offered for one in days.values()] == [0, 0, 33_000_00, 0]
    assert [one.accepted for one in days.values()] == [0, 0, 0, 33_000_00]
    with pytest.raises(ProgrammeError, match="days-disordered"):
        actions.end_offer(offer=offer, on=TODAY, words="", by=adviser, now=NOW + 9 * DAY)


def spoil(agreement: Agreement, **said: Any) -> Callable[[], object]:
    content = {"agreement": agreement, "cents": 1, "happened_on": TODAY, "recorded_at": NOW, "kind": "offer"} | said
    source, target = MOVES.get(content["kind"], ("free", "offered"))
    return lambda: LedgerMove.objects.create(**{"source_account": source, "target_account": target} | content)


@pytest.mark.parametrize(
    "said",
    [
        {"cents": 345_000_01},
        {"cents": 0},
        {"cents": -5},
        {"kind": "gift"},
        {"kind": "pay"},
        {"kind": "offer", "target_account": "paid"},
    ],
)
def test_the_database_itself_refuses_what_is_not_there(agreement: Agreement, said: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        spoil(agreement, **said)()
    assert hold(agreement)["free"] == 345_000_00


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE programmes_ledgermove SET cents = 1",
        "DELETE FROM programmes_ledgermove",
        "UPDATE programmes_agreement SET clauses = '{}'",
        "DELETE FROM programmes_offer",
        "UPDATE programmes_offer SET grant_cents = 1",
        "UPDATE programmes_target SET startups = 1",
        "UPDATE programmes_agreement SET territory_code = 'x'",
    ],
)
@pytest.mark.usefixtures("offer")
def test_nothing_agreed_or_moved_is_rewritten(deed: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed)


def test_parts_may_not_take_more_than_the_whole(guards: None) -> None:
    target = {"code": "a", "name": {"fr": "A", "en": "A"}, "startups": 10}
    parts = [{"code": code, "name": {"fr": code, "en": code}, "startups": 6} for code in ("b", "c")]
    with pytest.raises(ProgrammeError, match="parts-over-whole"):
        actions.open_programme(definition=define(target=target | {"parts": parts}, agreements=()), by=None, now=NOW)


def test_an_offer_waits_for_the_decision_of_a_programme_s_file(agreement: Agreement, adviser: User) -> None:
    early = open_file(until="to_committee")
    said: dict[str, Any] = {"agreement": agreement, "asked": ask(), "by": adviser, "now": NOW}
    with pytest.raises(ProgrammeError, match="stage-too-early"):
        actions.make_offer(case=early, **said)
    outside = open_case(request=ask_for_help(opening_key="x" * 32, email="x@exemple.test"), now=NOW - 90 * DAY).case
    with pytest.raises(ProgrammeError, match="not-enrolled"):
        actions.make_offer(case=outside, **said)
    with pytest.raises(ProgrammeError, match="already-enrolled"):
        actions.enrol(programme=agreement.programme, case=early, by=adviser, now=NOW)
    with pytest.raises(CaseError, match="move_by_deed"):
        move_case(case=open_file(), move="offer", by=adviser, now=NOW)


def test_the_file_goes_where_each_deed_leads(agreement: Agreement, offer: Offer, adviser: User, other: User) -> None:
    def stage() -> str:
        return Case.objects.get(pk=offer.case_id).stage

    assert (stage(), Case.objects.get(pk=offer.case_id).came_from) == ("offer", "decision")
    actions.end_offer(offer=offer, on=TODAY, words="Trop peu", by=THE_PROMOTER, now=NOW)
    assert stage() == "decision"
    again = actions.make_offer(agreement=agreement, case=offer.case, asked=ask(), by=adviser, now=NOW)
    with pytest.raises(ProgrammeError, match="signature-missing"):
        actions.accept_offer(offer=again, on=TODAY, words=" ", by=THE_PROMOTER, now=NOW)
    move = actions.accept_offer(offer=again, on=TODAY, words="Signé par Maude", by=THE_PROMOTER, now=NOW)
    assert ("Maude" in move.words, move.words[:8], move.recorded_by) == (False, "SHA-256 ", None)
    assert stage() == "conditions"
    actions.pay(offer=again, cents=1_000_00, on=TODAY, words="1er", by=adviser, approved_by=None, now=NOW)
    assert stage() == "disbursement"
    kinds = (
        CaseEvent.objects.filter(case=offer.case, kind="programme").order_by("pk").values_list("facts__deed", flat=True)
    )
    assert list(kinds) == ["enrol", "offer", "decline", "offer", "accept", "pay"]


def test_the_second_person_approves_themselves(agreement: Agreement, offer: Offer, adviser: User, other: User) -> None:
    actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=adviser, now=NOW)
    said: dict[str, Any] = {"offer": offer, "on": TODAY, "words": "1er versement", "by": adviser, "now": NOW}
    assert actions.ask_payment(cents=20_000_00, **said) is None
    assert hold(agreement)["paid"] == 0
    asked = PaymentRequest.objects.get()
    with pytest.raises(ProgrammeError, match="payment-waits"):
        actions.ask_payment(cents=1_00, **said)
    with pytest.raises(ProgrammeError, match="second-person-needed"):
        actions.approve_payment(request=asked, by=adviser, now=NOW)
    move = actions.approve_payment(request=asked, by=other, now=NOW)
    assert (move.recorded_by, move.approved_by, hold(agreement)["paid"]) == (adviser, other, 20_000_00)
    for deed in (actions.approve_payment, actions.drop_payment):
        with pytest.raises(ProgrammeError, match="payment-gone"):
            deed(request=asked, by=other, now=NOW)
    actions.ask_payment(cents=5_000_00, **said)
    actions.drop_payment(request=PaymentRequest.objects.latest("pk"), by=other, now=NOW)
    assert hold(agreement)["paid"] == 20_000_00
    assert actions.ask_payment(cents=1_00, **said) is None
    actions.end_offer(offer=offer, on=TODAY, words="Projet réduit", by=adviser, now=NOW)
    assert not PaymentRequest.objects.filter(move=None, dropped_at=None).exists()


def test_the_journal_has_two_equal_sides_for_each_move(
    agreement: Agreement, offer: Offer, adviser: User, other: User
) -> None:
    actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=adviser, now=NOW)
    actions.pay(offer=offer, cents=10_000_55, on=TODAY, words="1er", by=adviser, approved_by=other, now=NOW)
    out = StringIO()
    call_command("programme", "journal", "--programme", "essai", stdout=out)
    lines = list(csv.DictReader(StringIO(out.getvalue())))
    assert len(lines) == 2 * LedgerMove.objects.count()
    sides = {side: sum(Decimal(line[f"{side}_cad"] or 0) for line in lines) for side in ("debit", "credit")}
    assert sides["debit"] == sides["credit"] == Decimal("345000") + 33_000 + 33_000 + Decimal("10000.55")
    assert [line["account"] for line in lines[-2:]] == ["paid", "accepted"]
    assert lines[-1]["file"] == offer.case.reference
    out = StringIO()
    call_command("programme", "journal", "--programme", "essai", "--to", "2017-11-22", stdout=out)
    assert len(out.getvalue().splitlines()) == 1
    with pytest.raises(CommandError):
        call_command("programme", "journal", "--programme", "essai", "--from", "hier")


def test_a_closed_file_gives_back_and_is_given_nothing(
    agreement: Agreement, offer: Offer, adviser: User, other: User
) -> None:
    actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=adviser, now=NOW)
    actions.pay(offer=offer, cents=10_000_00, on=TODAY, words="1er", by=adviser, approved_by=None, now=NOW)
    close_case(case=offer.case, outcome="stopped", words="Le groupe s’est défait.", by=adviser, now=NOW)
    with pytest.raises(ProgrammeError, match="file-closed"):
        actions.pay(offer=offer, cents=1_00, on=TODAY, words="2e", by=adviser, approved_by=None, now=NOW)
    with pytest.raises(ProgrammeError, match="file-closed"):
        actions.make_offer(agreement=agreement, case=offer.case, asked=ask(), by=adviser, now=NOW)
    actions.end_offer(offer=offer, on=TODAY, words="Fin du projet", by=adviser, now=NOW)
    actions.recover(offer=offer, cents=4_000_00, on=TODAY, words="Solde rendu", by=adviser, now=NOW)
    assert (hold(agreement)["accepted"], hold(agreement)["recovered"]) == (0, 4_000_00)
    told = CaseEvent.objects.filter(case=offer.case, kind="programme").order_by("pk")
    assert [event.facts["deed"] for event in told][-2:] == ["decline", "recover"]
    erase_case(case=offer.case, reason="asked", by=None, now=NOW)
    actions.recover(offer=offer, cents=1_000_00, on=TODAY, words="Solde rendu", by=adviser, now=NOW)
    assert hold(agreement)["recovered"] == 5_000_00
