"""What the public must not learn of one organisation from the pages of bases."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.utils.translation import override

from essor.directory.queries.listing import SIZE_CLASSES
from essor.knowledge import load_variables
from essor.methods.criteria import parse
from essor.methods.figures import SIZE_CLASSES as FIGURE_CLASSES
from essor.observatory.actions import publish_base_version, start_base
from essor.observatory.downloads.dossier import open_dossier
from essor.observatory.downloads.report import tell_report
from essor.observatory.models import BaseVersion
from essor.observatory.queries.bases import base_definition, get_base_version
from essor.observatory.rules import list_confidential
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
    assert ("(réponse" in seen, "(réponse\u00a0: 7)" in told) == (False, True)
    adviser.roles.update(territory_code="620")
    assert "(réponse" not in adviser_client.get(address).content.decode(), "nor an adviser of elsewhere"


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


NAMES = ("grandit", "nee", "avale", "indecise", "riche-1", "riche-2", "riche-3", "pauvre", "muette")
RICH = {"fact": "annual_revenue", "at_least": 1_000_000}


@pytest.fixture
def rich(world: World) -> BaseVersion:
    """A base on what nobody but advisers reads: three enterprises are in, one is out, the others did not say."""
    for name, revenue in {"riche-1": 2_000_000, "riche-2": 3_000_000, "riche-3": 4_000_000, "pauvre": 9_000}.items():
        world.add(name, {2017: 5}, annual_revenue=revenue)
    world.add("muette", {2017: 5})
    version = start_base(
        slug="riches", owner="Table", label_fr="Riches", label_en="Rich", criteria=RICH, by=None, now=NOW
    )
    return publish_base_version(version=version, by=None, now=NOW)


def find_named(page: str) -> set[str]:
    main = page.split("<main")[1]
    return {name for name in NAMES if re.search(rf">\s*{name}\s*<|/annuaire/{name}/", main)}


def test_what_the_public_may_not_read_depends_on_the_question() -> None:
    """The public reads the size class: a condition that each class decides tells nothing more."""
    told = {
        ("jobs_headcount", "at_least", 1): (),
        ("jobs_headcount", "less_than", 10): (),
        ("jobs_headcount", "between", (5, 24)): (),
        ("jobs_headcount", "at_least", 13): ("jobs_headcount",),
        ("jobs_headcount", "is", 3): ("jobs_headcount",),
        ("jobs_headcount_all", "at_least", 1): ("jobs_headcount_all",),
        ("annual_revenue", "at_least", 1): ("annual_revenue",),
        ("autonomous_revenue_share", "at_least", 0.2): (),
    }
    for (fact, operator, value), expected in told.items():
        leaf = {"fact": fact, operator: list(value) if isinstance(value, tuple) else value}
        tree = parse({"any": [{"not": leaf}, {"fact": "legal_form", "is": "coop"}]}, variables=load_variables())
        assert list_confidential(tree) == expected
    assert [(low, high) for _code, low, high in FIGURE_CLASSES] == list(SIZE_CLASSES), "the classes that pages show"


@pytest.mark.parametrize("slug", ["magazine-2014", "table-regionale-2017", "loi-e-1-1-1"])
def test_a_shipped_base_reads_nothing_confidential(public: StrictClient, world: World, slug: str) -> None:
    assert list_confidential(base_definition(get_base_version(slug=slug)).criteria) == ()
    assert "grandit" in find_named(public.get(f"/bases/{slug}/1/?territory=640&on={LAST}").content.decode())


def test_the_public_reads_counts_of_a_base_on_confidential_answers(
    public: StrictClient, adviser: Any, adviser_client: StrictClient, rich: BaseVersion
) -> None:
    address = f"/bases/riches/1/?territory=640&on={LAST}"
    page = unescape(public.get(address).content.decode()).replace("\u00a0", " ")
    assert find_named(page) == set()
    assert "Cette définition lit une réponse que le public ne lit pas (Revenu annuel)" in page
    counts = re.findall(r'<strong class="number">([^<]*)<', page)
    assert counts == ["3", "5", "moins de 3"], "in, undecided, out"
    assert re.findall(r"il manque : ([^<]*) <span class=\"hint\">([^<]*)<", page) == [
        ("revenu annuel", "5 organisations")
    ]
    told = adviser_client.get(address).content.decode()
    assert find_named(told) == set(NAMES)
    adviser.roles.update(territory_code="620")
    assert find_named(adviser_client.get(address).content.decode()) == set()


def test_a_preview_is_no_oracle_for_an_adviser_of_elsewhere(
    adviser: Any, adviser_client: StrictClient, rich: BaseVersion
) -> None:
    """Threshold by threshold, a verdict by name or a count of one would read the revenue of an enterprise."""
    adviser.roles.update(territory_code="620")
    asked = {"territory": "640", "on": str(LAST)}
    coops = "{fact: legal_form, in: [coop, npo]}"
    for threshold in (8_999, 9_000, 9_001, 2_000_001, 3_000_001, 9_000_000):
        tree = f"any: [{{fact: annual_revenue, between: [{threshold}, {threshold + 1}]}}]"
        padded = f"any: [{{fact: annual_revenue, between: [{threshold}, {threshold + 1}]}}, {coops}]"
        pages = [adviser_client.post("/bases/apercu/", asked | {"tree": said}).content.decode()
                 for said in (tree, padded)]  # fmt: skip
        for page in pages:
            assert not re.search(r"/annuaire/|>\s*(?:riche-1|pauvre)\s*<", page)
        assert 'class="number">moins de 3<' in pages[0].replace("\u00a0", " ")
        assert 'class="number">9<' in pages[1], "all are in, whatever their revenue"
    assert ">riche-1<" in adviser_client.post(
        "/bases/apercu/", asked | {"tree": "fact: legal_form\nis: coop"}
    ).content.decode()  # fmt: skip


def test_no_page_or_document_of_an_edition_names_who_is_in_by_confidential_answers(
    public: StrictClient, adviser_client: StrictClient, magazine: BaseVersion, rich: BaseVersion
) -> None:
    edition = publish(rich, magazine)
    slug = edition.slug
    figure = f"/editions/{slug}/chiffres/riches.1.jobs_headcount.{LAST}/"
    page = public.get(figure).content.decode()
    assert find_named(page) == set()
    assert "5 organisations" in page.replace("\u00a0", " ")
    assert find_named(adviser_client.get(figure).content.decode()) == set(NAMES) - {"pauvre"}
    seen, told = (client.get(f"/editions/{slug}/").content.decode() for client in (public, adviser_client))
    assert find_named(seen) == {"indecise"}, "undecided on the other base, whose answers are public"
    assert "muette" in find_named(told)
    archive = json.dumps(public.get(f"/editions/{slug}/portrait.json").json()["results"])
    assert f'"riches.1.{LAST}"' not in archive
    with override("fr"):
        sections = tell_report(open_dossier(edition, address=""))["sections"]
    told = {section["heading"]: json.dumps(section["blocks"], ensure_ascii=False) for section in sections}
    assert "muette" not in told["Ce qu’on ne sait pas"]
    annex = next(words for heading, words in told.items() if heading.startswith("Annexe"))
    assert "riche-1" not in annex.split("Magazine local")[0]
    assert "riche-1" in annex.split("Magazine local")[1], "a member of the other base is named as such"
    asked = {"territory": "640", "base": "magazine-2014.1", "second": "riches.1", "end": str(LAST)}
    assert find_named(public.get("/comparer/", asked).content.decode()) == set()
    assert find_named(adviser_client.get("/comparer/", asked).content.decode())


def test_a_desk_shows_what_is_undecided_at_home(adviser: Any, adviser_client: StrictClient, rich: BaseVersion) -> None:
    publish(rich)
    assert "muette" in find_named(adviser_client.get("/bureau/").content.decode())
    adviser.roles.update(territory_code="620")
    page = adviser_client.get("/bureau/").content.decode()
    assert "muette" not in page
    assert "Publiez une première édition" in page
