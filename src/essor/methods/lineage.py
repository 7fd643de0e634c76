"""Which organisations are one unit between two dates: mergers, splits and new records are neither births nor deaths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from essor.methods.facts import Event, is_known

LINKS = frozenset({"merged", "split", "replaced"})
"""Events that tie a predecessor to a successor. A change of form or of name keeps the same organisation: no link."""


def lineage(events: Iterable[Event], *, after: date, until: date, known_at: datetime) -> Mapping[int, int]:
    """Organisation → its unit, for those tied by a link that happened in ``(after, until]``, as known at ``known_at``.

    A unit is named by the smallest organisation id in it; ties are followed through (A into B, B replaced by C: one
    unit). An organisation absent from the result is a unit by itself. Order of events irrelevant.
    Method: Eurostat and OECD, *Manual on Business Demography Statistics* (2007): mergers, break-ups, take-overs and
    changes of identity are events of their own, neither births nor deaths.

    >>> from datetime import UTC
    >>> start = datetime(2017, 1, 1, tzinfo=UTC)
    >>> merger = Event(24, "merged", date(2017, 2, 1), 23, start, None)
    >>> lineage([merger], after=date(2014, 6, 1), until=date(2017, 11, 1), known_at=start)
    {23: 23, 24: 23}
    """
    parent: dict[int, int] = {}

    def root_of(item: int) -> int:
        root = item
        while parent.setdefault(root, root) != root:
            root = parent[root]
        while parent[item] != root:
            parent[item], item = root, parent[item]
        return root

    for event in events:
        if event.kind not in LINKS or event.other is None or not is_known(event, known_at):
            continue
        if after < event.happened_on <= until:
            first, second = sorted((root_of(event.organisation), root_of(event.other)))
            parent[second] = first
    return {item: root_of(item) for item in sorted(parent)}


def units_of(organisations: NDArray[np.int64], groups: Mapping[int, int]) -> NDArray[np.int64]:
    """The unit of each organisation (same shape): ``groups`` where it speaks, itself elsewhere."""
    units = organisations.copy()
    if groups:
        named = np.fromiter(groups, dtype=np.int64, count=len(groups))
        _, rows, positions = np.intersect1d(organisations, named, return_indices=True)
        units[rows] = np.fromiter(groups.values(), dtype=np.int64, count=len(groups))[positions]
    return units
