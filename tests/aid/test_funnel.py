"""What becomes of aids: counted over the files that an adviser may see, for a place and a period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from essor.accounts.models import User
from essor.aid.actions import add_aid, record_step, take_step_back
from essor.aid.moves import Step
from essor.aid.queries.funnel import Asked, read_funnels
from essor.cases.actions import THE_PROMOTER, NewRequest, open_case
from essor.knowledge.aids import load_aids
from tests.pages import StrictClient

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 25)
ONE, OTHER = "risq_technical_assistance", "pcan_2022"

Follow = Callable[..., Any]


@pytest.fixture
def follow(db: None) -> Follow:
    """Puts an aid in a new file of a place, with its steps: each a code and how many days ago."""

    def one(slug: str, place: str, *steps: tuple[str, int]) -> Any:
        asked = NewRequest(
            need="start", territory_code=place, words="Un projet", name="M", phone="450 555-0100", has_consented=True
        )
        case = open_case(request=asked, now=NOW - timedelta(days=200)).case
        (_first, days), *others = steps
        item = add_aid(case=case, slug=slug, by=THE_PROMOTER, now=NOW, on=TODAY - timedelta(days=days))
        for code, ago in others:
            amount = 10 if code == "paid" else None
            step = Step(code, TODAY - timedelta(days=ago), amount, "parce que")
            record_step(item=item, step=step, by=THE_PROMOTER, now=NOW)
        return item

    return one


@pytest.fixture
def _walked(follow: Follow) -> None:
    follow(ONE, "64015", ("shortlisted", 100), ("asked", 90), ("obtained", 60), ("paid", 50), ("paid", 10))
    follow(ONE, "64008", ("shortlisted", 80), ("asked", 60), ("refused", 20))
    follow(
        ONE,
        "64015",
        ("shortlisted", 30),
    )
    follow(OTHER, "64015", ("shortlisted", 20), ("withdrawn", 5))
    follow(ONE, "61025", ("shortlisted", 80), ("asked", 60))  # Joliette: another adviser's
    gone = follow(ONE, "64015", ("shortlisted", 5))
    take_step_back(item=gone, pk=gone.steps.get().pk, by=THE_PROMOTER, now=NOW)


def count(user: User, **asked: Any) -> tuple[list[int], dict[str, list[int]]]:
    with time_machine.travel(NOW, tick=False):
        found = read_funnels(user=user, on=TODAY, asked=Asked(**asked))
    return [stage.n for stage in found.total.stages], {
        slug: [stage.n for stage in funnel.stages] for slug, funnel in found.each.items()
    }


@pytest.mark.usefixtures("_walked")
def test_each_aid_is_counted_once_in_the_files_that_one_may_see(adviser: User, administrator: User) -> None:
    assert count(adviser) == ([4, 2, 1, 1], {ONE: [3, 2, 1, 1], OTHER: [1, 0, 0, 0]})
    assert count(administrator)[0] == [5, 3, 1, 1]
    found = read_funnels(user=adviser, on=TODAY, asked=Asked()).each[ONE]
    assert [stage.median_days for stage in found.stages] == [15, 30, 10, None]


@pytest.mark.usefixtures("_walked")
def test_places_and_periods_are_parts_of_the_whole(adviser: User) -> None:
    assert count(adviser, territory_code="64015")[0] == [3, 1, 1, 1]
    assert count(adviser, territory_code="64008")[0] == [1, 1, 0, 0]
    assert count(adviser, territory_code="640")[0] == [4, 2, 1, 1]
    assert count(adviser, territory_code="61025")[0] == [0, 0, 0, 0], "not theirs to see"
    day = TODAY - timedelta(days=80)
    assert count(adviser, ends_before=day)[0] == [1, 1, 1, 1]
    assert count(adviser, starts_on=day)[0] == [3, 1, 0, 0]


@pytest.mark.usefixtures("_walked")
def test_the_page_says_it_in_words_and_tables(adviser_client: StrictClient, public: StrictClient) -> None:
    with time_machine.travel(NOW, tick=False):
        page = adviser_client.get("/bureau/parcours-des-aides/").content.decode().replace("\u00a0", " ")
        mascouche = adviser_client.get("/bureau/parcours-des-aides/", {"territory": "64008"})
        wrong = adviser_client.get("/bureau/parcours-des-aides/", {"starts_on": "2026-05-02", "ends_on": "2026-05-01"})
        english = adviser_client.get("/en/bureau/parcours-des-aides/").content.decode()
        empty = adviser_client.get("/bureau/parcours-des-aides/", {"ends_on": "2020-01-01"}).content.decode()
    assert "4 aides retenues dans les dossiers ; demandées : 2, obtenues : 1, versées : 1." in page
    assert "15 j (n = 2)" in page
    assert mascouche.context["total"]["shortlisted"] == 1
    assert (wrong.status_code, "inversez-les" in wrong.content.decode()) == (400, True)
    assert "4 aids shortlisted in files" in english
    assert "Élargissez" in empty
    assert public.get("/bureau/parcours-des-aides/").status_code == 302
    assert "/bureau/parcours-des-aides/" in adviser_client.get("/dossiers/").content.decode()


def test_the_page_asks_as_many_questions_whatever_it_counts(follow: Follow, adviser_client: StrictClient) -> None:
    def ask() -> int:
        with time_machine.travel(NOW, tick=False), CaptureQueriesContext(connection) as seen:
            adviser_client.get("/bureau/parcours-des-aides/")
        return len(seen)

    follow(ONE, "64015", ("shortlisted", 3))
    ask()
    with_one = ask()
    for definition in load_aids()[:10]:
        follow(definition.id, "64008", ("shortlisted", 9), ("asked", 2))
    assert ask() == with_one <= 16
