"""What no set of options can exceed: a linear program, whose answer is turned into a proof in whole numbers.

A :class:`Programme` holds the options that remain under one pair of ceilings: the most that all aid, and all public
aid, may come to. Any set obeys the pair that its own options name, and any set built within a pair obeys its own, so
the best over all pairs is the best of all.

The solver (HiGHS, through SciPy) works in floating point and is not trusted: only its multipliers are read. For any
multipliers ≥ 0, rounded to integers, ``y·b + Σ_j max_{l ≤ v ≤ h} (c − yA)_j v_j`` is at least ``c·v`` for every ``v``
that satisfies ``Av ≤ b`` within its bounds (weak duality; Neumaier and Shcherbina, « Safe bounds in linear and
mixed-integer linear programming », *Mathematical Programming* 99, 2004). It is computed here with Python's integers:
poor multipliers give a weak bound, never a false one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import gcd, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from essor.methods.financing.candidates import Candidate, Problem

SHIFT = 90
"""Multipliers are integers in units of ``2 ** -SHIFT``: finer than a cent over any amount accepted."""
SOLVED, INFEASIBLE = 0, 2

Row = Mapping[int, int]
"""Column → coefficient."""


class Programme:
    """The options that remain under one pair of ceilings, as rows ``Σ coefficient · column ≤ limit``.

    ``most``: the upper bound of each column (the lower is 0). ``picks``: candidate (position) → its column, 1 when
    chosen; ``takes``: aid → the column that says that one of its options is chosen (the same one where it has only
    one). The other columns are cents paid by an aid to a group of costs: for given choices the best of them are
    integers, since they are a flow. ``covered``, ``repayable``, ``count``: what is sought, as rows. ``step``: cents
    that every amount is a multiple of (more than 1 only where all amounts are fixed).
    """

    def __init__(self, problem: Problem, total: int, public: int) -> None:
        self.problem, self.total, self.public = problem, total, public
        self.most: list[int] = []
        self.rows: list[tuple[Row, int]] = []
        self.picks: dict[int, int] = {}
        self.takes: dict[int, int] = {}
        self._paid: dict[int, dict[int, int]] = {}
        options: dict[int, list[int]] = {}
        for place, candidate in enumerate(problem.candidates):
            fits = candidate.total_ceiling >= total and candidate.public_ceiling >= public
            if fits and candidate.floor <= self.cap(candidate):
                options.setdefault(candidate.aid, []).append(place)
        for aid, places in options.items():
            self._add_aid(aid, places)
        fixed = [problem.candidates[place] for place in self.picks]
        self.step = gcd(*(each.cap for each in fixed)) if all(each.cap == each.floor for each in fixed) else 1
        self.covered = {column: 1 for paid in self._paid.values() for column in paid.values()}
        self.repayable = self._paid_by(aid for aid in self._paid if problem.aids[aid].repayable)
        self.count = dict.fromkeys(self.takes.values(), 1)
        self._add_limits()
        self._add_exclusions()

    def cap(self, candidate: Candidate) -> int:
        """The most that the candidate may bring under these ceilings."""
        limit = min(self.total, self.public) if self.problem.aids[candidate.aid].is_public else self.total
        return min(candidate.cap, limit)

    def _column(self, most: int) -> int:
        self.most.append(most)
        return len(self.most) - 1

    def _add_aid(self, aid: int, places: Sequence[int]) -> None:
        problem, take = self.problem, self._column(1)
        self.takes[aid] = take
        self.picks |= {place: take if len(places) == 1 else self._column(1) for place in places}
        if len(places) > 1:
            split = {take: 1} | {self.picks[place]: -1 for place in places}
            self.rows += [(split, 0), ({column: -value for column, value in split.items()}, 0)]
        caps = {self.picks[place]: self.cap(problem.candidates[place]) for place in places}
        top = max(caps.values())
        paid = {group: self._column(min(problem.costs[group], top)) for group in problem.reach[aid]}
        self._paid[aid] = paid
        self.rows.append((dict.fromkeys(paid.values(), 1) | {column: -cap for column, cap in caps.items()}, 0))
        floors = {self.picks[place]: problem.candidates[place].floor for place in places}
        self.rows.append((dict.fromkeys(paid.values(), -1) | floors, 0))
        for group, column in paid.items():
            if problem.costs[group] < top:
                self.rows.append(({column: 1, take: -problem.costs[group]}, 0))

    def _paid_by(self, aids: Iterator[int]) -> dict[int, int]:
        return {column: 1 for aid in aids for column in self._paid[aid].values()}

    def _add_limits(self) -> None:
        for group, cents in enumerate(self.problem.costs):
            payers = {paid[group]: 1 for paid in self._paid.values() if group in paid}
            self.rows.append((payers, cents))
        self.rows.append((self.covered, self.total))
        self.rows.append((self._paid_by(aid for aid in self._paid if self.problem.aids[aid].is_public), self.public))

    def _add_exclusions(self) -> None:
        """At most one aid of each clique of rivals: a stronger row than one for each pair. Then the other funders."""
        rivals, left = self.problem.rivals, set()
        for first, second in combinations(sorted(self.takes), 2):
            if second in rivals[first]:
                left.add((first, second))
        while left:
            clique = list(min(left))
            for aid in sorted(self.takes):
                if rivals[aid].issuperset(clique):
                    clique.append(aid)
            self.rows.append(({self.takes[aid]: 1 for aid in clique}, 1))
            left -= set(combinations(sorted(clique), 2))
        for place, column in self.picks.items():
            candidate = self.problem.candidates[place]
            if candidate.needs_other:
                others = {self.takes[aid]: -1 for aid in self.takes if aid in self.problem.others[candidate.aid]}
                self.rows.append(({column: 1} | others, 0))


@dataclass(frozen=True, slots=True)
class Bound:
    """``value``: no choice within the bounds given does better; None where the proof is that there is no choice at all.

    ``point``: the solver's own answer, column by column, where it has one: a hint, exact in nothing.
    """

    value: int | None
    point: NDArray[np.float64] | None
    scaled: int
    reduced: tuple[int, ...]
    step: int

    def value_if(self, column: int, chosen: int) -> int:
        """The bound where a column that may be 0 or 1 is that one."""
        slope = self.reduced[column]
        return _whole(self.scaled - max(slope, 0) + slope * chosen, self.step)


def _whole(scaled: int, step: int) -> int:
    """The greatest multiple of ``step`` that a scaled bound allows."""
    return (scaled >> SHIFT) // step * step


class Relaxation:
    """A programme with what is sought and what is demanded (more rows): :meth:`bound` proves what cannot be exceeded.

    Amounts are given to the solver as shares of the whole cost, and each row over its largest coefficient.
    """

    def __init__(self, programme: Programme, aim: Row, demands: Sequence[tuple[Row, int]]) -> None:
        self.programme, self.aim = programme, aim
        self._step = 1 if aim.keys() == programme.count.keys() else programme.step
        self._rows = [*programme.rows, *demands]
        self._unit = np.ones(len(programme.most))
        self._unit[list(programme.covered)] = float(programme.problem.cost)
        self._row_unit = [
            max((abs(value) * self._unit[column] for column, value in row.items()), default=1.0)
            for row, _limit in self._rows
        ]
        self._aim_unit = max((abs(value) * self._unit[column] for column, value in aim.items()), default=1.0)
        self._gain = np.zeros(len(programme.most))
        for column, value in aim.items():
            self._gain[column] = value * self._unit[column] / self._aim_unit
        self._limit = np.array([limit / unit for (_, limit), unit in zip(self._rows, self._row_unit, strict=True)])
        self._matrix = self._scaled_matrix()

    def _scaled_matrix(self) -> tuple[list[float], list[int], list[int]]:
        values, rows, columns = [], [], []
        for number, (row, _limit) in enumerate(self._rows):
            for column, value in row.items():
                values.append(value * self._unit[column] / self._row_unit[number])
                rows.append(number)
                columns.append(column)
        return values, rows, columns

    def bound(self, low: Sequence[int], high: Sequence[int]) -> Bound:
        """The most that ``aim`` can reach with every column between ``low`` and ``high``."""
        status, point, multipliers = self._solve(low, high)
        if status == INFEASIBLE:
            _, _, refuting = self._solve(low, high, is_elastic=True)
            if self._prove({}, refuting, float(self.programme.problem.cost), low, high)[0] < 0:
                return Bound(None, None, 0, (), 1)
        scaled, reduced = self._prove(self.aim, multipliers, self._aim_unit, low, high)
        return Bound(_whole(scaled, self._step), point, scaled, tuple(reduced), self._step)

    def _solve(
        self, low: Sequence[int], high: Sequence[int], *, is_elastic: bool = False
    ) -> tuple[int, NDArray[np.float64] | None, Sequence[float]]:
        """The solver's status, point and multipliers. Elastic: how far every row must give way for one to exist."""
        # Imported here: SciPy's optimisers take half a second to load, and only this function needs them.
        from scipy.optimize import linprog  # type: ignore[import-untyped]  # SciPy is not typed
        from scipy.sparse import csr_array  # type: ignore[import-untyped]  # SciPy is not typed

        values, rows, columns = self._matrix
        size, gain = len(self._gain), -self._gain
        bounds = np.column_stack([np.array(low) / self._unit, np.array(high) / self._unit])
        if is_elastic:
            gain, bounds = np.append(np.zeros(size), 1.0), np.vstack([bounds, [0.0, np.inf]])
            values, columns = values + [-1.0] * len(self._rows), columns + [size] * len(self._rows)
            rows = [*rows, *range(len(self._rows))]
        matrix = csr_array((values, (rows, columns)), shape=(len(self._rows), len(gain)))
        found: Any = linprog(gain, A_ub=matrix, b_ub=self._limit, bounds=bounds, method="highs-ds")
        if found.status != SOLVED:
            return int(found.status), None, [0.0] * len(self._rows)
        return SOLVED, found.x, [-float(each) for each in found.ineqlin.marginals]

    def _prove(
        self, aim: Row, multipliers: Sequence[float], unit: float, low: Sequence[int], high: Sequence[int]
    ) -> tuple[int, list[int]]:
        """The bound that these multipliers prove, in units of ``2 ** -SHIFT``, and the slope of each column in it."""
        reduced = [0] * len(low)
        for column, value in aim.items():
            reduced[column] = value << SHIFT
        proved = 0
        for (row, limit), row_unit, multiplier in zip(self._rows, self._row_unit, multipliers, strict=True):
            weight = max(0, int(multiplier * unit / row_unit * 2.0**SHIFT)) if isfinite(multiplier) else 0
            if weight:
                proved += weight * limit
                for column, value in row.items():
                    reduced[column] -= weight * value
        for slope, least, most in zip(reduced, low, high, strict=True):
            proved += slope * (most if slope > 0 else least)
        return proved, reduced
