"""Which part of a growth is that of the enterprises that a programme started, and which that of all others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.db import connection

from essor.accounts.models import User
from essor.accounts.permissions import list_held_roles
from essor.directory.models import Source
from essor.directory.queries import events, list_sources
from essor.engines.running import DatabaseEngine
from essor.knowledge import load_bases, load_variables
from essor.methods.bases import BaseDefinition, Membership, Territory, membership
from essor.methods.comparison import ECONOMIC, Comparison, compare
from essor.methods.criteria import parse
from essor.methods.facts import DERIVED, Event, add_life, known_rows
from essor.methods.units import UNANSWERED, Unit
from essor.programmes.models import Programme
from essor.programmes.queries import list_targets
from essor.programmes.queries.following import Followed
from essor.programmes.rules import ProgrammeError
from essor.territories.queries import tree_with_past

PARTS = ("programme", "others", "reclassified", "unknown")
"""Work that appeared, grew, shrank or ended, in enterprises of the programme and in the others; enterprises that only
moved or no longer meet the criteria; those known at one date only. Each unit of a comparison is in one part."""


MOST_UNKNOWN = Fraction(1, 3)
"""Of the enterprises involved, at most this share may be known at one of the two days only. Essor's own."""


@dataclass(frozen=True, slots=True)
class Share:
    """``jobs``: signed, in the unit of the base; ``units``: how many enterprises make it."""

    jobs: int
    units: int


@dataclass(frozen=True, slots=True)
class Growth:
    """``before`` + Σ ``parts`` = ``after``. ``scale``: jobs are in units of ``10 ** -scale``. ``unlinked``: enterprises
    of the programme that no organisation of the directory is: their jobs are in no total. ``uncounted``: those that the
    base counts at neither date."""

    before: int
    after: int
    scale: int
    parts: dict[str, Share]
    unlinked: int
    uncounted: int


def find_base(slug: str) -> BaseDefinition:
    """A shipped base, as the methods want it. Raises ProgrammeError ``base-unknown``."""
    kept = next((one for one in load_bases() if one.slug == slug), None)
    if kept is None:
        raise ProgrammeError("base-unknown", slug=slug)
    criteria = parse(kept.criteria, variables=load_variables())
    return BaseDefinition(
        kept.slug, 1, kept.owner, kept.label.fr, kept.label.en, criteria, kept.criteria, kept.jobs_variable
    )


def find_place(programme: Programme, user: User, *, on: date) -> str:
    """Where to look: the adviser's territory, else that of the programme."""
    whole = [line.target.territory_code for line in list_targets(programme)[:1]]
    return next(iter(list_places(user, on=on) + whole), "")


def list_places(user: User, *, on: date) -> list[str]:
    """Those that someone advises on a day."""
    held = [
        one for one in list_held_roles(user) if one.starts_on <= on and (not one.ends_before or on < one.ends_before)
    ]
    return [one.territory_code for one in held if one.kind == "adviser" and one.territory_code]


def read_growth(
    found: Collection[Followed],
    *,
    base: BaseDefinition,
    territory_code: str,
    start: date,
    end: date,
    known_at: datetime,
) -> Growth:
    """``found``: the enterprises of the programme opened by ``end``. Both days follow the places of ``end``.

    Raises ProgrammeError: ``days-not-in-order``, ``growth-uncovered``.
    """
    if start >= end:
        raise ProgrammeError("days-not-in-order")
    known = list(events(known_at=known_at))
    first, second = (
        _read_side(base, territory_code, on, known, places_on=end, known_at=known_at) for on in (start, end)
    )
    theirs = {one.case.organisation_id for one in found if one.case.organisation_id is not None}
    comparison = compare(first, second, known, known_at=known_at)
    _require_covered(comparison, start=start, end=end)
    parts = share_out(comparison, theirs)
    counted = {int(one) for side in (first, second) for one in side.organisations[side.member.yes]}
    unlinked = sum(one.case.organisation_id is None for one in found)
    scale = load_variables()[base.jobs_variable].scale
    return Growth(comparison.before, comparison.after, scale, parts, unlinked, len(theirs - counted))


def _require_covered(comparison: Comparison, *, start: date, end: date) -> None:
    """Two days that no common census covers compare what was looked at, not what grew. Raises ProgrammeError
    ``growth-uncovered``, of the day on which more are unknown."""
    kinds = [unit.kind for unit in comparison.units]
    unknown = [kind for kind in kinds if kind in UNANSWERED]
    if len(unknown) > MOST_UNKNOWN * len(kinds):
        at_end = sum(kind == "missing_after" for kind in unknown)
        on = end if 2 * at_end >= len(unknown) else start
        raise ProgrammeError("growth-uncovered", on=on, n=len(unknown), total=len(kinds))


def find_census_days(*, on: date) -> tuple[date, date] | None:
    """The days of the last two censuses of the directory, by a day; None: there are not two."""
    days = list_sources(include_withdrawn=False).filter(kind=Source.Kind.CENSUS, retrieved_on__lte=on)
    found = sorted({day for day in days.values_list("retrieved_on", flat=True) if day is not None})
    return (found[-2], found[-1]) if found[1:] else None


def share_out(comparison: Comparison, theirs: Collection[int]) -> dict[str, Share]:
    """By part, in the order of :data:`PARTS`; an enterprise merged with one of the programme is of the programme."""
    jobs, units = dict.fromkeys(PARTS, 0), dict.fromkeys(PARTS, 0)
    for unit in comparison.units:
        part = _find_part(unit, theirs)
        jobs[part] += unit.change
        units[part] += 1
    return {part: Share(jobs[part], units[part]) for part in PARTS}


def _find_part(unit: Unit, theirs: Collection[int]) -> str:
    if unit.kind in UNANSWERED or unit.kind == "corrected_since":
        return "unknown"
    if unit.kind not in ECONOMIC:
        return "reclassified"
    return "programme" if any(one in theirs for one in unit.organisations) else "others"


def _read_side(
    base: BaseDefinition, code: str, on: date, known: Collection[Event], *, places_on: date, known_at: datetime
) -> Membership:
    variables = [load_variables()[name] for name in base.variables() if name not in DERIVED]
    population = DatabaseEngine(connection).read_population(variables=variables, on=on, known_at=known_at)
    rows = known_rows(population)
    population = population if rows.all() else population.select(rows)
    living = add_life(population, known, on=on, known_at=known_at)
    return membership(living, base, territory=Territory(code), places=tree_with_past(places_on), on=on)
