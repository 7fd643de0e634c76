"""Who is in, out or undecided under a definition, and why, one organisation at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from essor.directory.models import Fact, Organisation
from essor.directory.queries import names_of
from essor.directory.rules import is_confidential
from essor.engines.running import DatabaseEngine
from essor.knowledge import load_variables
from essor.methods.bases import TERRITORY_VARIABLE, BaseDefinition, Membership, Territory, membership
from essor.methods.criteria import (
    Answer,
    Exact,
    Leaf,
    Node,
    OneOf,
    Places,
    Range,
    Reason,
    Truth,
    describe,
    evaluate,
    parse,
)
from essor.methods.facts import add_life
from essor.methods.figures import answers_at
from essor.methods.population import Population
from essor.methods.variables import Variable
from essor.observatory.models import Edition
from essor.observatory.portraits import read_day
from essor.observatory.queries.gathering import find_records
from essor.territories.queries import ancestors, get_name, list_names, place_tree

MOST_SHOWN = 300
MOST_REASONS = 4
NO_VALUE = "…"


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a definition is tried when nobody says: the last edition's territory and date."""

    code: str
    on: date

    def name(self, language: str) -> str:
        return get_name(self.code, self.on, language)


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One organisation: its verdict in a word, and the first conditions that made it; ``more``: how many others."""

    name: str
    key: str
    verdict: str
    reasons: tuple[str, ...]
    more: int = 0

    @property
    def verdict_label(self) -> str:
        return {"in": _("retenue"), "out": _("écartée"), "undecided": _("indécise")}[self.verdict]

    @property
    def verdict_kind(self) -> str:
        return {"in": "success", "out": "neutral", "undecided": "unknown"}[self.verdict]


@dataclass(frozen=True, slots=True)
class MembershipList:
    counts: Mapping[str, int]
    rows: tuple[MembershipRow, ...] = field(default_factory=tuple)
    hidden: int = 0

    @classmethod
    def empty(cls) -> MembershipList:
        return cls({"in": 0, "out": 0, "undecided": 0})


def default_place(*, today: date) -> Place:
    """The territory and last date of the latest edition; without one, the first MRC that has facts, today."""
    edition = Edition.objects.order_by("-last_reference_on", "-pk").first()
    if edition is not None:
        return Place(edition.territory_code, edition.last_reference_on)
    said = Fact.objects.filter(variable=TERRITORY_VARIABLE).values_list("codes", flat=True).first()
    return Place(next(iter(ancestors((said or "").split("|")[0], today)), "qc"), today)


def explain_tree(
    tree: Mapping[str, Any],
    *,
    territory_code: str,
    on: date,
    language: str,
    is_public: bool,
    known_at: datetime,
) -> MembershipList:
    """Each organisation active in the territory on ``on``, or that may be, under ``tree``. Raises CriterionError.

    Only the organisations that concern the territory are read, as for a portrait. ``is_public``: the reasons leave out
    the answers that only advisers of the territory may read. At most MOST_SHOWN are told, the undecided first, since
    someone can settle them.
    """
    variables = load_variables()
    criteria = parse(tree, variables=variables)
    places = place_tree(on)
    base = BaseDefinition("essai", 1, "", "", "", criteria, tree, "jobs_headcount")
    asked = {name: variables[name] for name in base.variables()}
    records = find_records(territory_code=territory_code, places=[places], variables=asked, known_at=known_at)
    population = read_day(
        DatabaseEngine(connection),
        variables=asked,
        on=on,
        known_at=known_at,
        organisations=records.organisations,
    )
    population = add_life(population, records.events, on=on, known_at=known_at)
    side = membership(population, base, territory=Territory(territory_code), places=places, on=on)
    concerned = ~side.inside.no & ~side.active.no
    verdicts = {"undecided": side.member.unknown & concerned, "in": side.member.yes, "out": side.member.no & concerned}
    chosen = [(verdict, int(row)) for verdict, mask in verdicts.items() for row in mask.nonzero()[0]]
    told = _Teller(population, side, criteria, places, on, language, is_public)
    rows = told.tell(chosen[:MOST_SHOWN], known_at)
    return MembershipList({name: int(mask.sum()) for name, mask in verdicts.items()}, rows, len(chosen) - len(rows))


@dataclass(frozen=True, slots=True)
class _Teller:
    population: Population
    side: Membership
    criteria: Node
    places: Places
    on: date
    language: str
    is_public: bool

    def tell(self, chosen: Iterable[tuple[str, int]], known_at: datetime) -> tuple[MembershipRow, ...]:
        listed = [(verdict, row, int(self.side.organisations[row])) for verdict, row in chosen]
        ids = [organisation for _verdict, _row, organisation in listed]
        names = names_of(organisations=ids, on=self.on, known_at=known_at)
        keys = dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "key"))
        place_names = list_names(self.on, self.language)
        rows = []
        for verdict, row, organisation in listed:
            key, reasons = keys[organisation], tuple(self._reasons(row, place_names))
            more = max(0, len(reasons) - MOST_REASONS)
            rows.append(MembershipRow(names.get(organisation, key), key, verdict, reasons[:MOST_REASONS], more))
        return tuple(rows)

    def _reasons(self, row: int, place_names: Mapping[str, str]) -> Iterable[str]:
        if self.side.inside.unknown[row]:
            yield _("sa municipalité est inconnue")
        if self.side.active.unknown[row]:
            yield _("on ne sait pas si elle est en activité")
        verdict = evaluate(self.criteria, answers_at(self.population, row, self.criteria), places=self.places)
        if verdict.truth == Truth.YES:
            yield _("répond à toutes les conditions nécessaires")
            return
        for reason in verdict.decisive:
            yield self._say(reason, place_names)

    def _say(self, reason: Reason, place_names: Mapping[str, str]) -> str:
        leaf = reason.node
        if not isinstance(leaf, Leaf):
            raise TypeError("a decisive reason is a leaf")
        leaf = replace(leaf, certainty="sourced")  # how sure the definition is does not belong to this answer
        line = describe(leaf, language=self.language, variables=load_variables(), place_names=place_names)[0].text
        is_known = reason.answer is not None and reason.answer != Range(None, None)
        if self.is_public and is_known and is_confidential(leaf.variable):
            return line
        answer = _say_answer(reason.answer, leaf.variable, self.language, place_names)
        return _("{condition} (réponse : {answer})").format(condition=line, answer=answer)


def _say_answer(answer: Answer | None, variable: Variable, language: str, place_names: Mapping[str, str]) -> str:
    def say(value: int | str) -> str:
        if isinstance(value, int):
            return format(variable.from_stored(value).normalize(), "f")
        if variable.kind == "boolean":
            return _("oui") if value == "true" else _("non")
        return place_names.get(value) or variable.value_label(value, language)

    match answer:
        case Exact(value):
            return say(value)
        case OneOf(values):
            return _(" ou ").join(sorted(say(value) for value in values))
        case Range(None, None) | None:
            return _("inconnue")
        case Range(low, high):
            return " – ".join(NO_VALUE if bound is None else say(bound) for bound in (low, high))
        case _:
            return ", ".join(sorted(say(value) for value in answer.values)) or _("aucune")
