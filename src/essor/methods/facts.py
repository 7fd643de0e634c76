"""Observations → the profile of an organisation at (reference date T, known at K)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """One fact: what a source says of one variable of one organisation, for a period, and since when we know it.

    Reference period ``[starts_on, ends_before)`` in days (``ends_before`` None: still true). Knowledge interval
    ``[known_from, known_to)`` in instants with a time zone (``known_to`` None: still believed).
    Numeric variables fill ``low`` and ``high`` (equal for an exact value; one None for an open-ended band; integers
    at the variable's scale). Others fill ``codes``: the codes, sorted, joined by ``|``. For ``choice``, ``place`` and
    ``boolean`` several codes mean « one of these, not known which »; for ``choice_many`` they are the exact set
    (empty string: none of them).
    ``trust``: higher is believed first. ``sequence``: order of recording, unique.
    """

    organisation: int
    variable: str
    starts_on: date
    ends_before: date | None
    low: int | None
    high: int | None
    codes: str | None
    status: str
    trust: int
    known_from: datetime
    known_to: datetime | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Event:
    """One life event: ``kind`` in EVENT_KINDS; ``other`` is the successor (merged, split, replaced)."""

    organisation: int
    kind: str
    happened_on: date
    other: int | None
    known_from: datetime
    known_to: datetime | None


EVENT_KINDS = ("created", "renamed", "merged", "split", "replaced", "moved", "form_changed", "closed", "reopened")
"""``merged``: ceases into ``other``. ``split``: ``other`` comes out of it. ``replaced``: same enterprise, new record."""


def is_known(item: Observation | Event, known_at: datetime) -> bool:
    """Whether it was believed at ``known_at``: ``known_from <= known_at < known_to``."""
    return item.known_from <= known_at and (item.known_to is None or known_at < item.known_to)


def profile(observations: Iterable[Observation], *, on: date, known_at: datetime) -> Mapping[str, Observation]:
    """The answer to each variable of ONE organisation on day ``on``, with what was known at ``known_at``.

    For each variable, the observation chosen is the most trusted, then the latest by reference start, then the
    latest known, then the latest recorded, among those known at ``known_at`` whose reference period covers ``on``.
    A variable with no such observation is absent: unknown, never zero.
    """
    chosen: dict[str, Observation] = {}
    for item in observations:
        covers = item.starts_on <= on and (item.ends_before is None or on < item.ends_before)
        if not covers or not is_known(item, known_at):
            continue
        best = chosen.get(item.variable)
        if best is None or _rank(item) > _rank(best):
            chosen[item.variable] = item
    return chosen


def _rank(item: Observation) -> tuple[int, date, datetime, int]:
    return (item.trust, item.starts_on, item.known_from, item.sequence)
