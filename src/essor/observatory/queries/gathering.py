"""What a portrait is computed from: definitions that can be kept for ever, and the records concerned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Count, Q

from essor import __version__
from essor.directory.models import Fact, LifeEvent, Source
from essor.directory.queries import events as list_events
from essor.knowledge import load_variables
from essor.methods.bases import TERRITORY_VARIABLE
from essor.methods.criteria import PlaceTree
from essor.methods.facts import DERIVED, Event
from essor.observatory.models import BaseVersion
from essor.observatory.portraits import (
    DEFINITIONS_SHAPE,
    Definitions,
    list_needed_variables,
    read_places,
    write_variable,
)
from essor.observatory.queries.bases import base_definition, definition_content
from essor.observatory.queries.territories import get_territory_code
from essor.observatory.rules import ObservatoryError
from essor.territories.models import TerritoryPeriod
from essor.territories.queries import find_period, get_name, get_vintage_label, list_names, place_tree

NAMED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Records:
    """The organisations that a portrait concerns (ids, ascending) and the events that name them."""

    organisations: tuple[int, ...]
    events: tuple[Event, ...]


def gather_definitions(
    *,
    territory_code: str,
    base_versions: Sequence[BaseVersion],
    dates: Sequence[date],
    known_at: datetime,
    vintage_on: date | None = None,
) -> dict[str, Any]:
    """All that the portrait needs besides the records, as plain data that can be kept for ever.

    ``vintage_on``: the day whose list of places every date follows, with the places that it does not have where the
    list of the date put them (None: each date follows the list of its own day).
    """
    chosen = sorted(set(dates))
    _check_request(base_versions, chosen)
    code, last = get_territory_code(territory_code), chosen[-1]
    vintages = {on.isoformat(): get_vintage_label(vintage_on or on) for on in chosen}
    needed = [*list_needed_variables(base_definition(version) for version in base_versions), *sorted(DERIVED)]
    return {
        "shape": DEFINITIONS_SHAPE,
        "platform": {"name": "essor", "version": __version__},
        "territory": {
            "code": code,
            "name_fr": get_name(code, last, "fr"),
            "name_en": get_name(code, last, "en"),
            "vintage": vintages[last.isoformat()],
            "vintages": vintages,
            **_tell_place(code, last),
        },
        "dates": [on.isoformat() for on in chosen],
        "known_at": known_at.astimezone(UTC).isoformat(),
        "bases": [_write_base(version) for version in base_versions],
        "variables": {name: write_variable(load_variables()[name]) for name in needed},
        "places": _write_places(chosen, vintage_on),
        "place_names": _write_place_names(code, last),
    }


def _tell_place(code: str, on: date) -> dict[str, str]:
    """What kind of place the territory is, so that a sentence may say it."""
    period = find_period(code, on)
    return {"kind": period.territory.kind if period else "", "designation": period.designation if period else ""}


def gather_records(definitions: Definitions, *, known_at: datetime) -> Records:
    """The organisations that a portrait concerns, and their events (see :func:`find_records`)."""
    trees = {id(tree): tree for tree in read_places(definitions).values()}
    return find_records(territory_code=definitions["territory"]["code"], places=list(trees.values()), known_at=known_at)


def find_records(*, territory_code: str, places: Sequence[PlaceTree], known_at: datetime) -> Records:
    """The organisations concerned, and their events.

    Those ever said to be in the territory (or perhaps) under one of ``places``, those of which something is known but
    whose place nobody said, and those tied to them by a merger, a split or a new record: whatever is asked of them.
    """
    concerned = _list_placed(territory_code, places, known_at) | _list_placeless(known_at)
    linked = LifeEvent.objects.known_at(known_at).exclude(other=None).values_list("organisation_id", "other_id")
    pairs = list(linked)
    while found := {item for pair in pairs if concerned.intersection(pair) for item in pair} - concerned:
        concerned |= found
    chosen = tuple(sorted(concerned))
    return Records(chosen, tuple(_read_events(chosen, known_at)))


def list_silent_days(
    *, territory_code: str, dates: Iterable[date], known_at: datetime, results: Mapping[str, Any]
) -> list[date]:
    """The days of which nothing at all was known then about the territory: their figures are unknown, never zero.

    ``results``: the portrait at these dates; a day at which someone is counted or undecided is not looked at.
    """
    return [
        on
        for on in sorted(set(dates))
        if not _speaks(results, on) and not _is_anything_known(territory_code, on, known_at)
    ]


def _speaks(results: Mapping[str, Any], on: date) -> bool:
    figures = (figure for figure in results["figures"].values() if figure["on"] == on.isoformat())
    return any(figure["enterprises"] or figure["undecided"] for figure in figures)


def _is_anything_known(territory_code: str, on: date, known_at: datetime) -> bool:
    """Whether a fact known then covers the day, about an organisation that concerns the territory."""
    records = find_records(territory_code=territory_code, places=[place_tree(on)], known_at=known_at)
    covering = (
        Fact.objects.known_at(known_at).filter(starts_on__lte=on).filter(Q(ends_before=None) | Q(ends_before__gt=on))
    )
    chosen = records.organisations
    return any(
        covering.filter(organisation_id__in=chosen[start : start + NAMED_AT_ONCE]).exists()
        for start in range(0, len(chosen), NAMED_AT_ONCE)
    )


def _read_events(organisations: Sequence[int], known_at: datetime) -> Iterator[Event]:
    """Their events, by organisation and day; a database takes so many names in one question."""
    for start in range(0, len(organisations), NAMED_AT_ONCE):
        yield from list_events(organisations=organisations[start : start + NAMED_AT_ONCE], known_at=known_at)


def gather_sources(
    organisations: Collection[int], *, variables: Collection[str], known_at: datetime
) -> list[dict[str, Any]]:
    """Where the facts come from, with how many each source gave, in the order of recording."""
    facts = Fact.objects.known_at(known_at).filter(variable__in=list(variables))
    asked = set(organisations)
    counts: dict[int, int] = {}
    grouped = facts.order_by().values_list("organisation_id", "source_id").annotate(Count("id"))
    for organisation, source, count in grouped:
        if organisation in asked:
            counts[source] = counts.get(source, 0) + count
    return [
        {
            "id": source.pk,
            "title": source.title,
            "publisher": source.publisher,
            "licence": source.licence,
            "kind": source.kind,
            "retrieved_on": source.retrieved_on.isoformat() if source.retrieved_on else None,
            "checksum": source.checksum,
            "facts": counts[source.pk],
        }
        for source in Source.objects.filter(pk__in=counts).order_by("recorded_at", "id")
    ]


def _check_request(base_versions: Sequence[BaseVersion], dates: Sequence[date]) -> None:
    if not dates:
        raise ObservatoryError("no-dates")
    if not base_versions:
        raise ObservatoryError("no-base")
    seen: set[int] = set()
    for version in base_versions:
        if version.base_id in seen:
            raise ObservatoryError("base-twice", base_fr=version.label_fr, base_en=version.label_en)
        seen.add(version.base_id)


def _write_base(version: BaseVersion) -> dict[str, Any]:
    content = definition_content(version)
    days = {name: content[name].isoformat() if content[name] else None for name in ("starts_on", "ends_before")}
    return content | days | {"definition_hash": version.definition_hash}


def _write_places(dates: Sequence[date], vintage_on: date | None) -> list[dict[str, Any]]:
    """The tree of places at each date; dates with equal trees are told together."""
    written: list[dict[str, Any]] = []
    followed = {} if vintage_on is None else _list_parents(vintage_on)
    for on in dates:
        parents = _list_parents(on) | followed
        if written and written[-1]["parents"] == parents:
            written[-1]["dates"].append(on.isoformat())
        else:
            written.append({"dates": [on.isoformat()], "parents": parents})
    return written


def _list_parents(on: date) -> dict[str, list[str]]:
    periods = TerritoryPeriod.objects.on(on).order_by("territory__code")
    pairs = periods.values_list("territory__code", "parent__code")
    return {code: [parent] if parent else [] for code, parent in pairs}


def _write_place_names(code: str, on: date) -> dict[str, list[str]]:
    french, english = list_names(on, "fr"), list_names(on, "en")
    inside = place_tree(on).inside([code])
    return {place: [french[place], english[place]] for place in sorted(french) if place in inside}


def _list_placed(code: str, places: Sequence[PlaceTree], known_at: datetime) -> set[int]:
    elsewhere = [tree.outside([code]) for tree in places]
    said = Fact.objects.known_at(known_at).filter(variable=TERRITORY_VARIABLE).order_by()
    texts = [text for text in said.values_list("codes", flat=True).distinct() if text]
    kept = [text for text in texts if not all(outside.issuperset(text.split("|")) for outside in elsewhere)]
    return set(said.filter(codes__in=kept).values_list("organisation_id", flat=True)) if kept else set()


def _list_placeless(known_at: datetime) -> set[int]:
    known = Fact.objects.known_at(known_at).order_by()
    placed = known.filter(variable=TERRITORY_VARIABLE).values_list("organisation_id", flat=True)
    speaking = known.values_list("organisation_id", flat=True)
    living = LifeEvent.objects.known_at(known_at).order_by().values_list("organisation_id", flat=True)
    return set(speaking.union(living).difference(placed))
