"""``definitions/aids/*.yaml``, and files of the same grammar from elsewhere → aid programmes, their rules as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from essor.knowledge.plain import load_mappings
from essor.knowledge.reading import (
    Bilingual,
    Definition,
    DefinitionRefused,
    check_model,
    list_files,
    name_file,
    read_model,
)

GRAMMAR = 1
AidKind = Literal[
    "grant", "loan", "grant_or_loan", "guarantee", "preferred_shares", "training", "support", "grant_to_networks"
]
GiverRole = Literal["pays", "decides", "receives", "advises", "guarantees"]
Rate = Annotated[float, Field(ge=0, le=1)]
Dollars = Annotated[int, Field(ge=0, le=10**9)]


def _read_day(value: object) -> object:
    """A day may be written with or without quotes."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _read_words(value: object) -> object:
    """Words written in one language only serve for both."""
    return {"fr": value, "en": value} if isinstance(value, str) else value


def _read_rate(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Day = Annotated[date | None, BeforeValidator(_read_day)]
Words = Annotated[Bilingual, BeforeValidator(_read_words)]
Share = Annotated[Rate | None, BeforeValidator(_read_rate)]


class StepDefinition(Definition):
    """Terms that depend on the amount asked: from ``min`` to ``max`` dollars, own share and partner required."""

    min: Dollars = 0
    max: Dollars | None = None
    own_share: Share = None
    needs_other_funder: bool = False

    @model_validator(mode="after")
    def _has_its_cap_above_its_floor(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError(f"le plafond d’une tranche ({self.max} $) est sous son plancher ({self.min} $)")
        return self


class AmountDefinition(Definition):
    """Money in whole dollars; shares between 0 and 1 of the project's cost. What is absent is not known.

    ``own_share``: what the enterprise itself brings. ``public_aid_cap``: the most that all public aid may cover.
    ``other``: terms kept as read (fees, years, limits), shown and never computed with.
    """

    currency: Literal["CAD"] = "CAD"
    min: Dollars | None = None
    max: Dollars | None = None
    rate_of_project: Share = None
    public_aid_cap: Share = None
    own_share: Share = None
    steps: Annotated[tuple[StepDefinition, ...], Field(strict=False)] = ()
    note: Words | None = None
    other: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_its_cap_above_its_floor(self) -> Self:
        if self.min is not None and self.max is not None and self.max < self.min:
            raise ValueError(f"le plafond ({self.max} $) est sous le plancher ({self.min} $)")
        if any(self.max is not None and step.min > self.max for step in self.steps):
            raise ValueError(f"une tranche commence au-dessus du plafond ({self.max} $)")
        if any(self.min is not None and step.max is not None and step.max < self.min for step in self.steps):
            raise ValueError(f"une tranche finit sous le plancher ({self.min} $)")
        return self


def _set_apart(value: object) -> object:
    """Terms without a field of their own go to ``other``."""
    if not isinstance(value, Mapping):
        return value
    own = {name: item for name, item in value.items() if name in AmountDefinition.model_fields}
    rest = {name: item for name, item in value.items() if name not in own}
    return {**own, "other": {**own.get("other", {}), **rest}}


class AidSource(Definition):
    """Where it was read. ``date``: of the page, as precisely as known; None: unknown."""

    url: str = Field(min_length=1)
    kind: Literal["official", "press", "partner", "aggregator", "consultant", "article", "form"]
    date: str | None = None


class AidVersion(Definition):
    """One set of rules and its days, both inclusive, as programmes write them; None: unknown bound."""

    valid_from: Day = None
    valid_to: Day = None
    status_as_read: Literal["open", "closed", "unknown"]
    conditions: dict[str, Any]

    @model_validator(mode="after")
    def _has_a_day_after_its_last(self) -> Self:
        if self.valid_to == date.max:
            raise ValueError("ce dernier jour n’a pas de lendemain : laissez-le vide s’il n’est pas connu")
        return self


Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(_[a-z0-9]+)*$", max_length=100)]


class ContactDefinition(Definition):
    """Whom to write to. ``email``: where the provider is also asked to confirm what is said of the programme."""

    name: str = ""
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$|^$")] = ""
    phone: str = ""
    url: Annotated[str, Field(pattern=r"^https?://|^$")] = ""


class GiverDefinition(Definition):
    """One of those behind a programme, beside its provider, and what it does."""

    name: str = Field(min_length=1, max_length=200)
    role: GiverRole


class ExampleDefinition(Definition):
    """An enterprise that shows what the rules mean: answers by question, the day, the verdict expected and why."""

    name: Words
    profile: dict[str, Any]
    day: Day = None
    expected: Literal["yes", "no", "maybe"]
    reason: Words


class AidDefinition(Definition):
    """One programme.

    ``givers``: who does what in it, where a source says so. ``is_public``: what it gives counts as public aid.
    ``judgement``: what a person judges, never evaluated. ``uncertain``: what was read with doubt. ``eligible_costs``:
    what counts as cost, in words. ``excludes``: programmes that may not be had with this one. ``how_to_ask``,
    ``documents``: the steps of a request, and what it needs.
    """

    id: Slug
    name: Bilingual
    provider: str = Field(min_length=1)
    partners: Annotated[tuple[str, ...], Field(strict=False)] = ()
    givers: Annotated[tuple[GiverDefinition, ...], Field(strict=False)] = ()
    is_public: bool = False
    forms: Annotated[tuple[AidKind, ...], Field(strict=False, min_length=1)]
    project_types: Annotated[tuple[str, ...], Field(strict=False)] = ()
    amount: Annotated[AmountDefinition, BeforeValidator(_set_apart)] = Field(default_factory=AmountDefinition)
    envelope: dict[str, Any] = Field(default_factory=dict)
    versions: Annotated[tuple[AidVersion, ...], Field(strict=False, min_length=1)]
    eligible_costs: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    excludes: Annotated[tuple[Slug, ...], Field(strict=False)] = ()
    how_to_ask: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    documents: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    contact: ContactDefinition | None = None
    examples: Annotated[tuple[ExampleDefinition, ...], Field(strict=False)] = ()
    judgement: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    uncertain: Annotated[tuple[Words, ...], Field(strict=False)] = ()
    note: Words | None = None
    sources: Annotated[tuple[AidSource, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _goes_with_itself(self) -> Self:
        if self.id in self.excludes:
            raise ValueError("un programme ne s’exclut pas lui-même")
        return self


class AidFile(Definition):
    """``facts``, ``territories`` and ``also_in`` are those of a file that brings its own questions and place ids."""

    id: str
    version: str
    read_on: Day
    grammar: int
    languages: list[str] = Field(default_factory=list)
    disclaimer: Bilingual
    facts: list[dict[str, Any]] = Field(default_factory=list)
    territories: dict[str, str | None] = Field(default_factory=dict)
    also_in: dict[str, list[str]] = Field(default_factory=dict)
    aids: Annotated[tuple[AidDefinition, ...], Field(strict=False, min_length=1)]
    leads: list[dict[str, Any]] = Field(default_factory=list)


def read_aids(file: Path) -> AidFile:
    """One file, checked whole; its place ids become official codes. Each id is written once."""
    found = read_model(file, AidFile)
    if found.grammar != GRAMMAR:
        raise _refuse(file, "grammar", f"cette grammaire ({found.grammar}) n’est pas connue.", f"Écrivez {GRAMMAR}.")
    seen: set[str] = set()
    for index, aid in enumerate(found.aids):
        if aid.id in seen:
            raise _refuse(file, f"aids.{index}.id", f"« {aid.id} » est écrit deux fois.", "Donnez un autre nom.")
        seen.add(aid.id)
    return found


@cache
def load_aids() -> tuple[AidDefinition, ...]:
    """Every shipped programme, in the order of the files."""
    return tuple(aid for file in list_files("aids") for aid in read_aids(file).aids)


@cache
def load_read_on() -> date | None:
    """The day on which the shipped programmes were last read; None where a file does not say."""
    days = [read_aids(file).read_on for file in list_files("aids")]
    return None if None in days else min((day for day in days if day), default=None)


def check_aid(content: Mapping[str, Any]) -> AidDefinition:
    """One programme written elsewhere than in a file. Raises DefinitionRefused, with the path of the fault."""
    return check_model(content, AidDefinition, file=str(content.get("id") or "aide"))


def translate_places(tree: Any) -> Any:
    """A tree of criteria with the place ids of ``mappings/aid-places.yaml`` replaced by official codes."""
    if isinstance(tree, list):
        return [translate_places(part) for part in tree]
    if not isinstance(tree, Mapping):
        return tree
    known = load_mappings("aid-places")["places"]
    return {
        name: [code for item in value for code in known.get(item, [item])]
        if name == "within"
        else translate_places(value)
        for name, value in tree.items()
    }


def _refuse(file: Path, path: str, problem: str, remedy: str) -> DefinitionRefused:
    return DefinitionRefused(file=name_file(file), path=path, problem=problem, remedy=remedy)
