"""An administrator puts down a spreadsheet of past files: its columns, its faults, then all of it; on a phone too."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import ADMINISTRATOR, OpenContext, sign_in
from tests.browser.faults import list_axe_faults

pytestmark = pytest.mark.browser

LINES = (
    "Nom du projet;Ville;Idée;Orientation;Ouverture;Fermé le;Issue;Issue en mots",
    "Épicerie du rang;Mascouche;2018-01-08;2018-01-20;2018-08-30;;;",
    "Café des voisins;Terrebonne;2018-01-09;{orientation};;2018-06-01;Dit non;Le projet est trop petit",
)


def drop_file(page: Page, *, orientation: str) -> None:
    content = "\n".join(LINES).format(orientation=orientation).encode("cp1252")
    page.get_by_label("Le fichier").set_input_files(FilePayload(name="passes.csv", mimeType="text/csv", buffer=content))


def look(page: Page) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        faults = list_axe_faults(page)
        assert not faults, f"{page.url}, {theme}:\n" + "\n".join(faults)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url


def test_past_files_are_put_down_step_by_step_on_a_phone_without_script(open_context: OpenContext) -> None:
    page = open_context(viewport={"width": 360, "height": 800}, java_script_enabled=False).new_page()
    sign_in(page, ADMINISTRATOR, lands_on="Mon bureau")
    page.goto("/programmes/jec/")
    page.get_by_role("link", name="Verser des dossiers passés").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Verser des dossiers passés")
    drop_file(page, orientation="2017-02-01")
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Relier les colonnes")
    expect(page.get_by_label("Ville", exact=True)).to_have_value("place")
    page.get_by_label("Ouverture", exact=True).select_option("running")
    page.get_by_label("« Dit non » veut dire").select_option("refused")
    page.get_by_role("button", name="Vérifier chaque ligne").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 erreur à corriger")
    expect(page.get_by_role("row").filter(has_text="mais avant dans le temps").get_by_role("rowheader")).to_have_text(
        "3"
    )
    drop_file(page, orientation="2018-02-01")
    page.get_by_role("button", name="Déposer le fichier corrigé").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tout est prêt")
    page.get_by_role("button", name="Verser le fichier").click()
    expect(page.get_by_role("status")).to_contain_text("Dossiers entrés")
    expect(page.locator("main")).to_contain_text("passes.csv")


def test_the_pages_of_past_files_shut_nobody_out(open_context: OpenContext) -> None:
    page = open_context(viewport={"width": 360, "height": 800}).new_page()
    sign_in(page, ADMINISTRATOR, lands_on="Mon bureau")
    page.goto("/bureau/programmes/jec/importer/")
    look(page)
    drop_file(page, orientation="2017-02-01")
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Relier les colonnes")
    look(page)
    page.get_by_role("button", name="Vérifier chaque ligne").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("à corriger")
    look(page)
