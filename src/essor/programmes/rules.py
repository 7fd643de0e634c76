"""What the clauses of an agreement allow: read from data, quoted when they refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from essor.knowledge import WorkflowDefinition

CENTS = 100


class ProgrammeError(ValueError):
    """A refusal: ``code`` and ``facts``; :func:`essor.programmes.wording.explain` makes the sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class Clauses:
    """Amounts in cents, for each start-up; None: the agreement says nothing of it. ``most_loan``: the share of an offer
    that may be lent, 0 to 1. ``two_people_from``: a payment of this much or more is approved by a second person."""

    floor: int | None = None
    cap: int | None = None
    most_loan: Fraction | None = None
    two_people_from: int | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """The days of an agreement, half-open."""

    starts_on: date
    ends_before: date

    def holds(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_before


@dataclass(frozen=True, slots=True)
class NewOffer:
    """``grant``, ``loan``: in cents. It may be accepted until ``expires_on``, that day included."""

    grant: int
    loan: int
    offered_on: date
    expires_on: date
    conditions: tuple[str, ...] = ()

    @property
    def cents(self) -> int:
        return self.grant + self.loan


def read_clauses(said: Mapping[str, Any]) -> Clauses:
    """From what is kept of an agreement: whole dollars, and shares as text (« 2/5 »)."""
    floor, cap, two = (said.get(name) for name in ("floor_cad", "cap_cad", "two_people_from_cad"))
    loan = said.get("most_loan")
    return Clauses(
        None if floor is None else floor * CENTS,
        None if cap is None else cap * CENTS,
        None if loan is None else Fraction(str(loan)),
        None if two is None else two * CENTS,
    )


def check_offer(offer: NewOffer, clauses: Clauses, term: Term, *, held: int = 0) -> None:
    """``held``: in cents, what earlier offers to the same start-up still hold, which the cap counts too.

    Raises ProgrammeError: ``amount-not-positive``, ``under-floor``, ``over-cap``, ``loan-too-large``,
    ``outside-term``, ``expires-before``.
    """
    if offer.grant < 0 or offer.loan < 0 or offer.cents <= 0:
        raise ProgrammeError("amount-not-positive")
    if clauses.floor is not None and offer.cents < clauses.floor:
        raise ProgrammeError("under-floor", asked=offer.cents, floor=clauses.floor)
    if clauses.cap is not None and held + offer.cents > clauses.cap:
        raise ProgrammeError("over-cap", asked=held + offer.cents, cap=clauses.cap)
    lent = Fraction(offer.loan, offer.cents)
    if clauses.most_loan is not None and lent > clauses.most_loan:
        raise ProgrammeError("loan-too-large", share=lent, most=clauses.most_loan)
    if not term.holds(offer.offered_on):
        days = {"starts_on": term.starts_on, "ends_before": term.ends_before}
        raise ProgrammeError("outside-term", on=offer.offered_on, **days)
    if offer.expires_on < offer.offered_on:
        raise ProgrammeError("expires-before", offered_on=offer.offered_on, expires_on=offer.expires_on)


def has_reached(workflow: WorkflowDefinition, stage: str, wanted: str) -> bool:
    """Whether a stage stands at or after another, in the order of the workflow."""
    order = [one.code for one in workflow.stages]
    return order.index(stage) >= order.index(wanted)


def check_children(parent: int, children: int) -> None:
    """What the parts of a target ask together is no more than the whole. Raises ProgrammeError ``parts-over-whole``."""
    if children > parent:
        raise ProgrammeError("parts-over-whole", whole=parent, parts=children)
