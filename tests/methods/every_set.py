"""The slow and obvious financing plan: every set of options is valued, none is skipped. For tests only.

A set is worth the least cut of its flow network (maximum flow with lower bounds), and leaves to repay what the dual of
the least-cost flow says: minima of sums over the options, taken for all ``2 ** n`` sets at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from essor.methods.financing import WITHOUT_CASH, Aid, Project

Integers = NDArray[np.int64]
WEIGHT = 3
"""One cent more covered is worth more than any two repaid: no exchange of one cent changes more than two."""


@dataclass(frozen=True)
class Item:
    """One option of one aid: ``floor``, ``cap`` in cents, the costs it pays (bits), the most of all and public aid."""

    aid: Aid
    option: int
    floor: int
    cap: int
    kinds: int
    total: int
    public: int


@dataclass(frozen=True)
class Best:
    covered: int
    repayable: int
    ids: tuple[str, ...]
    options: tuple[int, ...]


class EverySet:
    """Position ``s`` of each array: the set of the items whose bit is in ``s``. ``covered``: -1 where it cannot be."""

    def __init__(self, project: Project, aids: Sequence[Aid], on: date) -> None:
        self.kinds, self.project = sorted(project.costs), project
        self.costs = [project.costs[kind] for kind in self.kinds]
        self.cost = sum(self.costs)
        self.items = [item for aid in sorted(aids, key=lambda each: each.id) for item in self._items(aid, on)]
        self.size = 1 << len(self.items)
        self.total = self._least([item.total for item in self.items], self.cost - project.own_cash)
        self.public = self._least([item.public for item in self.items], self.cost)
        floors = self.sums([item.floor for item in self.items])
        fits = self._cut(caps=[item.floor for item in self.items], floors=[0] * len(self.items)) == floors
        value = self._cut(caps=[item.cap for item in self.items], floors=[item.floor for item in self.items])
        self.covered: Integers = np.where(fits & self._compatible(), value, -1)

    def best(self) -> Best:
        """The best set: covered, then repayable, then number of aids, then ids, then options."""
        sets = np.flatnonzero(self.covered == self.covered.max())
        repayable = self.repayable(sets)
        sets = sets[repayable == repayable.min()]
        count = np.array([int(each).bit_count() for each in sets.tolist()])
        found = []
        for each in sets[count == count.min()].tolist():
            items = [item for bit, item in enumerate(self.items) if each >> bit & 1]
            found.append((tuple(item.aid.id for item in items), tuple(item.option for item in items)))
        return Best(int(self.covered.max()), int(repayable.min()), *min(found))

    def repayable(self, sets: Integers) -> Integers:
        """The fewest cents to repay of each of these sets, once it covers all that it can."""
        found = [self._repayable(block) for block in np.array_split(sets, 1 + len(sets) // 2048)]
        return np.concatenate(found)

    def _repayable(self, sets: Integers) -> Integers:
        points = np.array(list(product(range(WEIGHT + 1), repeat=2 + len(self.costs))), dtype=np.float64)
        weights = np.zeros((len(points), len(self.items)))
        for column, item in enumerate(self.items):
            paid = [2 + bit for bit in range(len(self.costs)) if item.kinds >> bit & 1]
            gain = WEIGHT - item.aid.repayable - points[:, 0] - points[:, paid].min(axis=1)
            gain -= points[:, 1] if item.aid.is_public else 0
            weights[:, column] = np.maximum(gain * item.cap, gain * item.floor)
        chosen = (sets[None, :] >> np.arange(len(self.items))[:, None] & 1).astype(np.float64)
        values = weights @ chosen + (points[:, 2:] @ np.array(self.costs, dtype=np.float64))[:, None]
        values += points[:, [0]] * self.total[sets] + points[:, [1]] * self.public[sets]
        assert np.abs(values).max() < 2**52
        return WEIGHT * self.covered[sets] - values.min(axis=0).astype(np.int64)

    def sums(self, weights: Sequence[int]) -> Integers:
        return self._double(weights, 0, lambda sums, weight: sums + weight)

    def _least(self, limits: Sequence[int], most: int) -> Integers:
        return self._double(limits, most, np.minimum)

    def _double(self, values: Sequence[int], first: int, step: Callable[..., Any]) -> Integers:
        found = np.array([first], dtype=np.int64)
        for value in values:
            found = np.concatenate([found, step(found, value)])
        return found

    def _cut(self, *, caps: Sequence[int], floors: Sequence[int]) -> Integers:
        least = np.full(self.size, 2**62)
        for kept, all_in, public_in in product(range(1 << len(self.costs)), (True, False), (True, False)):
            constant: Any = sum(cents for bit, cents in enumerate(self.costs) if kept >> bit & 1)
            constant = constant + (self.public if all_in and not public_in else 0) + (0 if all_in else self.total)
            weights = []
            for item, cap, least_amount in zip(self.items, caps, floors, strict=True):
                is_kept = item.kinds & ~kept == 0
                is_in = public_in if item.aid.is_public else all_in
                weights.append((0 if is_kept else cap) if is_in else (-least_amount if is_kept else 0))
            least = np.minimum(least, constant + self.sums(weights))
        return least

    def _compatible(self) -> NDArray[np.bool_]:
        sets, allowed = np.arange(self.size), np.ones(self.size, dtype=np.bool_)
        for bit, item in enumerate(self.items):
            has, others = sets >> bit & 1 == 1, np.zeros(self.size, dtype=np.bool_)
            for place, other in enumerate(self.items):
                has_other = sets >> place & 1 == 1
                is_same = item.aid is other.aid
                if place != bit and (is_same or other.aid.id in item.aid.excludes):
                    allowed &= ~(has & has_other)
                if not is_same and not (item.aid.funder and item.aid.funder == other.aid.funder):
                    others |= has_other
            if item.aid.options[item.option].needs_other_funder:
                allowed &= ~has | others
        return allowed

    def _items(self, aid: Aid, on: date) -> list[Item]:
        is_open = (aid.opens_on is None or aid.opens_on <= on) and (aid.closes_before is None or on < aid.closes_before)
        if not is_open or aid.instrument in WITHOUT_CASH:
            return []
        bits = [bit for bit, kind in enumerate(self.kinds) if aid.cost_kinds is None or kind in aid.cost_kinds]
        eligible, found = sum(self.costs[bit] for bit in bits), []
        for number, option in enumerate(aid.options):
            own = max(self.project.own_cash, ceil(Fraction(option.own_share) * self.cost))
            cap = floor(eligible * (1 if option.share_of_cost is None else option.share_of_cost))
            cap = cap if option.cap is None else min(cap, option.cap)
            public = self.cost if option.cumulation_cap is None else floor(option.cumulation_cap * self.cost)
            is_affordable = self.project.own_available is None or own <= self.project.own_available
            if is_affordable and cap >= max(1, option.floor):
                kinds = sum(1 << bit for bit in bits)
                found.append(Item(aid, number, max(1, option.floor), cap, kinds, self.cost - own, public))
        return found
