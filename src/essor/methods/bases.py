"""Who counts under which definition, and the guard that lets two figures be compared only when they may be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from essor.methods.criteria import Node, Places, Planes, evaluate_population, meaning_of, parse, variables_of
from essor.methods.facts import AGE_YEARS, LIFE_STATUS, LifeStatus, known_rows
from essor.methods.population import CodedColumn, NumericColumn, Population
from essor.methods.variables import Variable

TERRITORY_VARIABLE = "municipality"
HEADCOUNT, FULL_TIME = "jobs_headcount", "jobs_fte"
SMALL_CELL = 3
"""A line or a difference of fewer enterprises gets a warning: its jobs would be nearly those of one enterprise."""
_PLACE = Variable(TERRITORY_VARIABLE, "place", "Municipalité", "Municipality")


@dataclass(frozen=True, slots=True)
class BaseDefinition:
    """A named, owned, versioned way of saying who counts and how jobs are counted.

    ``tree``: the criteria as written (plain data); ``criteria``: the same, parsed. An organisation is inside a
    territory when its ``municipality`` is. ``jobs_variable``: the one measure of jobs that the base adds up.
    """

    slug: str
    version: int
    owner: str
    label_fr: str
    label_en: str
    criteria: Node
    tree: Mapping[str, Any]
    jobs_variable: str

    def content_hash(self) -> str:
        """SHA-256, in hex, of what decides its figures: what its criteria ask, territory rule, measure of jobs.

        Computed on the canonical JSON of :func:`essor.methods.criteria.meaning_of`: a change of words, of source or of
        the order of writing is no change. Names and owner are left out: they are not what is counted.
        """
        asked = meaning_of(self.criteria)
        content = {"criteria": asked, "jobs_variable": self.jobs_variable, "territory": TERRITORY_VARIABLE}
        return hashlib.sha256(canonical_json(content)).hexdigest()

    def variables(self) -> tuple[str, ...]:
        """The ids of the variables that a population must carry for this base (those derived from events left out)."""
        named = (*variables_of(self.criteria), TERRITORY_VARIABLE, self.jobs_variable)
        return tuple(dict.fromkeys(name for name in named if name not in {LIFE_STATUS, AGE_YEARS}))


def canonical_json(content: object) -> bytes:
    """Plain data → the one way of writing it: equal content, equal bytes. Raises TypeError on what is not plain.

    >>> canonical_json({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    return json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
    ).encode()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date | Decimal):
        return str(value)
    raise TypeError(f"not plain data: {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Territory:
    """Where a base is applied. ``vintage``: the name of the list of places that is used (empty when there is one)."""

    code: str
    vintage: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """Who belongs to one base, in one territory, on one day, and the jobs of each: all arrays of shape (n,).

    ``organisations``: int64, ascending, unique. ``member`` = ``active`` ∧ ``inside`` ∧ ``criteria`` in strong Kleene
    logic (yes, no, or unknown). ``seen``: at least one fact that the base reads covers the day; what other bases read
    is not looked at, so that the answer does not depend on them. ``jobs``: the base's measure.
    """

    base: BaseDefinition
    territory: Territory
    on: date
    organisations: NDArray[np.int64]
    member: Planes
    active: Planes
    inside: Planes
    criteria: Planes
    seen: NDArray[np.bool_]
    jobs: NumericColumn

    @property
    def members(self) -> NDArray[np.int64]:
        """The organisations that surely belong, ascending."""
        return self.organisations[self.member.yes]

    @property
    def undecided(self) -> NDArray[np.int64]:
        """Those seen for which what is known does not tell, ascending. They are not counted."""
        return self.organisations[self.member.unknown & self.seen]

    def count_unseen(self, alive: Collection[int]) -> int:
        """How many of ``alive`` (those that events show active) might belong, and nothing that the base reads is said
        of them on the day. They are neither counted nor undecided."""
        told = self.organisations[self.seen | ~self.member.unknown]
        return len(set(alive).difference(told.tolist()))

    def restricted_to(self, organisations: NDArray[np.int64]) -> Membership:
        """The same membership with only the rows of ``organisations`` (any order)."""
        rows = np.isin(self.organisations, organisations)
        return replace(
            self,
            organisations=self.organisations[rows],
            member=_pick(self.member, rows),
            active=_pick(self.active, rows),
            inside=_pick(self.inside, rows),
            criteria=_pick(self.criteria, rows),
            seen=self.seen[rows],
            jobs=NumericColumn(
                self.jobs.low[rows], self.jobs.high[rows], self.jobs.has_low[rows], self.jobs.has_high[rows]
            ),
        )


def membership(
    population: Population, base: BaseDefinition, *, territory: Territory, places: Places, on: date
) -> Membership:
    """Who belongs to ``base`` in ``territory``: one row per profile of ``population``, in its order.

    ``population`` carries the life columns of :func:`essor.methods.facts.add_life` (ValueError otherwise: without them
    a closed enterprise would count). ``places``: the places on day ``on``, or of the list that ``territory`` names.
    """
    status = population.columns.get(LIFE_STATUS)
    if not isinstance(status, CodedColumn):
        raise ValueError("population-without-life")
    active = _status_planes(status)
    inside = inside_territory(population, territory, places=places)
    criteria = evaluate_population(base.criteria, population, places=places)
    return Membership(
        base=base,
        territory=territory,
        on=on,
        organisations=population.organisations,
        member=Planes(active.yes & inside.yes & criteria.yes, active.no | inside.no | criteria.no),
        active=active,
        inside=inside,
        criteria=criteria,
        seen=known_rows(population, among=base.variables()),
        jobs=numbers_of(population, base.jobs_variable),
    )


def inside_territory(population: Population, territory: Territory, *, places: Places) -> Planes:
    """Whether the municipality of each profile lies in the territory; unknown where the municipality is."""
    rule = parse({"fact": TERRITORY_VARIABLE, "within": [territory.code]}, variables={TERRITORY_VARIABLE: _PLACE})
    return evaluate_population(rule, population, places=places)


def numbers_of(population: Population, variable: str) -> NumericColumn:
    """The numeric column of ``variable``, all unknown where the population does not carry it."""
    column = population.columns.get(variable)
    if isinstance(column, NumericColumn):
        return column
    if column is not None:
        raise TypeError(f"{variable} is not numeric")
    zeros, nothing = np.zeros(len(population), dtype=np.int64), np.zeros(len(population), dtype=np.bool_)
    return NumericColumn(zeros, zeros, nothing, nothing)


def is_exact(column: NumericColumn) -> NDArray[np.bool_]:
    """Where a number is known exactly: neither a band, nor open-ended, nor unknown."""
    exact: NDArray[np.bool_] = column.has_low & column.has_high & (column.low == column.high)
    return exact


def has_total(side: Membership) -> bool:
    """Whether the jobs of a side can be compared: unknown is never zero.

    Without any member: only if nobody is undecided either (nobody at all is a true zero). With members: if one of them
    at least has an exact figure.
    """
    members = side.member.yes
    if not members.any():
        return not side.undecided.size
    return bool((members & is_exact(side.jobs)).any())


def _status_planes(status: CodedColumn) -> Planes:
    table = np.array([text == LifeStatus.ACTIVE for text in status.categories] + [False], dtype=np.bool_)
    active = table[status.index]
    return Planes(active, ~active & (status.index >= 0))


def _pick(planes: Planes, rows: NDArray[np.bool_]) -> Planes:
    return Planes(planes.yes[rows], planes.no[rows])


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """All that a figure says of itself except its dates: two figures compare only if these agree."""

    indicator: str
    jobs_variable: str
    base: str
    version: int
    content_hash: str
    territory: str
    vintage: str

    @property
    def code(self) -> str:
        """The first 12 hex digits of the SHA-256 of the components: a short name to print beside a figure."""
        return hashlib.sha256(canonical_json(self.as_dict())).hexdigest()[:12]

    def as_dict(self) -> dict[str, str | int]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


def fingerprint_of(base: BaseDefinition, territory: Territory, *, indicator: str) -> Fingerprint:
    """``indicator``: ``enterprises`` or the id of a jobs variable, which is then the measure; the base's otherwise."""
    measure = base.jobs_variable if indicator == "enterprises" else indicator
    return Fingerprint(
        indicator, measure, base.slug, base.version, base.content_hash(), territory.code, territory.vintage
    )


_REFUSALS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("bases-differ", ("base",)),
    ("versions-differ", ("version", "content_hash")),
    ("territories-differ", ("territory",)),
    ("measures-differ", ("indicator", "jobs_variable")),
    ("vintages-differ", ("vintage",)),
)
"""The type of a refusal, by the first component that differs in this order."""

_TITLES = {
    "bases-differ": ("Ces deux chiffres n’ont pas la même base.", "These two figures do not have the same base."),
    "versions-differ": (
        "Ces deux chiffres n’ont pas la même version de leur base.",
        "These two figures do not use the same version of their base.",
    ),
    "territories-differ": (
        "Ces deux chiffres ne portent pas sur le même territoire.",
        "These two figures are not about the same territory.",
    ),
    "measures-differ": (
        "Ces deux chiffres ne mesurent pas la même chose.",
        "These two figures measure different things.",
    ),
    "vintages-differ": (
        "Ces deux chiffres ne suivent pas le même découpage du territoire.",
        "These two figures follow different lists of places.",
    ),
}
_COMPONENTS = {
    "indicator": ("l’indicateur", "the indicator"),
    "jobs_variable": ("la mesure des emplois", "the measure of jobs"),
    "base": ("la base", "the base"),
    "version": ("la version de la base", "the version of the base"),
    "content_hash": ("le contenu de la définition", "the content of the definition"),
    "territory": ("le territoire", "the territory"),
    "vintage": ("la liste des lieux", "the list of places"),
}
_DETAILS = (
    """Leur différence ne serait pas une croissance. Ce qui diffère : {list}. Comparez deux dates sur une même base, \
ou demandez le passage d’une base à l’autre à une même date.""",
    """Their difference would not be growth. What differs: {list}. Compare two dates on one base, \
or ask for the bridge from one base to the other at one date.""",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One component on which two fingerprints disagree."""

    component: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why two figures may not be compared: ``type`` is the gravest reason, ``differences`` names every component."""

    type: str
    differences: tuple[Difference, ...]

    def title(self, language: str) -> str:
        return _TITLES[self.type][language == "en"]

    def detail(self, language: str) -> str:
        """Each difference in words, then what to do instead."""
        join = "{0}: {1} against {2}" if language == "en" else "{0} ({1} et {2})"
        named = "; " if language == "en" else "\u00a0; "
        said = (join.format(_COMPONENTS[item.component][language == "en"], *_shown(item)) for item in self.differences)
        return _DETAILS[language == "en"].format(list=named.join(said))

    def as_problem(self, language: str) -> dict[str, object]:
        """Type, title, detail and differences as plain data (the members of an RFC 9457 problem)."""
        return {
            "type": self.type,
            "title": self.title(language),
            "detail": self.detail(language),
            "differences": [
                {"component": item.component, "first": item.first, "second": item.second} for item in self.differences
            ],
        }


def _shown(item: Difference) -> tuple[str, str]:
    if item.component == "content_hash":
        return item.first[:12], item.second[:12]
    return item.first or "—", item.second or "—"


def compare_fingerprints(first: Fingerprint, second: Fingerprint) -> Refusal | None:
    """None when two figures may be compared; otherwise why not."""
    left, right = first.as_dict(), second.as_dict()
    differences = tuple(
        Difference(name, str(value), str(right[name])) for name, value in left.items() if value != right[name]
    )
    if not differences:
        return None
    named = {item.component for item in differences}
    reason = next(kind for kind, components in _REFUSALS if named.intersection(components))
    return Refusal(reason, differences)


class ComparisonRefused(ValueError):
    """Two figures that may not be compared: ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(f"{refusal.type}: {', '.join(item.component for item in refusal.differences)}")


@dataclass(frozen=True, slots=True)
class SmallDifference:
    """Two published lists subtract to so few enterprises that their answers can be told (ids, ascending)."""

    only_in_first: tuple[int, ...]
    only_in_second: tuple[int, ...]


def small_difference(
    first: NDArray[np.int64], second: NDArray[np.int64], *, threshold: int = SMALL_CELL
) -> SmallDifference | None:
    """Whether publishing two bases at one date gives away a group of 1 to ``threshold - 1`` enterprises by subtraction.

    ``first``, ``second``: the members of each (unique ids, any order), nested or not. None: no warning.
    """
    only_first, only_second = np.setdiff1d(first, second), np.setdiff1d(second, first)
    if not any(0 < len(group) < threshold for group in (only_first, only_second)):
        return None
    return SmallDifference(tuple(only_first.tolist()), tuple(only_second.tolist()))
