"""Figures computed now from the facts, before anything is published: the same path as an edition's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.core.cache import cache
from django.db import connection

from essor.accounts.models import AuditEvent
from essor.engines.running import DatabaseEngine
from essor.methods.bases import Membership
from essor.methods.facts import Event
from essor.observatory.models import BaseVersion
from essor.observatory.portraits import compute_membership, compute_portrait, read_bases
from essor.observatory.queries.gathering import gather_definitions, gather_records
from essor.observatory.rules import canonical_json, sha256_of

KEPT_SECONDS = 3600
NEARLY_TOGETHER = 50
"""Writes by several processes may be numbered in another order than their clocks: among so many, the latest is."""


def build_live_portrait(
    *, territory_code: str, base_versions: Sequence[BaseVersion], dates: Sequence[date], known_at: datetime
) -> dict[str, Any]:
    """The results (see :func:`essor.methods.portrait.build_portrait`) as known at ``known_at``, from the facts.

    Kept until the next write of any kind: the audit trail says when that is.
    """
    last_write, settled_at = _find_last_write(known_at)
    definitions = gather_definitions(
        territory_code=territory_code, base_versions=base_versions, dates=dates, known_at=settled_at
    )
    key = f"observatory.portrait.{sha256_of(last_write + canonical_json(definitions))}"
    kept: dict[str, Any] | None = cache.get(key)
    if kept is None:
        records = gather_records(definitions, known_at=settled_at)
        reader = DatabaseEngine(connection)
        kept = compute_portrait(definitions, reader, records.events, organisations=records.organisations)
        cache.set(key, kept, KEPT_SECONDS)
    return kept | {"known_at": known_at.astimezone(UTC).isoformat()}


def build_live_membership(
    *,
    territory_code: str,
    base_version: BaseVersion,
    on: date,
    known_at: datetime,
    among: Collection[int] = (),
    vintage_on: date | None = None,
    places: Sequence[Mapping[str, Any]] | None = None,
) -> tuple[Membership, tuple[Event, ...]]:
    """Who belongs to one base on one day as known at an instant, and the events known then.

    ``among``: organisations to keep in the frame besides those concerned. ``vintage_on``: the day whose list of places
    is followed (the same for two sides that will be compared; None: the day itself). ``places``: the places of that day
    as an edition keeps them (None: as the lists loaded since say).
    """
    definitions = gather_definitions(
        territory_code=territory_code,
        base_versions=[base_version],
        dates=[on],
        known_at=known_at,
        vintage_on=vintage_on,
    )
    if places is not None:
        definitions["places"] = places
    records = gather_records(definitions, known_at=known_at)
    side = compute_membership(
        definitions,
        DatabaseEngine(connection),
        records.events,
        base=read_bases(definitions)[0],
        on=on,
        known_at=known_at,
        organisations=sorted({*records.organisations, *among}),
    )
    return side, records.events


def _find_last_write(known_at: datetime) -> tuple[str, datetime]:
    """The hash of the last write, and the instant to read at: nothing is learned between the last write and now."""
    latest = list(AuditEvent.objects.order_by("-sequence").values_list("hash", "happened_at")[:NEARLY_TOGETHER])
    if not latest:
        return "", known_at
    return latest[0][0], min(known_at, max(happened_at for _hash, happened_at in latest))
