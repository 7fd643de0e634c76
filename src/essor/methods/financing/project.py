"""What a project costs, and what each aid may pay of it and on which terms. Amounts are whole cents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise

INSTRUMENTS = ("grant", "loan", "equity", "guarantee", "advice", "training", "in_kind")
WITHOUT_CASH = frozenset({"guarantee", "advice", "training", "in_kind"})
"""Instruments that bring no dollar to the project: they stand beside the plan and never count as covered."""
MOST_CENTS = 10**12
MOST_AIDS = 200
MOST_KINDS = 30
MOST_DAYS = 3650


class FinancingError(ValueError):
    """A project or an aid that cannot be planned with: ``code`` of the fault, ``where`` it is, what was ``found``."""

    def __init__(self, code: str, *, where: str, found: object = None) -> None:
        self.code, self.where, self.found = code, where, found
        super().__init__(f"{where}: {code}: {found!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project to finance.

    ``costs``: kind of cost (a code) → cents, from 0 to MOST_CENTS. ``starts_on``: day on which money is first spent.
    ``decides_by``: day by which the promoter must know, or None. ``own_cash``: cents that the promoter brings whatever
    the aids ask, from 0 to the cost. ``own_available``: the most that they can bring, at least ``own_cash``; None when
    it is not known.

    Raises FinancingError: ``not-whole-cents``, ``negative``, ``too-large``, ``too-many-kinds``, ``own-above-cost``,
    ``own-above-available``.
    """

    costs: Mapping[str, int]
    starts_on: date
    decides_by: date | None = None
    own_cash: int = 0
    own_available: int | None = None

    def __post_init__(self) -> None:
        if len(self.costs) > MOST_KINDS:
            raise FinancingError("too-many-kinds", where="costs", found=len(self.costs))
        for kind, cents in self.costs.items():
            _check_cents(cents, f"costs.{kind}")
        _check_cents(self.own_cash, "own_cash")
        if self.own_cash > self.cost:
            raise FinancingError("own-above-cost", where="own_cash", found=self.own_cash)
        if self.own_available is not None:
            _check_cents(self.own_available, "own_available")
            if self.own_cash > self.own_available:
                raise FinancingError("own-above-available", where="own_cash", found=self.own_cash)

    @property
    def cost(self) -> int:
        """The whole cost, in cents."""
        return sum(self.costs.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the ways in which an aid may be given.

    ``floor``, ``cap``: the least and the most, in cents (cap None: no limit of its own). ``share_of_cost``: the most,
    as a share of the cost that the aid can pay. ``own_share``: what the promoter must bring, as a share of the whole
    cost. ``cumulation_cap``: the most that all public aid together may be, as a share of the whole cost, whoever gives
    it. ``needs_other_funder``: given only beside another aid. Shares are exact fractions from 0 to 1.

    Raises FinancingError: ``not-whole-cents``, ``negative``, ``too-large``, ``cap-below-floor``, ``not-a-share``.
    """

    floor: int = 0
    cap: int | None = None
    share_of_cost: Fraction | None = None
    own_share: Fraction = Fraction(0)
    cumulation_cap: Fraction | None = None
    needs_other_funder: bool = False

    def __post_init__(self) -> None:
        _check_cents(self.floor, "floor")
        if self.cap is not None:
            _check_cents(self.cap, "cap")
            if self.cap < self.floor:
                raise FinancingError("cap-below-floor", where="cap", found=self.cap)
        for name in ("share_of_cost", "own_share", "cumulation_cap"):
            _check_share(getattr(self, name), name, is_optional=name != "own_share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aid:
    """An aid that the project is admissible to.

    ``instrument``: one of INSTRUMENTS. ``options``: at most one of them is taken; none means that its amounts are not
    known, and the aid is then never counted on. ``cost_kinds``: codes of the costs that it can pay; None is all.
    ``is_public``: counts as public aid. ``repayable``: is paid back. ``excludes``: ids of the aids that it may not be
    had with (either of the two may say so). ``funder``: who gives it; an empty one is taken as different from every
    other. ``opens_on``, ``closes_before``: when it may be asked for, half-open; None is not known, which does not
    exclude it. ``decision_days``: days from the request to the answer; None is not known.

    Raises FinancingError: ``unknown-instrument``, ``excludes-itself``, ``window-reversed``, ``negative``,
    ``too-large`` (a decision of more than MOST_DAYS).
    """

    id: str
    instrument: str
    options: tuple[Option, ...] = ()
    cost_kinds: frozenset[str] | None = None
    is_public: bool = False
    repayable: bool = False
    excludes: frozenset[str] = field(default_factory=frozenset)
    funder: str = ""
    opens_on: date | None = None
    closes_before: date | None = None
    decision_days: int | None = None

    def __post_init__(self) -> None:
        if self.instrument not in INSTRUMENTS:
            raise FinancingError("unknown-instrument", where=self.id, found=self.instrument)
        if self.id in self.excludes:
            raise FinancingError("excludes-itself", where=self.id)
        if self.opens_on and self.closes_before and self.opens_on >= self.closes_before:
            raise FinancingError("window-reversed", where=self.id, found=self.closes_before)
        if self.decision_days is not None and self.decision_days < 0:
            raise FinancingError("negative", where=self.id, found=self.decision_days)
        if self.decision_days is not None and self.decision_days > MOST_DAYS:
            raise FinancingError("too-large", where=self.id, found=self.decision_days)

    @property
    def brings_cash(self) -> bool:
        return self.instrument not in WITHOUT_CASH

    def is_other_funder(self, other: Aid) -> bool:
        """Whether ``other`` may be the other funder that an option of this aid asks for."""
        return self.id != other.id and (not self.funder or not other.funder or self.funder != other.funder)


def sort_aids(aids: Iterable[Aid]) -> tuple[Aid, ...]:
    """The aids, ids ascending. Raises FinancingError: ``duplicate-aid``, ``too-many-aids`` (more than MOST_AIDS)."""
    ordered = tuple(sorted(aids, key=lambda aid: aid.id))
    if len(ordered) > MOST_AIDS:
        raise FinancingError("too-many-aids", where="aids", found=len(ordered))
    for first, second in pairwise(ordered):
        if first.id == second.id:
            raise FinancingError("duplicate-aid", where=first.id)
    return ordered


def _check_cents(cents: object, where: str) -> None:
    if not isinstance(cents, int) or isinstance(cents, bool):
        raise FinancingError("not-whole-cents", where=where, found=cents)
    if cents < 0:
        raise FinancingError("negative", where=where, found=cents)
    if cents > MOST_CENTS:
        raise FinancingError("too-large", where=where, found=cents)


def _check_share(share: object, where: str, *, is_optional: bool) -> None:
    if share is None and is_optional:
        return
    if isinstance(share, bool) or not isinstance(share, int | Fraction) or not 0 <= share <= 1:
        raise FinancingError("not-a-share", where=where, found=share)
