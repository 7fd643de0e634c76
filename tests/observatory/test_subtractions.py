"""Publishing a second total must not tell, by subtraction, the jobs of one or two enterprises."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from essor.observatory.actions import (
    create_base,
    draft_base_version,
    preview_edition,
    publish_base_version,
)
from essor.observatory.models import BaseVersion
from essor.observatory.queries.editions import read_definitions
from essor.observatory.queries.subtractions import list_small_differences
from essor.observatory.small_groups import list_small_groups
from tests.observatory.conftest import FIRST, LAST, NOW, World, publish
from tests.pages import StrictClient


@pytest.fixture
def nearly(world: World, magazine: BaseVersion) -> BaseVersion:
    """A base that counts the same enterprises as the magazine's, but the one that has fewer than five jobs in 2014."""
    base = create_base(slug="presque", owner="Table", by=None, now=NOW)
    tree = {"all": [magazine.criteria, {"fact": "jobs_headcount", "at_least": 5}]}
    draft = draft_base_version(base=base, label_fr="Presque", label_en="Nearly", criteria=tree, by=None, now=NOW)
    return publish_base_version(version=draft, by=None, now=NOW)


def preview(version: BaseVersion, **asked: Any) -> list[tuple[Any, ...]]:
    said: dict[str, Any] = {
        "territory_code": "640", "base_versions": [version], "dates": [FIRST], "known_at": NOW, "title_fr": "a",
        "title_en": "b",
    }  # fmt: skip
    found = preview_edition(now=NOW, **said | asked)  # type: ignore[misc]
    return [
        (item["on"], item["bases"], item.get("edition"), len(item["only_in_first"]), len(item["only_in_second"]))
        for item in found.differences
    ]


def test_a_base_that_nearly_agrees_with_a_published_one_is_told(magazine: BaseVersion, nearly: BaseVersion) -> None:
    edition = publish(magazine, dates=[FIRST, LAST])
    assert preview(nearly) == [("2014-06-30", ["presque", "magazine-2014"], edition.slug, 0, 1)]


def test_another_day_tells_nothing(magazine: BaseVersion, nearly: BaseVersion) -> None:
    publish(magazine, dates=[LAST])
    assert preview(nearly) == []
    assert preview(magazine, dates=[LAST]) == [], "the same members: no difference"


def test_the_same_difference_published_twice_is_told_once(magazine: BaseVersion, nearly: BaseVersion) -> None:
    publish(magazine, dates=[FIRST])
    publish(magazine, dates=[FIRST, LAST])
    assert len(preview(nearly)) == 1


def test_a_place_that_holds_one_more_enterprise_is_told(world: World, magazine: BaseVersion) -> None:
    """« ailleurs » is alone in its MRC: the region less Les Moulins says its jobs."""
    edition = publish(magazine, dates=[FIRST])
    (found,) = preview(magazine, territory_code="14")
    assert found == ("2014-06-30", ["magazine-2014", "magazine-2014"], edition.slug, 1, 0)
    region = publish(magazine, dates=[LAST], territory_code="14")
    assert [item[2] for item in preview(magazine, dates=[LAST])] == [region.slug]


def test_an_edition_is_not_compared_with_itself(magazine: BaseVersion, nearly: BaseVersion) -> None:
    edition = publish(magazine, nearly, dates=[FIRST])
    (own,) = list_small_differences(edition.results, apart_from=edition)
    assert "edition" not in own


def test_the_page_tells_it_before_publication(
    adviser_client: StrictClient, magazine: BaseVersion, nearly: BaseVersion
) -> None:
    edition = publish(magazine, dates=[FIRST])
    asked = {
        "territory": "640", "bases": ["presque.1"], "dates": "2014-06-30", "known_on": "2018-03-02", "title_fr": "a",
        "title_en": "b", "do": "preview",
    }  # fmt: skip
    page = adviser_client.post("/editions/nouvelle/", asked).content.decode().replace("\u00a0", " ")
    assert "Une soustraction révèle quelqu’un" in page
    assert f"édition « {edition.slug} »" in page


WORDS = ("--territory=640", "--base=presque", "--on=2014-06-30", "--title-fr=a", "--title-en=b")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_command_that_publishes_prints_it(magazine: BaseVersion, nearly: BaseVersion, language: str) -> None:
    publish(magazine, dates=[FIRST])
    out = StringIO()
    call_command("edition", "publish", *WORDS, f"--language={language}", stdout=out)
    assert {"fr": "Attention.", "en": "Beware."}[language] in out.getvalue()


def test_the_command_tells_it_as_an_object(magazine: BaseVersion, nearly: BaseVersion) -> None:
    publish(magazine, dates=[FIRST])
    out = StringIO()
    call_command("edition", "publish", *WORDS, "--json", stdout=out)
    (warning,) = json.loads(out.getvalue())["warnings"]
    assert (warning["type"], warning["territory"]) == ("small-difference", "640")


def test_a_refused_comparison_tells_it_without_saying_who(magazine: BaseVersion, nearly: BaseVersion) -> None:
    words = ("compare", "--territory=640", "--base=magazine-2014", "--on=2014-06-30", "--with=presque")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command(*words, "--json", stdout=out)
    assert json.loads(out.getvalue())["warnings"] == [
        {
            "type": "small-difference",
            "on": "2014-06-30",
            "bases": ["magazine-2014", "presque"],
            "only_in_first": 1,
            "only_in_second": 0,
        }
    ]
    said = StringIO()
    with pytest.raises(CommandError):
        call_command(*words, stdout=said)
    assert "Attention. Au 30\u00a0juin 2014" in said.getvalue()


def test_the_portrait_page_counts_small_groups_only(
    adviser_client: StrictClient, magazine: BaseVersion, nearly: BaseVersion
) -> None:
    edition = publish(magazine, nearly, dates=[FIRST])
    small = list_small_groups(edition.results, read_definitions(edition))
    page = adviser_client.get(f"/editions/{edition.slug}/").content.decode()
    assert list_small_differences(edition.results)
    assert f"{len(small)} nombres d’emplois de cette édition" in page
