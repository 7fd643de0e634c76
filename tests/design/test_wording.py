"""Figures and dates as each language writes them; nothing known is a word, never zero."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from essor.design import wording

FRENCH = [
    ("whole", 1264, "1\u00a0264"),
    ("whole", 0, "0"),
    ("whole", -1264, "\u22121\u00a0264"),
    ("decimal:1", Decimal("41.25"), "41,3"),
    ("decimal:2", 1234.5, "1\u00a0234,50"),
    ("percent:1", 0.2592, "25,9\u00a0%"),
    ("percent", 1, "100\u00a0%"),
    ("percent:1", Fraction(162, 625), "25,9\u00a0%"),
    ("share:787", 263, "33\u00a0%"),
    ("signed", 162, "+162"),
    ("signed", -41, "\u221241"),
    ("signed", 0, "0"),
    ("signed_percent:1", 0.2592, "+25,9\u00a0%"),
    ("signed_percent", -0.001, "0\u00a0%"),
    ("cad", 345000, "345\u00a0000\u00a0$"),
    ("cad:2", Decimal("-12.5"), "\u221212,50\u00a0$"),
    ("day", dt.date(2017, 11, 29), "29\u00a0novembre 2017"),
    ("day", dt.date(2014, 6, 1), "1er\u00a0juin 2014"),
    ("month", dt.date(2014, 6, 1), "juin\u00a02014"),
    ("interval", (11, 25), "de 11 à 25"),
    ("interval", (50, None), "au moins 50"),
    ("interval", (None, 5), "au plus 5"),
]
ENGLISH = [
    ("whole", 1264, "1,264"),
    ("decimal:1", 41.25, "41.3"),
    ("percent:1", 0.2592, "25.9%"),
    ("signed", -41, "\u221241"),
    ("cad", 345000, "$345,000"),
    ("cad:2", -12.5, "\u2212$12.50"),
    ("day", dt.date(2017, 11, 29), "November\u00a029, 2017"),
    ("month", dt.date(2014, 6, 1), "June\u00a02014"),
]
FILTERS = sorted({words.split(":")[0] for words, _, _ in FRENCH})


def render(filter_words: str, value: Any) -> str:
    return Template("{{ value|" + filter_words + " }}").render(Context({"value": value}))


@pytest.mark.parametrize(("filter_words", "value", "expected"), FRENCH)
def test_french_writes_numbers_with_no_break_spaces(filter_words: str, value: Any, expected: str) -> None:
    with translation.override("fr"):
        assert render(filter_words, value) == expected


@pytest.mark.parametrize(("filter_words", "value", "expected"), ENGLISH)
def test_english_writes_numbers_its_own_way(filter_words: str, value: Any, expected: str) -> None:
    with translation.override("en"):
        assert render(filter_words, value) == expected


@pytest.mark.parametrize("name", FILTERS)
def test_nothing_known_is_a_styled_word(name: str) -> None:
    words = f"{name}:787" if name == "share" else name
    with translation.override("fr"):
        assert render(words, None) == '<span class="unknown">inconnu</span>'


def test_a_share_of_nothing_is_unknown() -> None:
    assert "inconnu" in render("share:0", 3)


def test_a_day_is_told_on_the_clock_of_the_territory() -> None:
    late = dt.datetime(2017, 11, 30, 3, 0, tzinfo=dt.UTC)
    assert render("day", late) == "29\u00a0novembre 2017"


@given(st.integers(min_value=-(10**15), max_value=10**15), st.sampled_from(["fr", "en"]))
def test_a_whole_number_reads_back(number: int, language: str) -> None:
    with translation.override(language):
        written = wording.write_whole(number)
    assert int(written.replace("\u00a0", "").replace(",", "").replace("\u2212", "-")) == number
