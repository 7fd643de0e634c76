"""The home page and the portraits: what is known with its basis, what is not known said to be so."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.observatory.models import BaseVersion, Edition
from essor.territories.models import Territory
from tests.observatory.conftest import FIRST, LAST, NOW, World, publish
from tests.pages import StrictClient

N = "\u00a0"


def read(client: StrictClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return re.sub(r"[ \n]+", " ", unescape(re.sub(r"</?(?:strong|em)\b[^>]*>", "", answer.content.decode())))


@pytest.fixture
def edition(magazine: BaseVersion, table: BaseVersion) -> Edition:
    return publish(magazine, table)


def test_home_waits_for_a_first_edition(public: StrictClient, world: World) -> None:
    page = read(public, "/")
    assert "Aucun portrait n’est encore publié ici." in page
    assert "Ouvrir une session" in page
    assert "Aucun portrait n’est encore publié" in read(public, "/portraits/")
    read(public, "/portrait/640/", status=404)
    read(public, "/editions/rien/", status=404)


def test_home_of_an_adviser_leads_to_work(adviser_client: StrictClient, world: World) -> None:
    page = read(adviser_client, "/")
    assert "Ouvrir une session" not in page
    assert 'href="/importer/"' in page


def test_home_tells_the_growth_with_its_base_and_dates(public: StrictClient, edition: Edition) -> None:
    page = read(public, "/")
    assert f"3 entreprises collectives, 43 emplois. Selon qui{N}?" in page
    assert f"En juin{N}2014, cette base comptait 4 entreprises et 38 emplois." in page
    assert f"+13,2{N}% aux mêmes critères" in page
    assert f'href="/editions/{edition.slug}/chiffres/magazine-2014.1.jobs_headcount.{LAST}/"' in page


def test_home_in_english(public: StrictClient, edition: Edition) -> None:
    page = read(public, "/en/")
    assert "3 collective enterprises, 43 jobs. According to whom?" in page
    assert f"In June{N}2014, this base had 4 enterprises and 38 jobs." in page
    assert "+13.2%" in page
    assert "emplois" not in page


def test_the_portraits_are_listed_by_territory(public: StrictClient, edition: Edition) -> None:
    assert 'href="/portrait/640/"' in read(public, "/portraits/")
    assert f"chiffres au 29{N}novembre 2017" in read(public, "/portraits/")
    assert "Les Moulins (in English)" in read(public, "/en/portraits/")


@pytest.mark.parametrize("address", ["/portrait/640/", "/editions/{slug}/"])
def test_a_portrait_says_its_figures_and_how_they_are_known(
    public: StrictClient, edition: Edition, address: str
) -> None:
    page = read(public, address.format(slug=edition.slug))
    assert "43 personnes travaillent dans 3 entreprises d’économie sociale de la MRC Les Moulins." in page
    for said in ("D’où vient le changement", "Naissances", "Fermetures", "Comment on le sait", "Recensement", "CC0"):
        assert said in page
    assert f"./essor edition verify {edition.slug}" in page
    assert "est une coopérative ou un organisme à but non lucratif" in page
    for wrong in ("None", "{figure}", "nan"):
        assert not re.search(rf"\b{re.escape(wrong)}\b", re.sub(r"<[^>]+>", " ", page))


def test_each_source_leads_to_its_page(public: StrictClient, edition: Edition, world: World) -> None:
    figure = f"/editions/{edition.slug}/chiffres/magazine-2014.1.enterprises.{LAST}/"
    for address in ("/portrait/640/", figure):
        assert f'<a href="/sources/{world.source.pk}/">Recensement</a>' in read(public, address)


def test_a_portrait_in_english_has_no_french(public: StrictClient, edition: Edition) -> None:
    page = re.sub(r"<[^>]+>", " ", read(public, "/en/portrait/640/"))
    assert "43 people work in 3 social economy enterprises" in page
    for french in ("entreprises", "emplois", "Inconnu", "indécise", "Coopérative"):
        assert french not in page


def test_a_base_that_nobody_can_decide_is_unknown_and_never_zero(public: StrictClient, edition: Edition) -> None:
    for address in ("/", "/portrait/640/"):
        page = read(public, address)
        assert "4 organisations restent indécises sur cette base" in page
        assert "Le total est donc inconnu." in page
        assert "0 entreprise" not in page
        assert "et 0 emplois" not in page
        assert "Pourquoi deux totaux" not in page, "a bridge from nothing known would start from a false zero"


def test_a_first_base_that_nobody_can_decide_does_not_break_home(
    public: StrictClient, magazine: BaseVersion, table: BaseVersion
) -> None:
    publish(table, magazine)
    assert f"Combien d’entreprises collectives{N}? On ne le sait pas encore." in read(public, "/")
    read(public, "/en/portrait/640/")


def test_one_base_at_one_date_has_no_growth_to_tell(public: StrictClient, magazine: BaseVersion) -> None:
    publish(magazine, dates=[LAST])
    page = read(public, "/")
    assert "43 personnes travaillent dans 3 entreprises" in page
    assert "Sur une même base" not in page
    assert "D’où vient le changement" not in read(public, "/portrait/640/")


def test_a_total_that_starts_from_zero_has_no_rate(public: StrictClient, magazine: BaseVersion, world: World) -> None:
    for name in ("grandit", "avalee", "avale", "indecise"):
        world.happen(name, "closed", FIRST.replace(year=2013))
    world.happen("ferme", "created", FIRST.replace(year=2015))
    publish(magazine)
    page = read(public, "/")
    assert "inconnu aux mêmes critères" not in page
    read(public, "/portrait/640/")


def test_each_picture_says_its_base_and_its_day(public: StrictClient, edition: Edition) -> None:
    """The name of the base bears a date that is not the figures'."""
    page = read(public, "/portrait/640/")
    subtitles = re.findall(r'<p class="chart-subtitle">([^<]*)</p>', page)
    assert len(subtitles) >= 8
    basis = f"Magazine local, juin 2014 · au 29{N}novembre 2017"
    assert sum(subtitle.startswith(basis) for subtitle in subtitles) == 6, "five dimensions and the map"
    assert all("Magazine local" in subtitle or f"29{N}novembre 2017" in subtitle for subtitle in subtitles)
    assert f"Au 29{N}novembre 2017." in page


def test_full_time_equivalents_say_how_many_gave_them_and_the_undecided_are_counted(
    public: StrictClient, world: World, magazine: BaseVersion
) -> None:
    world.add("compte", {2017: 9}, jobs_fte=7)
    publish(magazine)
    page = re.sub(r"<[^>]+>", "", read(public, "/portrait/640/"))
    assert f"En équivalents temps plein{N}: 7,0, pour 1 entreprise sur 4." in page
    assert f"1 organisation est indécise{N}: elle n’est pas comptée, et elle pourrait l’être." in page


def test_a_band_is_said_as_an_interval(public: StrictClient, world: World, magazine: BaseVersion) -> None:
    world.add("fourchette", {2017: (5, 9)})
    publish(magazine)
    for address in ("/", "/portrait/640/"):
        assert "de 48 à 52" in read(public, address)


def test_members_without_any_figure_are_no_zero(public: StrictClient, world: World, table: BaseVersion) -> None:
    world.add("commune", {2017: 9}, social_economy=True, board_size=5)
    publish(table)
    page = read(public, "/portrait/640/")
    assert "l’entreprise qui répond à la définition n’a pas donné ce chiffre" in page
    assert "key-figure" not in page


def test_one_enterprise_is_said_in_the_singular(public: StrictClient, magazine: BaseVersion, world: World) -> None:
    publish(magazine, territory_code="64008", dates=[LAST])
    assert "14 personnes travaillent dans 1 entreprise d’économie sociale de Terrebonne." in read(public, "/")


def test_an_edition_that_was_corrected_says_so_and_leads_on(
    public: StrictClient, world: World, magazine: BaseVersion
) -> None:
    first = publish(magazine, known_at=NOW.replace(month=1))
    world.correct("avale", 2017, 30, known_from=NOW.replace(month=2))
    second = publish(magazine, predecessor=first, correction_reason="Un atelier avait été oublié.")
    old = read(public, f"/editions/{first.slug}/")
    assert "Cette édition a été corrigée" in old
    assert "Un atelier avait été oublié." in old
    assert f'href="/editions/{second.slug}/"' in old
    new = read(public, "/portrait/640/")
    assert "Cette édition a été corrigée" not in new
    assert "Ce que cette édition corrige" in new
    assert "51 personnes travaillent" in new
    assert f'href="/editions/{first.slug}/"' in new


def test_the_public_reads_no_warning(
    public: StrictClient, adviser_client: StrictClient, administrator_client: StrictClient, edition: Edition
) -> None:
    assert edition.results["warnings"]
    assert "À regarder avant de diffuser" not in read(public, "/portrait/640/")
    assert "Corriger cette édition" not in read(public, "/portrait/640/")
    assert "À regarder avant de diffuser" in read(adviser_client, "/portrait/640/")
    assert "Corriger cette édition" in read(adviser_client, "/portrait/640/")


def test_as_many_queries_with_few_organisations_as_with_many(
    public: StrictClient, world: World, magazine: BaseVersion
) -> None:
    def count() -> dict[str, int]:
        found = {}
        for address in ("/", "/portraits/", "/portrait/640/"):
            read(public, address)
            with CaptureQueriesContext(connection) as asked:
                read(public, address)
            found[address] = len(asked)
        return found

    publish(magazine)
    few = count()
    for number in range(25):
        world.add(f"autre-{number}", {2014: number, 2017: number}, commercial_activity=None if number % 2 else True)
    publish(magazine, title_fr="Encore", title_en="Again")
    many = count()
    assert many == few
    assert max(few.values()) <= 20


def test_places_are_told_from_the_edition_alone(public: StrictClient, edition: Edition) -> None:
    page = read(public, "/portrait/640/")
    assert "Terrebonne" in page
    assert "Mascouche" in page


def test_one_band_leaves_everything_but_the_exact_total(
    public: StrictClient, world: World, magazine: BaseVersion
) -> None:
    world.add("fourchette", {2014: 4, 2017: (5, 9)})
    edition = publish(magazine)
    for address in ("/portrait/640/", "/"):
        page = read(public, address)
        assert f"de{N}48 à{N}52" in page or "de 48 à 52" in page
        assert f"entre +14,3{N}% et +23,8{N}%" in page
        assert "un total contient une fourchette" in page
        for wrong in ("Le total est donc inconnu", "On ne le sait pas encore", "n’a donné ce chiffre", "sans point de"):
            assert wrong not in page
        assert f"+2,4{N}%" not in page, "the band is not zero jobs"
    portrait = read(public, "/portrait/640/")
    assert 'id="tableaux-magazine-2014"' in portrait
    detail = portrait.split('id="tableaux-magazine-2014"')[1]
    assert "de 48 à 52" in detail
    assert "Où sont les emplois" in portrait
    assert "Chiffres exacts seulement. Avec les fourchettes" in portrait.replace(N, " ")
    english = read(public, f"/en/editions/{edition.slug}/")
    assert "between +14.3% and +23.8%" in english


def test_silence_that_weighs_as_much_as_the_change_leaves_no_rate(
    public: StrictClient, world: World, magazine: BaseVersion
) -> None:
    world.add("muette", {2014: 40, 2017: None})
    publish(magazine)
    for address in ("/portrait/640/", "/"):
        page = read(public, address)
        assert "pèsent la moitié du changement, ou plus" in page
        assert "1 entreprise n’est pas connue aux deux dates (40 emplois" in page.replace(N, " ")
        assert "zéro, il n’y a pas de taux" not in page
        assert "sans point de départ" not in page


def test_a_place_leads_to_its_portrait_only_where_there_is_one(public: StrictClient, magazine: BaseVersion) -> None:
    assert "Aucun portrait n’est encore publié" in public.get("/territoires/640/").content.decode()
    publish(magazine)
    page = public.get("/territoires/640/").content.decode()
    assert 'class="button" href="/portrait/640/"' in page
    other = public.get("/territoires/610/").content.decode()
    assert "/portrait/610/" not in other
    assert "Aucun portrait n’est encore publié pour ce territoire" in other
    assert 'href="/portraits/"' in other


def test_no_place_leads_to_a_portrait_that_is_not_there(public: StrictClient, magazine: BaseVersion) -> None:
    publish(magazine)
    for code in Territory.objects.values_list("code", flat=True):
        for language in ("", "/en"):
            page = public.get(f"{language}/territoires/{code}/").content.decode()
            for address in set(re.findall(r'href="((?:/en)?/portraits?/[^"]*)"', page)):
                assert public.get(address).status_code == 200, f"{code} leads to {address}"


def test_a_place_without_a_portrait_says_so(public: StrictClient, magazine: BaseVersion) -> None:
    response = public.get("/portrait/610/")
    assert response.status_code == 404
    page = response.content.decode()
    assert "Aucun portrait n’est encore publié pour ce territoire" in page
    assert "mal recopiée" not in page
    assert 'href="/portraits/"' in page
    assert "No portrait of this territory" in public.get("/en/portrait/610/").content.decode()
    assert "mal recopiée" in public.get("/portrait/rien/").content.decode()
