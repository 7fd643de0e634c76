"""The same base at two dates, side by side: one row per unit, and the class of each.

A unit is one organisation, or several tied by a merger, a split or a new record between the two dates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from essor.methods.bases import Membership, is_exact
from essor.methods.facts import Event, Life, LifeStatus, lives_on
from essor.methods.lineage import lineage, units_of

IN, UNDECIDED, UNSEEN, FAILS, OUTSIDE, NOTHING, CLOSED, CEASED, NOT_YET = range(9)
"""What stands for a unit at one date: the first of these that is true of one of its organisations.

Undecided: facts, but not enough. Unseen: it existed, no fact covers the day. Nothing: neither fact nor event.
Ceased: merged away or replaced.
"""
ENTRIES = {
    UNDECIDED: "missing_before",
    UNSEEN: "seen_late",
    FAILS: "reclassified_in",
    OUTSIDE: "arrivals",
    NOTHING: "missing_before",
    CLOSED: "reopenings",
    CEASED: "reopenings",
    NOT_YET: "births",
}
EXITS = {
    UNDECIDED: "missing_after",
    UNSEEN: "missing_after",
    FAILS: "reclassified_out",
    OUTSIDE: "departures",
    NOTHING: "missing_after",
    CLOSED: "closures",
    CEASED: "missing_after",
    NOT_YET: "missing_after",
}
STABLE = "continuing_stable"
UNANSWERED = ("missing_before", "missing_after", "seen_late")
"""Classes of units that are known at one date only, though nothing says that they were out at the other."""
Integers = NDArray[np.int64]
Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Unit:
    """One organisation, or several tied by a merger, a split or a new record, between two dates.

    ``before``, ``after``: exact jobs of its members at each date (stored integers; a band or a missing figure counts
    nothing and makes ``figure_before`` or ``figure_after`` False). ``correction``: how much of the change comes from
    what was learned of the first date since (0 unless the first figure is taken as it was known then).
    """

    id: int
    organisations: tuple[int, ...]
    kind: str
    before: int
    after: int
    members_before: int
    members_after: int
    figure_before: bool
    figure_after: bool
    correction: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of units: exact jobs of their active organisations, whether they can be told, whether any is active.

    ``known``: every active organisation has an exact figure, and none of the unit existed outside the base at the first
    date: its jobs would be on the second side only.
    """

    jobs: Integers
    known: Bits
    active: Bits


@dataclass(frozen=True, slots=True)
class Moment:
    """One date, one row per unit: members (int64) and their exact jobs (int64).

    ``banded``, ``silent`` (bool): whether a member has a band, or no figure at all. ``low``, ``high`` (int64): exact
    jobs and the ends of bands; ``is_open`` (bool): one band at least has no upper end.
    """

    members: Integers
    jobs: Integers
    banded: Bits
    silent: Bits
    low: Integers
    high: Integers
    is_open: Bits

    @property
    def complete(self) -> Bits:
        """Whether each member has an exact figure."""
        return ~(self.banded | self.silent)


class UnitTable:
    """Two dates of one base, one row per unit, ids ascending.

    ``first``: the first date as it is compared (as it was published, when that is asked); ``before``: as known now.
    ``counted``: the units that are in at the first or at the second date. ``kinds``: the class of each. ``banded``: a
    band is in one of the totals. ``missing``: known at one date only, though nothing says that it was out at the other.
    """

    def __init__(
        self, before: Membership, after: Membership, published: Membership, events: Sequence[Event], known_at: datetime
    ) -> None:
        groups = lineage(events, after=before.on, until=after.on, known_at=known_at)
        named = [item.organisations for item in (before, after, published)]
        self.organisations: Integers = np.unique(np.concatenate([*named, np.array(list(groups), dtype=np.int64)]))
        self.ids, self.unit = np.unique(units_of(self.organisations, groups), return_inverse=True)
        self.before, self.first, self.after = (self._moment(item) for item in (before, published, after))
        self.counted: Bits = (self.first.members > 0) | (self.after.members > 0)
        lives_before, self._lives_after = (
            lives_on(events, on=side.on, known_at=known_at, observed=frozenset(side.organisations[side.seen].tolist()))
            for side in (before, after)
        )
        self._side_after = after
        stood_before, stood_after = self._stand(before, lives_before), self._stand(after, self._lives_after)
        seen_first = self._any(published.organisations[published.seen])
        self.kinds = self._classify(before=stood_before, after=stood_after, seen_first=seen_first)
        silent, in_both = self.first.silent | self.after.silent, (self.first.members > 0) & (self.after.members > 0)
        self.banded: Bits = self.first.banded | self.after.banded
        self.missing: Bits = silent | (np.isin(self.kinds, UNANSWERED) & ~(in_both & self.banded))
        existed = stood_before <= NOTHING
        existed[self._rows(published.members)] = False
        self._joined: Bits = self._any(self.organisations[existed])

    def list_units(self) -> tuple[Unit, ...]:
        """The units counted, ids ascending."""
        order = np.argsort(self.unit, kind="stable")
        groups = np.split(self.organisations[order], np.cumsum(np.bincount(self.unit, minlength=len(self.ids)))[:-1])
        first, before, after = self.first, self.before, self.after
        return tuple(
            Unit(
                id=int(self.ids[row]),
                organisations=tuple(groups[row].tolist()),
                kind=str(self.kinds[row]),
                before=int(first.jobs[row]),
                after=int(after.jobs[row]),
                members_before=int(first.members[row]),
                members_after=int(after.members[row]),
                figure_before=bool(first.complete[row]),
                figure_after=bool(after.complete[row]),
                correction=int(before.jobs[row] - first.jobs[row]),
            )
            for row in np.flatnonzero(self.counted).tolist()
        )

    def follow(self) -> Followed:
        """What became of every unit at the second date, in the base or not."""
        side, active = self._side_after, np.ones(len(self.organisations), dtype=np.bool_)
        for row, item in self._named(self._lives_after):
            active[row] = self._lives_after[item].status not in {LifeStatus.CLOSED, LifeStatus.NOT_YET}
        figures, exact = np.zeros(len(active), dtype=np.int64), np.zeros(len(active), dtype=np.bool_)
        rows = self._rows(side.organisations)
        exact[rows] = is_exact(side.jobs)
        figures[rows] = np.where(exact[rows], side.jobs.low, 0)
        jobs, gaps = self._zeros(), self._zeros()
        np.add.at(jobs, self.unit[active & exact], figures[active & exact])
        np.add.at(gaps, self.unit[active & ~exact], 1)
        return Followed(jobs, (gaps == 0) & ~self._joined, self._any(self.organisations[active]))

    def _zeros(self) -> Integers:
        return np.zeros(len(self.ids), dtype=np.int64)

    def _rows(self, organisations: Integers) -> NDArray[np.intp]:
        return np.searchsorted(self.organisations, organisations)

    def _named(self, lives: Mapping[int, Life]) -> list[tuple[int, int]]:
        """Row and id of the organisations of the table that have a life."""
        known = np.intersect1d(self.organisations, np.fromiter(lives, dtype=np.int64, count=len(lives)))
        return list(zip(self._rows(known).tolist(), known.tolist(), strict=True))

    def _moment(self, side: Membership) -> Moment:
        jobs, members, exact = side.jobs, side.member.yes, is_exact(side.jobs)
        rows, figured = self.unit[self._rows(side.organisations)], jobs.has_low | jobs.has_high

        def add(values: Integers, chosen: Bits) -> Integers:
            total = self._zeros()
            np.add.at(total, rows[chosen], values[chosen])
            return total

        def has(chosen: Bits) -> Bits:
            return self._any(side.organisations[chosen])

        return Moment(
            members=add(np.ones(len(rows), dtype=np.int64), members),
            jobs=add(jobs.low, members & exact),
            banded=has(members & figured & ~exact),
            silent=has(members & ~figured),
            low=add(jobs.low, members & jobs.has_low),
            high=add(jobs.high, members & jobs.has_high),
            is_open=has(members & figured & ~jobs.has_high),
        )

    def _any(self, organisations: Integers) -> Bits:
        found = np.zeros(len(self.ids), dtype=np.bool_)
        found[self.unit[self._rows(organisations)]] = True
        return found

    def _stand(self, side: Membership, lives: Mapping[int, Life]) -> NDArray[np.int8]:
        """The standing of each organisation at one date."""
        each = np.full(len(self.organisations), NOTHING, dtype=np.int8)
        each[self._rows(side.organisations)] = np.select(
            [side.member.yes, side.seen & side.inside.no, side.seen & side.criteria.no, side.seen],
            [IN, OUTSIDE, FAILS, UNDECIDED],
            NOTHING,
        )
        for row, item in self._named(lives):
            each[row] = _with_life(int(each[row]), lives[item])
        return each

    def _least(self, each: NDArray[np.int8]) -> NDArray[np.int8]:
        """The first standing that is true of one of each unit's organisations."""
        standing = np.full(len(self.ids), NOT_YET, dtype=np.int8)
        np.minimum.at(standing, self.unit, each)
        return standing

    def _classify(self, *, before: NDArray[np.int8], after: NDArray[np.int8], seen_first: Bits) -> NDArray[np.str_]:
        """The class of each unit. ``before``, ``after``: the standing of each organisation at the two dates."""
        first, last = self.first, self.after
        now = self.before
        learned = (first.members != now.members) | (first.jobs != now.jobs) | (first.complete != now.complete)
        change = last.jobs - first.jobs
        beside, left = self._least(_beside(before)), self._least(_beside(after))
        choices = [
            (learned & ~seen_first, "seen_late"),
            (learned, "corrected_since"),
            (first.members == 0, _table(ENTRIES)[self._least(before)]),
            (last.members == 0, _table(EXITS)[self._least(after)]),
            (~last.complete, "missing_after"),
            (~first.complete, "missing_before"),
            ((beside != NOT_YET) & (change > 0), _table(ENTRIES)[beside]),
            ((left != NOT_YET) & (change < 0), _table(EXITS)[left]),
            (change > 0, "continuing_growth"),
            (change < 0, "continuing_decline"),
        ]
        kinds: NDArray[np.str_] = np.select(
            [condition for condition, _ in choices], [np.asarray(kind) for _, kind in choices], np.asarray(STABLE)
        )
        return kinds


def _beside(each: NDArray[np.int8]) -> NDArray[np.int8]:
    """The standing of the organisations that may exist outside the base; NOT_YET for all others."""
    return np.where((each > IN) & (each <= NOTHING), each, NOT_YET).astype(np.int8)


def _with_life(standing: int, life: Life) -> int:
    """What an organisation's events add to what its facts say."""
    if standing == IN:
        return IN
    if life.status == LifeStatus.CLOSED:
        return CLOSED if life.closed_by == "closed" else CEASED
    if life.status == LifeStatus.NOT_YET:
        return NOT_YET
    return UNSEEN if standing == NOTHING and life.status == LifeStatus.ACTIVE else standing


def _table(names: Mapping[int, str]) -> NDArray[np.str_]:
    return np.array([names.get(code, STABLE) for code in range(NOT_YET + 1)])
