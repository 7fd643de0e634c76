from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.directory.actions.reach import list_spoken_of, require_reach
from essor.directory.models import Establishment, Fact, Identifier, LifeEvent, OrganisationName, Source
from essor.directory.rules import DirectoryError

SAID_BY_A_SOURCE: Mapping[str, Any] = {
    "names": OrganisationName.objects,
    "identifiers": Identifier.objects,
    "events": LifeEvent.objects,
    "establishments": Establishment.objects,
    "facts": Fact.objects,
}


# The trace keeps no title and no reason: they are with the source, where a privacy erasure reaches them.


@transaction.atomic
def create_source(
    *,
    title: str,
    by: User | None,
    now: datetime,
    kind: str = "entry",
    publisher: str = "",
    licence: str = "",
    retrieved_on: date | None = None,
    label: str = "console",
) -> Source:
    source = Source.objects.create(
        kind=kind,
        title=title,
        publisher=publisher,
        licence=licence,
        retrieved_on=retrieved_on,
        recorded_at=now,
        recorded_by=by,
    )
    record_event(
        action="create_source",
        target_kind="source",
        target_id=source.pk,
        by=by,
        now=now,
        after={"kind": kind, "licence": licence},
        label=label,
    )
    return source


@transaction.atomic
def withdraw_source(
    *, source: Source, reason: str, by: User | None, now: datetime, label: str = "console"
) -> dict[str, int]:
    """Closes all that the source said, as of ``now``; how many rows of each table were closed.

    Whoever recorded it may, and whoever advises every territory that it speaks of (else ``organisation-elsewhere``).

    What it had corrected in another source is believed again. What was known before ``now`` stays exactly as it was,
    so a figure published earlier is still rebuilt. The same file may be imported again.
    """
    source = Source.objects.select_for_update().get(pk=source.pk)
    if source.withdrawn_at is not None:
        raise DirectoryError("source-already-withdrawn", source=source.title)
    if not reason.strip():
        raise DirectoryError("reason-missing")
    if by is None or by.pk != source.recorded_by_id:
        require_reach(organisations=list_spoken_of(source), action="withdraw_source", by=by, now=now)
    given_back = _give_back_replaced(source=source, by=by, now=now)
    closed = {name: rows.filter(source=source).close(now=now) for name, rows in SAID_BY_A_SOURCE.items()}
    Source.objects.filter(pk=source.pk).update(withdrawn_at=now, withdrawal_reason=reason.strip())
    closed["given_back"] = given_back
    record_event(
        action="withdraw_source",
        target_kind="source",
        target_id=source.pk,
        by=by,
        now=now,
        before={"withdrawn_at": None},
        after={"withdrawn_at": now.isoformat(), "closed": closed},
        label=label,
    )
    return closed


def _give_back_replaced(*, source: Source, by: User | None, now: datetime) -> int:
    """Says again, from ``now``, what open facts of ``source`` had replaced in sources that still stand."""
    restored = []
    current = (
        Fact.objects.filter(source=source, known_to=None).exclude(replaces=None).select_related("replaces__source")
    )
    for fact in current.iterator(chunk_size=2000):
        earlier = _last_of_another_source(fact)
        if earlier is not None:
            restored.append(_copy(earlier, by=by, now=now))
    Fact.objects.filter(source=source, known_to=None).exclude(replaces=None).close(now=now)
    Fact.objects.bulk_create(restored, batch_size=2000)
    return len(restored)


def _last_of_another_source(fact: Fact) -> Fact | None:
    earlier = fact.replaces
    while earlier is not None and (earlier.source_id == fact.source_id or earlier.source.withdrawn_at is not None):
        earlier = earlier.replaces
    return earlier


def _copy(fact: Fact, *, by: User | None, now: datetime) -> Fact:
    kept = (
        "organisation_id", "variable", "starts_on", "ends_before", "low", "high", "codes", "status", "trust",
        "source_id",
    )  # fmt: skip
    return Fact(
        **{name: getattr(fact, name) for name in kept},
        replaces=fact,
        known_from=now,
        recorded_at=now,
        recorded_by=by,
    )
