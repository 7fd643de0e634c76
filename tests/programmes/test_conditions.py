"""What the committee decided goes on to the offer; the conditions of an offer are met before it is paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed
from essor.cases.access import make_token
from essor.cases.actions import close_case
from essor.cases.models import Case, CaseEvent
from essor.cases.rules import CaseError
from essor.programmes import actions
from essor.programmes.models import Agreement, LedgerMove, MetCondition, Offer, PaymentRequest, SittingItem
from essor.programmes.queries.files import find_decision, list_unmet
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import explain
from tests.pages import StrictClient

from .conftest import DAY, NOW, TODAY, ask, open_file

CONDITIONS = ("Un bail signé", "Une lettre de la ville")


@pytest.fixture
def offer(agreement: Agreement, case: Case, adviser: User) -> Offer:
    return actions.make_offer(agreement=agreement, case=case, asked=ask(conditions=CONDITIONS), by=adviser, now=NOW)


@pytest.fixture
def accepted(offer: Offer) -> Offer:
    actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=None, now=NOW)
    return offer


def meet(offer: Offer, number: int = 1, **said: Any) -> MetCondition:
    asked = {"on": TODAY, "words": "Reçue", "by": None, "now": NOW} | said
    return actions.meet_condition(offer=offer, number=number, **asked)


def pay(offer: Offer, **said: Any) -> LedgerMove:
    return actions.pay(
        offer=offer, cents=1_000_00, on=TODAY, words="Premier versement", by=None, approved_by=None, now=NOW, **said
    )


def test_a_condition_is_said_to_be_met_and_both_sides_read_it(
    accepted: Offer, adviser: User, adviser_client: StrictClient, client: StrictClient
) -> None:
    reference = accepted.case.reference
    page = reverse("case_programme", args=[reference])
    theirs = reverse("case_follow_programme", args=[make_token(reference)])
    assert client.get(theirs).content.decode().count("pas encore remplie") == 2
    sent = {"condition2-met_on": "2018-09-01", "condition2-words": "Lettre du 1er septembre"}
    assert adviser_client.post(f"{page}{accepted.pk}/condition/2/", sent).status_code == 302
    met = MetCondition.objects.get()
    assert (met.number, met.met_on.isoformat(), met.recorded_by) == (2, "2018-09-01", adviser)
    for told in (client.get(theirs).content.decode(), adviser_client.get(page).content.decode()):
        assert "remplie le 1" in told
        assert told.count("pas encore remplie") == 1
    assert "Inscrire qu’elle est remplie" not in client.get(theirs).content.decode()
    event = CaseEvent.objects.latest("pk")
    assert (event.words, event.facts["number"]) == ("Lettre du 1er septembre", 2)
    again = adviser_client.post(f"{page}{accepted.pk}/condition/2/", sent)
    assert (again.status_code, MetCondition.objects.count()) == (400, 1)
    assert "déjà inscrit" in again.content.decode()
    assert adviser_client.get(f"{page}{accepted.pk}/condition/2/").status_code == 302
    assert client.post(f"{page}{accepted.pk}/condition/1/", sent).status_code == 302
    assert MetCondition.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"number": 0}, "condition-unknown"),
        ({"number": 3}, "condition-unknown"),
        ({"on": TODAY + DAY}, "day-to-come"),
        ({"on": TODAY - 900 * DAY}, "before-the-request"),
    ],
)
def test_what_cannot_be_is_refused(accepted: Offer, said: dict[str, Any], code: str) -> None:
    with pytest.raises(ProgrammeError, match=code) as refused:
        meet(accepted, **said)
    assert explain(refused.value)
    assert not MetCondition.objects.exists()


def test_an_offer_that_nobody_signed_has_nothing_to_be_met(offer: Offer) -> None:
    with pytest.raises(ProgrammeError, match="offer-not-accepted"):
        meet(offer)


def test_who_has_an_interest_or_no_role_says_nothing(accepted: Offer, adviser: User, members: list[User]) -> None:
    with pytest.raises(NotAllowed):
        meet(accepted, by=members[0])
    actions.declare_interest(person=adviser, kind="kin", case=accepted.case, starts_on=TODAY, words="", now=NOW)
    with pytest.raises(ProgrammeError, match="recused"):
        meet(accepted, by=adviser)


def test_nothing_more_is_said_of_a_closed_file(accepted: Offer) -> None:
    close_case(case=accepted.case, outcome="stopped", words="Le projet s’arrête là", by=None, now=NOW)
    with pytest.raises(CaseError, match="case_closed"):
        meet(accepted)


def test_the_database_keeps_one_line_for_each_condition_as_written(accepted: Offer) -> None:
    met = meet(accepted)
    with pytest.raises(IntegrityError), transaction.atomic():
        MetCondition.objects.create(offer=accepted, number=1, met_on=TODAY, recorded_at=NOW)
    for change in ("UPDATE programmes_metcondition SET number = 2 WHERE id = %s",
                   "DELETE FROM programmes_metcondition WHERE id = %s"):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change, [met.pk])


def test_nothing_is_paid_before_all_is_met_unless_it_is_said_why(accepted: Offer) -> None:
    meet(accepted)
    with pytest.raises(ProgrammeError, match="conditions-unmet") as refused:
        pay(accepted, despite="  ")
    assert "Une lettre de la ville" in explain(refused.value)
    assert not LedgerMove.objects.filter(kind="pay").exists()
    pay(accepted, despite="La ville écrit lundi")
    paid = CaseEvent.objects.filter(facts__deed="pay").latest("pk")
    assert (paid.words, paid.facts["unmet"]) == ("Premier versement\n\nLa ville écrit lundi", 1)
    meet(accepted, 2)
    assert list_unmet(accepted) == []
    pay(accepted, despite="Ne sert plus")
    paid = CaseEvent.objects.filter(facts__deed="pay").latest("pk")
    assert (paid.words, "unmet" in paid.facts) == ("Premier versement", False)


def test_why_it_is_paid_already_waits_with_the_request_of_a_second_person(
    accepted: Offer, adviser: User, other: User, adviser_client: StrictClient
) -> None:
    page = f"{reverse('case_programme', args=[accepted.case.reference])}{accepted.pk}/verser/"
    sent = {"pay-dollars": "20 000", "pay-words": "Équipement"}
    assert adviser_client.post(page, sent).status_code == 400
    with pytest.raises(ProgrammeError, match="conditions-unmet"):
        actions.ask_payment(offer=accepted, cents=20_000_00, on=TODAY, words="x", by=adviser, now=NOW)
    asked = actions.ask_payment(
        offer=accepted, cents=20_000_00, on=TODAY, words="Équipement", despite="Livraison demain", by=adviser, now=NOW
    )
    assert asked is None
    waiting = PaymentRequest.objects.get()
    assert waiting.words == "Équipement\n\nLivraison demain"
    actions.approve_payment(request=waiting, by=other, now=NOW)
    paid = CaseEvent.objects.filter(facts__deed="pay").latest("pk")
    assert (paid.words, paid.facts["unmet"]) == ("Équipement\n\nLivraison demain", 2)


@pytest.fixture
def decided(agreement: Agreement, adviser: User, members: list[User]) -> SittingItem:
    case = open_file(until="to_committee")
    sitting = actions.call_sitting(
        programme=agreement.programme, held_on=TODAY, quorum=2, members=members, cases=[case], by=adviser, now=NOW
    )
    item = sitting.items.get()
    for member in members[:3]:
        actions.vote_on(item=item, choice="for", by=member, now=NOW)
    return item


def test_what_the_committee_decided_is_read_on_both_sides_and_fills_the_offer(
    decided: SittingItem, adviser: User, adviser_client: StrictClient, client: StrictClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    case, localdate = decided.case, timezone.localdate
    monkeypatch.setattr(timezone, "localdate", lambda moment=None: localdate(moment or NOW))
    page = reverse("case_programme", args=[case.reference])
    before = adviser_client.get(page).content.decode()
    assert "L’offre se fera après la décision du comité." in before
    assert "Faire cette offre" not in before
    assert find_decision(case) is None
    actions.decide_item(item=decided, said={"reasons": "Mission claire."}, conditions=CONDITIONS, by=adviser, now=NOW)
    theirs = reverse("case_follow_programme", args=[make_token(case.reference)])
    for told in (adviser_client.get(page).content.decode(), client.get(theirs).content.decode()):
        assert "Ce que le comité a décidé" in told
        assert "Mission claire." in told
        assert "Une lettre de la ville" in told
    form = adviser_client.get(page).content.decode()
    assert "Un bail signé\nUne lettre de la ville</textarea>" in form
    assert "L’offre se fera après" not in form
    assert "Faire cette offre" not in client.get(theirs).content.decode()


def test_the_page_of_a_file_asks_as_much_whatever_its_conditions(
    agreement: Agreement, adviser: User, adviser_client: StrictClient
) -> None:
    asked = []
    for n in (1, 12):
        case, conditions = open_file(), tuple(f"Condition {number}" for number in range(n))
        said = ask(conditions=conditions, expires_on=TODAY + timedelta(days=9))
        offer = actions.make_offer(agreement=agreement, case=case, asked=said, by=adviser, now=NOW)
        actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=None, now=NOW)
        for number in range(1, n + 1, 2):
            meet(offer, number, by=adviser)
        page = reverse("case_programme", args=[case.reference])
        adviser_client.get(page)
        with CaptureQueriesContext(connection) as context:
            adviser_client.get(page)
        asked.append(len(context))
    assert asked[0] == asked[1]
