"""Both sides' pages of a start-up's file: entered in the programme, offered, signed, paid by two people."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.access import make_token
from essor.cases.actions import move_case
from essor.cases.models import Case
from essor.programmes.actions import end_offer, make_offer
from essor.programmes.models import Agreement, Enrolment, LedgerMove, Offer, PaymentRequest
from essor.programmes.rules import NewOffer
from tests.pages import StrictClient

from .conftest import DAY, LEFT, SAID, ask, define, open_file, open_programme


@pytest.fixture
def today_agreement(guards: None) -> Agreement:
    """Of a programme of this year, whose pages offer today."""
    from essor.territories.actions import load_shipped_territories

    now = timezone.now()
    load_shipped_territories(by=None, now=now)
    today = timezone.localdate(now)
    days = {"starts_on": today - 400 * DAY, "ends_on": today + 400 * DAY}
    said = [SAID["agreements"][0] | days]
    return open_programme(definition=define(agreements=said, **days), by=None, now=now - 399 * DAY).agreements.get()


def test_from_a_request_to_a_payment_by_two_people(
    today_agreement: Agreement, adviser: User, adviser_client: StrictClient, other: User, client: StrictClient
) -> None:
    from essor.cases.actions import assign_case, open_case
    from tests.cases.conftest import ask as ask_for_help

    now = timezone.now()
    case = open_case(request=ask_for_help(), now=now).case
    if case.assigned_to is None:
        assign_case(case=case, person=adviser, by=adviser, now=now)
    page, follow = reverse("case_programme", args=[case.reference]), make_token(case.reference)
    assert "aucun programme" in adviser_client.get(page).content.decode()
    adviser_client.post(f"{page}inscrire/", {"programme": "essai"})
    assert Enrolment.objects.get(case=case).programme == today_agreement.programme
    steps = reverse("case", args=[case.reference])
    assert "Passer au prédémarrage" not in adviser_client.get(steps).content.decode()
    move_case(case=case, move="begin", by=adviser, now=now)
    assert "Passer au prédémarrage" in adviser_client.get(steps).content.decode()
    for move in LEFT[1:-1]:
        address = reverse("case_move", args=[case.reference])
        assert adviser_client.post(address, {"move": move, "words": ""}).status_code == 302
    assert adviser_client.post(address, {"move": "decide", "words": "Oui"}).status_code == 400
    move_case(case=case, move="decide", by=adviser, now=now, is_deed=True)
    said = {"agreement": today_agreement.pk, "grant": "22 999", "expires_on": (timezone.localdate() + DAY).isoformat()}
    refused = adviser_client.post(f"{page}offrir/", said)
    assert (refused.status_code, "au moins 23" in refused.content.decode().replace("\xa0", " ")) == (400, True)
    adviser_client.post(f"{page}offrir/", said | {"grant": "25 000", "conditions": "Une lettre\nUn bail"})
    offer = Offer.objects.get()
    assert offer.conditions == ["Une lettre", "Un bail"]
    theirs = reverse("case_follow_programme", args=[follow])
    assert "Un bail" in client.get(theirs).content.decode()
    sign = reverse("case_follow_programme_accept", args=[follow, offer.pk])
    assert client.post(sign, {"accept-signed_by": "Maude"}).status_code == 400
    client.post(sign, {"accept-signed_by": "Maude", "accept-duty": "Coop", "accept-agrees": "on"})
    assert LedgerMove.objects.filter(kind="accept").count() == 1
    today = timezone.localdate().isoformat()
    for number in (1, 2):
        adviser_client.post(f"{page}{offer.pk}/condition/{number}/", {f"condition{number}-met_on": today})
    adviser_client.post(f"{page}{offer.pk}/verser/", {"pay-dollars": "20 000", "pay-words": "Premier versement"})
    approve = reverse("case_programme_approve", args=[case.reference, PaymentRequest.objects.get().pk])
    assert "Approuver" not in adviser_client.get(page).content.decode()
    assert adviser_client.post(approve).status_code == 400
    second = StrictClient()
    second.force_login(other)
    assert "Approuver" in second.get(page).content.decode()
    second.post(approve)
    assert LedgerMove.objects.get(kind="pay").approved_by == other
    assert Case.objects.get(pk=case.pk).stage == "disbursement"
    adviser_client.post(f"{page}{offer.pk}/recuperer/", {"recover-dollars": "1 000", "recover-words": "Trop versé"})
    adviser_client.post(f"{page}{offer.pk}/finir/", {"end-words": "Projet réduit"})
    assert list(LedgerMove.objects.order_by("pk").values_list("kind", flat=True))[-2:] == ["recover", "cancel"]
    assert "versée" in client.get(reverse("case_follow", args=[follow])).content.decode()
    assert client.get(reverse("case_follow_data", args=[follow])).json()["programme"]["offers"][0]["paid_cad"] == 19_000


def test_a_promoter_declines_with_a_reason(today_agreement: Agreement, adviser: User, client: StrictClient) -> None:
    now = timezone.now()
    today = timezone.localdate(now)
    case = open_file()
    asked = NewOffer(25_000_00, 0, today, today + DAY)
    offer = make_offer(agreement=today_agreement, case=case, asked=asked, by=adviser, now=now)
    address = reverse("case_follow_programme_decline", args=[make_token(case.reference), offer.pk])
    assert client.post(address, {"decline-words": ""}).status_code == 400
    assert client.post(address, {"decline-words": "Nous renonçons"}).status_code == 302
    assert Case.objects.get(pk=case.pk).stage == "decision"
    assert client.post(address, {"decline-words": "Encore"}).status_code == 400


@pytest.mark.parametrize("deed", ["finir", "verser", "recuperer"])
def test_the_offer_of_another_file_is_not_there(
    agreement: Agreement, case: Case, adviser: User, adviser_client: StrictClient, deed: str
) -> None:
    from .conftest import NOW

    offer = make_offer(agreement=agreement, case=case, asked=ask(), by=adviser, now=NOW)
    elsewhere = reverse("case_programme", args=[open_file().reference])
    assert adviser_client.post(f"{elsewhere}{offer.pk}/{deed}/", {}).status_code == 404
    end_offer(offer=offer, on=NOW.date(), words="Fin", by=adviser, now=NOW)


def test_a_stranger_reads_and_does_nothing(agreement: Agreement, case: Case) -> None:
    stranger = Client()
    page = reverse("case_programme", args=[case.reference])
    assert stranger.get(page).status_code in {302, 403}
    assert stranger.post(f"{page}inscrire/", {"programme": "essai"}).status_code in {302, 403}
    assert stranger.get(reverse("case_follow_programme", args=["x" * 43])).status_code == 404


def test_a_page_asks_as_many_questions_whatever_the_offers(
    agreement: Agreement, case: Case, adviser: User, adviser_client: StrictClient, django_assert_max_num_queries: Any
) -> None:
    from .conftest import NOW, TODAY

    for _offer in range(12):
        offer = make_offer(agreement=agreement, case=case, asked=ask(), by=adviser, now=NOW)
        end_offer(offer=offer, on=TODAY, words="Fin", by=adviser, now=NOW)
    with django_assert_max_num_queries(24):
        adviser_client.get(reverse("case_programme", args=[case.reference]))
