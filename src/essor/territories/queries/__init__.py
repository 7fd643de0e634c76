"""Reads of places, at a day. Names and trees come in one query each, however many places there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import F, Q

from essor.methods.criteria.places import PlaceTree
from essor.territories.models import Boundary, Territory, TerritoryEvent, TerritoryPeriod, Vintage
from essor.territories.rules import fold

MOST_FOUND = 100
NO_VINTAGE = "—"


@dataclass(frozen=True, slots=True)
class RegionGroup:
    """A region and the MRCs and equivalents inside it, on one day."""

    region: TerritoryPeriod
    mrcs: list[TerritoryPeriod]


def is_known(code: str) -> bool:
    """Whether a loaded list names the place."""
    return Territory.objects.filter(code=code).exists()


def find_period(code: str, on: date) -> TerritoryPeriod | None:
    """What the place is on that day; None where no loaded list shows it then."""
    periods = TerritoryPeriod.objects.on(on).select_related("territory", "parent", "vintage")
    return periods.filter(territory__code=code).first()


def list_periods(code: str) -> list[TerritoryPeriod]:
    """The place's history, oldest first."""
    return list(TerritoryPeriod.objects.filter(territory__code=code).select_related("territory", "parent", "vintage"))


def list_events(code: str) -> list[TerritoryEvent]:
    return list(TerritoryEvent.objects.filter(territory__code=code).select_related("territory", "vintage"))


def list_children(code: str, on: date) -> list[TerritoryPeriod]:
    """What the place contains directly on that day, by name."""
    children = TerritoryPeriod.objects.on(on).filter(parent__code=code).select_related("territory")
    return sorted(children, key=lambda period: (fold(period.name), period.territory.code))


def place_tree(on: date) -> PlaceTree:
    """Every place with what contains it on that day; the tree is built once for the same places."""
    pairs = TerritoryPeriod.objects.on(on).order_by("territory__code").values_list("territory__code", "parent__code")
    return _build_tree(tuple(pairs))


@lru_cache(maxsize=64)
def _build_tree(pairs: tuple[tuple[str, str | None], ...]) -> PlaceTree:
    return PlaceTree({code: [parent] if parent else [] for code, parent in pairs})


def tree_with_past(on: date) -> PlaceTree:
    """The places of a day, and those that are no more where they last were: what was entrusted there is still there."""
    return _build_tree(tuple(_list_last_parents(on).items()))


def ancestors(code: str, on: date) -> list[str]:
    """The codes of what contains the place on that day, nearest first: MRC, region, province, country.

    A place that is no more is where it last was.
    """
    parents = _list_last_parents(on)
    found: list[str] = []
    above = parents.get(code)
    while above is not None and above not in found:
        found.append(above)
        above = parents.get(above)
    return found


def _list_last_parents(on: date) -> dict[str, str | None]:
    """Each place that began by that day → what contains it then, or last did."""
    begun = TerritoryPeriod.objects.filter(Q(starts_on=None) | Q(starts_on__lte=on))
    ordered = begun.order_by("territory__code", F("starts_on").asc(nulls_first=True))
    return dict(ordered.values_list("territory__code", "parent__code"))


def list_names(on: date, language: str = "fr") -> Mapping[str, str]:
    """Every place's name on that day, by code. A place that no list shows then bears its nearest other name."""
    names: dict[str, tuple[int, str]] = {}
    rows = TerritoryPeriod.objects.values_list("territory__code", "name", "name_en", "starts_on", "ends_before")
    for code, name, name_en, starts_on, ends_before in rows:
        distance = _measure_distance(on, starts_on, ends_before)
        if code not in names or distance < names[code][0]:
            names[code] = (distance, name_en if language == "en" and name_en else name)
    return {code: name for code, (_, name) in names.items()}


def get_name(code: str, on: date, language: str = "fr") -> str:
    """The place's name on that day, else its nearest other name, else its code."""
    periods = TerritoryPeriod.objects.filter(territory__code=code)
    nearest = min(periods, key=lambda one: _measure_distance(on, one.starts_on, one.ends_before), default=None)
    return nearest.get_name(language) if nearest else code


def _measure_distance(on: date, starts_on: date | None, ends_before: date | None) -> int:
    """Days between ``on`` and a half-open period: zero inside it."""
    if starts_on is not None and on < starts_on:
        return (starts_on - on).days
    if ends_before is not None and on >= ends_before:
        return (on - ends_before).days + 1
    return 0


def get_vintage_label(on: date) -> str:
    """The list that says what places are on that day, as figures quote it: the latest official list of that day or
    before, else the earliest one (it speaks for the days before it), else the latest short list."""
    official = Vintage.objects.filter(kind=Vintage.Kind.OFFICIAL_LIST)
    short = Vintage.objects.filter(kind=Vintage.Kind.SHORT_LIST)
    vintage = official.filter(dated_on__lte=on).last() or official.first() or short.last()
    return str(vintage) if vintage else NO_VINTAGE


def list_by_region(on: date) -> list[RegionGroup]:
    """The regions of that day with their MRCs and equivalents, regions by code and MRCs by name; one query."""
    wanted = Q(territory__kind=Territory.Kind.REGION) | Q(territory__kind=Territory.Kind.MRC)
    periods = TerritoryPeriod.objects.on(on).filter(wanted).select_related("territory", "parent")
    groups: dict[str, RegionGroup] = {}
    mrcs = []
    for period in sorted(periods, key=lambda one: one.territory.code):
        if period.territory.kind == Territory.Kind.REGION:
            groups[period.territory.code] = RegionGroup(period, [])
        else:
            mrcs.append(period)
    for period in sorted(mrcs, key=lambda one: fold(one.name)):
        if period.parent is not None and period.parent.code in groups:
            groups[period.parent.code].mrcs.append(period)
    return list(groups.values())


def list_found(search: str, on: date) -> list[TerritoryPeriod]:
    """Places of that day whose name, in either language, or whose code holds the words; accents do not matter.

    At most MOST_FOUND, wider places first.
    """
    sought = fold(search)
    if not sought:
        return []
    order = list(Territory.Kind.values)
    periods = TerritoryPeriod.objects.on(on).select_related("territory", "parent")
    found = [one for one in periods if sought in fold(f"{one.name} {one.name_en}") or one.territory.code == sought]
    found.sort(key=lambda one: (order.index(one.territory.kind), fold(one.name), one.territory.code))
    return found[:MOST_FOUND]


def find_codes(texts: Collection[str], on: date) -> dict[str, str]:
    """Each text that is the name, in either language, or the code of one place of that day → its code; the narrowest
    kind wins (a municipality before its MRC), and what several of a kind bear is left out."""
    named: dict[str, dict[str, set[str]]] = {}
    for period in TerritoryPeriod.objects.on(on).select_related("territory"):
        for name in {fold(period.name), fold(period.name_en), period.territory.code}:
            named.setdefault(name, {}).setdefault(period.territory.kind, set()).add(period.territory.code)
    found = {}
    for text in texts:
        by_kind = named.get(text.strip()) or named.get(fold(text)) or {}
        narrowest = next((by_kind[kind] for kind in reversed(Territory.Kind.values) if kind in by_kind), set())
        if len(narrowest) == 1 and fold(text):
            found[text] = next(iter(narrowest))
    return found


def list_boundaries(region: str, on: date) -> dict[str, dict[str, Any]]:
    """The geometries of the MRCs and equivalents of a region on that day, by code."""
    mrcs = TerritoryPeriod.objects.on(on).filter(parent__code=region, territory__kind=Territory.Kind.MRC)
    codes = mrcs.values("territory_id")
    shapes = Boundary.objects.filter(territory_id__in=codes).order_by("territory__code")
    return dict(shapes.values_list("territory__code", "geometry"))


def sum_populations(on: date) -> dict[str, int | None]:
    """The population of MRCs, equivalents and regions: the sum of their listed municipalities, by code.

    None where one municipality's is unknown. Wider places are left out: a short list does not fill them.
    """
    rows = TerritoryPeriod.objects.on(on).values_list(
        "territory__code", "territory__kind", "parent__code", "population"
    )
    listed = {code: (kind, parent, population) for code, kind, parent, population in rows}
    totals: dict[str, int | None] = {}
    for kind, parent, population in listed.values():
        above = parent if kind == Territory.Kind.MUNICIPALITY else None
        while above in listed and listed[above][0] in {Territory.Kind.MRC, Territory.Kind.REGION}:
            total = totals.get(above, 0)
            totals[above] = None if population is None or total is None else total + population
            above = listed[above][1]
    return totals


def find_boundaries(codes: Collection[str]) -> dict[str, dict[str, Any]]:
    """The GeoJSON geometry of each of these places that has one."""
    return dict(Boundary.objects.filter(territory__code__in=codes).values_list("territory__code", "geometry"))
