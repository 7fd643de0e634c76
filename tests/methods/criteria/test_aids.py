"""The real rules of 25 aid programmes load, and answer as their pages say for a few enterprises."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from essor.methods.criteria import (
    Answer,
    Exact,
    Many,
    Node,
    PlaceTree,
    Range,
    Truth,
    describe_sentence,
    evaluate,
    evaluate_population,
    parse,
    to_sql,
    variable_from_question,
)
from essor.methods.population import Population
from essor.methods.variables import Variable

SHARED = Path(os.environ.get("ESSOR_SHARED") or Path(__file__).parents[4] / "shared")
FILE = SHARED / "content" / "aids.yaml"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the aids file is not beside the clone (ESSOR_SHARED)")


@cache
def content() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def places() -> PlaceTree:
    also = content()["also_in"]
    return PlaceTree(
        {
            code: [*([parent] if parent else []), *also.get(code, [])]
            for code, parent in content()["territories"].items()
        }
    )


@cache
def variables() -> dict[str, Variable]:
    return {entry["id"]: variable_from_question(entry) for entry in content()["facts"]}


@cache
def rules() -> dict[str, list[Node]]:
    return {aid["id"]: list(_versions(aid)) for aid in content()["aids"]}


def _versions(aid: dict[str, Any]) -> Iterator[Node]:
    for number, version in enumerate(aid["versions"]):
        path = f"aids.{aid['id']}.versions[{number}].conditions"
        yield parse(version["conditions"], variables=variables(), path=path)


PROFILES: dict[str, dict[str, Answer]] = {
    "nothing known": {},
    "young co-operative in Les Moulins": {
        "legal_form": Exact("coop"),
        "social_economy": Exact("true"),
        "territory": Exact("qc.lanaudiere.les_moulins"),
        "stage": Exact("startup"),
        "employees": Range(300, 1000),
    },
    "established non-profit in Montréal": {
        "legal_form": Exact("npo"),
        "social_economy": Exact("true"),
        "territory": Exact("qc.montreal"),
        "stage": Exact("growth"),
        "years_operating": Exact(900),
        "autonomous_revenue_share": Range(4000, 6000),
        "down_payment_share": Exact(2000),
        "employees": Exact(1200),
        "project_types": Many(frozenset({"training", "management_software"})),
    },
    "company somewhere in Lanaudière": {
        "legal_form": Exact("for_profit"),
        "social_economy": Exact("false"),
        "territory": Exact("qc.lanaudiere"),
        "employees": Range(100, 49900),
    },
}
EXPECTED = {
    ("young co-operative in Les Moulins", "jec_lanaudiere_2017"): (Truth.YES, ()),
    ("young co-operative in Les Moulins", "jec_montreal_2016"): (Truth.NO, ()),
    ("young co-operative in Les Moulins", "ptnec_2021"): (Truth.YES, ()),
    ("young co-operative in Les Moulins", "pcan_2022"): (Truth.NO, ()),
    ("young co-operative in Les Moulins", "montreal_growth_2024"): (Truth.NO, ()),
    ("young co-operative in Les Moulins", "mfor"): (Truth.UNKNOWN, ("project_types",)),
    ("established non-profit in Montréal", "fdes_pme_mtl"): (Truth.YES, ()),
    ("established non-profit in Montréal", "montreal_growth_2024"): (Truth.YES, ()),
    ("established non-profit in Montréal", "mfor"): (Truth.YES, ()),
    ("established non-profit in Montréal", "fiducie_operations"): (Truth.UNKNOWN, ("project_cost",)),
    ("established non-profit in Montréal", "risq_technical_assistance"): (
        Truth.UNKNOWN,
        ("project_cost", "other_partner"),
    ),
    ("company somewhere in Lanaudière", "pcan_2022"): (Truth.YES, ()),
    ("company somewhere in Lanaudière", "essor_1b"): (
        Truth.UNKNOWN,
        ("annual_revenue", "down_payment_share", "insolvent"),
    ),
    ("company somewhere in Lanaudière", "mfor"): (Truth.UNKNOWN, ("project_types",)),
}


def test_every_version_of_the_25_aids_loads() -> None:
    assert len(rules()) == 25
    assert all(rules().values())


@pytest.mark.parametrize(("profile", "aid"), EXPECTED)
def test_an_aid_answers_as_its_page_says(profile: str, aid: str) -> None:
    for node in rules()[aid]:
        verdict = evaluate(node, PROFILES[profile], places=places())
        assert (verdict.truth, verdict.missing) == EXPECTED[profile, aid]


def test_every_aid_is_judged_told_and_translated() -> None:
    nobody = Population(np.arange(1, dtype=np.int64), {})
    for node in (node for versions in rules().values() for node in versions):
        for profile in PROFILES.values():
            verdict = evaluate(node, profile, places=places())
            assert bool(verdict.missing) == (verdict.truth == Truth.UNKNOWN)
        assert evaluate(node, {}, places=places()).truth == Truth.UNKNOWN
        assert evaluate_population(node, nobody, places=places()).unknown.all()
        assert parse(node.to_data(), variables=variables()) == node
        assert "{" not in describe_sentence(node, language="fr") + describe_sentence(node, language="en")
        for dialect in ("duckdb", "postgres", "sqlite"):
            assert to_sql(node, places=places(), dialect=dialect).yes
