"""An application by two people: begun on a phone without script, saved by itself by another, read again, filed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import OpenContext, Site
from tests.browser.faults import list_axe_faults
from tests.browser.test_startup import ask, press

pytestmark = pytest.mark.browser

STAGES = ("Passer au prédémarrage", "Passer au plan d’affaires")
WORDS: dict[str, dict[str, str]] = {
    "group": {"Qui porte le projet": "Trois voisines.", "Personnes qui portent le projet": "3"},
    "need": {"À quel besoin du milieu": "Réparer ce qui roule."},
    "market": {"Ce que vous vendrez": "Des réparations, aux gens d’ici."},
    "jobs": {"Emplois prévus après un an": "2"},
    "money": {"Coût du projet": "60 000 $", "Somme demandée": "25 000", "À quoi cette somme": "Des outils."},
    "governance": {"Qui décide": "Les membres, une voix chacun."},
    "calendar": {"Jour d’ouverture": "2027-05-01"},
}  # fmt: skip
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def says(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("main")).to_contain_text(words)


def lead_to_plan(page: Page, reference: str) -> None:
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


def find_invitation(page: Page, log: Path) -> str:
    """The link of the letter that left, which this server writes in its log."""
    for _look in range(100):
        if found := re.search(r"/suivi/[\w-]{43}/demande/", log.read_text()):
            return found[0]
        page.wait_for_timeout(100)
    raise AssertionError(log.read_text())


def write_section(page: Page, home: str, code: str) -> None:
    page.goto(f"{home}parties/{code}/")
    for label, words in WORDS[code].items():
        page.get_by_label(re.compile(f"^{label}")).fill(words)
    press(page, "Enregistrer et continuer")


def look_at(page: Page) -> None:
    """Open to everyone, in both themes, within a phone's width."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert list_axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def begin(page: Page, follow: str) -> None:
    page.goto(f"{follow}programme/")
    page.get_by_role("link", name="Ouvrir la demande").click()
    press(page, "Commencer la demande")
    page.get_by_role("link", name="Le projet").click()
    page.get_by_label("Nom du projet").fill("Atelier de vélos")
    page.get_by_label("Forme juridique").select_option("coop")
    press(page, "Enregistrer et continuer")
    says(page, "« Le projet » est enregistré.")


def invite(page: Page, home: str) -> None:
    page.goto(home)
    page.get_by_text("Inviter quelqu’un à l’écrire").click()
    page.get_by_label("Son nom").fill("Lou Voisine")
    page.get_by_label("Son courriel").fill("lou@exemple.test")
    press(page, "Envoyer l’invitation")
    says(page, "L’invitation part par courriel.")


def write_at_once(promoter: Page, lou: Page, home: str) -> None:
    """What Lou writes is kept by itself; the other, who had the same page open, is told, and loses nothing either."""
    promoter.goto(f"{home}parties/project/")
    lou.get_by_label("Ce que l’entreprise fera").fill("Nous réparons des vélos, et nous montrons à le faire.")
    expect(lou.get_by_role("status")).to_contain_text("Enregistré à")
    look_at(lou)
    promoter.get_by_label("Ce que l’entreprise fera").fill("Des vélos réparés.")
    press(promoter, "Enregistrer et continuer")
    says(promoter, re.compile("Lou Voisine y a mis «.Nous réparons"))
    expect(promoter.get_by_label("Ce que l’entreprise fera")).to_have_value("Des vélos réparés.")
    press(promoter, "Enregistrer et continuer")
    says(promoter, "« Le projet » est enregistré.")


def join_budget(page: Page, home: str) -> None:
    page.goto(f"{home}apercu/")
    says(page, "Il manque 1 réponse pour déposer")
    page.get_by_role("link", name="Budget de trois ans").click()
    budget: FilePayload = {"name": "budget.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.get_by_label("Ou un autre fichier").first.set_input_files([budget])
    press(page, "Joindre : Budget de trois ans")
    says(page, "La pièce est à jour.")


def test_two_people_write_it_and_one_files(
    open_context: OpenContext, open_adviser: Callable[..., Page], site: Site
) -> None:
    phone = {"width": 360, "height": 780}
    promoter = open_context(viewport=phone, java_script_enabled=False).new_page()
    reference, follow = ask(promoter), promoter.url.split("#")[0].split("?")[0]
    adviser, home = open_adviser(), f"{follow}demande/"
    lead_to_plan(adviser, reference)
    begin(promoter, follow)
    invite(promoter, home)
    lou = open_context(viewport=phone).new_page()
    theirs = find_invitation(lou, site.folder / "server.log")
    lou.goto(theirs)
    look_at(lou)
    lou.get_by_role("link", name="Le projet").click()
    write_at_once(promoter, lou, home)
    for code in WORDS:
        write_section(promoter, home, code)
    join_budget(promoter, home)
    lou.goto(f"{theirs}parties/files/")
    look_at(lou)
    lou.goto(f"{theirs}apercu/")
    says(lou, "la dépose, à sa page")
    look_at(lou)
    promoter.goto(f"{home}apercu/")
    press(promoter, "Déposer la demande")
    says(promoter, "Votre demande est déposée.")
    adviser.goto(f"/dossiers/{reference}/demande/")
    says(adviser, "Des vélos réparés.")
    assert list_axe_faults(adviser) == []
    adviser.get_by_role("link", name=re.compile("^Dépôt 1")).click()
    says(adviser, "telle que déposée")
    assert list_axe_faults(adviser) == []
