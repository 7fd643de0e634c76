"""The trace of what was done: one event for each write, chained by hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from essor.accounts.models import AuditEvent, User

FIRST = "0" * 64


def record_event(
    *,
    action: str,
    target_kind: str,
    target_id: str | int,
    by: User | None,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Appends one event, inside the transaction of the write that it tells of. ``by`` None: the operator, at the console."""
    last = AuditEvent.objects.select_for_update().order_by("-sequence").first()
    event = AuditEvent(
        sequence=last.sequence + 1 if last else 1,
        happened_at=now,
        actor=by,
        actor_label=str(by) if by else "console",
        action=action,
        target_kind=target_kind,
        target_id=str(target_id),
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
        previous_hash=last.hash if last else FIRST,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    return event


def event_hash(event: AuditEvent) -> str:
    """SHA-256 of the event's content and of the hash before it, as canonical JSON."""
    content = [
        event.sequence, event.happened_at.isoformat(), event.actor_label, event.action, event.target_kind,
        event.target_id, event.before, event.after, event.previous_hash,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
