"""Reads of bodies: all that is believed of them, in two queries however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from essor.methods.criteria.places import PlaceTree
from essor.territories.lives import Event, Mandate, Register
from essor.territories.models import BodyEvent, BodyMandate, TerritoryPeriod
from essor.territories.models.bodies import BelievedQuerySet
from essor.territories.queries import ancestors
from essor.territories.rules import PROVINCE

RowT = TypeVar("RowT", bound=Model)
OF_EVENTS = {
    "body": "body__slug", "kind": "kind", "on": "happened_on", "name": "name", "site": "site", "other": "other__slug",
    "reason": "reason", "source": "source", "source_url": "source_url",
}  # fmt: skip
OF_MANDATES = {
    "body": "body__slug", "subject_kind": "subject_kind", "subject": "subject", "place": "territory__code",
    "starts_on": "starts_on", "ends_before": "ends_before", "taken_from": "taken_from__slug", "agreement": "agreement",
    "reason": "reason", "source": "source", "source_url": "source_url",
}  # fmt: skip
MAY_BE_NULL = frozenset({"on", "starts_on", "ends_before"})


def read_register(*, known_at: datetime | None = None) -> Register:
    """All that is believed of bodies, or that was at a moment."""
    return Register(tuple(map_events(known_at=known_at)), tuple(map_mandates(known_at=known_at)))


def map_events(*, known_at: datetime | None = None) -> dict[Event, int]:
    """What happened → its row."""
    rows = _choose(BodyEvent.objects.all(), known_at)
    return {Event(**said): key for key, said in _list_said(rows, OF_EVENTS)}


def map_mandates(*, known_at: datetime | None = None) -> dict[Mandate, int]:
    rows = _choose(BodyMandate.objects.all(), known_at)
    return {Mandate(**said): key for key, said in _list_said(rows, OF_MANDATES)}


def _choose(rows: BelievedQuerySet[RowT], known_at: datetime | None) -> BelievedQuerySet[RowT]:
    return rows.known_at(known_at) if known_at else rows.believed()


def _list_said(rows: QuerySet[Any], names: Mapping[str, str]) -> list[tuple[int, dict[str, Any]]]:
    found = []
    for key, *values in rows.values_list("pk", *names.values()):
        said = dict(zip(names, values, strict=True))
        found.append((key, {name: value if name in MAY_BE_NULL else value or "" for name, value in said.items()}))
    return found


def list_chain(place: str, on: date) -> list[str]:
    """The place, then what contains it that day, the nearest first."""
    return [place, *ancestors(place, on)]


def map_places_in_province() -> dict[str, bool]:
    """Every place that a list ever named → whether a list ever put it in Québec."""
    parents: dict[str, set[str]] = {}
    for code, parent in TerritoryPeriod.objects.values_list("territory__code", "parent__code"):
        parents.setdefault(code, set()).update({parent} if parent else ())
    inside = PlaceTree(parents).inside([PROVINCE])
    return {code: code in inside for code in parents}
