"""A loan repaid by the month: what is due and when, what was received, what is late.

Amounts are whole cents, rates exact fractions: the parts of principal sum to the loan, nothing is lost by rounding.
Level payments in arrears: the annuity formula of any textbook (for one, S. G. Kellison, *The Theory of Interest*, 3rd
ed., 2009, ch. 3 and 5). What is received pays the oldest instalment first, and in each its interest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import accumulate
from typing import Literal

from essor.methods.months import add_months

MONTHS_A_YEAR = 12
MOST_MONTHS = 360
State = Literal["received", "late", "to_come"]


class LoanError(ValueError):
    """A refusal: ``code`` (``principal-not-positive``, ``rate-out-of-reach``, ``months-out-of-reach``,
    ``moratorium-too-long``, ``carried-negative``, ``payment-not-positive``, ``over-owed``) and ``facts``."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. ``principal``: cents. ``rate``: of a year, 0 to 1. ``months``: how many instalments, one a month
    from ``first_due_on``, the first ``moratorium`` of them of interest only. ``carried``: cents of interest that an
    earlier schedule left unpaid, asked with the first instalment.

    Raises LoanError.
    """

    principal: int
    rate: Fraction
    months: int
    first_due_on: date
    moratorium: int = 0
    carried: int = 0

    def __post_init__(self) -> None:
        if self.principal <= 0:
            raise LoanError("principal-not-positive")
        if not 0 <= self.rate <= 1:
            raise LoanError("rate-out-of-reach")
        if not 1 <= self.months <= MOST_MONTHS:
            raise LoanError("months-out-of-reach", most=MOST_MONTHS)
        if not 0 <= self.moratorium < self.months:
            raise LoanError("moratorium-too-long", months=self.months)
        if self.carried < 0:
            raise LoanError("carried-negative")


@dataclass(frozen=True, slots=True)
class Instalment:
    """``number``: from 1. ``interest``, ``principal``: cents, never under zero."""

    number: int
    due_on: date
    interest: int
    principal: int

    @property
    def cents(self) -> int:
        return self.interest + self.principal


@dataclass(frozen=True, slots=True)
class Line:
    """An instalment on a day, and how much of it was ``received``, in cents."""

    instalment: Instalment
    received: int
    state: State

    @property
    def left(self) -> int:
        return self.instalment.cents - self.received


@dataclass(frozen=True, slots=True)
class LoanStanding:
    """Every instalment on a day, in order. ``arrears``: cents that were due before that day and not received."""

    lines: tuple[Line, ...]
    arrears: int

    @property
    def left(self) -> int:
        return sum(line.left for line in self.lines)

    @property
    def late(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state == "late")

    @property
    def next(self) -> Line | None:
        """The first that is not late and of which something is still to be received."""
        return next((line for line in self.lines if line.state == "to_come"), None)


def draw_schedule(terms: Terms) -> tuple[Instalment, ...]:
    """Level instalments, each interest a twelfth of the yearly rate on what is left, rounded to the cent (halves up);
    the last one pays whatever is left, so that it takes in what rounding moved.

    >>> loan = Terms(1_000_00, Fraction(6, 100), 3, date(2026, 1, 31), moratorium=1)
    >>> [(str(one.due_on), one.interest, one.principal) for one in draw_schedule(loan)]
    [('2026-01-31', 500, 0), ('2026-02-28', 500, 49875), ('2026-03-31', 251, 50125)]
    """
    monthly = terms.rate / MONTHS_A_YEAR
    level = _round(_find_level(terms.principal, monthly, terms.months - terms.moratorium))
    left, made = terms.principal, list[Instalment]()
    for number in range(1, terms.months + 1):
        interest = _round(left * monthly)
        principal = min(left, level - interest)
        if number <= terms.moratorium:
            principal = 0
        elif number == terms.months:
            principal = left
        left -= principal
        carried = terms.carried if number == 1 else 0
        made.append(Instalment(number, add_months(terms.first_due_on, number - 1), interest + carried, principal))
    return tuple(made)


def read_standing(schedule: Sequence[Instalment], received: int, *, on: date) -> LoanStanding:
    """Where a loan stands in the morning of a day. ``received``: cents, by then, the oldest instalment first.

    An instalment is late from the day after its own.

    >>> schedule = draw_schedule(Terms(300_00, Fraction(0), 3, date(2026, 1, 1)))
    >>> found = read_standing(schedule, 150_00, on=date(2026, 2, 2))
    >>> [(line.received, line.state) for line in found.lines], found.arrears
    ([(10000, 'received'), (5000, 'late'), (0, 'to_come')], 5000)
    """
    owed = sum(one.cents for one in schedule)
    if received > owed:
        raise LoanError("over-owed", asked=received, holds=owed)
    before = accumulate((one.cents for one in schedule), initial=0)
    lines = []
    for one, told in zip(schedule, before, strict=False):
        paid = min(max(received - told, 0), one.cents)
        state: State = "late" if one.due_on < on else "to_come"
        lines.append(Line(one, paid, "received" if paid == one.cents else state))
    return LoanStanding(tuple(lines), sum(line.left for line in lines if line.state == "late"))


def split_payment(schedule: Sequence[Instalment], cents: int, *, interest: int, principal: int) -> tuple[int, int]:
    """What a payment pays: cents of interest, then of principal. ``interest``, ``principal``: cents received before it.

    After a payment that was taken back, the next ones first put right what the others paid out of order: neither part
    is ever under zero, nor over what the schedule asks in all.

    Raises LoanError: ``payment-not-positive``, ``over-owed`` with what is still owed.

    >>> schedule = draw_schedule(Terms(1_000_00, Fraction(6, 100), 3, date(2026, 1, 31), moratorium=1))
    >>> split_payment(schedule, 600_00, interest=500, principal=0)
    (751, 59249)
    """
    if cents <= 0:
        raise LoanError("payment-not-positive")
    before = interest + principal
    holds = sum(one.cents for one in schedule) - before
    if cents > holds:
        raise LoanError("over-owed", asked=cents, holds=holds)
    wanted = sum_interest(schedule, before + cents) - interest
    to_interest = min(max(wanted, 0), cents)
    return to_interest, cents - to_interest


def sum_interest(schedule: Sequence[Instalment], received: int) -> int:
    """The interest that so many cents pay, the oldest instalment first."""
    total = 0
    for one in schedule:
        paid = min(received, one.cents)
        total += min(paid, one.interest)
        received -= paid
    return total


def find_overdue_interest(schedule: Sequence[Instalment], *, interest: int, on: date) -> int:
    """Cents of interest due before a day and not received. ``interest``: cents received."""
    return max(sum(one.interest for one in schedule if one.due_on < on) - interest, 0)


def _find_level(principal: int, monthly: Fraction, instalments: int) -> Fraction:
    if monthly == 0:
        return Fraction(principal, instalments)
    return principal * monthly / (1 - (1 + monthly) ** -instalments)


def _round(cents: Fraction) -> int:
    """To the cent, halves up; never under zero here."""
    return int(cents + Fraction(1, 2))
