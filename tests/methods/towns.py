"""Small populations for tests: organisations written in one line each, turned into columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from essor.methods.bases import BaseDefinition, Membership, Territory
from essor.methods.criteria import PlaceTree, Planes, parse
from essor.methods.facts import Event, Observation
from essor.methods.population import NumericColumn
from essor.methods.variables import Variable

START = datetime(2012, 1, 1, tzinfo=UTC)
NOW = datetime(2017, 11, 29, tzinfo=UTC)
T0, T1 = date(2014, 6, 1), date(2017, 11, 1)
TOWN = Territory("640")
PLACES = PlaceTree({"64008": ["640"], "64015": ["640"], "640": ["14"], "60013": ["600"], "600": ["14"], "14": ["qc"]})
VARIABLES = {
    item.id: item
    for item in (
        Variable("municipality", "place", "Municipalité", "Municipality"),
        Variable("legal_form", "choice", "Forme", "Form", values=("coop", "npo", "for_profit")),
        Variable("sector", "choice", "Secteur", "Sector", values=("food", "culture")),
        Variable("commercial_activity", "boolean", "Activité", "Activity"),
        Variable("jobs_headcount", "number", "Emplois", "Jobs", scale=0),
        Variable("jobs_headcount_all", "number", "Emplois, tous", "Jobs, all", scale=0),
        Variable("jobs_fte", "number", "ETP", "FTE", scale=2),
    )
}


def make_base(
    slug: str = "magazine", *, jobs: str = "jobs_headcount", tree: Mapping[str, Any] | None = None
) -> BaseDefinition:
    tree = tree or {"fact": "legal_form", "in": ["coop", "npo"]}
    return BaseDefinition(slug, 1, "Magazine", slug, slug, parse(tree, variables=VARIABLES), tree, jobs)


def event(organisation: int, kind: str, on: str, other: int | None = None, known: datetime = START) -> Event:
    return Event(organisation, kind, date.fromisoformat(on), other, known, None)


def facts(
    organisation: int, on: date, *, until: date | None = None, known: datetime = START, **answers: object
) -> list[Observation]:
    """Facts of one organisation: a number is exact, a pair is a band, a text is codes; None is left out."""
    return [
        _observe(organisation, name, answer, on, until, known, sequence)
        for sequence, (name, answer) in enumerate(answers.items())
        if answer is not None
    ]


def _observe(
    organisation: int, name: str, answer: Any, on: date, until: date | None, known: datetime, sequence: int
) -> Observation:
    low = high = codes = None
    if isinstance(answer, str):
        codes = answer
    else:
        low, high = answer if isinstance(answer, tuple) else (answer, answer)
    return Observation(
        organisation, name, on, until, low, high, codes, "reported", 50, known, None, organisation * 1000 + sequence
    )


def planes(truths: Iterable[bool | None]) -> Planes:
    """True, False or None (unknown), in order."""
    listed = list(truths)
    return Planes(
        np.array([truth is True for truth in listed], dtype=np.bool_),
        np.array([truth is False for truth in listed], dtype=np.bool_),
    )


def numbers(values: Iterable[int | tuple[int, int | None] | None]) -> NumericColumn:
    """Exact numbers, bands (low, high or None), or None (unknown)."""
    pairs = [value if isinstance(value, tuple) else (value, value) for value in values]
    return NumericColumn(
        np.array([low or 0 for low, _ in pairs], dtype=np.int64),
        np.array([high or 0 for _, high in pairs], dtype=np.int64),
        np.array([low is not None for low, _ in pairs], dtype=np.bool_),
        np.array([high is not None for _, high in pairs], dtype=np.bool_),
    )


def make_side(on: date, rows: Mapping[int, Mapping[str, Any]], base: BaseDefinition | None = None) -> Membership:
    """A membership from rows: id → {inside, criteria, active: True, False or None (default True), jobs, seen}."""
    chosen = dict(sorted(rows.items()))
    active, inside, criteria = (
        planes(row.get(name, True) for row in chosen.values()) for name in ("active", "inside", "criteria")
    )
    return Membership(
        base=base or make_base(),
        territory=TOWN,
        on=on,
        organisations=np.array(list(chosen), dtype=np.int64),
        member=Planes(active.yes & inside.yes & criteria.yes, active.no | inside.no | criteria.no),
        active=active,
        inside=inside,
        criteria=criteria,
        seen=np.array([row.get("seen", True) for row in chosen.values()], dtype=np.bool_),
        jobs=numbers(row.get("jobs") for row in chosen.values()),
    )
