from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.accounts.models import AuditEvent
from essor.observatory import pictures
from essor.observatory.actions import create_base, draft_base_version, publish_base_version
from essor.observatory.models import BaseVersion
from tests.observatory.conftest import FIRST, LAST, NOW, World, publish
from tests.pages import StrictClient

DATES = {"territory": "640", "base": "magazine-2014.1", "start": "2014-06-30", "end": "2017-11-29"}
EARLIER, LATER = datetime(2018, 1, 1, tzinfo=UTC), datetime(2018, 2, 1, tzinfo=UTC)


def ask(client: StrictClient, *, status: int = 200, address: str = "/comparer/", **said: str) -> str:
    response = client.get(address, said)
    assert response.status_code == status, response.content.decode()[:4000]
    return response.content.decode()


def test_the_page_opens_with_a_question(public: StrictClient, world: World) -> None:
    page = ask(public)
    assert "Que voulez-vous comparer" in page
    assert "/comparer/editions/" in page


def test_it_suggests_what_the_last_edition_compares(public: StrictClient, magazine: BaseVersion) -> None:
    publish(magazine)
    page = ask(public)
    assert 'value="2014-06-30"' in page
    assert 'value="2017-11-29"' in page


def test_two_dates_on_one_base(public: StrictClient, adviser_client: StrictClient, magazine: BaseVersion) -> None:
    page = ask(public, **DATES)
    for said in ("de 38 à", "43", "+13,2", "Naissances (+7)", "Fermetures (−5)"):
        assert said in page.replace("\u00a0", " ")
    named = ask(adviser_client, **DATES).split('id="classes"')[1]
    assert re.search(r'<li>\s*<a href="/annuaire/nee/">nee</a>\s*</li>', named), "each name leads to its page"
    assert re.search(r"avalee</a>\s*\+\s*<a[^>]*>avale</a>\s*</li>", named), "what merged stands together"
    assert page.count("<caption") >= 3
    assert "du 30 juin 2014 au 29 novembre 2017" in page.replace("\u00a0", " ")
    assert "ailleurs" not in page


@pytest.mark.parametrize(("reading", "after"), [("criteria", 43), ("cohort", 36), ("survivors", 36)])
def test_each_reading_has_its_sentence(public: StrictClient, magazine: BaseVersion, reading: str, after: int) -> None:
    page = ask(public, **DATES, reading=reading)
    assert f'<strong class="figure">{after}</strong>' in page
    told = public.get("/comparer/", DATES | {"reading": reading, "format": "json"}).json()
    assert (told["reading"], told["after"], told["unknown_on"]) == (reading, after, [])
    assert told["before"] + sum(told["parts"].values()) == told["after"]


def test_the_undecided_are_told_for_each_date(public: StrictClient, world: World, magazine: BaseVersion) -> None:
    page = ask(public, **DATES).replace("\u00a0", " ")
    for day in ("30 juin 2014", "29 novembre 2017"):
        assert f"Au {day}, 1 organisation est indécise : elle n’est pas comptée" in page
    assert "Plus d’indécises que de comptées" not in page
    for number in range(4):
        world.add(f"floue-{number}", {2017: 3}, commercial_activity=None)
    page = ask(public, **DATES).replace("\u00a0", " ")
    assert "Au 29 novembre 2017, plus d’organisations sont indécises (5) que comptées (3)." in page
    assert page.count("plus d’organisations sont indécises") == 1
    told = public.get("/comparer/", DATES | {"format": "json"}).json()
    assert (told["undecided_before"], told["undecided_after"]) == (1, 5)


def test_enterprises_are_told_part_by_part_and_a_merger_says_so(public: StrictClient, magazine: BaseVersion) -> None:
    """4 − 1 closed + 1 born − 1 merged = 3, and 3 followed of 4 counted: two merged count for one."""
    page = re.sub(r"<[^>]+>", " ", ask(public, **DATES)).replace("\u00a0", " ")
    parts = " ".join(page.split("Les entreprises et les emplois, partie par partie")[-1].split())
    for said in ("Juin 2014 4 38", "Fermetures −1 −5", "Fusions et scissions", "Novembre 2017 3 43"):
        assert said in parts
    assert re.search(r"Naissances [^−+]*\+1 \+7", parts)
    assert re.search(r"Fusions et scissions [^−+]*−1 0", parts)
    assert "elles comptent pour une" in parts


def test_work_is_not_created_by_who_is_counted(public: StrictClient, world: World, magazine: BaseVersion) -> None:
    """An arrival of 10 jobs and a closure of 5 among 38 → 53: 11 created, 6 lost, 10 from who is counted."""
    world.add("arrive", {2014: 9, 2017: 10}, place="60013")
    world.move("arrive", "64008", on=FIRST.replace(year=2015))
    page = re.sub(r"<[^>]+>", " ", ask(public, **DATES)).replace("\u00a0", " ")
    flows = " ".join(page.split("Créations et disparitions")[-1].split())
    for said in (
        "Emplois créés +11",
        "Emplois disparus −6",
        "Qui est compté ou connu +10",
        "Différence entre les deux totaux +15",
        "Réallocation : 17 emplois",
    ):
        assert said in flows
    told = public.get("/comparer/", DATES | {"format": "json"}).json()
    assert (told["creation"], told["destruction"], told["reallocation"], told["recounted"]) == (11, 6, 17, 10)


def test_the_parts_and_the_names_are_those_of_the_reading(
    public: StrictClient, adviser_client: StrictClient, world: World, magazine: BaseVersion
) -> None:
    """A cohort has no birth: its chart goes from its own first total to its own second, by what became of it."""
    world.add("partie", {2014: 6, 2017: 9}, place="64008")
    world.move("partie", "60013", on=FIRST.replace(year=2015))
    world.add("muette", {2014: 4})
    page = ask(adviser_client, **DATES, reading="cohort").replace("\u00a0", " ")
    classes = page.split('id="classes"')[1]
    for said in ("Fermées (−5)", "Encore en activité, mais sorties de la base (+3)", "partie", "muette"):
        assert said in classes
    assert "Sans réponse, non comptées" in classes
    for wrong in ("Naissances", ">nee<", "Départs"):
        assert wrong not in classes
    assert "Cascade de 44 emplois (juin 2014) à 45 emplois" in page
    told = public.get("/comparer/", DATES | {"reading": "survivors", "format": "json"}).json()
    assert told["parts"]["closed"] == 0
    assert told["parts"]["left"] == 3


def test_two_bases_are_refused_with_the_bridge_instead(
    public: StrictClient, adviser_client: StrictClient, world: World, magazine: BaseVersion, table: BaseVersion
) -> None:
    world.add("commune", {2017: 9}, social_economy=True, board_size=5, jobs_headcount_all=11)
    page = ask(adviser_client, status=409, **DATES, second="table-regionale-2017.1")
    for said in (
        *('role="alert"', "Pourquoi deux totaux", "grandit", "38 emplois", "Comparez deux dates"),
        "«\u00a0Magazine local, juin 2014\u00a0»\u00a0: 1 organisation reste indécise",
    ):
        assert said in page
    told = public.get(
        "/comparer/", DATES | {"second": "table-regionale-2017.1"}, headers={"accept": "application/json"}
    )
    assert (told.status_code, told.headers["Content-Type"]) == (409, "application/problem+json")
    problem = told.json()
    assert problem["type"] == "bases-differ"
    assert sum(problem["parts"].values()) == problem["bridge"]["total"]


def test_a_small_difference_between_bases_is_told(public: StrictClient, world: World, magazine: BaseVersion) -> None:
    said: dict[str, Any] = {
        "label_fr": "Presque", "label_en": "Nearly", "criteria": {"all": [
            {"fact": "legal_form", "in": ["coop", "npo"]}, {"fact": "commercial_activity", "is": True},
            {"fact": "jobs_headcount", "at_least": 8},
        ]},
    }  # fmt: skip
    base = create_base(slug="presque", owner="Table", by=None, now=NOW)
    publish_base_version(version=draft_base_version(base=base, by=None, now=NOW, **said), by=None, now=NOW)
    page = ask(public, status=409, territory="640", base="magazine-2014.1", second="presque.1", end="2017-11-29")
    assert "Une soustraction révèle quelqu’un" in page


def test_a_base_that_decides_nothing_is_unknown_and_never_zero(public: StrictClient, table: BaseVersion) -> None:
    page = ask(public, **(DATES | {"base": "table-regionale-2017.1"}))
    assert "le total est inconnu" in page
    assert "key-figure" not in page
    told = public.get("/comparer/", DATES | {"base": "table-regionale-2017.1", "format": "json"}).json()
    assert told["unknown_on"] == ["2014-06-30", "2017-11-29"]
    assert (told["before"], told["after"], told["growth"], told["parts"]) == (None, None, None, {})


def test_there_is_no_bridge_to_an_unknown_total(public: StrictClient, table: BaseVersion) -> None:
    asked = DATES | {"second": "table-regionale-2017.1"}
    page = ask(public, status=409, **asked)
    for said in ("un nombre inconnu", "Il n’y a pas de pont", "le total est inconnu"):
        assert said in page
    assert "Pourquoi deux totaux" not in page
    problem = public.get("/comparer/", asked, headers={"accept": "application/json"}).json()
    assert (problem["before"], problem["after"], problem["bridge"], problem["parts"]) == (38, None, None, {})


def test_figures_that_are_all_bands_are_not_compared(public: StrictClient, world: World, magazine: BaseVersion) -> None:
    world.happen("ferme", "reopened", FIRST.replace(year=2015))
    for name in ("grandit", "ferme", "avalee", "avale"):
        world.happen(name, "closed", FIRST.replace(year=2013))
    world.add("fourchette", {2014: (11, 25), 2017: 12})
    page = ask(public, **DATES)
    assert "l’entreprise comptée n’a pas donné de chiffre exact" in page
    told = public.get("/comparer/", DATES | {"format": "json"}).json()
    assert (told["before"], told["enterprises_before"], told["growth"]) == (None, 1, None)


def test_two_bases_may_be_set_side_by_side_on_one_day(public: StrictClient, world: World, table: BaseVersion) -> None:
    """As the page says: « deux bases le même jour », with both dates filled."""
    world.add("commune", {2017: 9}, social_economy=True, board_size=5, jobs_headcount_all=11)
    asked = DATES | {"start": "2017-11-29", "second": "table-regionale-2017.1"}
    page = ask(public, status=409, **asked)
    assert "Pourquoi deux totaux" in page
    assert "52 emplois (au 29\u00a0novembre 2017)" in page
    assert "error-summary" in ask(public, status=400, **(DATES | {"start": "2017-11-29"}))
    assert "error-summary" in ask(public, status=400, **(asked | {"start": "2018-01-01"}))


def test_a_base_beside_itself_is_refused_by_its_name(public: StrictClient, magazine: BaseVersion) -> None:
    page = ask(public, status=400, **DATES, second="magazine-2014.1").replace("\u00a0", " ")
    assert "La base « Magazine local, juin 2014 » est demandée deux fois." in page
    english = ask(public, status=400, address="/en/comparer/", **DATES, second="magazine-2014.1")
    assert "Local magazine, June 2014" in english.split("error-summary")[1].split("</div>")[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "2018-01-01"},
        {"start": ""},
        {"end": "hier"},
        {"base": "rien.1"},
        {"territory": "999"},
        {"reading": "rien"},
        {"second": "magazine-2014.1"},
    ],
    ids=str,
)
def test_a_wrong_question_says_what_to_mend_and_writes_nothing(
    public: StrictClient, magazine: BaseVersion, wrong: dict[str, str]
) -> None:
    traced = AuditEvent.objects.count()
    page = ask(public, status=400, **(DATES | wrong))
    assert "error-summary" in page
    assert AuditEvent.objects.count() == traced


def test_amounts_in_full_time_equivalents_are_in_natural_units() -> None:
    told = {
        "before": 1250,
        "parts": {"births": 75},
        "growth": 0.06,
        "readings": {"cohort": {"after": 1325, "units": 2}},
    }
    natural = pictures.in_natural_units(told, 2)
    assert natural["before"] + natural["parts"]["births"] == natural["readings"]["cohort"]["after"]
    assert (float(natural["before"]), natural["growth"], natural["readings"]["cohort"]["units"]) == (12.5, 0.06, 2)
    assert pictures.in_natural_units(told, 0) == told


def test_comparing_asks_as_many_questions_for_many_enterprises(
    public: StrictClient, world: World, magazine: BaseVersion
) -> None:
    counted = []
    for _round in range(2):
        ask(public, **DATES)
        with CaptureQueriesContext(connection) as asked:
            ask(public, **DATES)
        counted.append(len(asked))
        for number in range(20):
            world.add(f"autre-{_round}-{number}", {2014: 3, 2017: 4})
    assert counted[0] == counted[1] <= 60


EDITIONS = "/comparer/editions/"


@pytest.fixture
def pair(world: World, magazine: BaseVersion) -> dict[str, str]:
    first = publish(magazine, dates=[FIRST], known_at=EARLIER)
    world.correct("avale", 2014, 26, known_from=LATER)
    second = publish(magazine, dates=[FIRST, LAST])
    return {"first": first.slug, "second": second.slug, "base": "magazine-2014", "indicator": "jobs"}


def test_from_one_edition_to_the_next_terms_sum_exactly(public: StrictClient, pair: dict[str, str]) -> None:
    page = ask(public, address=EDITIONS, **pair).replace("\u00a0", " ")
    for said in ("38 au 30 juin 2014", "43</strong>", "+6", "−1", "+5", "Terme par terme"):
        assert said in page
    assert "Emplois, sur la base « Magazine local, juin 2014 » : 38" in page
    assert '<p class="chart-subtitle">Magazine local, juin 2014 · Emplois</p>' in page


def test_the_same_day_in_two_editions_is_a_revision(public: StrictClient, pair: dict[str, str]) -> None:
    page = ask(public, address=EDITIONS, **pair, second_on="2014-06-30").replace("\u00a0", " ")
    assert "44</strong>" in page
    assert "Changement réel" in page
    counted = ask(public, address=EDITIONS, **(pair | {"indicator": "enterprises"}))
    assert "Entreprises" in counted


@pytest.mark.parametrize(
    "wrong",
    [{"first_on": "2015-01-01"}, {"base": "table-regionale-2017"}, {"first": "rien"}, {"second_on": "x"}, "swapped"],
    ids=str,
)
def test_wrong_editions_say_what_to_mend(public: StrictClient, pair: dict[str, str], wrong: Any) -> None:
    changed = {"first": pair["second"], "second": pair["first"]} if wrong == "swapped" else wrong
    page = ask(public, address=EDITIONS, status=400, **(pair | changed))
    assert "error-summary" in page


def test_the_form_suggests_the_two_last_editions(public: StrictClient, pair: dict[str, str]) -> None:
    page = ask(public, address=EDITIONS)
    assert f'value="{pair["first"]}" selected' in page
    assert "Quels chiffres" in page


def test_without_editions_the_form_still_opens(public: StrictClient, world: World) -> None:
    assert "Quels chiffres" in ask(public, address=EDITIONS)


def test_both_pages_read_in_english(public: StrictClient, pair: dict[str, str]) -> None:
    assert "jobs went from 44 to" in ask(public, address="/en/comparer/", **DATES)
    assert "Term by term" in ask(public, address="/en/comparer/editions/", **pair)
