"""The catalogue's public pages: what exists, for whom, and how it was on another day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from essor.aid.terms import find_repayment
from essor.design.wording import write_day
from essor.knowledge.aids import load_aids
from tests.pages import StrictClient


def list_slugs(client: StrictClient, **asked: str) -> set[str]:
    return {entry["slug"] for entry in client.get("/aides/", asked).context["entries"]}


def test_every_programme_is_listed_by_what_is_to_be_repaid(public: StrictClient) -> None:
    everything = list_slugs(public)
    assert everything == {aid.id for aid in load_aids()}
    parts = [list_slugs(public, repayment=code) for code in ("nothing", "partly", "all")]
    assert sum(len(part) for part in parts) == len(everything)
    assert parts[0] == {aid.id for aid in load_aids() if find_repayment(aid) == "nothing"}


@pytest.mark.parametrize(
    ("asked", "held", "left"),
    [
        ({"text": "jeunes lanaudiere"}, "jec_lanaudiere_2017", "jec_montreal_2016"),
        ({"text": "risq"}, "risq_emergence", "jec_montreal_2016"),
        ({"place": "Mascouche"}, "jec_lanaudiere_2017", "jec_montreal_2016"),
        ({"place": "64015", "state": "open", "on": "2018-05-01"}, "jec_lanaudiere_2017", "jec_montreal_2016"),
        ({"state": "closed"}, "jec_lanaudiere_2017", "risq_emergence"),
        ({"kind": "guarantee"}, "risq_capitalisation", "risq_emergence"),
    ],
)
def test_a_search_keeps_what_fits(public: StrictClient, asked: dict[str, str], held: str, left: str) -> None:
    found = list_slugs(public, **asked)
    assert held in found
    assert left not in found


def test_a_place_outside_quebec_is_answered_with_a_sentence(public: StrictClient) -> None:
    page = public.get("/aides/", {"place": "Toronto"})
    assert "Aucun lieu du Québec" in page.content.decode()
    assert page.context["entries"] == []


def test_the_article_s_own_aid_is_told_whole(public: StrictClient) -> None:
    today, then = (public.get("/aides/jec_lanaudiere_2017/", asked) for asked in ({}, {"on": "2018-05-01"}))
    words = today.content.decode()
    for said in (
        "au moins 23\u00a0000\u00a0$",
        write_day(date(2017, 11, 23)),
        write_day(date(2022, 12, 31)),
        "à rembourser en partie",
        "Les Moulins",
    ):
        assert said in words
    assert "À vérifier par une personne" in words
    assert (today.context["window_kind"], then.context["window_kind"]) == ("warning", "success")
    assert public.get("/aides/nulle_part/").status_code == 404


def test_a_day_that_is_no_day_is_today(public: StrictClient) -> None:
    assert public.get("/aides/", {"on": "2018-02-31"}).context["is_today"]


def test_the_pages_ask_few_questions_of_the_database(public: StrictClient, django_assert_max_num_queries: Any) -> None:
    for address in ("/aides/?place=Mascouche", "/aides/jec_lanaudiere_2017/"):
        public.get(address)
        with django_assert_max_num_queries(12):
            public.get(address)


def test_every_page_reads_in_english(public: StrictClient) -> None:
    for aid in load_aids():
        page = public.get(f"/en/aides/{aid.id}/")
        assert page.status_code == 200
        assert "rembourser" not in page.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
