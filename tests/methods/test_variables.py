from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.methods.variables import LARGEST_STORED, ValueRefused, Variable

AMOUNT = Variable("amount", "money", "Montant", "Amount", scale=2)
SHARE = Variable("share", "ratio", "Part", "Share", scale=4, minimum=Decimal(0), maximum=Decimal(1))
BEYOND = ("1e30", "123456789012345678901234567890.12", "1e999999", 10**16, 1 << 20_000, Decimal("1e15"))


@pytest.mark.parametrize("value", BEYOND, ids=lambda value: str(value)[:12] if isinstance(value, str) else "number")
def test_what_could_not_be_stored_is_refused_by_its_side(value: object) -> None:
    with pytest.raises(ValueRefused) as caught:
        AMOUNT.to_stored(value)
    assert (caught.value.code, caught.value.allowed) == ("too-large", ("<= 10000000000000.00",))
    negative = f"-{value}" if isinstance(value, str) else -value  # type: ignore[operator]
    with pytest.raises(ValueRefused, match="too-small"):
        AMOUNT.to_stored(negative)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1.00000000000000000000000000000000001", "too-precise"),
        ("0.125", "too-precise"),
        ("1e-999999999", "too-precise"),
        ("nan", "not-a-number"),
        ("Infinity", "not-a-number"),
        (True, "not-a-number"),
        ("douze", "not-a-number"),
    ],
)
def test_what_would_be_rounded_or_is_no_number_is_refused(value: object, code: str) -> None:
    with pytest.raises(ValueRefused, match=code):
        AMOUNT.to_stored(value)


def test_the_bound_itself_and_the_variable_s_own_range() -> None:
    assert AMOUNT.to_stored("10000000000000") == LARGEST_STORED
    assert AMOUNT.to_stored("-0.00e5") == 0
    assert SHARE.to_stored("1.0000000") == 10_000
    for value, code in (("1.0001", "too-large"), ("-0.0001", "too-small")):
        with pytest.raises(ValueRefused, match=code):
            SHARE.to_stored(value)


@given(st.integers(-LARGEST_STORED, LARGEST_STORED), st.integers(0, 9))
def test_stored_and_natural_are_inverse(stored: int, scale: int) -> None:
    variable = Variable("x", "number", "X", "X", scale=scale)
    natural = variable.from_stored(stored)
    assert variable.to_stored(natural) == variable.to_stored(str(natural)) == stored
