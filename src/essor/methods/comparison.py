"""Two dates on one base, like for like: every unit in exactly one class, and parts that sum exactly to the change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

import numpy as np

from essor.methods.bases import ComparisonRefused, Membership, compare_fingerprints, fingerprint_of
from essor.methods.facts import Event
from essor.methods.growth import Flows, flows_of, growth_share, symmetric_growth, yearly_rate
from essor.methods.reserves import Interval, Missing, Reserve, find_reserve, growth_range, missing_of
from essor.methods.units import Bits, Followed, Integers, Moment, Unit, UnitTable

CLASSES = (
    "continuing_growth",
    "continuing_decline",
    "continuing_stable",
    "births",
    "reopenings",
    "arrivals",
    "closures",
    "departures",
    "reclassified_in",
    "reclassified_out",
    "seen_late",
    "corrected_since",
    "missing_before",
    "missing_after",
)
RESTRUCTURED = "restructured"
PARTS = (*CLASSES, RESTRUCTURED)
"""What a change is made of. ``restructured`` holds the change in the number of enterprises of units that are in at both
dates (mergers, splits); it never holds jobs."""

READINGS = ("criteria", "cohort", "survivors")
ECONOMIC = frozenset({*CLASSES[:5], "closures"})
"""Classes in which the work itself appeared, grew, shrank or ended; the others change who is counted or known."""

FATES = ("kept_growth", "kept_decline", "kept_stable", "left", "closed")
"""What became of the units of a cohort: still in the base with more, fewer or as many jobs; still active but out of it
(moved, or no longer meeting the criteria); no longer active."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one class brings: signed jobs (stored integers), signed enterprises, and its units' ids, ascending."""

    jobs: int
    enterprises: int
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of some units of a cohort: signed change of jobs (stored integers), and their ids, ascending."""

    jobs: int
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of « same base »: ``criteria``, ``cohort`` or ``survivors``.

    ``before``, ``after``: exact jobs alone; ``before_range``, ``after_range``: with the ends of bands. ``banded``: the
    units (ids) with a band in one of them; ``missing``: those known at one date only.
    ``units``: how many are summed. ``unknown``: units (ids) that the reading should follow but whose jobs are unknown
    at one of the dates: listed, summed on neither side; ``unknown_before``: what is known of them at the first date.
    ``flows``: all changes of the units summed; ``economic``: only those of the classes in ECONOMIC. ``fates``: for a
    cohort or its survivors, every name of FATES in order, so that ``before`` + Σ fates = ``after``; empty for
    ``criteria``, whose parts are those of the comparison.
    """

    name: str
    units: int
    before: int
    after: int
    days: int
    before_range: Interval
    after_range: Interval
    banded: tuple[int, ...]
    missing: Missing
    flows: Flows
    economic: Flows
    unknown: tuple[int, ...] = ()
    unknown_before: int = 0
    fates: Mapping[str, Fate] = field(default_factory=dict)

    @property
    def reserve(self) -> Reserve | None:
        """Why no rate is said; see :func:`essor.methods.reserves.find_reserve`."""
        return find_reserve(self.before_range, self.after_range, missing=self.missing)

    @property
    def is_fragile(self) -> bool:
        """Whether what is missing exceeds 5 % of the first total: the rate, if any, is not to be said alone."""
        return self.missing.is_large

    @property
    def inexact(self) -> tuple[int, ...]:
        """Units (ids, ascending) that are not known exactly at both dates."""
        return tuple(sorted({*self.banded, *self.missing.units}))

    @property
    def growth(self) -> Fraction | None:
        return None if self.reserve else growth_share(self.before, self.after)

    @property
    def growth_range(self) -> tuple[Fraction | None, Fraction | None] | None:
        """What may be said instead of a growth when a band is in a total; None otherwise."""
        return growth_range(self.before_range, self.after_range) if self.reserve == "band-in-total" else None

    @property
    def symmetric(self) -> Fraction | None:
        return None if self.reserve else symmetric_growth(self.before, self.after)

    @property
    def yearly(self) -> float | None:
        return None if self.reserve else yearly_rate(self.before, self.after, days=self.days)

    @property
    def recounted(self) -> int:
        """What the change owes to who is counted or known, not to work created or lost: ``flows`` less ``economic``."""
        return self.flows.net - self.economic.net


@dataclass(frozen=True, slots=True)
class Comparison:
    """``before`` + Σ parts = ``after``, for jobs and for enterprises. ``parts`` has every name of PARTS, in order."""

    before: int
    after: int
    enterprises_before: int
    enterprises_after: int
    days: int
    units: tuple[Unit, ...]
    parts: Mapping[str, Part]
    readings: Mapping[str, Reading]

    def jobs_parts(self) -> dict[str, int]:
        """Name → signed jobs, without ``restructured`` (which holds none)."""
        return {name: part.jobs for name, part in self.parts.items() if name != RESTRUCTURED}

    def enterprise_parts(self) -> dict[str, int]:
        return {name: part.enterprises for name, part in self.parts.items()}


def compare(
    before: Membership,
    after: Membership,
    events: Iterable[Event],
    *,
    known_at: datetime,
    published: Membership | None = None,
) -> Comparison:
    """The change of one base between the day of ``before`` and the later day of ``after``, explained without residual.

    Both memberships and ``events`` as known at ``known_at``. ``published``: the membership of the first day as it was
    known when first published; the change then starts from it, and what was learned since has its own classes.
    Jobs are those known exactly: a band is never summed, and a unit that has one is in ``missing_before`` or
    ``missing_after``. Undecided membership counts as not in. A rate is None where a band is in a total, or where too
    much is missing (:mod:`essor.methods.reserves`). Result: units ascending, each in exactly one class.

    Raises :class:`~essor.methods.bases.ComparisonRefused` where the fingerprints differ, ValueError
    (``dates-not-in-order``) where the days do not follow one another.
    Method: business demography (Eurostat and OECD, 2007) for births and deaths; Davis, Haltiwanger and Schuh (1996)
    for gross flows.
    """
    _guard(before, after)
    if published is not None:
        _guard(before, published)
    if before.on >= after.on:
        raise ValueError("dates-not-in-order")
    table = UnitTable(before, after, published or before, list(events), known_at)
    units, followed, days = table.list_units(), table.follow(), (after.on - before.on).days
    readings = [_read(table, "criteria", days)]
    readings += [_read_cohort(table, followed, name, days) for name in READINGS[1:]]
    return Comparison(
        before=int(table.first.jobs.sum()),
        after=int(table.after.jobs.sum()),
        enterprises_before=int(table.first.members.sum()),
        enterprises_after=int(table.after.members.sum()),
        days=days,
        units=units,
        parts=_parts(units),
        readings={reading.name: reading for reading in readings},
    )


def _guard(first: Membership, second: Membership) -> None:
    prints = [fingerprint_of(item.base, item.territory, indicator=item.base.jobs_variable) for item in (first, second)]
    refusal = compare_fingerprints(prints[0], prints[1])
    if refusal is not None:
        raise ComparisonRefused(refusal)


def _parts(units: tuple[Unit, ...]) -> dict[str, Part]:
    jobs, enterprises = dict.fromkeys(PARTS, 0), dict.fromkeys(PARTS, 0)
    named: dict[str, list[int]] = {name: [] for name in PARTS}
    for unit in units:
        jobs[unit.kind] += unit.change
        named[unit.kind].append(unit.id)
        change = unit.members_after - unit.members_before
        stays = unit.members_before > 0 and unit.members_after > 0
        enterprises[RESTRUCTURED if stays else unit.kind] += change
        if stays and change:
            named[RESTRUCTURED].append(unit.id)
    return {name: Part(jobs[name], enterprises[name], tuple(named[name])) for name in PARTS}


def _read(table: UnitTable, name: str, days: int) -> Reading:
    """The criteria reading: who satisfies the base at each date."""
    economic, chosen = np.isin(table.kinds, list(ECONOMIC)), table.counted
    lost = chosen & table.missing
    jobs = int(np.maximum(table.first.jobs, table.after.jobs)[lost].sum())
    before_range = _range_of(table.first, chosen)
    reading = replace(
        _sum_up(name, days, table, chosen=chosen, ends=table.after.jobs, economic=economic),
        before_range=before_range,
        after_range=_range_of(table.after, chosen),
        banded=_ids(table, chosen & table.banded),
        missing=missing_of(_ids(table, lost), jobs, known=before_range[0], is_summed=True),
    )
    if reading.reserve is None:
        return reading
    return replace(reading, flows=reading.flows.without_rates(), economic=reading.economic.without_rates())


def _range_of(moment: Moment, chosen: Bits) -> Interval:
    is_open = bool(moment.is_open[chosen].any())
    return int(moment.low[chosen].sum()), None if is_open else int(moment.high[chosen].sum())


def _ids(table: UnitTable, chosen: Bits) -> tuple[int, ...]:
    return tuple(table.ids[chosen].tolist())


def _read_cohort(table: UnitTable, followed: Followed, name: str, days: int) -> Reading:
    """The units of the first date; for ``survivors``, those with an organisation still active at the second."""
    cohort: Bits = table.first.members > 0
    if name == "survivors":
        cohort = cohort & followed.active
    known = cohort & table.first.complete & followed.known
    unknown = cohort & ~known
    economic = ~np.isin(table.kinds, ["seen_late", "corrected_since"])
    lost, first = int(table.first.jobs[unknown].sum()), int(table.first.jobs[cohort].sum())
    missing = missing_of(_ids(table, unknown), lost, known=first, is_summed=False)
    reading = replace(_sum_up(name, days, table, chosen=known, ends=followed.jobs, economic=economic), missing=missing)
    return replace(
        reading,
        unknown=tuple(table.ids[unknown].tolist()),
        unknown_before=int(table.first.jobs[unknown].sum()),
        fates=_tell_fates(table, followed, known),
    )


def _tell_fates(table: UnitTable, followed: Followed, chosen: Bits) -> dict[str, Fate]:
    """Every chosen unit in exactly one fate."""
    changes, stays = followed.jobs - table.first.jobs, table.after.members > 0
    rows = {
        "kept_growth": stays & (changes > 0),
        "kept_decline": stays & (changes < 0),
        "kept_stable": stays & (changes == 0),
        "left": ~stays & followed.active,
        "closed": ~stays & ~followed.active,
    }
    return {
        name: Fate(int(changes[chosen & among].sum()), tuple(table.ids[chosen & among].tolist()))
        for name, among in rows.items()
    }


def _sum_up(name: str, days: int, table: UnitTable, *, chosen: Bits, ends: Integers, economic: Bits) -> Reading:
    changes = ends - table.first.jobs
    before, after = int(table.first.jobs[chosen].sum()), int(ends[chosen].sum())
    return Reading(
        name=name,
        units=int(chosen.sum()),
        before=before,
        after=after,
        days=days,
        before_range=(before, before),
        after_range=(after, after),
        banded=(),
        missing=missing_of((), 0, known=before, is_summed=True),
        flows=flows_of(changes[chosen], before=before, after=after),
        economic=flows_of(changes[chosen & economic], before=before, after=after),
    )
