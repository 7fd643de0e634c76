"""An aid of a folder goes one way, in order, for amounts that can be."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.aid.moves import ENDS, MOVES, Step, check_step, check_steps, find_amount, list_moves, sum_paid
from essor.aid.rules import AidError

TODAY = date(2026, 6, 1)
START = Step("shortlisted", date(2026, 3, 2))
ASKED = Step("asked", date(2026, 3, 10), 10_000)
OBTAINED = Step("obtained", date(2026, 4, 1), 8_000)
PAID = Step("paid", date(2026, 5, 1), 3_000)


def refusal(steps: list[Step], step: Step, cap: int | None = 12_000) -> str:
    try:
        check_step(steps, step, cap_cad=cap, today=TODAY)
    except AidError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    ("steps", "step", "code"),
    [
        ([], START, ""),
        ([], ASKED, "step-not-from-here"),
        ([START], START, "step-not-from-here"),
        ([START], ASKED, ""),
        ([START], OBTAINED, "step-not-from-here"),
        ([START, ASKED], OBTAINED, ""),
        ([START, ASKED], PAID, "step-not-from-here"),
        ([START, ASKED, OBTAINED], PAID, ""),
        ([START, ASKED, OBTAINED, PAID], PAID, ""),
        ([START, ASKED, OBTAINED, PAID], Step("withdrawn", TODAY), "step-not-from-here"),
        ([START], Step("withdrawn", TODAY), ""),
        ([START], Step("asked", TODAY), ""),
        ([START], Step("asked", TODAY + timedelta(days=1)), "step-to-come"),
        ([START], Step("asked", START.on), ""),
        ([START], Step("asked", START.on - timedelta(days=1)), "step-before-last"),
        ([START, ASKED], Step("refused", TODAY), "reason-missing"),
        ([START, ASKED], Step("refused", TODAY, words=" "), "reason-missing"),
        ([START, ASKED], Step("refused", TODAY, words="Enveloppe épuisée"), ""),
        ([START, ASKED], Step("refused", TODAY, 5, "Enveloppe épuisée"), "amount-useless"),
        ([START], Step("asked", TODAY, 0), "amount-not-positive"),
        ([START], Step("asked", TODAY, -5), "amount-not-positive"),
        ([START], Step("asked", TODAY, 10**9 + 1, "x"), "amount-not-positive"),
        ([START], Step("asked", TODAY, 12_000), ""),
        ([START], Step("asked", TODAY, 12_001), "amount-above-cap"),
        ([START], Step("asked", TODAY, 12_001, "Deux volets"), ""),
        ([START, ASKED], Step("obtained", TODAY, 12_001), "amount-above-cap"),
        ([START, ASKED, OBTAINED], Step("paid", TODAY), "amount-missing"),
        ([START, ASKED, OBTAINED], Step("paid", TODAY, 8_000), ""),
        ([START, ASKED, OBTAINED, PAID], Step("paid", TODAY, 5_000), ""),
        ([START, ASKED, OBTAINED, PAID], Step("paid", TODAY, 5_001), "paid-above-obtained"),
        ([START, ASKED, OBTAINED, PAID], Step("paid", TODAY, 5_001, "Indexation"), ""),
        ([START], Step("asked", TODAY, words="x" * 501), "words-too-long"),
    ],
)
def test_each_refusal_has_its_reason(steps: list[Step], step: Step, code: str) -> None:
    assert refusal(steps, step) == code


def test_without_a_known_cap_no_amount_is_too_much() -> None:
    assert refusal([START], Step("asked", TODAY, 900_000), cap=None) == ""
    assert refusal([START, ASKED, Step("obtained", TODAY)], Step("paid", TODAY, 900_000)) == "", "granted: unknown"


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(sorted(MOVES)),
        st.dates(date(2026, 1, 1), date(2026, 7, 1)),
        st.none() | st.integers(-10, 20_000),
        st.sampled_from(["", "parce que"]),
    ),
    max_size=60,
)


def walk(tried: list[Step]) -> list[Step]:
    """Those of the steps tried that may follow one another."""
    kept: list[Step] = []
    for step in tried:
        if not refusal(kept, step):
            kept.append(step)
    return kept


@given(STEPS)
def test_whatever_is_tried_what_stands_is_in_order_and_holds_its_promises(tried: list[Step]) -> None:
    kept = walk(tried)
    assert [step.on for step in kept] == sorted(step.on for step in kept)
    assert all(step.on <= TODAY for step in kept)
    assert all(after.code in MOVES[before.code] for before, after in pairwise(kept))
    assert all(step.code not in ENDS - {"paid"} for step in kept[:-1]), "nothing follows an end but another payment"
    assert all(step.amount_cad is None or step.amount_cad > 0 for step in kept)
    assert all(step.words for step in kept if step.code == "refused")
    granted = find_amount(kept, "obtained")
    unexplained = all(not step.words for step in kept if step.code == "paid")
    assert granted is None or not unexplained or sum_paid(kept) <= granted
    check_steps(kept, cap_cad=12_000, today=TODAY)


@given(STEPS, st.data())
def test_the_moves_that_are_listed_are_those_that_pass(tried: list[Step], data: Any) -> None:
    kept = walk(tried)
    code = data.draw(st.sampled_from(sorted(MOVES)))
    amount = 1 if code == "paid" else None
    assert (refusal(kept, Step(code, TODAY, amount, "parce que")) == "") == (code in list_moves(kept))
