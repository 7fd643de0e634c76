from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from essor.observatory.actions import draft_base_version, publish_base_version
from essor.observatory.models import BaseVersion
from essor.observatory.queries.comparisons import compare_dates, refuse_bases, refuse_versions
from essor.observatory.queries.revisions import explain_published_change
from essor.observatory.rules import ObservatoryError
from essor.observatory.wording import explain
from essor.territories.models import Territory, TerritoryPeriod
from tests.observatory.conftest import FIRST, LAST, NOW, World, publish

JOBS_FIRST, JOBS_LAST = (f"magazine-2014.1.jobs_headcount.{on}" for on in (FIRST, LAST))
EARLIER = datetime(2018, 1, 1, tzinfo=UTC)
LATER = datetime(2018, 2, 1, tzinfo=UTC)


def test_one_base_between_two_days(magazine: BaseVersion) -> None:
    told = compare_dates(base_version=magazine, territory_code="640", before_on=FIRST, after_on=LAST, known_at=NOW)
    assert (told["before"], told["after"], told["growth"]) == (38, 43, 0.13157895)
    assert told["before"] + sum(told["parts"].values()) == told["after"]
    assert told["readings"]["cohort"]["after"] == 36
    with pytest.raises(ObservatoryError, match="dates-not-in-order"):
        compare_dates(base_version=magazine, territory_code="640", before_on=LAST, after_on=LAST, known_at=NOW)


def test_the_first_figure_may_be_taken_as_it_was_published(world: World, magazine: BaseVersion) -> None:
    world.correct("avale", 2014, 26, known_from=LATER)
    told = compare_dates(
        base_version=magazine,
        territory_code="640",
        before_on=FIRST,
        after_on=LAST,
        known_at=NOW,
        before_known_at=EARLIER,
    )
    assert told["before"] == 38
    assert told["parts"]["corrected_since"] != 0
    assert told["before"] + sum(told["parts"].values()) == told["after"] == 43


def test_two_bases_are_refused_with_the_bridge(world: World, magazine: BaseVersion, table: BaseVersion) -> None:
    world.add("commune", {2017: 9}, social_economy=True, board_size=5, jobs_headcount_all=11)
    refused = refuse_bases(first=magazine, second=table, territory_code="640", on=LAST, known_at=NOW, before_on=FIRST)
    problem = refused.as_problem("fr")
    assert (problem["type"], problem["status"]) == ("bases-differ", 409)
    assert (problem["before"], problem["after"]) == (38, 11)
    assert problem["bridge"]["total"] == sum(problem["parts"].values()) == 11 - 43 - 9
    assert problem["title"]
    assert problem["detail"] != refused.as_problem("en")["detail"]


def test_days_under_two_versions_are_refused(magazine: BaseVersion) -> None:
    base = magazine.base
    said = {"label_fr": "a", "label_en": "b", "criteria": {"fact": "legal_form", "is": "coop"}}
    second = draft_base_version(base=base, by=None, now=NOW, starts_on=date(2016, 1, 1), **said)  # type: ignore[arg-type]
    publish_base_version(version=second, by=None, now=NOW, replaces=magazine)
    third = draft_base_version(base=base, by=None, now=NOW, ends_before=date(2016, 1, 1), **said | {"label_fr": "c"})  # type: ignore[arg-type]
    publish_base_version(version=third, by=None, now=NOW)
    refused = refuse_versions(slug=base.slug, territory_code="640", before_on=FIRST, after_on=LAST, known_at=NOW)
    assert refused is not None
    assert refused.refusal.type == "versions-differ"
    assert refuse_versions(
        slug=base.slug, territory_code="640", before_on=date(2017, 1, 1), after_on=LAST, known_at=NOW
    ) is None  # fmt: skip


def test_a_change_between_two_published_figures_is_split_without_residual(world: World, magazine: BaseVersion) -> None:
    first = publish(magazine, dates=[FIRST], known_at=EARLIER)
    world.correct("avale", 2014, 26, known_from=LATER)
    second = publish(magazine, dates=[LAST])
    told = explain_published_change(
        first=first,
        first_key="magazine-2014.1.jobs_headcount.2014-06-30",
        second=second,
        second_key="magazine-2014.1.jobs_headcount.2017-11-29",
    )
    assert (told["before"], told["after"]) == (38, 43)
    assert told["terms"] == {"revision": 6, "coverage": 0, "definition": 0, "real": -1}
    with pytest.raises(ObservatoryError, match="editions-not-in-order"):
        explain_published_change(
            first=second,
            first_key="magazine-2014.1.jobs_headcount.2017-11-29",
            second=first,
            second_key="magazine-2014.1.jobs_headcount.2014-06-30",
        )
    with pytest.raises(ObservatoryError, match="figure-unknown"):
        explain_published_change(first=first, first_key="rien", second=second, second_key="rien")


def test_each_edition_keeps_its_places_whatever_list_is_loaded_since(world: World, magazine: BaseVersion) -> None:
    """A list that puts a municipality elsewhere changes neither a published figure nor why it changed."""
    first = publish(magazine, dates=[FIRST], known_at=EARLIER)
    second = publish(magazine, dates=[LAST])
    TerritoryPeriod.objects.filter(territory__code="64015").update(parent=Territory.objects.get(code="630"))
    told = explain_published_change(first=first, first_key=JOBS_FIRST, second=second, second_key=JOBS_LAST)
    assert (told["before"], told["after"]) == (38, 43)
    assert told["terms"] == {"revision": 0, "coverage": 0, "definition": 0, "real": 5}


def test_a_published_figure_that_the_records_no_longer_give_is_said(world: World, magazine: BaseVersion) -> None:
    first = publish(magazine, dates=[FIRST], known_at=EARLIER)
    second = publish(magazine, dates=[LAST])
    world.add("versee-depuis", {2014: 6})  # by a census said to be known since 2014
    with pytest.raises(ObservatoryError) as refused:
        explain_published_change(first=first, first_key=JOBS_FIRST, second=second, second_key=JOBS_LAST)
    assert (refused.value.code, refused.value.facts["published"], refused.value.facts["found"]) == (
        "published-not-found", 38, 44,
    )  # fmt: skip
    assert "38 publié, 44 recalculé" in explain(refused.value)


def test_persons_and_full_time_equivalents_are_not_compared(world: World, magazine: BaseVersion) -> None:
    first = publish(magazine, dates=[FIRST], known_at=EARLIER)
    draft = draft_base_version(
        base=magazine.base, by=None, now=NOW, label_fr="a", label_en="b", criteria=magazine.criteria,
        jobs_variable="jobs_fte",
    )  # fmt: skip
    second = publish(publish_base_version(version=draft, by=None, now=NOW, replaces=magazine), dates=[LAST])
    key = JOBS_LAST.replace(".1.jobs_headcount.", ".2.jobs_fte.")
    with pytest.raises(ObservatoryError, match="figures-not-comparable"):
        explain_published_change(first=first, first_key=JOBS_FIRST, second=second, second_key=key)
    beside = JOBS_FIRST.replace("jobs_headcount", "jobs_fte")
    with pytest.raises(ObservatoryError, match="figures-not-comparable"):
        explain_published_change(first=first, first_key=beside, second=second, second_key=key)
