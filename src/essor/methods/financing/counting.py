"""The last few options, counted one set after the other: what every one of their combinations can cover.

For a given set of options the most that can be covered is the least of all cuts of the flow network, where a cut is
what may enter it less what its backward arcs are obliged to carry (maximum flow with lower bounds: Ahuja, Magnanti
and Orlin, *Network Flows*, 1993, section 6.7). Each cut is a sum over the options chosen, so that thousands of sets
are valued at once. Used where the linear program proves little: awards of fixed amounts make a subset-sum problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from essor.methods.financing.bounds import Programme

SIDES = ((True, True), (True, False), (False, False))
"""Whether all aid, and public aid, stand on the source's side of a cut; (False, True) is never the least."""


def count_cells(programme: Programme, free: int) -> int:
    """How many values are computed to count the sets of that many options: cuts times sets."""
    return len(SIDES) << len(programme.problem.costs) + free


def count_sets(
    programme: Programme, *, inside: Sequence[int], free: Sequence[int], least: int, most_aids: int
) -> Iterator[tuple[int, ...]]:
    """The compatible sets that hold every candidate of ``inside``, some of ``free``, and cover ``least`` or more.

    What is covered is counted within the ceilings of the programme, in cents; sets of more than ``most_aids`` are left
    out. Positions of candidates, ascending; the sets that cover most come first.
    """
    candidates = programme.problem.candidates
    floors = _sums([candidates[place].floor for place in inside], [candidates[place].floor for place in free])
    is_wanted = _least_cut(programme, inside, free, at_floor=True) >= floors
    is_wanted &= _sums([1] * len(inside), [1] * len(free)) <= most_aids
    is_wanted &= ~_has_rivals(programme, inside, free)
    covered = np.where(is_wanted, _least_cut(programme, inside, free, at_floor=False), -1)
    rows = np.flatnonzero(covered >= least)
    for number in rows[np.argsort(-covered[rows], kind="stable")].tolist():
        chosen = tuple(sorted([*inside, *(place for bit, place in enumerate(free) if number >> bit & 1)]))
        if programme.problem.is_compatible([candidates[place] for place in chosen]):
            yield chosen


def _has_rivals(programme: Programme, inside: Sequence[int], free: Sequence[int]) -> NDArray[np.bool_]:
    """Whether a set holds two options that exclude each other, or two of one aid (those of ``inside`` apart)."""
    problem, sets = programme.problem, np.arange(1 << len(free))
    found = np.zeros(len(sets), dtype=np.bool_)
    for bit, place in enumerate(free):
        aid = problem.candidates[place].aid
        for other_bit, other in enumerate([*free[:bit], *inside]):
            rival = problem.candidates[other].aid
            if rival == aid or rival in problem.rivals[aid]:
                found |= (sets >> bit & (sets >> other_bit if other_bit < bit else 1) & 1).astype(np.bool_)
    return found


@dataclass(frozen=True, slots=True)
class _Cut:
    """``kept``: the groups of costs on the source's side, as bits; the sides of all aid and of public aid."""

    programme: Programme
    kept: int
    total_is_in: bool
    public_is_in: bool
    at_floor: bool

    @property
    def constant(self) -> int:
        costs = self.programme.problem.costs
        entering = sum(cents for group, cents in enumerate(costs) if self.kept >> group & 1)
        if not self.total_is_in:
            return entering + self.programme.total
        return entering if self.public_is_in else entering + self.programme.public

    def weigh(self, place: int) -> int:
        """What the candidate at ``place`` adds to the cut once it is chosen."""
        problem = self.programme.problem
        candidate = problem.candidates[place]
        is_kept = all(self.kept >> group & 1 for group in problem.reach[candidate.aid])
        if self.public_is_in if problem.aids[candidate.aid].is_public else self.total_is_in:
            cap = candidate.floor if self.at_floor else self.programme.cap(candidate)
            return 0 if is_kept else cap
        return -candidate.floor if is_kept and not self.at_floor else 0


def _least_cut(
    programme: Programme, inside: Sequence[int], free: Sequence[int], *, at_floor: bool
) -> NDArray[np.int64]:
    """The least cut for each set of ``free`` (one bit each). ``at_floor``: with caps lowered to floors, which are free.

    The floors of a set fit if and only if that flow carries them all.
    """
    least = np.full(1 << len(free), np.iinfo(np.int64).max)
    for kept, sides in product(range(1 << len(programme.problem.costs)), SIDES):
        cut = _Cut(programme, kept, *sides, at_floor)
        sums = _sums([cut.weigh(place) for place in inside], [cut.weigh(place) for place in free])
        np.minimum(least, cut.constant + sums, out=least)
    return least


def _sums(inside: Sequence[int], free: Sequence[int]) -> NDArray[np.int64]:
    """The sum of ``inside`` and of each set of ``free``: bit ``n`` of a position says whether the n-th one is in."""
    sums = np.array([sum(inside)], dtype=np.int64)
    for weight in free:
        sums = np.concatenate([sums, sums + weight])
    return sums
