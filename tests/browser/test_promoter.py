"""A promoter by keyboard, on a phone, without script: from the first question to a request that can be followed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenContext
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
    assert "aucune encore" in page.content()
    while page.get_by_label("Dans quelle MRC").count() == 0:
        press_on(page, "Je ne sais pas")
    page.get_by_label("Dans quelle MRC").focus()
    page.keyboard.type("Mascouche")
    press_on(page, "Continuer")
    press_on(page, "Voir les réponses maintenant")
    assert "Peut-être" in page.content()
    press_on(page, "Parler à quelqu’un")
    page.get_by_label("Que cherchez-vous").select_option(index=1)
    assert page.get_by_label("Dans quelle municipalité").input_value() == "Mascouche"
    page.get_by_label("En quelques mots").fill("Une épicerie coopérative, à l’étape de l’idée.")
    page.get_by_label("Votre nom").fill("Sacha Promoteur")
    page.get_by_label("Courriel").fill("sacha@exemple.test")
    page.get_by_label("J’accepte").check()
    press_on(page, "Envoyer ma demande")
    assert "/suivi/" in page.url
    assert "Une épicerie coopérative" in page.content()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_answers_are_open_to_everyone(open_context: OpenContext) -> None:
    page = open_context().new_page()
    page.goto("/trouver/?question=territory")
    page.get_by_label("Dans quelle MRC").fill("New York")
    page.get_by_role("button", name="Continuer").click()
    assert "Aucun lieu" in page.content()
    assert list_axe_faults(page) == []
