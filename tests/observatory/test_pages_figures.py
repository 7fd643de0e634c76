from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from essor.observatory.models import BaseVersion, Edition
from essor.observatory.queries.editions import list_figure_history
from essor.observatory.sentences import find_amount
from tests.observatory.conftest import FIRST, LAST, NOW, World, publish
from tests.pages import StrictClient

JOBS = "magazine-2014.1.jobs_headcount.2017-11-29"
COUNT = "magazine-2014.1.enterprises.2017-11-29"
EARLIER, LATER = datetime(2018, 1, 1, tzinfo=UTC), datetime(2018, 2, 1, tzinfo=UTC)


def read(client: StrictClient, slug: str, key: str, **options: Any) -> str:
    response = client.get(reverse("figure", args=[slug, key]), **options)
    assert response.status_code == 200
    return response.content.decode()


def test_a_figure_says_what_it_counts_who_is_in_and_how_to_rebuild_it(
    public: StrictClient, magazine: BaseVersion
) -> None:
    edition = publish(magazine)
    page = read(public, edition.slug, JOBS)
    fingerprint = edition.results["figures"][JOBS]["fingerprint"]["code"]
    for said in (
        "43", "3 entreprises", "aucun masquage", fingerprint, f"./essor edition verify {edition.slug}",
        f"/editions/{edition.slug}/chiffres/{JOBS}/", "/annuaire/grandit/", 'id="indecises"', "/annuaire/indecise/",
    ):  # fmt: skip
        assert said in page
    assert "/annuaire/ferme/" not in page
    assert "/annuaire/ailleurs/" not in page


def test_a_figure_is_also_data(public: StrictClient, magazine: BaseVersion) -> None:
    address = reverse("figure", args=[publish(magazine).slug, JOBS])
    asked = public.get(f"{address}?format=json").json()
    assert (asked["value"], asked["enterprises"], asked["undecided"]) == (43, 3, 1)
    preferred = public.get(address, headers={"accept": "application/json"})
    assert preferred.json() == asked
    assert "Accept" in preferred.headers["Vary"]
    browser = public.get(address, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert browser.headers["Content-Type"].startswith("text/html")


def test_nobody_decided_is_unknown_and_never_zero(public: StrictClient, table: BaseVersion) -> None:
    edition = publish(table)
    key = "table-regionale-2017.1.enterprises.2017-11-29"
    assert edition.results["figures"][key]["enterprises"] == 0
    assert edition.results["figures"][key]["undecided"] > 0
    page = read(public, edition.slug, key)
    assert "Ce chiffre est inconnu" in page
    assert 'class="key-figure' not in page


def test_a_condition_is_under_the_group_that_asks_it_and_no_other(public: StrictClient, table: BaseVersion) -> None:
    """« a un conseil d’au moins trois personnes » is no third way of « au moins un des énoncés suivants »."""
    edition = publish(table)
    for address in ("chiffres/table-regionale-2017.1.enterprises.2017-11-29/", ""):
        page = re.sub(r"\s+", " ", public.get(f"/editions/{edition.slug}/{address}").content.decode())
        definition = page.split('class="outline"')[1]
        assert re.search(r"Au moins un des énoncés suivants.:<ul><li>vend des biens[^<]*</li> ?<li>tire au moins 20.%"
                         r"[^<]*</li> ?</ul></li> ?<li>a un conseil", definition)  # fmt: skip


def test_silence_of_members_is_unknown(public: StrictClient, magazine: BaseVersion) -> None:
    edition = publish(magazine)
    page = read(public, edition.slug, "magazine-2014.1.jobs_fte.2017-11-29")
    assert "aucune des 3 entreprises" in page


def test_a_band_is_said_as_an_interval(public: StrictClient, world: World, magazine: BaseVersion) -> None:
    world.add("fourchette", {2017: (5, 9)})
    page = read(public, publish(magazine).slug, JOBS)
    assert "de 48 à 52" in page


def test_the_history_shows_what_each_edition_knew(public: StrictClient, world: World, magazine: BaseVersion) -> None:
    first = publish(magazine, dates=[FIRST], known_at=EARLIER)
    world.correct("avale", 2014, 26, known_from=LATER)
    reason = "Un atelier avait été oublié."
    second = publish(magazine, dates=[FIRST], predecessor=first, correction_reason=reason)
    key = "magazine-2014.1.jobs_headcount.2014-06-30"
    page = read(public, first.slug, key)
    assert "38 — " in page
    assert "44 — " in page
    assert f"/editions/{second.slug}/chiffres/{key}/" in page
    assert "une édition qui a été corrigée" in page
    assert reason in page


def test_the_history_stays_in_the_territory(public: StrictClient, magazine: BaseVersion) -> None:
    edition = publish(magazine)
    elsewhere = publish(magazine, territory_code="14", title_fr="Lanaudière", title_en="Lanaudière")
    assert f"/editions/{elsewhere.slug}/chiffres/" not in read(public, edition.slug, JOBS)


def test_an_unknown_figure_or_edition_is_not_found(public: StrictClient, magazine: BaseVersion) -> None:
    slug = publish(magazine).slug
    assert public.get(reverse("figure", args=[slug, "rien.1.enterprises.2017-11-29"])).status_code == 404
    assert public.get(reverse("figure", args=["rien", JOBS])).status_code == 404


def test_a_figure_reads_in_english(public: StrictClient, magazine: BaseVersion) -> None:
    edition = publish(magazine)
    page = public.get(f"/en/editions/{edition.slug}/chiffres/{COUNT}/").content.decode()
    assert "enterprises in Les Moulins meet the definition" in page
    assert "répondent à la définition" not in page


def test_the_page_asks_as_many_questions_for_many_enterprises(
    public: StrictClient, world: World, magazine: BaseVersion
) -> None:
    few = publish(magazine)
    for number in range(20):
        world.add(f"autre-{number}", {2017: 4})
    many = publish(magazine, dates=[LAST])
    public.get(reverse("figure", args=[few.slug, JOBS]))
    counted = []
    for edition in (few, many):
        with CaptureQueriesContext(connection) as asked:
            read(public, edition.slug, JOBS)
        counted.append(len(asked))
    assert counted[0] == counted[1] <= 12


def test_editions_are_listed_with_those_corrected(public: StrictClient, world: World, magazine: BaseVersion) -> None:
    assert "Aucune édition n’est encore publiée" in public.get("/editions/").content.decode()
    first = publish(magazine, dates=[FIRST], known_at=EARLIER)
    world.correct("avale", 2014, 26, known_from=LATER)
    publish(magazine, dates=[FIRST], known_at=NOW, predecessor=first, correction_reason="Un oubli.")
    page = public.get("/editions/").content.decode()
    assert page.count('href="/editions/les-moulins-2014-06-30') == 2
    assert "corrigée" in page


WHOLE = re.compile(r'(?<!\()(?:"\w+"|\bT\d+)\."results",')
"""The column of results, read whole; a place inside it is asked for in a function or with an operator."""


def copy_edition(edition: Edition, number: int) -> None:
    versions = list(edition.base_versions.all())
    copied = Edition.objects.get(pk=edition.pk)
    copied.pk, copied.slug, copied.manifest_hash = None, f"{edition.slug}-copie-{number}", f"{number:064}"
    copied.save(force_insert=True)
    copied.base_versions.set(versions)


def count_reads(client: StrictClient, address: str) -> tuple[int, int]:
    """How many questions a page asks, and how many of them read whole results."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked), sum(len(WHOLE.findall(query["sql"])) for query in asked.captured_queries)


def test_a_figure_reads_no_other_edition_however_many_there_are(public: StrictClient, magazine: BaseVersion) -> None:
    first = publish(magazine, known_at=EARLIER)
    edition = publish(magazine, predecessor=first, correction_reason="Essai.")
    publish(magazine, dates=[FIRST])
    addresses = [reverse("figure", args=[edition.slug, JOBS]), "/editions/", "/comparer/editions/"]
    with_three = [count_reads(public, address) for address in addresses]
    for number in range(27):
        copy_edition(first, number)
    assert [count_reads(public, address) for address in addresses] == with_three
    assert [whole for _questions, whole in with_three] == [1, 0, 1]


def test_the_history_of_a_figure_says_every_amount(
    public: StrictClient, world: World, magazine: BaseVersion, table: BaseVersion
) -> None:
    """An interval, a number, and no edition that does not publish it."""
    world.add("bande", {2017: (11, 25)})
    first = publish(magazine, known_at=LATER)
    world.correct("grandit", 2017, 15, known_from=NOW)
    second = publish(magazine, table)
    publish(table, dates=[LAST])
    publish(magazine, dates=[FIRST])
    told = list_figure_history(key=JOBS, territory_code="640")
    assert [(edition.slug, find_amount(figure)) for edition, figure in told] == [
        (first.slug, "de 54 à 68"),
        (second.slug, "de 55 à 69"),
    ]
