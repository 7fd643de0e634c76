"""Every page as it is drawn: open to everyone by axe-core's rules, in both themes, and within a phone's width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenContext
from tests.browser.faults import list_axe_faults

pytestmark = pytest.mark.browser

PORTRAIT = "/editions/les-moulins-2017-11-29/"
COMPARE = "/comparer/?territory=640&base=magazine-2014.1"
PUBLIC = {
    "home": "/",
    "portraits": "/portraits/",
    "portrait": "/portrait/640/",
    "portrait in English": "/en/portrait/640/",
    "editions": "/editions/",
    "an edition since corrected": "/editions/les-moulins-2014-06-30/",
    "a figure": f"{PORTRAIT}chiffres/magazine-2014.1.jobs_headcount.2017-11-29/",
    "a figure in full-time equivalents": f"{PORTRAIT}chiffres/magazine-2014.1.jobs_fte.2017-11-29/",
    "two editions to compare": "/comparer/editions/",
    "comparing": "/comparer/",
    "a comparison": f"{COMPARE}&start=2014-06-30&end=2017-11-29",
    "a comparison refused": f"{COMPARE}&second=table-regionale-2017.1&end=2017-11-29",
    "a comparison asked wrongly": f"{COMPARE}&start=2017-11-29&end=2014-06-30",
    "bases": "/bases/",
    "a base": "/bases/magazine-2014/1/",
    "territories": "/territoires/",
    "a territory": "/territoires/640/",
    "who serves a place": "/territoires/64015/organismes/",
    "who served a place": "/territoires/64015/organismes/?on=2018-05-01",
    "bodies": "/organismes/",
    "a body": "/organismes/cldem/",
    "directory": "/annuaire/",
    "directory, searched": "/annuaire/?search=coop",
    "an organisation": "/annuaire/atelier-second-souffle/",
    "sources": "/sources/",
    "a source": "/sources/1/",
    "a question of the finder": "/trouver/",
    "a place asked by the finder": "/trouver/?question=territory",
    "a choice of many asked by the finder": "/trouver/?question=project_types",
    "what there is": "/trouver/resultats/",
    "an aid asked by its name": "/trouver/resultats/?why=jeunes",
    "a project to finance": "/trouver/plan/",
    "a financing plan": "/trouver/plan/?plan=1&cost_equipment=20000&cost_consulting=10000&own_cash=6000",
    "a receipt that does not read": "/trouver/recu/?r=x",
    "the finder in a frame": "/integre/trouver/?accent=7a1f5c&ink=222222&paper=ffffff",
    "the answers in a frame": "/integre/trouver/resultats/",
    "the finder for a partner's page": "/aides/integrer/?accent=%237a1f5c&place=Mascouche",
    "to be told by e-mail": "/trouver/avis/",
    "where it is still vague": "/aides/flou/?place=Les+Moulins",
    "a correction to propose": "/aides/innogec/proposer/",
    "aids as open data": "/donnees/aides/",
    "programmes": "/programmes/",
    "a programme": "/programmes/jec/",
    "a programme on a past day": "/programmes/jec/?on=2020-06-01",
    "a programme under way": "/programmes/moulins-2030/",
    "what to do to open": "/ouvrir/",
    "the steps to open a co-operative": "/ouvrir/coop/",
    "every aid": "/aides/",
    "every aid, searched": "/aides/?repayment=nothing&place=Mascouche&state=open",
    "an aid": "/aides/jec_lanaudiere_2017/",
    "an aid on another day": "/aides/risq_technical_assistance/?on=2018-05-01",
    "talk to someone": "/demander/",
    "sign in": "/compte/login/",
    "style": "/style/",
    "nothing there": "/rien/",
}
ADVISER = {
    "desk": "/bureau/",
    "a base to be": "/bases/nouvelle/",
    "import": "/importer/",
    "an organisation, by an adviser": "/annuaire/atelier-second-souffle/",
    "a fact to add": "/annuaire/atelier-second-souffle/faits/ajouter/",
    "an event to add": "/annuaire/atelier-second-souffle/evenements/ajouter/",
    "what happened": "/annuaire/atelier-second-souffle/evenements/ajouter/?kind=moved",
    "an organisation to add": "/annuaire/ajouter/",
    "a name to add": "/annuaire/atelier-second-souffle/noms/ajouter/",
    "a number to add": "/annuaire/atelier-second-souffle/numeros/ajouter/",
    "a source, by an adviser": "/sources/1/",
    "an edition to be": "/editions/nouvelle/",
    "a portrait, by an adviser": "/portrait/640/",
    "who may have an aid": "/aides/jec_lanaudiere_2017/organisations/?on=2018-05-01",
    "corrections that readers propose": "/aides/propositions/",
    "drafts of aids": "/aides/brouillons/",
    "a draft of an aid": "/aides/coup_de_pouce_moulins/brouillon/",
    "an aid to add": "/aides/ajouter/",
    "an aid to correct": "/aides/innogec/corriger/",
    "a reorganisation": "/bureau/reorganisation/",
    "a merger": "/bureau/reorganisation/?kind=merge",
    "mandates that move": "/bureau/reorganisation/?kind=move",
    "commitments": "/engagements/",
    "a commitment": "/engagements/jec/?on=2020-06-01",
    "a commitment under way": "/engagements/moulins-2030/",
    "the desk of programmes": "/bureau/programmes/",
    "committees": "/bureau/comites/",
    "a sitting to call": "/bureau/comites/moulins-2030/convoquer/",
    "what becomes of enterprises": "/bureau/programmes/jec/suivi/?base=magazine-2014&start=2019-01-01&end=2023-01-01",
    "agreements": "/bureau/programmes/jec/ententes/",
    "an agreement": "/bureau/programmes/moulins-2030/ententes/caisse-2025/",
    "an agreement that only ends": "/bureau/programmes/jec/ententes/lanaudiere-2017/?on=2022-10-01",
    "the loans of a programme": "/bureau/programmes/jec/prets/",
    "my files": "/dossiers/",
    "files closed": "/dossiers/clos/",
    "who has what in charge": "/dossiers/charge/",
    "what becomes of aids": "/bureau/parcours-des-aides/",
    "my account": "/mon-compte/",
}


@pytest.fixture
def open_page(open_context: OpenContext, open_adviser: Callable[..., Page]) -> Callable[..., Page]:
    def open_one(name: str, **options: Any) -> Page:
        page = open_adviser(**options) if name in ADVISER else open_context(**options).new_page()
        page.goto((PUBLIC | ADVISER)[name])
        return page

    return open_one


@pytest.mark.parametrize("name", [*PUBLIC, *ADVISER])
def test_a_page_shuts_nobody_out(name: str, open_page: Callable[..., Page]) -> None:
    page = open_page(name, reduced_motion="reduce")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        faults = list_axe_faults(page)
        assert not faults, f"{name}, {theme}:\n" + "\n".join(faults)


@pytest.mark.parametrize("name", [*PUBLIC, *ADVISER])
def test_a_page_fits_a_phone(name: str, open_page: Callable[..., Page]) -> None:
    page = open_page(name, viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.evaluate(
        """[...document.querySelectorAll("body *")]
           .filter(element => element.getBoundingClientRect().right > 391 && !element.closest(".table-scroll"))
           .slice(0, 8).map(element => element.outerHTML.slice(0, 120)).join("\\n")"""
    )


WIDE = (
    "portrait",
    "a comparison",
    "directory",
    "an organisation",
    "a territory",
    "a figure",
    "two editions to compare",
    "who served a place",
    "a body",
)
CUT = """[...document.querySelectorAll("table :is(caption, td, tbody th)")]
    .filter(cell => { const box = cell.getBoundingClientRect(); return box.width > 0 && box.right > 391 })
    .slice(0, 8).map(cell => cell.textContent.trim())"""


@pytest.mark.parametrize("name", WIDE)
def test_no_column_of_a_table_hides_beyond_a_phone(name: str, open_page: Callable[..., Page]) -> None:
    """Growth is a last column: a reader on a phone must see it without guessing that the table scrolls."""
    page = open_page(name, viewport={"width": 390, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate(CUT) == []
