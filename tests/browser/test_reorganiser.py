"""An adviser merges two bodies by keyboard, having seen what it moves; the dead link then leads on, with the reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenContext, see
from tests.browser.faults import list_axe_faults
from tests.browser.test_promoter import press_on

pytestmark = pytest.mark.browser

LOCAL, DIGITAL = "Organisme de développement local (fictif)", "Atelier numérique des Moulins (fictif)"


def ask_for_help(page: Page) -> None:
    page.goto("/demander/?place=Mascouche")
    page.get_by_label("Que cherchez-vous").select_option(label="Prendre le virage numérique")
    page.get_by_label("En quelques mots").fill("Choisir un logiciel de caisse.")
    page.get_by_label("Votre nom").fill("Lise Demandeuse")
    page.get_by_label("Téléphone").fill("450 555-0102")
    page.get_by_label("J’accepte").check()
    press_on(page, "Envoyer ma demande")


def look(page: Page) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert list_axe_faults(page) == []
    page.emulate_media(color_scheme="light")


def test_two_bodies_merge_by_keyboard_and_what_leads_to_them_follows(
    open_context: OpenContext, open_adviser: Callable[..., Page]
) -> None:
    promoter = open_context(java_script_enabled=False).new_page()
    ask_for_help(promoter)
    followed = promoter.url

    page = open_adviser(reduced_motion="reduce")
    page.goto("/organismes/")
    press_on(page, "Inscrire une réorganisation")
    look(page)
    press_on(page, "Des organismes fusionnent")
    look(page)
    for name in (DIGITAL, LOCAL):
        page.get_by_label(name, exact=True).focus()
        page.keyboard.press("Space")
    page.get_by_label("À partir du").focus()
    page.get_by_label("À partir du").fill("2026-01-05")
    page.get_by_label("Qui prend la suite").select_option(label="un nouvel organisme, nommé plus bas")
    page.get_by_label("Le nom du nouvel organisme").focus()
    page.keyboard.type("Maison de l’entreprise collective (fictive)")
    page.get_by_label("Pourquoi").focus()
    page.keyboard.type("Une seule porte pour toute la MRC.")
    page.get_by_label("D’où on le tient").focus()
    page.keyboard.type("Résolution fictive")
    press_on(page, "Voir ce qui change")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce qui change")
    for caption in ("chaque mandat", "chaque entente", "chaque aide", "chaque dossier"):
        expect(page.get_by_role("table", name=caption)).to_be_visible()
    expect(page.get_by_role("table", name="chaque dossier")).to_contain_text("Maison de l’entreprise collective")
    look(page)
    press_on(page, "Enregistrer la réorganisation")
    expect(page.get_by_role("heading", level=1)).to_have_text("Maison de l’entreprise collective (fictive)")
    expect(page.get_by_text("La réorganisation est enregistrée.")).to_be_visible()
    look(page)

    visitor = open_context(reduced_motion="reduce", viewport={"width": 390, "height": 800}).new_page()
    visitor.goto("/organismes/atelier-numerique/")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Maison de l’entreprise collective (fictive)")
    expect(visitor.locator(".notice")).to_contain_text("Une seule porte pour toute la MRC.")
    look(visitor)
    promoter.goto(followed)
    see(promoter, "Maison de l’entreprise collective (fictive)")
    see(promoter, "Une seule porte pour toute la MRC.")
