"""A promoter by keyboard, on a phone, without script: from the first question to a request that can be followed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenContext, see
from tests.browser.faults import list_axe_faults

pytestmark = pytest.mark.browser


def press_on(page: Page, words: str) -> None:
    """Goes from field to field until the words are reached, then presses Enter, as a keyboard does."""
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"« {words} » is out of a keyboard's reach")


def test_from_the_first_question_to_a_followed_request(open_context: OpenContext) -> None:
    page = open_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.goto("/trouver/")
    page.get_by_label("aucune encore").focus()
    page.keyboard.press("Space")
    press_on(page, "Continuer")
    see(page, "aucune encore")
    while page.get_by_label("Dans quelle ville").count() == 0:
        press_on(page, "Je ne sais pas")
    page.get_by_label("Dans quelle ville").focus()
    page.keyboard.type("Mascouche")
    press_on(page, "Continuer")
    press_on(page, "Voir les réponses maintenant")
    see(page, "Peut-être")
    press_on(page, "Parler à quelqu’un")
    page.get_by_label("Que cherchez-vous").select_option(index=1)
    assert page.get_by_label("Dans quelle municipalité").input_value() == "Mascouche"
    page.get_by_label("En quelques mots").fill("Une épicerie coopérative, à l’étape de l’idée.")
    page.get_by_label("Votre nom").fill("Sacha Promoteur")
    page.get_by_label("Courriel").fill("sacha@exemple.test")
    page.get_by_label("J’accepte").check()
    press_on(page, "Envoyer ma demande")
    assert "/suivi/" in page.url
    see(page, "Une épicerie coopérative")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_aid_goes_from_the_answers_to_the_file_and_the_adviser_says_that_it_is_obtained(
    open_context: OpenContext, open_adviser: Callable[..., Page]
) -> None:
    page = open_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    page.goto("/demander/?place=Mascouche")
    page.get_by_label("Que cherchez-vous").select_option(index=1)
    page.get_by_label("En quelques mots").fill("Une laiterie coopérative.")
    page.get_by_label("Votre nom").fill("Sam Laitier")
    page.get_by_label("Téléphone").fill("450 555-0101")
    page.get_by_label("J’accepte").check()
    press_on(page, "Envoyer ma demande")
    press_on(page, "Ouvrir : Les aides du projet")
    folder = page.url
    see(page, "Aucune aide n’y est encore.")
    press_on(page, "Chercher une aide à mettre au dossier")
    see(page, "Mascouche")
    press_on(page, "Voir les réponses maintenant")
    press_on(page, "Mettre dans mon dossier : Prêt Aide technique")
    see(page, "dans votre dossier")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    press_on(page, "Revenir aux aides de mon dossier")
    see(page, "1 aide : 1 retenue.")
    page.get_by_text("Dire la suite").click()
    page.get_by_label("Montant").first.fill("8 000")
    press_on(page, "Noter")
    see(page, "C’est noté au dossier.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    reference = re.search(r"Dossier\s(\w{4}-\w{4})", page.locator("body").inner_text())
    assert reference

    adviser = open_adviser(reduced_motion="reduce")
    adviser.goto(f"/dossiers/{reference[1]}/aides/")
    adviser.get_by_text("Dire la suite").click()
    adviser.get_by_label("L’aide est maintenant").select_option("obtained")
    adviser.get_by_label("Montant").first.fill("7 500")
    adviser.get_by_role("button", name="Noter").click()
    see(adviser, "obtenue")
    page.goto(folder)
    see(page, "7 500 $")
    visitor = open_context(reduced_motion="reduce").new_page()
    visitor.goto(folder)
    for shown in (adviser, visitor):
        shown.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        for theme in ("light", "dark"):
            shown.emulate_media(color_scheme=theme)
            assert list_axe_faults(shown) == []


def test_the_answers_are_open_to_everyone(open_context: OpenContext) -> None:
    page = open_context().new_page()
    page.goto("/trouver/?question=territory")
    page.get_by_label("Dans quelle ville").fill("New York")
    page.get_by_role("button", name="Continuer").click()
    see(page, "n’est pas dans nos listes")
    assert list_axe_faults(page) == []
