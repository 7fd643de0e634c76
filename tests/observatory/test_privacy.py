"""What the public must not learn of one organisation from the pages of bases."""

from __future__ import annotations

from html import unescape
from typing import Any

from django.utils.translation import override

from essor.observatory.actions import publish_base_version, start_base
from essor.observatory.downloads.dossier import open_dossier
from essor.observatory.downloads.report import tell_report
from essor.observatory.models import BaseVersion
from tests.observatory.conftest import LAST, NOW, World, publish
from tests.pages import StrictClient

DATES = {"territory": "640", "base": "magazine-2014.1", "start": "2014-06-30", "end": "2017-11-29"}
OVER_TEN = {"fact": "jobs_headcount", "at_least": 13}


def test_why_one_is_out_never_tells_the_public_its_jobs(
    public: StrictClient, adviser: Any, adviser_client: StrictClient, magazine: BaseVersion, world: World
) -> None:
    publish(magazine)
    version = start_base(
        slug="grandes", owner="Table", label_fr="Grandes", label_en="Large", criteria=OVER_TEN, by=None, now=NOW
    )
    publish_base_version(version=version, by=None, now=NOW)
    address = f"/bases/grandes/1/?on={LAST}"
    seen, told = (client.get(address).content.decode() for client in (public, adviser_client))
    assert ("réponse" in seen, "(réponse\u00a0: 7)" in told) == (False, True)
    adviser.roles.update(territory_code="620")
    assert "réponse" not in adviser_client.get(address).content.decode(), "nor an adviser of elsewhere"


def read_parts(client: StrictClient, **asked: str) -> str:
    page = client.get("/comparer/", DATES | asked).content.decode()
    return " ".join(unescape(page.split('id="classes"')[1].split("</section>")[0]).split())


def test_a_part_of_one_or_two_enterprises_names_nobody_to_the_public(
    public: StrictClient, adviser: Any, adviser_client: StrictClient, magazine: BaseVersion, world: World
) -> None:
    """« Naissances (+7) : nee » would be the jobs of nee, which her page says are not shown."""
    seen, told = read_parts(public), read_parts(adviser_client)
    assert "/annuaire/" not in seen
    assert seen.count("1 entreprise ") == 4
    assert {name for name in world.organisations if f"/annuaire/{name}/" in told} == {
        "grandit", "ferme", "nee", "avalee", "avale",
    }  # fmt: skip
    adviser.roles.update(territory_code="620")
    assert "/annuaire/" not in read_parts(adviser_client), "nor an adviser of elsewhere"
    for name in ("a", "b"):
        world.add(name, {2014: 3, 2017: 4})
    assert "/annuaire/a/" in read_parts(public), "three that grow may be named"


def test_no_document_of_an_edition_names_one_or_two_enterprises_beside_their_jobs(
    public: StrictClient, adviser_client: StrictClient, magazine: BaseVersion, table: BaseVersion, world: World
) -> None:
    for name, jobs in {"a": 3, "b": 4, "c": 5}.items():
        world.add(name, {2017: jobs}, social_economy=True, board_size=5, jobs_headcount_all=jobs)
    world.add("seule", {2017: 6}, form="mutual", social_economy=True, board_size=5, jobs_headcount_all=6)
    edition = publish(magazine, table)
    (bridge,) = edition.results["bridges"].values()
    assert bridge["organisations"]["only_in_b"] == [world.organisations["seule"].pk]
    address = f"/editions/{edition.slug}/"
    bridges = [client.get(address).content.decode().split("font l’écart")[1] for client in (public, adviser_client)]
    assert ["/annuaire/seule/" in page.split("</details>")[0] for page in bridges] == [False, True]
    with override("fr"):
        report = tell_report(open_dossier(edition, address=address))
    facts = [item for section in report["sections"] for block in section["blocks"] if block["type"] == "facts"
             for item in block["items"]]  # fmt: skip
    assert ["Seulement dans la deuxième base (+6)", "1 entreprise"] in facts
    archive = public.get(f"{address}portrait.json").json()
    (kept,) = archive["results"]["bridges"].values()
    assert set(kept["organisations"]) == {"only_in_a", "counted_differently", "other_territory"}
    assert f"bridges/{kept['key']}/organisations/only_in_b" in archive["left_out"]


def test_a_figure_of_one_enterprise_does_not_name_it_to_the_public(
    public: StrictClient, administrator_client: StrictClient, magazine: BaseVersion
) -> None:
    edition = publish(magazine, territory_code="64008", dates=[LAST])
    address = f"/editions/{edition.slug}/chiffres/magazine-2014.1.jobs_headcount.{LAST}/"
    pages = [client.get(address).content.decode() for client in (public, administrator_client)]
    assert ["/annuaire/grandit/" in page for page in pages] == [False, True]
    assert "1 entreprise, qui n’est pas nommée" in pages[0]


def test_an_organisation_s_page_promises_what_holds(public: StrictClient, world: World) -> None:
    page = public.get("/annuaire/grandit/").content.decode()
    assert "Le nombre exact d’emplois n’est pas montré ici au public" in page
    assert "peut le laisser deviner" in page
