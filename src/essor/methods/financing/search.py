"""The best compatible set of options: covers most, then least to repay, then fewest aids, then first ids.

Branch and bound (Land and Doig, *Econometrica* 28, 1960), one aim after the other. What is found is valued by a flow
of whole cents; what is left aside is refuted by a bound proved in whole numbers, or counted set by set. So the answer
is exact whenever the search ends, whatever the solver says, and the answer says when the search stopped before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from essor.methods.financing.bounds import Bound, Programme, Relaxation, Row
from essor.methods.financing.candidates import Candidate, Problem
from essor.methods.financing.counting import count_cells, count_sets

COVERED, REPAYABLE, COUNT = range(3)
MOST_PROGRAMMES = 400
"""Linear programs that may be solved for one aim: a few seconds."""
PATIENCE = 30
"""Linear programs after which the sets of a branch are counted, if they are few enough."""
MOST_CELLS, MOST_DOUBLINGS, DOUBLING = 1 << 23, 3, 100
"""Values computed to count a branch (a tenth of a second), then twice as many, and again, as programs prove little."""
MOST_COUNTED = 30
"""Sets that may be valued one by one in a branch."""
Fixings = Mapping[int, int]
Columns = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """``chosen``: the candidates, ids ascending. ``at_most``: cents that no compatible set exceeds.

    ``is_proved``: no set is better, for any of the aims.
    """

    chosen: tuple[Candidate, ...]
    at_most: int
    is_proved: bool


def find_best(problem: Problem, *, effort: int = MOST_PROGRAMMES) -> Answer:
    """The best compatible set. ``effort``: linear programs that may be solved for each of the four aims."""
    search = _Search(problem, effort)
    steps = [search.improve(COVERED), search.improve(REPAYABLE), search.improve(COUNT), search.settle_ties()]
    return Answer(
        chosen=tuple(problem.candidates[place] for place in search.best.chosen),
        at_most=max(search.best.score[COVERED], search.unexplored),
        is_proved=all(steps),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """A set of candidates (positions, ascending) and its value. Better is greater, aim by aim."""

    chosen: tuple[int, ...] = ()
    score: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Goal:
    """What is sought: better than the best for ``aim``; or, where something is fixed, as good with that.

    ``aids``, ``picks``: aid, candidate → 1 where it must be chosen, 0 where it must not.
    """

    aim: int
    aids: Fixings = field(default_factory=dict)
    picks: Fixings = field(default_factory=dict)

    @property
    def is_match(self) -> bool:
        return bool(self.aids or self.picks)


@dataclass(frozen=True, slots=True)
class _Branch:
    """Choices still open between ``low`` and ``high``, none of which is better than ``at_most``."""

    relaxation: Relaxation
    low: Columns
    high: Columns
    at_most: int
    point: NDArray[np.float64] | None
    depth: int


class _OutOfEffort(Exception):
    """As many programs as allowed have been solved for this aim."""


class _Search:
    def __init__(self, problem: Problem, effort: int) -> None:
        self.problem, self.effort = problem, effort
        self.best, self.unexplored, self.spent, self.has_matched = _Found(), 0, 0, False
        self._valued: dict[tuple[int, ...], tuple[int, int, int] | None] = {}
        self._programmes: dict[tuple[int, int], Programme] = {}

    # The four aims

    def improve(self, aim: int) -> bool:
        """Finds the best for this aim, those before being held; whether it is proved to be so."""
        goal, branches, is_begun = _Goal(aim), list[_Branch](), False
        self.spent = 0
        try:
            for relaxation in self._relaxations(aim):
                columns = len(relaxation.programme.most)
                branches += self._open(goal, relaxation, (0,) * columns, tuple(relaxation.programme.most), 0)
            branches.sort(key=lambda branch: branch.at_most)
            is_begun = True
            self._explore(goal, branches)
        except _OutOfEffort:
            if aim == COVERED:
                left = [branch.at_most for branch in branches] if is_begun else [self.problem.total_ceiling]
                self.unexplored = max(left)
            return False
        return True

    def settle_ties(self) -> bool:
        """Among the sets that are as good, takes the first ids, then the first options; whether that is proved."""
        self.spent = 0
        try:
            roots = [(each, self._bound(each, None, None)) for each in self._relaxations(COUNT)]
            aids = self._settle_aids(roots)
            self._settle_options(roots, aids)
        except _OutOfEffort:
            return False
        return True

    def _settle_aids(self, roots: Sequence[tuple[Relaxation, Bound]]) -> Fixings:
        aids: dict[int, int] = {}
        for aid in range(len(self.problem.aids)):
            is_taken = aid in {self.problem.candidates[place].aid for place in self.best.chosen}
            is_full = sum(aids.values()) == len(self.best.chosen)
            aids[aid] = int(is_taken or (not is_full and self._match(roots, _Goal(COUNT, aids | {aid: 1}))))
        return aids

    def _settle_options(self, roots: Sequence[tuple[Relaxation, Bound]], aids: Fixings) -> None:
        picks: dict[int, int] = {}
        for place, candidate in enumerate(self.problem.candidates):
            if aids.get(candidate.aid):
                is_picked = place in self.best.chosen
                picks[place] = int(is_picked or self._match(roots, _Goal(COUNT, aids, picks | {place: 1})))

    def _match(self, roots: Sequence[tuple[Relaxation, Bound]], goal: _Goal) -> bool:
        """Whether some set as good as the best has what the goal fixes; it then becomes the best."""
        self.has_matched = False
        branches: list[_Branch] = []
        for relaxation, root in roots:
            fixed = _fix(relaxation.programme, goal)
            if fixed is None or root.value is None or self.has_matched:
                continue
            low, high = fixed
            forced = (column for column, least in enumerate(low) if least)
            if all(root.value_if(column, 1) >= self._least(goal) for column in forced):
                branches += self._open(goal, relaxation, low, high, 0)
        self._explore(goal, branches)
        return self.has_matched

    # Branches

    def _relaxations(self, aim: int) -> Iterator[Relaxation]:
        """One for each pair of ceilings that may still hold something better, the highest first."""
        candidates = self.problem.candidates
        totals = {self.problem.total_ceiling} | {candidate.total_ceiling for candidate in candidates}
        publics = {self.problem.cost} | {candidate.public_ceiling for candidate in candidates}
        for total in sorted(totals, reverse=True):
            for public in sorted(publics, reverse=True):
                if total < self.best.score[COVERED] + (aim == COVERED):
                    return
                pair = total, public
                if pair not in self._programmes:
                    self._programmes[pair] = Programme(self.problem, total, public)
                if self._programmes[pair].takes:
                    yield self._relax(self._programmes[pair], aim)

    def _relax(self, programme: Programme, aim: int) -> Relaxation:
        covered, repayable, _ = self.best.score
        aims: list[Row] = [programme.covered, _negative(programme.repayable), _negative(programme.count)]
        demands = [(_negative(programme.covered), -covered), (programme.repayable, -repayable)]
        return Relaxation(programme, aims[aim], demands[:aim])

    def _least(self, goal: _Goal) -> int:
        return self.best.score[goal.aim] + (0 if goal.is_match else 1)

    def _bound(self, relaxation: Relaxation, low: Columns | None, high: Columns | None) -> Bound:
        self.spent += 1
        if self.spent > self.effort:
            raise _OutOfEffort
        most = relaxation.programme.most
        return relaxation.bound(low or (0,) * len(most), high or most)

    def _open(self, goal: _Goal, relaxation: Relaxation, low: Columns, high: Columns, depth: int) -> list[_Branch]:
        """The branch within these bounds, or nothing where it is refuted; a set is proposed from it on the way."""
        bound = self._bound(relaxation, low, high)
        if bound.value is None or bound.value < self._least(goal):
            return []
        if bound.point is not None:
            self._propose(goal, relaxation.programme, bound.point, is_greedy=depth % 5 == 0)
        if bound.value < self._least(goal) or self.has_matched:
            return []
        low, high = _tighten(relaxation.programme, low, high, bound, self._least(goal))
        return [_Branch(relaxation, low, high, bound.value, bound.point, depth)]

    def _explore(self, goal: _Goal, branches: list[_Branch]) -> None:
        """Depth first, the more promising of two branches before the other; each is listed until it is split."""
        while branches and not (goal.is_match and self.has_matched):
            branch = branches[-1]
            is_open = branch.at_most >= self._least(goal) and not self._count(goal, branch)
            inner = self._split(goal, branch) if is_open else []
            del branches[-1]
            branches += inner

    def _split(self, goal: _Goal, branch: _Branch) -> list[_Branch]:
        programme = branch.relaxation.programme
        inside, free = _divide(programme, branch.low, branch.high)
        if not free:
            self._offer(goal, inside)
            return []
        column = min((programme.picks[place] for place in free), key=lambda each: _hesitation(branch.point, each))
        found: list[_Branch] = []
        for value in (0, 1):
            low, high = list(branch.low), list(branch.high)
            low[column] = high[column] = value
            found += self._open(goal, branch.relaxation, tuple(low), tuple(high), branch.depth + 1)
        return sorted(found, key=lambda each: each.at_most)

    def _count(self, goal: _Goal, branch: _Branch) -> bool:
        """Whether the branch has been explored by counting its sets, where programs have proved too little so far."""
        programme = branch.relaxation.programme
        inside, free = _divide(programme, branch.low, branch.high)
        most = MOST_CELLS << min(self.spent // DOUBLING, MOST_DOUBLINGS)
        if self.spent < PATIENCE or count_cells(programme, len(free)) > most:
            return False
        least = self.best.score[COVERED] + (goal.aim == COVERED)
        most_aids = -self._least(goal) if goal.aim == COUNT else len(programme.takes)
        sets = count_sets(programme, inside=inside, free=free, least=least, most_aids=most_aids)
        found = list(islice(sets, 1 if goal.aim == COVERED else MOST_COUNTED + 1))
        if len(found) > MOST_COUNTED:
            return False
        for chosen in found:
            self._offer(goal, chosen)
        return True

    # Sets

    def _offer(self, goal: _Goal, chosen: Sequence[int]) -> None:
        """Keeps the set if it is what the goal seeks."""
        chosen = tuple(sorted(chosen))
        score = self._value(chosen)
        if score is None:
            return
        if not goal.is_match:
            self.best = max(self.best, _Found(chosen, score), key=lambda found: found.score)
        elif score == self.best.score and self._obeys(goal, chosen):
            self.best, self.has_matched = _Found(chosen, score), True

    def _value(self, chosen: tuple[int, ...]) -> tuple[int, int, int] | None:
        if chosen not in self._valued:
            candidates = [self.problem.candidates[place] for place in chosen]
            amounts = self.problem.amounts(candidates) if self.problem.is_compatible(candidates) else None
            score = None if amounts is None else (amounts.covered, -amounts.repayable, -len(chosen))
            self._valued[chosen] = score
        return self._valued[chosen]

    def _obeys(self, goal: _Goal, chosen: tuple[int, ...]) -> bool:
        taken = {self.problem.candidates[place].aid for place in chosen}
        return all((aid in taken) == bool(value) for aid, value in goal.aids.items()) and all(
            (place in chosen) == bool(value) for place, value in goal.picks.items()
        )

    def _propose(self, goal: _Goal, programme: Programme, point: NDArray[np.float64], *, is_greedy: bool) -> None:
        """Offers the set that the solver's point suggests: what it takes most of first, as long as it fits and adds."""
        chosen: list[int] = []
        for place in sorted(programme.picks, key=lambda each: (-point[programme.picks[each]], each)):
            share, aid = point[programme.picks[place]], self.problem.candidates[place].aid
            if share < (1e-6 if is_greedy else 0.5):
                break
            taken = {self.problem.candidates[each].aid for each in chosen}
            if aid in taken or taken & self.problem.rivals[aid]:
                continue
            if share > 0.999 or not is_greedy or self._adds(chosen, place):
                chosen.append(place)
        self._offer(goal, chosen)

    def _adds(self, chosen: Sequence[int], place: int) -> bool:
        """Whether one more option lets the others cover more. A missing other funder is not minded: it may follow."""
        before, after = (
            self.problem.amounts([self.problem.candidates[each] for each in places])
            for places in (chosen, [*chosen, place])
        )
        return after is not None and (before is None or after.covered > before.covered)


def _negative(row: Row) -> Row:
    return {column: -value for column, value in row.items()}


def _hesitation(point: NDArray[np.float64] | None, column: int) -> tuple[float, int]:
    """How far a column is from being half chosen; where nothing hesitates, what is chosen comes first."""
    return (0.0 if point is None else round(abs(float(point[column]) - 0.499), 6)), column


def _divide(programme: Programme, low: Columns, high: Columns) -> tuple[list[int], list[int]]:
    """The candidates that are chosen within these bounds, and those that may be."""
    places = {
        place: column
        for place, column in programme.picks.items()
        if high[column] and high[programme.takes[programme.problem.candidates[place].aid]]
    }
    inside = [place for place, column in places.items() if low[column]]
    return inside, [place for place in places if place not in inside]


def _fix(programme: Programme, goal: _Goal) -> tuple[Columns, Columns] | None:
    """The bounds of the columns under what the goal fixes; None where the programme lacks something that must be."""
    low, high = [0] * len(programme.most), list(programme.most)
    for columns, fixed in ((programme.takes, goal.aids), (programme.picks, goal.picks)):
        for key, value in fixed.items():
            if key in columns:
                low[columns[key]] = high[columns[key]] = value
            elif value:
                return None
    return tuple(low), tuple(high)


def _tighten(programme: Programme, low: Columns, high: Columns, bound: Bound, least: int) -> tuple[Columns, Columns]:
    """The same bounds without the choices that the bound refutes one by one."""
    lows, highs = list(low), list(high)
    for column in {*programme.picks.values(), *programme.takes.values()}:
        if low[column] < high[column]:
            if bound.value_if(column, 1) < least:
                highs[column] = 0
            elif bound.value_if(column, 0) < least:
                lows[column] = 1
    return tuple(lows), tuple(highs)
