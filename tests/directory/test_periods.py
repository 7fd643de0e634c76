from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from essor.directory.pictures import write_period

N = "\u00a0"
FIRST, NEXT = date(2017, 11, 1), date(2018, 11, 1)


@pytest.mark.parametrize(
    ("starts_on", "ends_before", "french", "english"),
    [
        (FIRST, NEXT, f"du 1er{N}novembre 2017 au 31{N}octobre 2018", f"from November{N}1, 2017 to October{N}31, 2018"),
        (FIRST, date(2017, 11, 2), f"le 1er{N}novembre 2017", f"on November{N}1, 2017"),
        (FIRST, None, f"depuis le 1er{N}novembre 2017", f"since November{N}1, 2017"),
        (None, FIRST, f"avant le 1er{N}novembre 2017", f"before November{N}1, 2017"),
    ],
)
def test_a_period_is_said_by_its_last_day(
    starts_on: date | None, ends_before: date | None, french: str, english: str
) -> None:
    assert write_period(starts_on, ends_before) == french
    with override("en"):
        assert write_period(starts_on, ends_before) == english
