from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Unpack

from django.db import transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.directory.actions.reach import require_places
from essor.directory.models import Establishment, Identifier, LifeEvent, Organisation, OrganisationName, Source
from essor.directory.rules import (
    SUCCESSOR_KINDS,
    DirectoryError,
    EventSaid,
    NameSaid,
    check_day,
    check_life,
    clean_identifier,
    fold,
)


@transaction.atomic
def create_organisation(
    *,
    name: str,
    source: Source,
    by: User | None,
    now: datetime,
    key: str | None = None,
    known_from: datetime | None = None,
) -> Organisation:
    """A new record with its first name; ``key``: its stable address, made up where none is given."""
    organisation = Organisation.objects.create(key=key or make_key(), created_at=now)
    record_event(action="create_organisation", target_kind="organisation", target_id=organisation.pk, by=by, now=now)
    add_name(organisation=organisation, name=name, source=source, by=by, now=now, known_from=known_from or now)
    return organisation


def make_key() -> str:
    """An address that says nothing of the organisation and is never given twice."""
    return f"org-{secrets.token_hex(5)}"


@transaction.atomic
def add_name(
    *, organisation: Organisation, name: str, source: Source, by: User | None, now: datetime, **said: Unpack[NameSaid]
) -> OrganisationName:
    """Adds a name from ``starts_on`` on (None: since always), until ``ends_before`` (None: still).

    The legal name on a day is the latest to have started, of those that have not ended.
    """
    kept, kind = " ".join(name.split()), said.get("kind", OrganisationName.Kind.LEGAL)
    if not fold(kept):
        raise DirectoryError("name-missing")
    starts_on, ends_before = said.get("starts_on"), said.get("ends_before")
    for field, day in (("starts_on", starts_on), ("ends_before", ends_before)):
        if day is not None:
            check_day(day, today=timezone.localdate(now), field=field)
    if starts_on is not None and ends_before is not None and ends_before <= starts_on:
        raise DirectoryError("period-out-of-order")
    row = OrganisationName.objects.create(
        organisation=organisation,
        kind=kind,
        name=kept[:300],
        folded=fold(kept)[:300],
        starts_on=starts_on,
        ends_before=ends_before,
        source=source,
        known_from=said.get("known_from") or now,
    )
    record_event(
        action="add_name",
        target_kind="organisation",
        target_id=organisation.pk,
        by=by,
        now=now,
        after={"name": row.pk, "kind": kind, "source": source.pk},
    )
    return row


@transaction.atomic
def add_identifier(
    *,
    organisation: Organisation,
    scheme: str,
    value: str,
    source: Source,
    by: User | None,
    now: datetime,
    issuer: str = "",
    known_from: datetime | None = None,
) -> Identifier:
    """Adds a number; one whose check digit disagrees is kept and marked as doubtful."""
    kept, is_doubtful = clean_identifier(scheme, value)
    if not kept or len(kept) > 60:
        raise DirectoryError("identifier-missing", value=value)
    taken = Identifier.objects.filter(scheme=scheme, issuer=issuer, value=kept, known_to=None).first()
    if taken is not None:
        raise DirectoryError("identifier-taken", value=kept, organisation=taken.organisation_id)
    row = Identifier.objects.create(
        organisation=organisation,
        scheme=scheme,
        issuer=issuer,
        value=kept,
        is_doubtful=is_doubtful,
        source=source,
        known_from=known_from or now,
    )
    record_event(
        action="add_identifier",
        target_kind="organisation",
        target_id=organisation.pk,
        by=by,
        now=now,
        after={"identifier": row.pk, "scheme": scheme, "is_doubtful": is_doubtful, "source": source.pk},
    )
    return row


@transaction.atomic
def record_life_event(
    *,
    organisation: Organisation,
    source: Source,
    by: User | None,
    now: datetime,
    other: Organisation | None = None,
    label: str = "console",
    **said: Unpack[EventSaid],
) -> LifeEvent:
    """Adds what happened. ``other``: who it merged into, came out of it or replaced it; needed then, and only then."""
    kind = said["kind"]
    happened_on = check_day(said["happened_on"], today=timezone.localdate(now), field="happened_on")
    _check_event(organisation, kind, happened_on, other=other)
    event = LifeEvent.objects.create(
        organisation=organisation,
        kind=kind,
        happened_on=happened_on,
        other=other,
        note=said.get("note", "")[:300],
        source=source,
        known_from=said.get("known_from", now),
    )
    record_event(
        action="record_life_event",
        target_kind="organisation",
        target_id=organisation.pk,
        by=by,
        now=now,
        after={
            "event": event.pk,
            "kind": kind,
            "happened_on": happened_on.isoformat(),
            "other": other.pk if other else None,
            "source": source.pk,
        },
        label=label,
    )
    return event


def _check_event(organisation: Organisation, kind: str, happened_on: date, *, other: Organisation | None) -> None:
    if kind not in LifeEvent.Kind.values:
        raise DirectoryError("event-unknown", value=kind, allowed=tuple(LifeEvent.Kind.values))
    if (kind in SUCCESSOR_KINDS) != (other is not None) or other == organisation:
        raise DirectoryError("event-successor", kind=kind)
    told = LifeEvent.objects.filter(organisation=organisation, known_to=None)
    if told.filter(kind=kind, happened_on=happened_on, other=other).exists():
        raise DirectoryError("event-already-said", kind=kind, value=happened_on.isoformat())
    check_life(told.values_list("kind", "happened_on"), kind=kind, day=happened_on)


@transaction.atomic
def add_establishment(
    *,
    organisation: Organisation,
    municipality_code: str,
    source: Source,
    by: User | None,
    now: datetime,
    name: str = "",
    is_head_office: bool = False,
    starts_on: date | None = None,
) -> Establishment:
    require_places(codes=[municipality_code], action="record_facts", by=by, now=now)
    row = Establishment.objects.create(
        organisation=organisation,
        name=name[:300],
        municipality_code=municipality_code,
        is_head_office=is_head_office,
        starts_on=starts_on,
        source=source,
        known_from=now,
    )
    record_event(
        action="add_establishment",
        target_kind="organisation",
        target_id=organisation.pk,
        by=by,
        now=now,
        after={"establishment": row.pk, "municipality": municipality_code, "source": source.pk},
    )
    return row
