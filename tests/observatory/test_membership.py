"""The builder reads the organisations that concern its territory, and no other."""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from essor.observatory.models import BaseVersion
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.live import build_live_portrait
from essor.observatory.queries.membership import explain_tree
from essor.observatory.sentences import say_gaps
from tests.observatory.conftest import FIRST, LAST, NOW, World


def explain(version: BaseVersion) -> Any:
    return explain_tree(
        version.criteria, territory_code="640", on=LAST, language="fr", is_public=False, known_at=NOW
    )  # fmt: skip


class Questions:
    """What is asked of the database, with what it is asked about."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.asked.append((sql, params))
        return execute(sql, params, many, context)

    def list_named(self, word: str) -> set[int]:
        """The organisations that the question about ``word`` names one by one."""
        (params,) = [params for sql, params in self.asked if word in sql]
        if isinstance(params, dict):
            named = params["organisations"]
            return set(json.loads(named) if isinstance(named, str) else named)
        return {value for value in params if isinstance(value, int)}


def test_an_organisation_elsewhere_is_not_read(world: World, magazine: BaseVersion) -> None:
    world.happen("ailleurs", "renamed", LAST)
    away = world.organisations["ailleurs"].pk
    here = {organisation.pk for organisation in world.organisations.values()} - {away}
    questions = Questions()
    with connection.execute_wrapper(questions):
        explain(magazine)
    assert questions.list_named("ROW_NUMBER()") == here
    assert questions.list_named('"happened_on" AS "happened_on"') == here


def test_the_builder_and_the_portrait_count_the_same(world: World, magazine: BaseVersion) -> None:
    """An enterprise that moves in, one that merges with one elsewhere, one whose place nobody said."""
    world.add("sans-lieu", {2014: 4}, place=None)  # type: ignore[arg-type]
    world.add("part", {2014: 6, 2017: 6})
    world.happen("part", "merged", LAST, into="ailleurs")
    found = explain(magazine)
    results = build_live_portrait(territory_code="640", base_versions=[magazine], dates=[LAST], known_at=NOW)
    figure = results["figures"][f"magazine-2014.1.enterprises.{LAST}"]
    assert [found.counts[name] for name in ("in", "undecided")] == [(figure["value"],) * 2, (figure["undecided"],) * 2]


def test_whoever_exists_and_of_whom_nothing_is_said_has_a_line_of_its_own(world: World, magazine: BaseVersion) -> None:
    """Known by its creation alone: neither counted nor undecided, on the base's page as in the portrait."""
    world.add("muette", {})
    world.add("close", {})
    world.happen("muette", "created", FIRST)
    world.happen("close", "created", FIRST)
    world.happen("close", "closed", LAST)
    results = build_live_portrait(territory_code="640", base_versions=[magazine], dates=[LAST], known_at=NOW)
    figure, found = results["figures"][f"magazine-2014.1.enterprises.{LAST}"], explain(magazine)
    assert (figure["unseen"], found.unseen) == (1, 1)
    assert figure["undecided"] == found.counts["undecided"][0] == 1
    assert "1 organisation existe" in found.unseen_sentence
    assert "1 organisation existe" in say_gaps(figure)


def test_the_unseen_of_a_base_are_the_same_beside_another_that_reads_more(world: World, magazine: BaseVersion) -> None:
    world.add("autre", {2017: None}, place=None, form=None, commercial_activity=None, sector="culture")  # type: ignore[arg-type]
    world.happen("autre", "created", FIRST)
    wider = get_base_version(slug="table-regionale-2017", number=1)
    for asked in ([magazine], [magazine, wider]):
        results = build_live_portrait(territory_code="640", base_versions=asked, dates=[LAST], known_at=NOW)
        assert results["figures"][f"magazine-2014.1.enterprises.{LAST}"]["unseen"] == 1
