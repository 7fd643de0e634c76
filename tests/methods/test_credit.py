"""Credit shared between partners: each start-up once, parts that sum to it exactly, unknown never zero."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.methods.credit import ACCEPTED, EQUAL, PAID, RULES, Claim, CreditError, share_credit, share_one

PARTNERS = ("Caisse", "MRC", "Pôle")
CLAIMS = st.lists(
    st.builds(Claim, st.integers(1, 9), st.sampled_from(PARTNERS), st.none() | st.integers(0, 10**9)), max_size=30
)
OPENED = st.sets(st.integers(1, 12))


@given(OPENED, CLAIMS, st.sampled_from(RULES))
def test_parts_sum_exactly_to_the_start_ups_counted_once(opened: set[int], claims: list[Claim], rule: str) -> None:
    found = share_credit(opened, claims, rule=rule)
    assert sum(found.shares.values(), Fraction(0)) + found.unclaimed + found.unshared == found.counted == len(opened)
    assert found.unclaimed == len(opened - {one.startup for one in claims})
    for partner, part in found.shares.items():
        claimed = {one.startup for one in claims if one.partner == partner} & opened
        assert found.claimed[partner] == len(claimed)
        assert 0 <= part <= len(claimed)


@given(st.dictionaries(st.sampled_from(PARTNERS), st.none() | st.integers(0, 10**9)), st.sampled_from(RULES))
def test_the_parts_of_one_start_up_sum_to_one_or_are_not_said(amounts: dict[str, int | None], rule: str) -> None:
    parts = share_one(amounts, rule=rule)
    cannot = rule != EQUAL and len(amounts) > 1 and (None in amounts.values() or not any(amounts.values()))
    if not amounts or cannot:
        assert parts is None
    else:
        assert parts is not None
        assert sum(parts.values()) == 1
        assert set(parts) == set(amounts)


@given(OPENED, CLAIMS, st.sampled_from(RULES), st.randoms(use_true_random=False))
def test_the_order_of_claims_is_irrelevant(opened: set[int], claims: list[Claim], rule: str, draw: object) -> None:
    shuffled = list(claims)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    assert share_credit(opened, claims, rule=rule) == share_credit(sorted(opened), shuffled, rule=rule)


@given(OPENED, CLAIMS, st.integers(2, 1000))
def test_only_the_proportions_of_amounts_count(opened: set[int], claims: list[Claim], times: int) -> None:
    larger = [Claim(one.startup, one.partner, None if one.cents is None else one.cents * times) for one in claims]
    assert share_credit(opened, claims, rule=ACCEPTED) == share_credit(opened, larger, rule=ACCEPTED)


@given(OPENED, CLAIMS, st.sampled_from(RULES))
def test_one_more_partner_makes_no_more_start_ups(opened: set[int], claims: list[Claim], rule: str) -> None:
    more = [*claims, *(Claim(number, "Une autre", 1) for number in opened)]
    assert share_credit(opened, more, rule=rule).counted == share_credit(opened, claims, rule=rule).counted


def test_three_partners_who_claim_one_start_up_share_it() -> None:
    claims = [Claim(1, "Caisse", 23_000_00), Claim(1, "MRC", 5_000_00), Claim(1, "Pôle", 2_000_00)]
    equal = share_credit({1}, claims, rule=EQUAL)
    assert set(equal.shares.values()) == {Fraction(1, 3)}
    assert (sum(equal.claimed.values()), equal.counted) == (3, 1)
    by_amount = share_credit({1}, claims, rule=ACCEPTED)
    assert by_amount.shares == {"Caisse": Fraction(23, 30), "MRC": Fraction(1, 6), "Pôle": Fraction(1, 15)}


def test_two_agreements_of_one_partner_are_one_claim() -> None:
    found = share_credit({1}, [Claim(1, "Caisse", 1), Claim(1, "Caisse", 2), Claim(1, "MRC", 1)], rule=ACCEPTED)
    assert (found.shares["Caisse"], found.claimed["Caisse"]) == (Fraction(3, 4), 1)


@pytest.mark.parametrize("amounts", [(None, 5), (0, 0)])
def test_what_the_rule_cannot_share_is_left_to_share_and_never_zero(amounts: tuple[int | None, int]) -> None:
    claims = [Claim(1, "Caisse", amounts[0]), Claim(1, "MRC", amounts[1])]
    found = share_credit({1}, claims, rule=PAID)
    assert (found.unshared, found.unclaimed, sum(found.shares.values())) == (1, 0, 0)
    assert share_credit({1}, claims[:1], rule=PAID).shares["Caisse"] == 1


def test_a_claim_on_what_has_not_opened_counts_for_nothing_yet() -> None:
    found = share_credit(set(), [Claim(1, "Caisse", 1)], rule=EQUAL)
    assert (found.counted, found.claimed) == (0, {})


def test_a_rule_that_is_none_and_a_negative_amount_are_refused() -> None:
    with pytest.raises(CreditError, match="rule-unknown"):
        share_credit({1}, [], rule="first")
    with pytest.raises(CreditError, match="amount-negative"):
        share_credit({1}, [Claim(1, "Caisse", -1)], rule=PAID)
