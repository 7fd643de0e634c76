"""Who is in, out or undecided under a definition, and why, one organisation at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from essor.design.wording import write_interval, write_whole
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
    variables_of,
)
from essor.methods.facts import LIFE_STATUS, add_life, alive_by_events
from essor.methods.figures import Bits, answers_at
from essor.methods.population import CodedColumn, Column, Population
from essor.methods.variables import Variable
from essor.observatory.models import Edition
from essor.observatory.portraits import read_day
from essor.observatory.queries.gathering import Records, find_records
from essor.observatory.rules import bound_count, list_confidential
from essor.observatory.sentences import say_unseen, write_few, write_number
from essor.territories.queries import ancestors, get_name, list_names, place_tree

MOST_SHOWN = 300
MOST_REASONS = 4
NO_VALUE = "…"
NEEDED = (TERRITORY_VARIABLE, LIFE_STATUS)
"""What every base asks, besides its criteria."""


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
    """``counts``: in, out, undecided, each as (least, most): two numbers where the reader may not read the exact one.

    ``unseen``: those known to exist, of whom nothing that the tree reads is said that day; None where counting them
    would tell who answered what this reader may not read.

    ``withheld``: what the tree reads that this reader may not, in words: then there is no row, and ``missing`` counts
    what the undecided have not answered, without their names.
    """

    counts: Mapping[str, tuple[int, int]]
    unseen: int | None = None
    rows: tuple[MembershipRow, ...] = field(default_factory=tuple)
    hidden: int = 0
    withheld: tuple[str, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()

    @classmethod
    def empty(cls) -> MembershipList:
        return cls(dict.fromkeys(("in", "out", "undecided"), (0, 0)))

    @property
    def unseen_sentence(self) -> str:
        return say_unseen(self.unseen or 0)

    @property
    def written_counts(self) -> dict[str, str]:
        return {name: _write_count(*bounds) for name, bounds in self.counts.items()}


def _write_count(least: int, most: int) -> str:
    if least == most:
        return write_whole(least)
    return write_interval((least, most)) if least else write_few(most)


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

    Only the organisations that concern the territory are read, as for a portrait. ``is_public``: whoever does not
    advise the territory. They read no answer that the public may not, and where the tree asks one, nobody's verdict:
    counts alone. An adviser then reads those that surely lie in the territory. At most MOST_SHOWN are told, the
    undecided first, since someone can settle them.
    """
    criteria, places = parse(tree, variables=load_variables()), place_tree(on)
    base = BaseDefinition("essai", 1, "", "", "", criteria, tree, "jobs_headcount")
    records = find_records(territory_code=territory_code, places=[places], known_at=known_at)
    population = _read_living(base, records, on=on, known_at=known_at)
    side = membership(population, base, territory=Territory(territory_code), places=places, on=on)
    verdicts, confidential = _part_by_verdict(side), list_confidential(criteria)
    if confidential and is_public:
        public = Population(population.organisations, {
            name: column for name, column in population.columns.items() if name not in confidential
        })  # fmt: skip
        by_anyone = _part_by_verdict(membership(public, base, territory=side.territory, places=places, on=on))
        asked_of_all = (*variables_of(criteria), *NEEDED)
        read = {name: column for name, column in population.columns.items() if name in asked_of_all}
        return _count_only(verdicts, by_anyone, read, confidential, language)
    chosen = [(verdict, int(row)) for verdict, mask in verdicts.items() for row in mask.nonzero()[0]]
    if confidential:
        chosen = [(verdict, row) for verdict, row in chosen if side.inside.yes[row]]
    rows = _Teller(population, side, criteria, places, on, language, is_public).tell(chosen[:MOST_SHOWN], known_at)
    counts = {name: int(mask.sum()) for name, mask in verdicts.items()}
    unseen = side.count_unseen(alive_by_events(records.events, on=on, known_at=known_at))
    hidden = sum(counts.values()) - len(rows)
    return MembershipList({name: (n, n) for name, n in counts.items()}, unseen, rows, hidden)


def _read_living(base: BaseDefinition, records: Records, *, on: date, known_at: datetime) -> Population:
    """What the base reads of those concerned, and whether they live that day."""
    asked = {name: load_variables()[name] for name in base.variables()}
    population = read_day(
        DatabaseEngine(connection), variables=asked, on=on, known_at=known_at, organisations=records.organisations
    )
    return add_life(population, records.events, on=on, known_at=known_at)


def _part_by_verdict(side: Membership) -> dict[str, Bits]:
    """The organisations concerned by their verdict, the undecided first, as a portrait tells them."""
    concerned = ~side.inside.no & ~side.active.no
    return {"undecided": side.member.unknown & side.seen, "in": side.member.yes, "out": side.member.no & concerned}


def _count_only(
    verdicts: Mapping[str, Bits],
    by_anyone: Mapping[str, Bits],
    read: Mapping[str, Column],
    confidential: Collection[str],
    language: str,
) -> MembershipList:
    """Counts that tell nobody's answer.

    ``by_anyone``: the verdicts that public answers alone decide. ``read``: the columns that the verdict depends on.
    """
    rest = by_anyone["undecided"]
    counts = {
        name: bound_count(int((mask & ~rest).sum()), int((mask & rest).sum()), of=int(rest.sum()))
        for name, mask in verdicts.items()
    }
    variables = load_variables()
    missing = {name: _unanswered(column) & verdicts["undecided"] for name, column in read.items()}
    told = [(variables[name].label(language), int(rows.sum())) for name, rows in missing.items()]
    return MembershipList(
        counts,
        withheld=tuple(variables[name].label(language) for name in confidential),
        missing=tuple((label, write_few(n)) for label, n in sorted(told, key=lambda pair: -pair[1]) if n),
    )


def _unanswered(column: Column) -> Bits:
    if isinstance(column, CodedColumn):
        unknown: Bits = column.index < 0
        return unknown
    return ~column.has_low & ~column.has_high


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
            return write_number(variable, variable.from_stored(value))
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
