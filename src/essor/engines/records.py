"""Facts, life events and names as columns: the one layout shared by snapshots, stores and queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")

FACTS = pa.schema(
    [
        ("organisation", pa.int64()),
        ("variable", pa.string()),
        ("starts_on", pa.date32()),
        ("ends_before", pa.date32()),
        ("low", pa.int64()),
        ("high", pa.int64()),
        ("codes", pa.string()),
        ("status", pa.string()),
        ("trust", pa.int32()),
        ("known_from", INSTANT),
        ("known_to", INSTANT),
        ("sequence", pa.int64()),
    ]
)
EVENTS = pa.schema(
    [
        ("organisation", pa.int64()),
        ("kind", pa.string()),
        ("happened_on", pa.date32()),
        ("other", pa.int64()),
        ("known_from", INSTANT),
        ("known_to", INSTANT),
    ]
)
NAMES = pa.schema(
    [
        ("organisation", pa.int64()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("starts_on", pa.date32()),
        ("ends_before", pa.date32()),
        ("known_from", INSTANT),
        ("known_to", INSTANT),
    ]
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name of an organisation, for the period ``[starts_on, ends_before)``; ``kind`` is ``legal`` or ``other``."""

    organisation: int
    kind: str
    name: str
    starts_on: date | None
    ends_before: date | None
    known_from: datetime
    known_to: datetime | None


def as_table(schema: pa.Schema, items: pa.Table | Iterable[Any]) -> pa.Table:
    """Records as columns of ``schema``; an Arrow table is only put in its order and types."""
    if isinstance(items, pa.Table):
        return items.select(schema.names).cast(schema)
    rows = list(items)
    return pa.table({name: [getattr(row, name) for row in rows] for name in schema.names}, schema=schema)
