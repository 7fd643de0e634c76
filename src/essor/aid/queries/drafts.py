"""What is being written of a programme, and what it would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from essor.aid.checking import Tried, try_examples
from essor.aid.models import AidRevision
from essor.aid.models.catalogue import AidRevisionQuerySet
from essor.aid.queries import get_questionnaire, read_revision
from essor.aid.queries.population import read_known_population
from essor.aid.rules import Programme
from essor.methods.criteria import Planes, evaluate_population
from essor.methods.population import Population
from essor.territories.queries import place_tree

ANSWERS = ("yes", "maybe", "no")
EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Movement:
    """``count`` known enterprises whose answer goes from ``before`` to ``after``."""

    before: str
    after: str
    count: int


def list_drafts() -> AidRevisionQuerySet:
    """Those that wait for a second person, the oldest first."""
    return AidRevision.objects.drafts().select_related("aid", "drafted_by").order_by("drafted_at", "id")


def find_draft(slug: str) -> AidRevision | None:
    return list_drafts().filter(aid__slug=slug).first()


def find_current(slug: str) -> AidRevision | None:
    return AidRevision.objects.current().filter(aid__slug=slug).select_related("aid").first()


def list_tried(revision: AidRevision, *, on: date) -> list[Tried]:
    programme = read_revision(revision)
    days = {on} | {example.day for example in programme.definition.examples if example.day}
    return try_examples(
        programme, on=on, places={day: place_tree(day) for day in days}, questionnaire=get_questionnaire(on)
    )


def list_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """The parts of two contents that differ: path, what was, what would be; None where there is nothing."""
    found: list[tuple[str, Any, Any]] = []
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            found += [(f"{name}.{path}", *pair) for path, *pair in list_differences(one, other)]
        elif one != other and not (one in EMPTY and other in EMPTY):
            found.append((name, one, other))
    return found


def count_movements(before: Programme | None, after: Programme, *, on: date, known_at: datetime) -> list[Movement]:
    """Among the enterprises known and active: whose answer would change; of a programme not there yet, what each would
    be answered (``before`` empty)."""
    population, places = read_known_population(on=on, known_at=known_at), place_tree(on)
    if before is None:
        first = Counter(_answer(after, population, on, places))
        return [Movement("", answer, first[answer]) for answer in ANSWERS if first[answer]]
    sides = [_answer(programme, population, on, places) for programme in (before, after)]
    pairs = Counter(zip(*sides, strict=True))
    moved = [(one, other) for one in ANSWERS for other in ANSWERS if one != other and pairs[one, other]]
    return [Movement(one, other, pairs[one, other]) for one, other in moved]


def _answer(programme: Programme, population: Population, on: date, places: Any) -> list[str]:
    ruled = programme.rules_on(on, programme.window(on))
    planes: Planes = evaluate_population(ruled.criteria, population, places=places)
    return ["yes" if yes else "no" if no else "maybe" for yes, no in zip(planes.yes, planes.no, strict=True)]
