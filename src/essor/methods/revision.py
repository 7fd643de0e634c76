"""Why one published figure differs from an earlier one: revision, coverage, definition, real. Without residual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from essor.methods.bases import FULL_TIME, Membership, is_exact

TERMS = ("revision", "coverage", "definition", "real")
Corner = frozenset[str]
"""The terms already applied: the empty set is the first published figure, all four the last."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term, signed, in the order of TERMS; ``lowest`` and ``highest`` over the orders that can be computed."""

    value: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Split:
    """``before`` + Σ ``terms`` = ``after``. ``orders``: how many orders of the terms could be computed."""

    before: int
    after: int
    terms: Mapping[str, Term]
    orders: int


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The same change told in jobs and in enterprises."""

    jobs: Split
    enterprises: Split


def split_change(
    first: Membership,
    revised: Membership,
    redefined: Membership,
    last: Membership,
    *,
    first_redefined: Membership | None = None,
    last_undefined: Membership | None = None,
) -> Decomposition:
    """The change between two published figures P0 (date T0, known at K0, definition D0) and P1 (T1, K1, D1).

    ``first`` (T0, K0, D0); ``revised`` (T0, K1, D0); ``redefined`` (T0, K1, D1); ``last`` (T1, K1, D1). Terms:
    ``revision``, what was learned about organisations already seen at K0; ``coverage``, organisations first seen since;
    ``definition``; ``real``, the change from T0 to T1. Jobs are those known exactly.
    The values given follow this order. A term may depend on the order: with ``first_redefined`` (T0, K0, D1) or
    ``last_undefined`` (T1, K1, D0), other orders are computed too and each term gets its range. ``real`` never comes
    before ``revision`` and ``coverage``, because T1 was not yet known at K0.

    Raises ValueError: ``dates-differ`` where the first three are not of one day, or the last two of another;
    ``measures-never-mixed`` where one definition counts full-time equivalents and the other does not.
    Method: decomposition by substitution; the range over orders is that of a Shapley decomposition.
    """
    early = [side for side in (first, revised, redefined, first_redefined) if side is not None]
    late = [side for side in (last, last_undefined) if side is not None]
    _refuse_mixtures(early, late)
    corners = _Corners(first, revised, redefined, last, first_redefined, last_undefined)
    return Decomposition(jobs=_split(corners.values(jobs=True)), enterprises=_split(corners.values(jobs=False)))


def _refuse_mixtures(early: Sequence[Membership], late: Sequence[Membership]) -> None:
    if any(len({side.on for side in sides}) > 1 for sides in (early, late)):
        raise ValueError("dates-differ")
    if len({side.base.jobs_variable == FULL_TIME for side in (*early, *late)}) > 1:
        raise ValueError("measures-never-mixed")


class _Corners:
    """The figures that can be computed: terms applied → total."""

    def __init__(
        self,
        first: Membership,
        revised: Membership,
        redefined: Membership,
        last: Membership,
        first_redefined: Membership | None,
        last_undefined: Membership | None,
    ) -> None:
        self.first, self.revised, self.redefined, self.last = first, revised, redefined, last
        self.first_redefined, self.last_undefined = first_redefined, last_undefined

    def values(self, *, jobs: bool) -> dict[Corner, int]:
        found: dict[Corner, int] = {}
        for definition, old, new in (
            (frozenset[str](), self.first, self.revised),
            (frozenset({"definition"}), self.first_redefined, self.redefined),
        ):
            found |= self._knowledge(definition, old, new, jobs=jobs)
        learned = frozenset({"revision", "coverage", "real"})
        for corner, side in ((learned, self.last_undefined), (learned | {"definition"}, self.last)):
            if side is not None:
                found[corner] = _total(side, jobs=jobs)
        return found

    def _knowledge(self, applied: Corner, old: Membership | None, new: Membership, *, jobs: bool) -> dict[Corner, int]:
        """The corners of the first date under one definition: what was known then, and since."""
        found = {applied | {"revision", "coverage"}: _total(new, jobs=jobs)}
        if old is None:
            return found
        frame = self.first.organisations[self.first.seen]
        seen = _total(new.restricted_to(frame), jobs=jobs)
        found[applied] = _total(old, jobs=jobs)
        found[applied | {"revision"}] = seen
        found[applied | {"coverage"}] = found[applied] + _total(new, jobs=jobs) - seen
        return found


def _total(side: Membership, *, jobs: bool) -> int:
    if not jobs:
        return int(side.member.yes.sum())
    return int(side.jobs.low[side.member.yes & is_exact(side.jobs)].sum())


def _split(totals: Mapping[Corner, int]) -> Split:
    seen: dict[str, list[int]] = {name: [] for name in TERMS}
    orders = [order for order in permutations(TERMS) if _is_computable(order, totals)]
    for order in orders:
        for name, value in _along(order, totals).items():
            seen[name].append(value)
    values = _along(TERMS, totals)
    return Split(
        before=totals[frozenset()],
        after=totals[frozenset(TERMS)],
        terms={name: Term(values[name], min(seen[name]), max(seen[name])) for name in TERMS},
        orders=len(orders),
    )


def _along(order: tuple[str, ...], totals: Mapping[Corner, int]) -> dict[str, int]:
    steps = [frozenset(order[:count]) for count in range(len(order) + 1)]
    return {name: totals[steps[row + 1]] - totals[steps[row]] for row, name in enumerate(order)}


def _is_computable(order: tuple[str, ...], totals: Mapping[Corner, int]) -> bool:
    return all(frozenset(order[:count]) in totals for count in range(len(order) + 1))
