"""An adviser adds an aid by keyboard; another person, who may, reads it over and publishes it for everyone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ADMINISTRATOR, OpenContext, sign_in
from tests.browser.faults import list_axe_faults
from tests.browser.test_promoter import press_on

pytestmark = pytest.mark.browser

NAME = "Tremplin collectif (fictif)"
TYPED = {
    "Nom court": "tremplin_collectif",
    "Nom en français": NAME,
    "Nom en anglais": "Collective springboard (fictitious)",
    "Qui donne": "Caisse fictive des Moulins",
    "Au plus, en dollars (facultatif)": "8 000",
    "Sources": "annonce fictive | form | 2026-11-20",
    "À vérifier par une personne (facultatif)": "Appui du milieu | Local support",
    "Pourquoi ce changement": "Annonce fictive de novembre.",
}


def type_in(page: Page, label: str, words: str) -> None:
    page.get_by_label(label, exact=True).focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(words)


def test_one_adds_an_aid_and_another_publishes_it(
    open_context: OpenContext, open_adviser: Callable[..., Page], visitor: Page
) -> None:
    page = open_adviser(reduced_motion="reduce")
    page.goto("/aides/brouillons/")
    press_on(page, "Ajouter une aide")
    page.get_by_label("subvention", exact=True).focus()
    page.keyboard.press("Space")
    for label, words in TYPED.items():
        type_in(page, label, words)
    press_on(page, "Garder le brouillon")
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(page.get_by_text("une autre personne doit le publier")).to_be_visible()
    assert list_axe_faults(page) == []

    other = open_context(java_script_enabled=False).new_page()
    sign_in(other, ADMINISTRATOR)
    other.goto("/aides/brouillons/")
    press_on(other, NAME)
    press_on(other, "Publier")
    expect(other.get_by_text("L’aide est publiée.")).to_be_visible()

    visitor.goto("/aides/?text=tremplin")
    visitor.get_by_role("link", name=NAME).click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(visitor.get_by_text("Appui du milieu")).to_be_visible()
    assert list_axe_faults(visitor) == []
