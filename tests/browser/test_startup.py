"""A start-up from a request to its first payment: a promoter on a phone without script, an adviser, a second person."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenContext, see, sign_in
from tests.browser.faults import list_axe_faults

pytestmark = pytest.mark.browser

STAGES = (
    "Passer au prédémarrage", "Passer au plan d’affaires", "Déposer la demande de financement", "Passer à l’analyse",
    "Présenter au comité",
)  # fmt: skip
COMMITTEE = ("comite@demo.example", "comite2@demo.example", "comite3@demo.example")


def press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).click()


def ask(page: Page) -> str:
    """The reference of the request."""
    page.goto("/demander/")
    page.get_by_label("Que cherchez-vous").select_option(index=1)
    page.get_by_label("Dans quelle municipalité").fill("Mascouche")
    page.get_by_label("En quelques mots").fill("Un atelier de vélos, tenu par un groupe.")
    page.get_by_label("Votre nom").fill("Noa Promotrice")
    page.get_by_label("Courriel").fill("noa@exemple.test")
    page.get_by_label("J’accepte").check()
    press(page, "Envoyer ma demande")
    return page.get_by_text(re.compile(r"Demande \w{4}-\w{4}")).first.inner_text().split()[-1]


def lead_to_committee(page: Page, reference: str) -> None:
    page.goto(f"/dossiers/{reference}/")
    if page.get_by_role("button", name="Prendre ce dossier").count():
        press(page, "Prendre ce dossier")
    page.goto(f"/dossiers/{reference}/programme/")
    page.get_by_label("Dans quel programme").select_option("moulins-2030")
    press(page, "Inscrire au programme")
    page.goto(f"/dossiers/{reference}/")
    page.get_by_label("Votre message").fill("Bonjour, je vous accompagne.")
    press(page, "Écrire à la personne")
    for stage in STAGES:
        page.get_by_label(stage, exact=True).check()
        press(page, "Confirmer")


def call_sitting(page: Page, reference: str) -> str:
    """The address of the sitting."""
    page.goto("/bureau/comites/moulins-2030/convoquer/")
    for name in ("Andrée Lavoie", "Bilal Haddad", "Chantal Perron"):
        page.get_by_label(name).check()
    page.get_by_label(re.compile(reference)).check()
    page.get_by_label("Quorum").fill("2")
    assert list_axe_faults(page) == []
    press(page, "Convoquer cette séance")
    page.get_by_role("main").get_by_role("link", name=re.compile(r"\d{4}$")).first.click()
    page.wait_for_url("**/seances/**")
    return page.url


def sit(open_context: OpenContext, reference: str, choice: str) -> None:
    """The first of three has kin in the project and withdraws; the two others score and vote."""
    for number, email in enumerate(COMMITTEE):
        page = open_context(viewport={"width": 390, "height": 800}).new_page()
        sign_in(page, email, lands_on="Bienvenue")
        page.goto("/comite/")
        if number == 0:
            page.get_by_label("Nature du lien").select_option("kin")
            page.get_by_label("Avec quel dossier ou quelle organisation").fill(reference)
            press(page, "Inscrire cet intérêt")
        page.get_by_role("main").get_by_role("link", name=re.compile(r"\d{4}$")).first.click()
        page.wait_for_url("**/comite/seances/**")
        if number == 0:
            see(page, "vous vous retirez")
            assert page.get_by_role("link", name=re.compile(reference)).count() == 0
            continue
        page.get_by_role("link", name=re.compile(reference)).click()
        page.get_by_label("Mission sociale").select_option("4")
        press(page, "Garder mes notes")
        page.get_by_label(choice, exact=True).check()
        assert list_axe_faults(page) == []
        press(page, "Voter")
        see(page, "Votre vote est compté")


def write_decision(page: Page, sitting: str, reference: str, **said: str) -> None:
    page.goto(sitting)
    section = page.locator("section", has=page.get_by_role("heading", name=re.compile(reference)))
    assert "Andrée Lavoie se retire" in section.inner_text()
    section.get_by_text("Inscrire la décision").click()
    for label, words in said.items():
        section.get_by_label(re.compile("^" + label.replace("_", " "))).fill(words)
    press(page, "Inscrire ce que le comité a décidé")


def offer(page: Page, reference: str, dollars: str) -> None:
    page.goto(f"/dossiers/{reference}/programme/")
    page.get_by_text("Selon les clauses d’une entente").click()
    page.get_by_label("Donné, en dollars").fill(dollars)
    page.get_by_label("Conditions, une par ligne").fill("Un bail signé")
    press(page, "Faire cette offre")


def test_from_a_request_to_the_first_payment(open_context: OpenContext, open_adviser: Callable[..., Page]) -> None:
    promoter = open_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    reference, follow = ask(promoter), promoter.url.split("#")[0].split("?")[0]
    adviser = open_adviser()
    lead_to_committee(adviser, reference)
    sitting = call_sitting(adviser, reference)
    sit(open_context, reference, "pour")
    write_decision(adviser, sitting, reference, Pourquoi="Mission claire, marché sûr.")
    see(adviser, "accepté")
    offer(adviser, reference, "22 000")
    see(adviser, "au moins 23")
    offer(adviser, reference, "25 000")
    see(adviser, "L’offre est faite")
    assert list_axe_faults(adviser) == []
    promoter.goto(follow)
    see(promoter, "répondez à l’offre")
    promoter.get_by_role("link", name="Lire l’offre et répondre").click()
    see(promoter, "Un bail signé")
    see(promoter, "Mission claire")
    assert promoter.evaluate("document.documentElement.scrollWidth") <= 390
    promoter.get_by_text("Accepter cette offre").first.click()
    promoter.get_by_label("Votre nom").fill("Noa Promotrice")
    promoter.get_by_label("Au nom de qui").fill("Atelier de vélos")
    promoter.get_by_label("J’ai lu l’offre").check()
    press(promoter, "Accepter cette offre")
    see(promoter, "Vous avez accepté")
    checked = open_context().new_page()  # axe needs the script that the promoter goes without
    checked.goto(promoter.url)
    assert list_axe_faults(checked) == []
    adviser.reload()
    adviser.get_by_text("Inscrire qu’elle est remplie").first.click()
    adviser.get_by_label("Ce qui le montre").fill("Le bail est au dossier")
    press(adviser, "Inscrire qu’elle est remplie")
    see(adviser, "cette condition est remplie")
    adviser.get_by_text("Verser", exact=True).first.click()
    adviser.get_by_label("Combien, en dollars").first.fill("15 000")
    adviser.get_by_label("Pour quoi").first.fill("Premier versement")
    press(adviser, "Verser")
    see(adviser, "Une autre personne doit l’approuver")
    second = open_context().new_page()
    sign_in(second, "admin@demo.example")
    second.goto(f"/dossiers/{reference}/programme/")
    press(second, "Approuver et verser")
    see(second, "Le versement est fait")
    promoter.goto(f"{follow}programme/")
    see(promoter, "Déjà versé")


def add_share(page: Page, address: str, dollars: str, status: str, **said: str) -> None:
    page.goto(address)
    page.get_by_text("Demandée ou reçue ailleurs").click()
    page.get_by_label("Combien, en dollars").last.fill(dollars)
    page.get_by_label("Où en est la somme").select_option(status)
    page.get_by_label("Sous quelle forme").select_option(said["instrument"])
    page.get_by_label("Par quelle aide du catalogue").select_option(said.get("aid", ""))
    page.get_by_label("Ou de quel organisme").fill(said.get("funder", ""))
    press(page, "Ajouter cette somme")


def test_who_brings_what_on_both_sides(open_context: OpenContext, open_adviser: Callable[..., Page]) -> None:
    promoter = open_context(viewport={"width": 390, "height": 800}, color_scheme="dark").new_page()
    reference, follow = ask(promoter), promoter.url.split("#")[0].split("?")[0]
    adviser = open_adviser()
    adviser.goto(f"/dossiers/{reference}/")
    if adviser.get_by_role("button", name="Prendre ce dossier").count():
        press(adviser, "Prendre ce dossier")
    adviser.goto(f"/dossiers/{reference}/programme/")
    adviser.get_by_label("Dans quel programme").select_option("moulins-2030")
    press(adviser, "Inscrire au programme")
    adviser.get_by_role("link", name="Voir le montage").click()
    adviser.get_by_label("Ce que le projet coûte").fill("30 000")
    press(adviser, "Garder ce coût")
    stack = adviser.url.split("#")[0]
    add_share(adviser, stack, "17 000", "confirmed", instrument="grant", aid="essor_1b")
    add_share(adviser, stack, "1 500", "paid", instrument="in_kind", funder="Ville de Mascouche")
    add_share(promoter, f"{follow}montage/", "6 000", "asked", instrument="loan", funder="Caisse de Terrebonne")
    see(promoter, "La somme est inscrite")
    assert promoter.evaluate("document.documentElement.scrollWidth") <= 390
    adviser.goto(stack)
    see(adviser, "pas respectée")
    for page in (adviser, promoter):
        assert list_axe_faults(page) == []
    promoter.set_viewport_size({"width": 1280, "height": 900})
    assert list_axe_faults(promoter) == []


def test_a_refusal_says_why_what_would_change_it_and_how_to_ask_again(
    open_context: OpenContext, open_adviser: Callable[..., Page]
) -> None:
    promoter = open_context(viewport={"width": 390, "height": 800}).new_page()
    reference, follow = ask(promoter), promoter.url
    adviser = open_adviser()
    lead_to_committee(adviser, reference)
    sitting = call_sitting(adviser, reference)
    sit(open_context, reference, "contre")
    write_decision(adviser, sitting, reference, Pourquoi="Marché trop étroit pour deux emplois.")
    see(adviser, "remplissez les trois")
    write_decision(
        adviser, sitting, reference, Pourquoi="Marché trop étroit pour deux emplois.",
        Ce_qui_changerait_la_réponse="Avec un second partenaire, le marché suffirait.",
        Comment_redemander="Redéposez quand vous voulez.",
    )  # fmt: skip
    promoter.goto(follow)
    see(promoter, "Refusé")
    see(promoter, "Avec un second partenaire")
