"""The trace of what was done: one event for each write, chained by hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.transaction import TransactionManagementError

from essor.accounts.models import AuditEvent, User

FIRST = "0" * 64
HASH_VERSION = 2
# Any number will do, provided that nothing else locks it: the chain has one writer at a time.
CHAIN_LOCK = 1_112_2017


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """``verified_to``: the last number before the first fault, or the last of all. ``fault``: see ``verify_chain``."""

    verified_to: int
    last_hash: str
    fault: str = ""
    fault_at: int | None = None

    @property
    def is_whole(self) -> bool:
        return not self.fault


def record_event(
    *,
    action: str,
    target_kind: str,
    target_id: str | int,
    by: User | None,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    label: str = "console",
) -> AuditEvent:
    """Appends one event, inside the transaction of the write that it tells of.

    ``by`` None: someone without an account, named by ``label``; by default the operator's console.
    """
    _hold_chain()
    last = AuditEvent.objects.order_by("-sequence").first()
    event = AuditEvent(
        sequence=last.sequence + 1 if last else 1,
        happened_at=now,
        actor=by,
        actor_label=str(by)[:200] if by else label,
        action=action,
        target_kind=target_kind,
        target_id=str(target_id),
        before=_as_stored(before),
        after=_as_stored(after),
        previous_hash=last.hash if last else FIRST,
        hash_version=HASH_VERSION,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    return event


def event_hash(event: AuditEvent) -> str:
    """SHA-256 of the event's content and of the hash before it, as canonical JSON.

    Version 1 holds the name of whoever acted; version 2 their number too, and the version.
    """
    content = [
        event.sequence, event.happened_at.astimezone(UTC).isoformat(), event.actor_label, event.action,
        event.target_kind, event.target_id, event.before, event.after, event.previous_hash,
    ]  # fmt: skip
    if event.hash_version >= HASH_VERSION:
        content += [event.hash_version, event.actor_id]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def verify_chain() -> ChainCheck:
    """Reads the whole trail in order. Faults: ``missing`` (a number is absent), ``unlinked`` (an event does not follow
    the one before it), ``altered`` (its content is not what was hashed).

    The last events cut off leave a whole, shorter chain: keep ``last_hash`` elsewhere to see that.
    """
    sequence, last_hash, version = 0, FIRST, 1
    for event in AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000):
        fault = ""
        if event.sequence != sequence + 1:
            fault = "missing"
        elif event.previous_hash != last_hash:
            fault = "unlinked"
        elif event.hash_version < version or event.hash != event_hash(event):
            fault = "altered"
        if fault:
            return ChainCheck(sequence, last_hash, fault, event.sequence)
        sequence, last_hash, version = event.sequence, event.hash, event.hash_version
    return ChainCheck(sequence, last_hash)


def _hold_chain() -> None:
    """One writer at a time until the transaction ends; SQLite's own write lock (BEGIN IMMEDIATE) already does that."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("record_event: outside the transaction of the write that it tells of")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


def _as_stored(content: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the database will give back, so that the hash is that of the row read again."""
    if content is None:
        return None
    stored: dict[str, Any] = json.loads(json.dumps(dict(content), cls=DjangoJSONEncoder, allow_nan=False))
    return stored
