"""An adviser's day: a census mended and put down, an edition, a comparison refused; with script or without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.faults import list_axe_faults

pytestmark = pytest.mark.browser

TITLES = "Nom;Ville;Forme juridique;Emplois;Activité commerciale;Date de création"
WRITING_MS = 30_000
MOST_ASKED, ASKED_EVERY_MS = 60, 500


def census(name: str, *, jobs: str, created: str) -> str:
    other = f"{name} du Nord;Mascouche;OBNL;8;oui;2016-05-01"
    return f"{TITLES}\n{name};Terrebonne;coopérative;{jobs};oui;{created}\n{other}\n"


def drop_file(page: Page, content: str) -> None:
    page.get_by_label("Le fichier").set_input_files(
        FilePayload(name="recensement.csv", mimeType="text/csv", buffer=content.encode("cp1252"))
    )


def put_down_a_census(page: Page, name: str, look: Callable[[], None]) -> None:
    """From the file with errors to the source, step by step; ``look`` judges each page on the way."""
    page.goto("/importer/")
    drop_file(page, census(name, jobs="douze", created="2015-02-30"))
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Associer les colonnes")
    expect(page.get_by_label("Emplois", exact=True)).to_have_value("variable:jobs_headcount")
    look()
    page.get_by_label("Titre de la source").fill(f"Recensement de {name}")
    page.get_by_label("Date de référence").fill("2018-06-30")
    page.get_by_role("button", name="Vérifier chaque ligne").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("2 erreurs à corriger")
    problem = page.get_by_role("row").filter(has_text="douze")
    expect(problem.get_by_role("rowheader")).to_have_text("2")
    expect(problem).to_contain_text("Emplois")
    expect(problem).to_contain_text("n’est pas un nombre")
    expect(page.get_by_role("row").filter(has_text="2015-02-30")).to_contain_text("n’existe pas au calendrier")
    expect(page.get_by_role("button", name="Verser le fichier")).to_have_count(0)
    look()

    drop_file(page, census(name, jobs="12", created="2015-02-28"))
    page.get_by_role("button", name="Déposer le fichier corrigé").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tout est prêt")
    look()
    page.get_by_role("button", name="Verser le fichier").click()


def test_an_adviser_mends_a_census_publishes_an_edition_and_is_refused_a_comparison(visitor: Page) -> None:
    page = visitor

    def look() -> None:
        faults = list_axe_faults(page)
        assert not faults, f"{page.url}:\n" + "\n".join(faults)

    sign_in(page)
    page.get_by_role("link", name="Verser un fichier").click()
    expect(page).to_have_url(re.compile(r"/importer/$"))
    put_down_a_census(page, "Coopérative du Belvédère", look)
    title = page.get_by_role("heading", name="Recensement de Coopérative du Belvédère", level=1)
    expect(title).to_be_visible(timeout=WRITING_MS)
    look()

    page.goto("/bureau/")
    expect(page.get_by_role("link", name="Recensement de Coopérative du Belvédère")).to_be_visible()
    page.get_by_role("link", name="Nouvelle édition").click()
    page.get_by_label("Territoire").select_option(label="Les Moulins")
    page.get_by_label("Magazine local, juin 2014").check()
    page.get_by_label("Dates de référence").fill("2014-06-30\n2018-06-30")
    page.get_by_label("Titre en français").fill("Les Moulins, juin 2018")
    page.get_by_label("Titre en anglais").fill("Les Moulins, June 2018")
    page.get_by_role("button", name="Voir l’aperçu").click()
    expect(page.get_by_role("heading", name="L’aperçu")).to_be_visible()
    before = page.get_by_role("row").filter(has_text="30 juin 2014").first.get_by_role("cell")
    expect(before.nth(0)).to_have_text("30")
    expect(before.nth(1)).to_have_text("625")
    look()
    page.get_by_role("button", name="Publier, pour toujours").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Les Moulins, juin 2018")
    expect(page.get_by_text("L’édition est publiée")).to_be_visible()
    page.get_by_role("link", name="Qui est compté").first.click()
    expect(page.get_by_role("link", name="Coopérative du Belvédère", exact=True)).to_be_visible()

    page.goto("/bureau/")
    page.get_by_role("main").get_by_role("link", name="Comparer").click()
    page.get_by_label("Territoire").select_option(label="Les Moulins")
    page.get_by_label("Base", exact=True).select_option(value="magazine-2014.1")
    page.get_by_label("Première date").fill("2014-06-30")
    page.get_by_label("Seconde date").fill("2017-11-29")
    page.get_by_label("Autre base").select_option(value="table-regionale-2017.1")
    page.get_by_role("button", name="Comparer").click()
    refusal = page.locator(".notice.is-refusal")
    expect(refusal).to_be_visible()
    expect(refusal).to_contain_text("625")
    expect(refusal).to_contain_text(re.compile(r"1\s264"))
    expect(page.locator("figure, .chart").first).to_be_visible()
    look()


def test_a_census_is_put_down_without_script(open_adviser: Callable[..., Page]) -> None:
    page = open_adviser(java_script_enabled=False)
    put_down_a_census(page, "Coopérative du Ravin", lambda: None)
    title = page.get_by_role("heading", name="Recensement de Coopérative du Ravin", level=1)
    for _asked in range(MOST_ASKED):
        try:
            expect(title).to_be_visible(timeout=ASKED_EVERY_MS)
        except AssertionError:
            page.get_by_role("link", name="Voir où en est le versement").click()
        else:
            break
    expect(title).to_be_visible()


def test_a_base_is_built_without_script(open_adviser: Callable[..., Page]) -> None:
    page = open_adviser(java_script_enabled=False)
    page.goto("/bases/nouvelle/")
    page.get_by_label("Variable", exact=True).select_option(label="Forme juridique")
    page.get_by_role("button", name="Mettre à jour l’aperçu").click()
    page.get_by_label("coopérative", exact=True).check()
    page.get_by_role("button", name="Ajouter une condition").click()
    page.get_by_label("Variable", exact=True).nth(1).select_option(value="jobs_headcount")
    page.get_by_role("button", name="Mettre à jour l’aperçu").click()
    page.get_by_label("Condition", exact=True).nth(1).select_option(value="at_least")
    page.get_by_label(re.compile("^Valeur")).last.fill("5")
    page.keyboard.press("Enter")  # refreshes, and takes nothing away
    expect(page.get_by_label("Variable", exact=True)).to_have_count(2)
    expect(page.locator("#apercu")).to_contain_text(re.compile(r"\d+ retenues"))
    page.get_by_label("Nom en français").fill("Coopératives qui emploient")
    page.get_by_label("Nom en anglais").fill("Co-operatives that employ")
    page.get_by_label("Adresse").fill("cooperatives-qui-emploient")
    page.get_by_label("Qui en répond").fill("Conseil local")
    page.get_by_role("button", name="Enregistrer l’ébauche").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Coopératives qui emploient")
    expect(page.get_by_text("Ébauche").first).to_be_visible()


def wait_for_rows(page: Page) -> None:
    """Until what was asked for has replaced what was there."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def test_the_count_of_a_base_follows_what_is_chosen(adviser_page: Page) -> None:
    page = adviser_page
    page.goto("/bases/nouvelle/")
    page.get_by_label("Variable", exact=True).select_option(label="Forme juridique")
    wait_for_rows(page)
    page.get_by_label("coopérative", exact=True).check()
    expect(page.locator("#apercu")).to_contain_text(re.compile(r"\d+ retenues"))
    before = page.locator("#apercu-compte").inner_text()
    page.get_by_role("button", name="Ajouter une condition").click()
    wait_for_rows(page)
    page.get_by_label("Variable", exact=True).nth(1).select_option(value="jobs_headcount")
    wait_for_rows(page)
    page.get_by_label("Condition", exact=True).nth(1).select_option(value="at_least")
    wait_for_rows(page)
    page.get_by_label(re.compile("^Valeur")).last.fill("30")
    expect(page.locator("#apercu-compte")).to_contain_text(re.compile(r"\d+ retenue"))
    expect(page.locator("#apercu-compte")).not_to_have_text(before, use_inner_text=True)
    expect(page.get_by_label("coopérative", exact=True)).to_be_checked()
    expect(page).to_have_url(re.compile(r"/bases/nouvelle/$"))
    faults = list_axe_faults(page)
    assert not faults, "\n".join(faults)
