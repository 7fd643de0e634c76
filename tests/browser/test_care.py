"""A reader proposes, an adviser answers, a giver confirms by one link, a subscriber asks: by keyboard, on a phone,
without script for those who have no account."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext

PHONE = {"width": 390, "height": 844}
AID = "/aides/innogec/"


def open_phone(open_context: OpenContext) -> Page:
    return open_context(viewport=PHONE, java_script_enabled=False).new_page()


def test_a_reader_proposes_and_an_adviser_answers(open_context: OpenContext, open_adviser: Callable[..., Page]) -> None:
    page = open_phone(open_context)
    page.goto(AID)
    page.get_by_role("link", name="Proposer une correction").press("Enter")
    page.get_by_role("button", name="Envoyer ma proposition").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Qu’est-ce qui devrait changer").press_sequentially("Le plafond a changé.")
    page.get_by_role("button", name="Envoyer ma proposition").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Merci.")
    adviser = open_adviser()
    adviser.goto("/aides/propositions/")
    expect(adviser.get_by_text("Le plafond a changé.")).to_be_visible()
    adviser.get_by_label("corrigé, ou à corriger dans un brouillon").press("Space")
    adviser.get_by_label("Votre réponse").press_sequentially("C’est corrigé, merci.")
    adviser.get_by_role("button", name="Répondre").press("Enter")
    expect(adviser.get_by_role("status")).to_contain_text("C’est répondu.")
    page.goto(AID)
    expect(page.get_by_text("1 correction vient d’un lecteur")).to_be_visible()


def test_a_giver_confirms_by_the_link_that_an_adviser_gives(
    open_context: OpenContext, open_adviser: Callable[..., Page]
) -> None:
    adviser = open_adviser()
    adviser.goto(AID)
    expect(adviser.get_by_text("Jamais confirmé par Filaction")).to_be_visible()
    adviser.get_by_role("button", name="Demander à l’organisme de confirmer").press("Enter")
    link = adviser.get_by_label("Le lien, bon pendant 90 jours").input_value()
    giver = open_phone(open_context)
    giver.goto(urlsplit(link).path)
    giver.get_by_label("Votre fonction").press_sequentially("direction du financement")
    giver.get_by_label("dans un an").press("Space")
    giver.get_by_role("button", name="Confirmer la version 1").press("Enter")
    expect(giver.get_by_text("Confirmé par Filaction")).to_be_visible()
    expect(giver.get_by_text("direction du financement")).to_be_visible()


def test_a_promoter_asks_to_be_told_from_the_answers(open_context: OpenContext) -> None:
    page = open_phone(open_context)
    page.goto("/trouver/resultats/")
    page.get_by_role("link", name="M’avertir par courriel").press("Enter")
    page.get_by_role("button", name="M’avertir").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Courriel").press_sequentially("promotrice@exemple.test")
    page.get_by_role("button", name="M’avertir").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lisez vos courriels")
