"""What may be said of a growth when the totals are not known whole: a band gives an interval, silence a reserve."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from essor.methods.growth import growth_share

FRAGILE_SHARE = Fraction(1, 20)
"""Beyond this share of the first total, what is missing makes a rate fragile. Essor's own bound."""
MOST_OF_CHANGE = Fraction(1, 2)
"""From this part of a change on, a fragile rate is withheld: most of the change could be silence. Essor's own bound."""

Interval = tuple[int, int | None]
"""Least and greatest jobs, in stored integers; None: a band is open upwards."""
Reserve = Literal["band-in-total", "too-much-missing"]


@dataclass(frozen=True, slots=True)
class Missing:
    """Units that may have counted at both dates and are known at one only: silent, undecided or not seen at the other.

    ``units``: ids, ascending. ``jobs``: those they are known to have, each at the larger of its two figures (stored
    integers). ``share``: of the jobs known at the first date; None where there are none. ``is_summed``: whether those
    jobs are in one of the two totals (criteria), or in neither (cohort, survivors).
    """

    units: tuple[int, ...]
    jobs: int
    share: Fraction | None
    is_summed: bool

    @property
    def is_large(self) -> bool:
        """Whether it makes a rate fragile; always where jobs are missing and the first total is zero."""
        return self.jobs > 0 and (self.share is None or self.share > FRAGILE_SHARE)


def missing_of(units: tuple[int, ...], jobs: int, *, known: int, is_summed: bool) -> Missing:
    """``known``: the jobs known at the first date, of which ``share`` is."""
    return Missing(units, jobs, Fraction(jobs, known) if known else None, is_summed)


def find_reserve(before: Interval, after: Interval, *, missing: Missing) -> Reserve | None:
    """Why no rate of the change from ``before`` to ``after`` may be said; None where it may.

    ``too-much-missing``: what is missing is in one of the totals only, is large, and weighs half of the widest change
    that the totals allow, or more. ``band-in-total``: a total is an interval; :func:`growth_range` may be said instead.

    >>> find_reserve((60, 60), (30, 30), missing=missing_of((2,), 30, known=60, is_summed=True))
    'too-much-missing'
    >>> find_reserve((625, 625), (787, 787), missing=missing_of((30, 39), 22, known=625, is_summed=True))
    >>> find_reserve((60, 60), (130, None), missing=missing_of((), 0, known=60, is_summed=True))
    'band-in-total'
    """
    widest = _widest_change(before, after)
    if missing.is_summed and missing.is_large and widest is not None and missing.jobs >= MOST_OF_CHANGE * widest:
        return "too-much-missing"
    return "band-in-total" if before[0] != before[1] or after[0] != after[1] else None


def growth_range(before: Interval, after: Interval) -> tuple[Fraction | None, Fraction | None]:
    """The least and the greatest ``after / before - 1`` that two intervals allow, exact; None: nothing bounds it.

    >>> growth_range((50, 50), (60, 75))
    (Fraction(1, 5), Fraction(1, 2))
    >>> growth_range((0, 10), (5, None))
    (Fraction(-1, 2), None)
    """
    low = None if before[1] is None else growth_share(before[1], after[0])
    high = None if after[1] is None else growth_share(before[0], after[1])
    return low, high


def _widest_change(before: Interval, after: Interval) -> int | None:
    if before[1] is None or after[1] is None:
        return None
    return max(abs(after[1] - before[0]), abs(after[0] - before[1]))
