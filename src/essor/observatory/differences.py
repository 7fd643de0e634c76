"""What two published results say differently, down to the last number: a correction leaves nothing out.

Each item that both publish is spread into its fields, and every field that differs is a change. So the list is empty
only where :func:`essor.methods.differences.compare_results` finds no other difference than the two instants of
knowledge and the advice given to whoever publishes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Data = Mapping[str, Any]
Change = dict[str, Any]

PLACES = {
    "figure": "figures",
    "membership": "memberships",
    "comparison": "comparisons",
    "bridge": "bridges",
}
"""Kind of change → where the results keep what it names."""
LEADS: Mapping[str, tuple[str, ...]] = {
    "figure": ("value",),
    "membership": (),
    "comparison": ("before", "after"),
    "bridge": ("total_a", "total_b"),
    "table": ("value",),
}
"""What is said of an item that only one of the two publishes; its figures speak for a membership."""
TABLES, RANGE = "tables", "range"


def list_changes(before: Data, after: Data) -> list[Change]:
    """Each published number that differs, ``{kind, key, field, before, after}``, in the order of PLACES, tables last.

    ``kind``: ``figure``, ``membership``, ``comparison``, ``bridge``, or ``table`` (one line of a figure, named by
    ``dimension`` and ``code``). ``field``: its place in the item, with dots (``parts.closures``). What one of the two
    does not publish is null there. Of a list of organisations or units, each side says how many of its own the other
    has not, or has otherwise: how many, not which, since a public document keeps the changes.
    """
    changes: list[Change] = []
    for kind, place in PLACES.items():
        changes += _compare_items(kind, before[place], after[place])
    for key, figure in before["figures"].items():
        if key in after["figures"]:
            changes += _compare_tables(key, figure[TABLES], after["figures"][key][TABLES])
    return changes


def _compare_items(kind: str, first: Data, second: Data) -> Iterator[Change]:
    for key in dict.fromkeys([*first, *second]):
        for field, old, new in _compare(kind, first.get(key), second.get(key)):
            yield {"kind": kind, "key": key, "field": field, "before": old, "after": new}


def _compare_tables(key: str, first: Data, second: Data) -> Iterator[Change]:
    for dimension in dict.fromkeys([*first, *second]):
        lines = [{line["code"]: line for line in side.get(dimension, ())} for side in (first, second)]
        for code in dict.fromkeys([*lines[0], *lines[1]]):
            for field, old, new in _compare("table", lines[0].get(code), lines[1].get(code)):
                place = {"kind": "table", "key": key, "dimension": dimension, "code": code}
                yield place | {"field": field, "before": old, "after": new}


def _compare(kind: str, first: Data | None, second: Data | None) -> Iterator[tuple[str, Any, Any]]:
    """The fields of one item that differ, with both values."""
    if first is None or second is None:
        for field in LEADS[kind]:
            yield field, (first or {}).get(field), (second or {}).get(field)
        return
    old, new = dict(_spread(first)), dict(_spread(second))
    for field in dict.fromkeys([*old, *new]):
        left, right = old.get(field), new.get(field)
        if left == right:
            continue
        if isinstance(left, dict) or isinstance(right, dict):
            yield field, _count_apart(left or {}, right or {}), _count_apart(right or {}, left or {})
        else:
            yield field, left, right


def _spread(item: Data, above: str = "") -> Iterator[tuple[str, Any]]:
    """An item's fields, those inside a field named with a dot; a list becomes a mapping from what it names.

    The two ends of a range are no list of things: they stay one value.
    """
    for name, value in item.items():
        field = f"{above}.{name}" if above else name
        if field == TABLES:
            continue
        if isinstance(value, Mapping):
            yield from _spread(value, field)
        elif isinstance(value, list) and not field.endswith(RANGE):
            yield field, {_name(entry): entry for entry in value}
        else:
            yield field, value


def _name(entry: Any) -> Any:
    """What an entry of a list is about: the unit or the organisation that it describes, or itself."""
    if not isinstance(entry, Mapping):
        return entry
    return entry["id"] if "id" in entry else entry["organisation"]


def _count_apart(mine: Data, other: Data) -> int:
    return sum(1 for name, entry in mine.items() if name not in other or other[name] != entry)
