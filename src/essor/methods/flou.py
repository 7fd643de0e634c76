"""How vague what is said of the aids of a place is: those that lack something one needs in order to ask for them.

An aid lacks something, or does not, or nobody looked (a link never checked). So is each gap cut into three parts that
sum to the aids, and so is the index: at least the share of those that surely lack something, at most that of those that
may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

NO_HOLDER, NO_AMOUNT, NOT_CHECKED, DEAD_LINK = "no_holder", "no_amount", "not_checked", "dead_link"
GAPS = (NO_HOLDER, NO_AMOUNT, NOT_CHECKED, DEAD_LINK)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one aid on a day.

    ``has_holder``: somebody who answers for it there is confirmed. ``has_amount``: how much is said, or it gives no
    money. ``checked_on``: the last day on which someone read its sources or confirmed it; None: never, as far as is
    known. ``has_dead_link``: None: no dead one, but not all were looked at.
    """

    aid: str
    has_holder: bool
    has_amount: bool
    checked_on: date | None
    has_dead_link: bool | None


@dataclass(frozen=True, slots=True)
class Split:
    """The aids of each part, in the order given; ``n`` is their sum."""

    lacking: tuple[str, ...]
    unknown: tuple[str, ...]
    sound: tuple[str, ...]

    @property
    def n(self) -> int:
        return len(self.lacking) + len(self.unknown) + len(self.sound)

    @property
    def at_least(self) -> Fraction | None:
        """The share of those that surely lack something; None of no aid."""
        return Fraction(len(self.lacking), self.n) if self.n else None

    @property
    def at_most(self) -> Fraction | None:
        return Fraction(len(self.lacking) + len(self.unknown), self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class Flou:
    """``each``: one split by gap, in the order of :data:`GAPS`; ``whole``: by having one gap or more."""

    whole: Split
    each: Mapping[str, Split]


def measure_flou(standings: Iterable[Standing], *, on: date, most_days: int) -> Flou:
    """``most_days``: an aid read longer ago than this many days counts as not checked.

    >>> sound = Standing("a", True, True, date(2026, 11, 1), has_dead_link=False)
    >>> vague = Standing("b", False, True, date(2026, 11, 1), has_dead_link=None)
    >>> told = measure_flou([sound, vague], on=date(2026, 11, 27), most_days=180)
    >>> told.whole.at_least, told.whole.lacking, told.each["dead_link"].unknown
    (Fraction(1, 2), ('b',), ('b',))
    """
    lacks = {one.aid: _find_gaps(one, on=on, most_days=most_days) for one in standings}
    each = {gap: _split({aid: gaps[gap] for aid, gaps in lacks.items()}) for gap in GAPS}
    return Flou(_split({aid: _any(gaps.values()) for aid, gaps in lacks.items()}), each)


def _find_gaps(standing: Standing, *, on: date, most_days: int) -> dict[str, bool | None]:
    checked_on = standing.checked_on
    return {
        NO_HOLDER: not standing.has_holder,
        NO_AMOUNT: not standing.has_amount,
        NOT_CHECKED: checked_on is None or (on - checked_on).days > most_days,
        DEAD_LINK: standing.has_dead_link,
    }


def _any(gaps: Iterable[bool | None]) -> bool | None:
    """Strong Kleene: one that is so decides; else one that is not known leaves it unknown."""
    said = list(gaps)
    return True if True in said else None if None in said else False


def _split(lacks: Mapping[str, bool | None]) -> Split:
    parts = [tuple(aid for aid, lack in lacks.items() if lack is part) for part in (True, None, False)]
    return Split(*parts)
