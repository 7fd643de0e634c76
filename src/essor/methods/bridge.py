"""From one base to another at one date: why two totals differ, part by part, without residual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from essor.methods.bases import FULL_TIME, Membership, is_exact

BRIDGE_PARTS = ("only_in_a", "only_in_b", "counted_differently", "other_territory")


@dataclass(frozen=True, slots=True)
class BridgePart:
    """``jobs``: signed, in stored integers; ``enterprises``: signed; ``organisations``: ids, ascending."""

    jobs: int
    enterprises: int
    organisations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """``total_a`` + Σ parts = ``total_b``, for jobs and for enterprises. ``parts`` has every name of BRIDGE_PARTS.

    ``undecided_in_other``: organisations that are in one base while nothing tells whether they are in the other; they
    stand in ``only_in_a`` or ``only_in_b``. ``without_figure``: members of a base without an exact figure in its
    measure: they count nothing there. ``in_both``: how many belong to both.
    """

    total_a: int
    total_b: int
    enterprises_a: int
    enterprises_b: int
    in_both: int
    parts: Mapping[str, BridgePart]
    undecided_in_other: tuple[int, ...]
    without_figure: tuple[int, ...]

    def jobs_parts(self) -> dict[str, int]:
        """Name → signed jobs."""
        return {name: part.jobs for name, part in self.parts.items()}


def bridge(first: Membership, second: Membership) -> Bridge:
    """The passage from the total of ``first`` to that of ``second``: two bases, or two territories, on one day.

    Parts: ``only_in_a`` (negative) and ``only_in_b``: members of one alone; ``counted_differently``: members of both
    whose jobs the two bases measure differently; ``other_territory``: members of one that satisfy the other's criteria
    but lie surely outside its territory. Jobs are those known exactly, each in its own base's measure. Exchanging the
    two bases negates every part.

    Raises ValueError: ``dates-differ`` where the days are not the same; ``measures-never-mixed`` where one base counts
    full-time equivalents and the other does not.
    """
    if first.on != second.on:
        raise ValueError("dates-differ")
    if (first.base.jobs_variable == FULL_TIME) != (second.base.jobs_variable == FULL_TIME):
        raise ValueError("measures-never-mixed")
    organisations = np.union1d(first.organisations, second.organisations)
    a, b = _Side(first, organisations), _Side(second, organisations)
    elsewhere = (a.member & b.meets & b.outside) | (b.member & a.meets & a.outside)
    both = a.member & b.member
    chosen = {
        "only_in_a": a.member & ~b.member & ~elsewhere,
        "only_in_b": b.member & ~a.member & ~elsewhere,
        "counted_differently": both & (b.jobs != a.jobs),
        "other_territory": elsewhere,
    }
    parts = {name: _part(a, b, organisations, rows) for name, rows in chosen.items()}
    undecided = (a.member & b.unknown) | (b.member & a.unknown)
    return Bridge(
        total_a=int(a.jobs.sum()),
        total_b=int(b.jobs.sum()),
        enterprises_a=int(a.member.sum()),
        enterprises_b=int(b.member.sum()),
        in_both=int(both.sum()),
        parts=parts,
        undecided_in_other=tuple(organisations[undecided].tolist()),
        without_figure=tuple(organisations[(a.member & ~a.exact) | (b.member & ~b.exact)].tolist()),
    )


def _part(a: _Side, b: _Side, organisations: NDArray[np.int64], rows: NDArray[np.bool_]) -> BridgePart:
    return BridgePart(
        jobs=int(b.jobs[rows].sum()) - int(a.jobs[rows].sum()),
        enterprises=int(b.member[rows].sum()) - int(a.member[rows].sum()),
        organisations=tuple(organisations[rows].tolist()),
    )


class _Side:
    """One base on the rows of both (bool and int64 arrays). An organisation that it has no row for is unknown to it."""

    def __init__(self, side: Membership, organisations: NDArray[np.int64]) -> None:
        self.rows, self.size = np.searchsorted(organisations, side.organisations), len(organisations)
        self.member = self._spread(side.member.yes)
        self.unknown = ~(self.member | self._spread(side.member.no))
        self.meets = self._spread(side.criteria.yes & side.active.yes)
        self.outside = self._spread(side.inside.no)
        self.exact = self._spread(is_exact(side.jobs))
        self.jobs = np.zeros(self.size, dtype=np.int64)
        self.jobs[self.rows] = np.where(side.member.yes & is_exact(side.jobs), side.jobs.low, 0)

    def _spread(self, bits: NDArray[np.bool_]) -> NDArray[np.bool_]:
        spread = np.zeros(self.size, dtype=np.bool_)
        spread[self.rows] = bits
        return spread
