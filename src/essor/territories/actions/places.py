"""Loads lists of places and boundaries. Each is one transaction: all of it, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.knowledge import (
    DefinitionRefused,
    TerritoryList,
    list_territory_lists,
    load_territory_list,
    read_territory_list,
)
from essor.territories.importing import (
    compute_checksum,
    find_date,
    match_boundaries,
    parse_boundaries,
    parse_municipalities,
    read_bytes,
)
from essor.territories.models import Boundary, Territory, TerritoryEvent, TerritoryPeriod, Vintage
from essor.territories.problems import FileRefused, Problem
from essor.territories.rules import Change, Place, build_places, compare_lists, find_new_designations

DIRECTORY_TITLE = "Répertoire des municipalités du Québec"
DIRECTORY_PUBLISHER = "Ministère des Affaires municipales et de l’Habitation"
BOUNDARIES_TITLE = "Découpages administratifs du Québec"
BOUNDARIES_PUBLISHER = "Ministère des Ressources naturelles et des Forêts"
LICENCE = "CC BY 4.0"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``is_new`` False: that very content was already loaded, and nothing was written.

    ``rows``: of the file. ``places``: kind → how many the list shows. ``events``: what the list shows that the one
    before did not. ``unmatched``: codes of polygons that stand for no known place.
    """

    vintage: Vintage
    is_new: bool
    rows: int = 0
    places: Mapping[str, int] = field(default_factory=dict)
    events: tuple[Change, ...] = ()
    unmatched: tuple[str, ...] = ()

    def count_events(self) -> dict[str, int]:
        return dict(sorted(Counter(change.kind for change in self.events).items()))


def load_shipped_territories(*, by: User | None, now: datetime) -> ImportReport:
    """The short list that Essor ships: the 17 regions, Lanaudière's six MRCs and their municipalities."""
    return _load_short_list(load_territory_list(), by=by, now=now)


def import_territory_list(*, file: Path, by: User | None, now: datetime) -> ImportReport:
    """A short list of places: a YAML file, or the name of one that Essor ships (« united-kingdom »).

    Raises FileRefused or DefinitionRefused.
    """
    if file.is_file():
        found = read_territory_list(file)
    elif file.name in list_territory_lists():
        found = load_territory_list(file.name)
    else:
        raise FileRefused(file.name, [Problem("list-unknown", value=file.name)])
    return _load_short_list(found, by=by, now=now)


@transaction.atomic
def _load_short_list(found: TerritoryList, *, by: User | None, now: datetime) -> ImportReport:
    """Adds the places that no list has named yet; changes nothing of the others."""
    checksum = compute_checksum(found.model_dump_json().encode())
    if loaded := _find_loaded(Vintage.Kind.SHORT_LIST, checksum):
        return ImportReport(loaded, is_new=False)
    vintage = Vintage.objects.create(
        kind=Vintage.Kind.SHORT_LIST,
        title=found.title.fr,
        publisher=found.publisher,
        licence=found.licence,
        dated_on=found.dated_on,
        checksum=checksum,
        loaded_at=now,
    )
    _add_places(found, vintage=vintage)
    report = ImportReport(
        vintage, is_new=True, rows=len(found.places), places=Counter(place.kind for place in found.places)
    )
    _record(report, by=by, now=now)
    return report


def _add_places(found: TerritoryList, *, vintage: Vintage) -> None:
    known = set(Territory.objects.values_list("code", flat=True))
    added = [place for place in found.places if place.code not in known]
    Territory.objects.bulk_create(Territory(code=place.code, kind=place.kind) for place in added)
    ids = _map_ids()
    unknown = sorted({place.parent for place in added if place.parent and place.parent not in ids})
    if unknown:
        raise DefinitionRefused(
            file=found.title.fr,
            path="places",
            problem=f"parents inconnus : {', '.join(unknown)}.",
            remedy="Ajoutez-les.",
        )
    TerritoryPeriod.objects.bulk_create(
        TerritoryPeriod(
            territory_id=ids[place.code],
            name=place.name,
            name_en=place.name_en,
            designation=place.designation,
            division=place.division,
            parent_id=ids[place.parent] if place.parent else None,
            population=place.population,
            population_on=found.dated_on if place.population is not None else None,
            vintage=vintage,
        )
        for place in added
    )


def import_municipalities(*, file: Path, dated_on: date | None = None, by: User | None, now: datetime) -> ImportReport:
    """The official directory of municipalities (CSV). Raises FileRefused with every problem found.

    ``dated_on``: the day of the list; by default 1 January of the year in the file's name. Lists are loaded from the
    oldest to the newest. The first speaks for the days before it too, since nothing older says otherwise.
    """
    content = read_bytes(file)
    checksum = compute_checksum(content)
    if loaded := _find_loaded(Vintage.Kind.OFFICIAL_LIST, checksum):
        return ImportReport(loaded, is_new=False)
    rows = parse_municipalities(content, file_name=file.name)
    day = find_date(file_name=file.name, dated_on=dated_on)
    with transaction.atomic():
        latest = Vintage.objects.filter(kind=Vintage.Kind.OFFICIAL_LIST).last()
        if latest is not None and day <= latest.dated_on:
            raise FileRefused(file.name, [Problem("not-newer", value=latest.dated_on.isoformat())])
        load_shipped_territories(by=by, now=now)
        vintage = Vintage.objects.create(
            kind=Vintage.Kind.OFFICIAL_LIST,
            title=DIRECTORY_TITLE,
            publisher=DIRECTORY_PUBLISHER,
            licence=LICENCE,
            dated_on=day,
            checksum=checksum,
            loaded_at=now,
        )
        places = build_places(rows)
        events = _apply_official_list(places, vintage=vintage, is_first=latest is None)
        report = ImportReport(
            vintage,
            is_new=True,
            rows=len(rows),
            places=Counter(one.kind for one in places.values()),
            events=tuple(events),
        )
        _record(report, by=by, now=now)
    return report


def _apply_official_list(places: Mapping[str, Place], *, vintage: Vintage, is_first: bool) -> list[Change]:
    """Writes the list over the one before. What a short list alone had named is taken over without an event."""
    current = TerritoryPeriod.objects.filter(ends_before=None, territory__code__in=_list_official_codes(places))
    current = current.select_related("territory", "parent", "vintage")
    listed = {one.territory.code: one for one in current if one.vintage.kind == Vintage.Kind.OFFICIAL_LIST}
    named = {one.territory.code: one for one in current if one.vintage.kind == Vintage.Kind.SHORT_LIST}
    before = {code: _to_place(period) for code, period in listed.items()}
    changes = [one for one in compare_lists(before, places) if one.code not in named and not is_first]
    changed = {change.code for change in changes}

    earlier = set(Territory.objects.values_list("code", flat=True))
    missing = [place for place in places.values() if place.code not in earlier]
    Territory.objects.bulk_create(Territory(code=place.code, kind=place.kind) for place in missing)
    ids = _map_ids()
    closing = [listed[code].pk for code in changed if code in listed]
    TerritoryPeriod.objects.filter(pk__in=closing).update(ends_before=vintage.dated_on)
    _take_over([(named[code], places[code]) for code in named if code in places], ids=ids, vintage=vintage)
    _refresh_populations([(listed[c], places[c]) for c in listed if c in places and c not in changed], vintage=vintage)
    opening = [place for place in places.values() if place.code not in named and (place.code in changed or is_first)]
    widened = find_new_designations(before, places)
    _open_periods(
        opening,
        from_ever={place.code for place in opening if is_first or _is_newly_listed(place, widened, earlier)},
        ids=ids,
        vintage=vintage,
    )
    TerritoryEvent.objects.bulk_create(
        TerritoryEvent(
            territory_id=ids[change.code],
            kind=change.kind,
            seen_on=vintage.dated_on,
            before=change.before,
            after=change.after,
            vintage=vintage,
        )
        for change in changes
    )
    return changes


def _list_official_codes(places: Mapping[str, Place]) -> set[str]:
    """The codes of this list and of the official lists before it: places of elsewhere are not concerned."""
    official = TerritoryPeriod.objects.filter(ends_before=None, vintage__kind=Vintage.Kind.OFFICIAL_LIST)
    return set(places) | set(official.values_list("territory__code", flat=True))


def _is_newly_listed(place: Place, widened: frozenset[str], earlier: set[str]) -> bool:
    """A place that existed before its list took in its kind of place (unorganised territories, reserves)."""
    return place.designation in widened and place.code not in earlier


def _to_place(period: TerritoryPeriod) -> Place:
    parent = period.parent.code if period.parent else ""
    return Place(
        period.territory.code,
        period.territory.kind,
        period.name,
        period.designation,
        parent,
        period.division,
        period.population,
    )


def _take_over(pairs: list[tuple[TerritoryPeriod, Place]], *, ids: Mapping[str, int], vintage: Vintage) -> None:
    for period, place in pairs:
        period.name, period.designation, period.division = place.name, place.designation, place.division
        period.parent_id, period.vintage = ids[place.parent], vintage
        period.population = place.population
        period.population_on = None if place.population is None else vintage.dated_on
    fields = ["name", "designation", "division", "parent", "vintage", "population", "population_on"]
    TerritoryPeriod.objects.bulk_update([period for period, _ in pairs], fields, batch_size=200)


def _refresh_populations(pairs: list[tuple[TerritoryPeriod, Place]], *, vintage: Vintage) -> None:
    counted = [(period, place) for period, place in pairs if place.population is not None]
    for period, place in counted:
        period.population, period.population_on = place.population, vintage.dated_on
    TerritoryPeriod.objects.bulk_update(
        [period for period, _ in counted], ["population", "population_on"], batch_size=200
    )


def _open_periods(places: Iterable[Place], *, from_ever: set[str], ids: Mapping[str, int], vintage: Vintage) -> None:
    TerritoryPeriod.objects.bulk_create(
        TerritoryPeriod(
            territory_id=ids[place.code],
            name=place.name,
            designation=place.designation,
            division=place.division,
            parent_id=ids[place.parent],
            starts_on=None if place.code in from_ever else vintage.dated_on,
            population=place.population,
            population_on=None if place.population is None else vintage.dated_on,
            vintage=vintage,
        )
        for place in places
    )


def import_boundaries(
    *, file: Path, dated_on: date | None = None, code_property: str | None = None, by: User | None, now: datetime
) -> ImportReport:
    """The outlines of MRCs and equivalents, or of municipalities (GeoJSON, WGS84), for maps. Raises FileRefused.

    A polygon is joined by its code alone; one that stands for no loaded place is reported and left out.
    ``dated_on``: the day of the file, by default the day it is loaded. ``code_property``: where the code is, by default
    where it usually is.
    """
    content = read_bytes(file)
    shapes = parse_boundaries(content, file_name=file.name, code_property=code_property)
    with transaction.atomic():
        drawn = Territory.objects.filter(kind__in=[Territory.Kind.MRC, Territory.Kind.MUNICIPALITY])
        ids = dict(drawn.values_list("code", "id"))
        if not ids:
            raise FileRefused(file.name, [Problem("no-place")])
        matched, unmatched = match_boundaries(shapes, set(ids))
        checksum = compute_checksum(content)
        loaded = _find_loaded(Vintage.Kind.BOUNDARIES, checksum)
        if loaded and loaded.boundaries.count() == len(matched):
            return ImportReport(loaded, is_new=False, unmatched=tuple(unmatched))
        vintage = loaded or _open_boundaries(checksum, dated_on=dated_on or timezone.localdate(now), now=now)
        Boundary.objects.filter(territory__code__in=matched).delete()
        Boundary.objects.bulk_create(
            Boundary(territory_id=ids[code], geometry=geometry, vintage=vintage) for code, geometry in matched.items()
        )
        report = ImportReport(
            vintage,
            is_new=True,
            rows=len(shapes),
            places=Counter(drawn.filter(code__in=matched).values_list("kind", flat=True)),
            unmatched=tuple(unmatched),
        )
        _record(report, by=by, now=now)
    return report


def _open_boundaries(checksum: str, *, dated_on: date, now: datetime) -> Vintage:
    return Vintage.objects.create(
        kind=Vintage.Kind.BOUNDARIES,
        title=BOUNDARIES_TITLE,
        publisher=BOUNDARIES_PUBLISHER,
        licence=LICENCE,
        dated_on=dated_on,
        checksum=checksum,
        loaded_at=now,
    )


def _find_loaded(kind: str, checksum: str) -> Vintage | None:
    return Vintage.objects.filter(kind=kind, checksum=checksum).first()


def _map_ids() -> dict[str, int]:
    return dict(Territory.objects.values_list("code", "id"))


def _record(report: ImportReport, *, by: User | None, now: datetime) -> None:
    record_event(
        action="load_places",
        target_kind="vintage",
        target_id=report.vintage.pk,
        by=by,
        now=now,
        after={
            "title": report.vintage.title,
            "dated_on": report.vintage.dated_on.isoformat(),
            "checksum": report.vintage.checksum,
            "places": dict(report.places),
            "events": report.count_events(),
        },
    )
