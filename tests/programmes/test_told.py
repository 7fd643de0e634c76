"""Both sides are told by letter of what the other did; what a loan is, and what is not sure yet, is said."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.access import make_token
from essor.cases.actions import THE_PROMOTER
from essor.cases.letters import write_letter
from essor.cases.models import Case, CaseLetter
from essor.design.wording import write_day
from essor.programmes import actions
from essor.programmes.funding_pictures import build_funding_table
from essor.programmes.models import Agreement, Offer
from essor.programmes.queries.files import read_file
from essor.programmes.queries.following import read_followed
from essor.programmes.queries.funding import read_funding
from essor.programmes.rules import NewOffer
from essor.programmes.time_words import say_next_news
from essor.programmes.wording import summarise_file
from tests.pages import StrictClient

from .conftest import DAY, NOW, TODAY, ask, open_file
from .test_files import today_agreement
from .test_following import open_enterprise, tell

__all__ = ["today_agreement"]


def list_letters(case: Case) -> list[tuple[str, bool]]:
    """Those about an offer: the kind of each, and whether it is to the promoter."""
    told = CaseLetter.objects.filter(case=case, kind__startswith="offer").order_by("pk")
    return [(one.kind, one.recipient is None) for one in told]


def offer_to(case: Case, agreement: Agreement, adviser: User) -> Offer:
    now = timezone.now()
    today = timezone.localdate(now)
    asked = NewOffer(23_000_00, 10_000_00, today, today + DAY)
    return actions.make_offer(agreement=agreement, case=case, asked=asked, by=adviser, now=now)


@pytest.mark.parametrize("is_accepted", [True, False])
def test_an_offer_and_its_answer_are_told(today_agreement: Agreement, adviser: User, *, is_accepted: bool) -> None:
    case = open_file()
    offer, now = offer_to(case, today_agreement, adviser), timezone.now()
    assert list_letters(case) == [("offer", True)]
    letter = CaseLetter.objects.get(case=case, kind="offer")
    for language, words in (("fr", "Répondez au plus tard le"), ("en", "Answer by")):
        letter.case.language = language
        written = write_letter(letter)
        assert written is not None
        assert words in written.text
        assert "$" not in written.subject + written.text
    said = {"offer": offer, "on": timezone.localdate(now), "words": "Voilà", "by": THE_PROMOTER, "now": now}
    if is_accepted:
        actions.accept_offer(**said)
    else:
        actions.end_offer(**said)
    assert list_letters(case)[1:] == [("offer_accepted" if is_accepted else "offer_declined", False)]
    written = write_letter(CaseLetter.objects.filter(case=case).latest("pk"))
    assert written is not None
    assert "{" not in written.text
    late = write_letter(letter)
    assert late is not None
    assert "Answer by" not in late.text, "it is answered"


def test_what_the_office_does_itself_is_no_news_to_it(agreement: Agreement, case: Case, adviser: User) -> None:
    offer = actions.make_offer(agreement=agreement, case=case, asked=ask(), by=adviser, now=NOW)
    actions.end_offer(offer=offer, on=TODAY, words="Retirée", by=adviser, now=NOW)
    assert list_letters(case) == [("offer", True)]


def test_while_an_offer_awaits_its_answer_its_last_day_is_the_only_one(
    today_agreement: Agreement, adviser: User, client: StrictClient
) -> None:
    case, now = open_file(), timezone.now()
    page = reverse("case_follow", args=[make_token(case.reference)])
    assert "en retard" in client.get(page).content.decode(), "years after"
    offer = offer_to(case, today_agreement, adviser)
    told = client.get(page).content.decode()
    assert f"<dt>Au plus tard</dt><dd>{write_day(offer.expires_on)}</dd>" in told
    assert "Nous avons dépassé" not in told
    actions.end_offer(offer=offer, on=timezone.localdate(now), words="Non", by=THE_PROMOTER, now=now)
    case.refresh_from_db()
    assert case.due_on is not None
    assert f"<dt>Au plus tard</dt><dd>{write_day(case.due_on)}" in client.get(page).content.decode()


def test_a_loan_is_said_to_be_one_before_it_is_accepted(
    today_agreement: Agreement, adviser: User, client: StrictClient
) -> None:
    case = open_file()
    offer_to(case, today_agreement, adviser)
    told = summarise_file(read_file(case), on=timezone.localdate()).replace("\xa0", " ").replace("\u202f", " ")
    assert "Offre de 33 000 $ (23 000 $ donnés, 10 000 $ prêtés, à rembourser) : attend" in told
    page = client.get(reverse("case_follow_programme", args=[make_token(case.reference)])).content.decode()
    before, _accept, after = page.partition("Accepter cette offre")
    assert "Le taux et la durée du prêt ne sont pas encore fixés" in before
    assert "Le taux et la durée" not in after


def test_a_gift_says_nothing_of_a_rate(
    agreement: Agreement, case: Case, client: StrictClient, time_machine: Any
) -> None:
    time_machine.move_to(NOW)
    actions.make_offer(agreement=agreement, case=case, asked=ask(), by=None, now=NOW)
    page = client.get(reverse("case_follow_programme", args=[make_token(case.reference)])).content.decode()
    assert "Le taux et la durée" not in page
    assert "Accepter cette offre" in page


def test_what_is_accepted_is_sure_once_its_conditions_are_met(agreement: Agreement, case: Case) -> None:
    conditions = ("Un bail signé", "Une lettre")
    offer = actions.make_offer(agreement=agreement, case=case, asked=ask(conditions=conditions), by=None, now=NOW)
    actions.accept_offer(offer=offer, on=TODAY, words="Signé", by=None, now=NOW)

    def read() -> tuple[int, int, str]:
        funding = read_funding(case)
        table = build_funding_table(funding)
        assert table is not None
        return funding.stack.sure, funding.stack.cash["conditional"], table.rows[0].note

    sure, unsure, note = read()
    assert (sure, unsure) == (0, 23_000_00)
    assert "Un bail signé · Une lettre" in note
    for number, left in ((1, (0, 23_000_00)), (2, (23_000_00, 0))):
        actions.meet_condition(offer=offer, number=number, on=TODAY, words="Reçu", by=None, now=NOW)
        *sums, note = read()
        assert tuple(sums) == left
        assert "Un bail" not in note
        assert ("Conditions qui restent" in note) == (number == 1)


def test_an_open_enterprise_is_said_by_its_next_news(
    agreement: Agreement, adviser: User, adviser_client: StrictClient
) -> None:
    case = open_enterprise()

    def say(days: int) -> str:
        followed = read_followed(case)
        assert followed is not None
        return say_next_news(followed, on=TODAY + days * DAY).replace("\xa0", " ")

    assert "prochaines nouvelles sont pour le 3 mars 2019" in say(1)
    assert "prochaines nouvelles sont pour le 3 mars 2019" in say(185)
    assert "en retard depuis le 3 mars 2019" in say(230)
    tell(case, 380)
    assert "prochaines nouvelles sont pour le 3 septembre 2020" in say(400)
    page = reverse("case_programme", args=[case.reference])
    told = adviser_client.get(page).content.decode()
    assert "ses nouvelles sont en retard depuis" in told
    assert "à six mois" not in told
    tell(case, 390, is_alive=False, closed_on=TODAY + 385 * DAY)
    assert "a fermé le 23 septembre 2019" in say(400)


def test_no_offer_is_asked_for_where_no_agreement_holds_the_day(
    agreement: Agreement, case: Case, adviser_client: StrictClient
) -> None:
    page = reverse("case_programme", args=[case.reference])
    told = adviser_client.get(page).content.decode().replace("\xa0", " ")
    assert "L’entente a pris fin le 31 décembre 2022 : aucune offre ne peut s’y faire." in told
    assert "Selon les clauses d’une entente" not in told


def test_an_offer_is_asked_for_while_an_agreement_holds_the_day(
    today_agreement: Agreement, adviser: User, adviser_client: StrictClient
) -> None:
    told = adviser_client.get(reverse("case_programme", args=[open_file().reference])).content.decode()
    assert "Selon les clauses d’une entente" in told
    assert "a pris fin" not in told
