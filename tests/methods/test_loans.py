"""The parts of a loan sum to the loan, whatever its rate; what was not received is late, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.methods.loans import (
    Instalment,
    LoanError,
    Terms,
    draw_schedule,
    find_overdue_interest,
    read_standing,
    split_payment,
    sum_interest,
)
from essor.methods.months import add_months

FIRST = date(2026, 1, 31)


@st.composite
def loans(draw: Any) -> Terms:
    months = draw(st.integers(1, 120))
    return Terms(
        draw(st.integers(1, 50_000_00)), Fraction(draw(st.integers(0, 2500)), 10_000), months,
        draw(st.dates(date(2015, 1, 1), date(2040, 1, 1))), draw(st.integers(0, months - 1)),
        draw(st.one_of(st.just(0), st.integers(0, 50_000))),
    )  # fmt: skip


def walk(schedule: Sequence[Instalment], principal: int) -> Any:
    """What is left before each instalment."""
    left = principal
    for one in schedule:
        yield left, one
        left -= one.principal


def test_the_table_of_the_method_s_page() -> None:
    """docs/methods/loans.md: 10 000 $ at 5 %, 12 instalments of which 2 of interest only."""
    schedule = draw_schedule(Terms(10_000_00, Fraction(5, 100), 12, date(2026, 1, 31), moratorium=2))
    told = [(one.interest, one.principal) for one in schedule]
    assert told[:4] == [(41_67, 0), (41_67, 0), (41_67, 981_39), (37_58, 985_48)]
    assert {one.cents for one in schedule[2:-1]} == {1_023_06}
    assert schedule[-1].cents == 1_023_06
    assert [str(one.due_on) for one in schedule[:3]] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert sum(one.principal for one in schedule) == 10_000_00


@given(loans())
def test_nothing_is_lost_by_rounding(terms: Terms) -> None:
    schedule = draw_schedule(terms)
    assert len(schedule) == terms.months
    assert sum(one.principal for one in schedule) == terms.principal
    assert all(one.principal >= 0 and one.interest >= 0 for one in schedule)
    assert all(one.principal == 0 for one in schedule[: terms.moratorium])
    for left, one in walk(schedule, terms.principal):
        carried = terms.carried if one.number == 1 else 0
        assert abs(one.interest - carried - left * terms.rate / 12) <= Fraction(1, 2)
        assert one.due_on == add_months(terms.first_due_on, one.number - 1)


@given(loans())
def test_all_instalments_are_level_but_the_last(terms: Terms) -> None:
    """The last one differs by no more than what was rounded, half a cent for each instalment and each interest, grown
    at the rate of the loan."""
    paying = [one for one in draw_schedule(terms) if one.number > terms.moratorium]
    carried = terms.carried if terms.moratorium == 0 else 0
    cents = [one.cents - (carried if one.number == 1 else 0) for one in paying]
    level = max(cents[:-1], default=cents[-1])
    spread = len(paying) * (1 + terms.rate / 12) ** len(paying)
    assert abs(cents[-1] - level) <= spread + 1
    if terms.principal > 200 * len(paying):
        assert len(set(cents[:-1])) <= 1


@given(st.integers(1, 10**7), st.integers(1, 60))
def test_a_loan_without_interest_is_divided(principal: int, months: int) -> None:
    schedule = draw_schedule(Terms(principal, Fraction(0), months, FIRST))
    assert sum(one.interest for one in schedule) == 0
    assert sum(one.cents for one in schedule) == principal
    if principal >= 100 * months:
        assert all(abs(one.cents - Fraction(principal, months)) <= Fraction(1, 2) for one in schedule[:-1])


@given(st.integers(1, 10**8), st.integers(1, 2000), st.integers(1, 60))
def test_the_level_payment_is_worth_the_loan(principal: int, rate: int, months: int) -> None:
    """The reference: month after month, what is left grows by the interest and falls by the payment, to nothing."""
    terms = Terms(principal, Fraction(rate, 10_000), months, FIRST)
    with localcontext() as context:
        context.prec = 40
        monthly, level = Decimal(rate) / 120_000, Decimal(draw_schedule(terms)[0].cents)
        left = Decimal(principal)
        for _month in range(months):
            left += left * monthly - level
        grown = (((1 + monthly) ** months - 1) / monthly) / 2
    if months > 1:
        assert abs(left) <= grown + 1


@given(loans(), st.data())
def test_what_is_late_and_what_is_left_are_what_was_not_received(terms: Terms, data: Any) -> None:
    schedule = draw_schedule(terms)
    owed = sum(one.cents for one in schedule)
    received = data.draw(st.integers(0, owed))
    on = terms.first_due_on + timedelta(days=data.draw(st.integers(-40, 4000)))
    found = read_standing(schedule, received, on=on)
    due = sum(one.cents for one in schedule if one.due_on < on)
    assert found.arrears == max(due - received, 0)
    assert found.left == owed - received
    assert sum(line.received for line in found.lines) == received
    partly = [number for number, line in enumerate(found.lines) if line.left]
    assert all(line.received == 0 for line in found.lines[partly[0] + 1 :] if line.instalment.cents) if partly else True
    assert all(line.instalment.due_on < on for line in found.late)
    assert found.next is None or found.next.instalment.due_on >= on


def test_the_day_itself_is_not_late() -> None:
    schedule = draw_schedule(Terms(300_00, Fraction(0), 3, FIRST))
    assert read_standing(schedule, 0, on=FIRST).arrears == 0
    assert read_standing(schedule, 0, on=FIRST + timedelta(days=1)).arrears == 100_00


@given(loans(), st.lists(st.tuples(st.integers(1, 10**7), st.booleans()), max_size=12))
def test_payments_split_exactly_even_after_some_are_taken_back(terms: Terms, told: list[tuple[int, bool]]) -> None:
    """Whatever was taken back, the parts stay within what is owed, and meet it once all is received."""
    schedule = draw_schedule(terms)
    owed, interest_owed = sum(one.cents for one in schedule), sum(one.interest for one in schedule)
    kept: list[tuple[int, int]] = []
    for asked, is_taken_back in [*told, (owed, False)]:
        interest, principal = (sum(part) for part in zip(*kept, strict=True)) if kept else (0, 0)
        cents = min(asked, owed - interest - principal)
        if cents == 0:
            break
        to_interest, to_principal = split_payment(schedule, cents, interest=interest, principal=principal)
        assert to_interest + to_principal == cents
        assert min(to_interest, to_principal) >= 0
        kept.append((to_interest, to_principal))
        assert sum(one for one, _other in kept) <= interest_owed
        assert sum(other for _one, other in kept) <= terms.principal
        if is_taken_back:
            kept.pop(0)
    else:
        assert sum(one for one, _other in kept) == interest_owed
        assert sum(other for _one, other in kept) == terms.principal


@given(loans(), st.data())
def test_interest_comes_first_in_each_instalment(terms: Terms, data: Any) -> None:
    schedule = draw_schedule(terms)
    received = data.draw(st.integers(0, sum(one.cents for one in schedule)))
    lines = read_standing(schedule, received, on=terms.first_due_on).lines
    assert sum_interest(schedule, received) == sum(min(line.received, line.instalment.interest) for line in lines)


def test_interest_that_is_overdue() -> None:
    schedule = draw_schedule(Terms(1_200_00, Fraction(12, 100), 12, FIRST, moratorium=11))
    assert [find_overdue_interest(schedule, interest=cents, on=date(2026, 3, 31)) for cents in (0, 10_00, 99_00)] == [
        24_00, 14_00, 0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"principal": 0}, "principal-not-positive"),
        ({"rate": Fraction(-1, 100)}, "rate-out-of-reach"),
        ({"rate": Fraction(101, 100)}, "rate-out-of-reach"),
        ({"months": 0}, "months-out-of-reach"),
        ({"months": 361}, "months-out-of-reach"),
        ({"moratorium": 12}, "moratorium-too-long"),
        ({"moratorium": -1}, "moratorium-too-long"),
        ({"carried": -1}, "carried-negative"),
    ],
)
def test_terms_that_make_no_loan_are_refused(change: dict[str, Any], code: str) -> None:
    said: dict[str, Any] = {"principal": 100_00, "rate": Fraction(5, 100), "months": 12, "first_due_on": FIRST}
    with pytest.raises(LoanError) as refused:
        Terms(**(said | change))
    assert refused.value.code == code


def test_more_than_is_owed_is_refused() -> None:
    schedule = draw_schedule(Terms(300_00, Fraction(0), 3, FIRST))
    with pytest.raises(LoanError) as refused:
        split_payment(schedule, 100_01, interest=0, principal=200_00)
    assert (refused.value.code, refused.value.facts["holds"]) == ("over-owed", 100_00)
    with pytest.raises(LoanError, match="payment-not-positive"):
        split_payment(schedule, 0, interest=0, principal=0)
    with pytest.raises(LoanError, match="over-owed"):
        read_standing(schedule, 300_01, on=FIRST)
