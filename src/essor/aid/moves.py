"""An aid in a project's folder, from the shortlist to the money: which step may follow, when, for how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from essor.aid.rules import AidError

SHORTLISTED, ASKED, OBTAINED, REFUSED, PAID, WITHDRAWN = (
    "shortlisted", "asked", "obtained", "refused", "paid", "withdrawn",
)  # fmt: skip

MOVES: Mapping[str, tuple[str, ...]] = {
    SHORTLISTED: (ASKED, WITHDRAWN),
    ASKED: (OBTAINED, REFUSED, WITHDRAWN),
    OBTAINED: (PAID, WITHDRAWN),
    PAID: (PAID,),
    REFUSED: (),
    WITHDRAWN: (),
}
"""After a step, those that may follow. Money comes in one payment or in several."""

ENDS = frozenset({PAID, REFUSED, WITHDRAWN})
"""Once there, the same aid may be put in the folder anew: it is then another line."""

WITH_AMOUNT = frozenset({ASKED, OBTAINED, PAID})
"""Support, training and guarantees give no money: only a payment needs its amount."""

LONGEST_WORDS = 500
MOST_CAD = 10**9


@dataclass(frozen=True, slots=True)
class Step:
    """``on``: the day it happened. ``amount_cad``: whole dollars asked, granted or received. ``words``: why."""

    code: str
    on: date
    amount_cad: int | None = None
    words: str = ""


def list_moves(steps: Sequence[Step]) -> tuple[str, ...]:
    """What may follow these steps, in order.

    >>> list_moves([Step("shortlisted", date(2026, 3, 2))])
    ('asked', 'withdrawn')
    """
    return MOVES[steps[-1].code] if steps else (SHORTLISTED,)


def check_step(steps: Sequence[Step], step: Step, *, cap_cad: int | None, today: date) -> None:
    """Whether ``step`` may follow ``steps``. ``cap_cad``: the most that the programme gives, None where it is not said.

    Raises AidError: ``step-not-from-here`` (with ``allowed``), ``step-to-come``, ``step-before-last`` (with ``last``),
    ``reason-missing``, ``words-too-long``, and those of amounts: ``amount-missing``, ``amount-useless``,
    ``amount-not-positive``, ``amount-above-cap`` and ``paid-above-obtained``, both unless words explain it.
    """
    allowed = list_moves(steps)
    if step.code not in allowed:
        raise AidError("step-not-from-here", allowed=allowed)
    if step.on > today:
        raise AidError("step-to-come", on=step.on)
    if steps and step.on < steps[-1].on:
        raise AidError("step-before-last", on=step.on, last=steps[-1].on)
    if len(step.words) > LONGEST_WORDS:
        raise AidError("words-too-long", limit=LONGEST_WORDS)
    if step.code == REFUSED and not step.words.strip():
        raise AidError("reason-missing")
    _check_amount(steps, step, cap_cad=cap_cad)


def check_steps(steps: Sequence[Step], *, cap_cad: int | None, today: date) -> None:
    """The whole line again, as after a correction; raises what :func:`check_step` raises."""
    for number, step in enumerate(steps):
        check_step(steps[:number], step, cap_cad=cap_cad, today=today)


def sum_paid(steps: Sequence[Step]) -> int:
    return sum(step.amount_cad or 0 for step in steps if step.code == PAID)


def find_amount(steps: Sequence[Step], code: str) -> int | None:
    """The amount said at the last step of this code; None where it was not said."""
    return next((step.amount_cad for step in reversed(steps) if step.code == code), None)


def _check_amount(steps: Sequence[Step], step: Step, *, cap_cad: int | None) -> None:
    if step.amount_cad is None:
        if step.code == PAID:
            raise AidError("amount-missing")
        return
    if step.code not in WITH_AMOUNT:
        raise AidError("amount-useless")
    if not 0 < step.amount_cad <= MOST_CAD:
        raise AidError("amount-not-positive", limit=MOST_CAD)
    if step.words.strip():
        return
    if step.code in {ASKED, OBTAINED} and cap_cad is not None and step.amount_cad > cap_cad:
        raise AidError("amount-above-cap", amount=step.amount_cad, cap=cap_cad)
    granted = find_amount(steps, OBTAINED)
    if step.code == PAID and granted is not None and sum_paid(steps) + step.amount_cad > granted:
        raise AidError("paid-above-obtained", amount=sum_paid(steps) + step.amount_cad, granted=granted)
