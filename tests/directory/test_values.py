"""One cell: unknown is never zero, a band stays a band, and what reads two ways is refused."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.directory.importing.values import Places, code_labels, is_unknown, parse_number, read_content, read_day
from essor.directory.rules import DirectoryError
from essor.directory.wording import explain_error
from essor.knowledge import load_variables
from essor.methods.variables import Variable

TODAY = date(2026, 3, 2)
PLACES = Places(frozenset({"64008"}), {"terrebonne": ("64008",), "la prairie": ("67015",), "saint paul": ("1", "2")})
JOBS = Variable("jobs", "number", "Emplois", "Jobs", scale=0, minimum=Decimal(0), maximum=Decimal(1_000_000))
MONEY = Variable("money", "money", "Revenu", "Revenue", scale=2)
SHARE = Variable("share", "ratio", "Part", "Share", scale=4, minimum=Decimal(0), maximum=Decimal(1))


def read(text: str, variable: Variable) -> tuple[int | None, int | None, str | None]:
    content = read_content(text, variable, labels=code_labels(variable), places=PLACES)
    return content.low, content.high, content.codes


@pytest.mark.parametrize(
    "text",
    ["", "?", " ", "n/d", "N/D", "N/A", "n.d.", "inconnu", "Inconnue", "-", "—", "(Non déclaré)", "None", "nil", "NaN"],
)
def test_unknown_is_unknown(text: str) -> None:
    assert is_unknown(text)


@pytest.mark.parametrize("text", ["0", "zéro", "Aucun", "oui", "12", "コープ"])
def test_zero_and_words_are_not_unknown(text: str) -> None:
    assert not is_unknown(text)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("12", 12, 12), ("12.0", 12, 12), ("1 264", 1264, 1264), ("1\u202f264", 1264, 1264), ("1\u00a0264", 1264, 1264),
        ("Aucun", 0, 0), ("0", 0, 0), ("11 à 25", 11, 25), ("De 11 à 25", 11, 25), ("11-25", 11, 25),
        ("11 – 25", 11, 25),
        ("100+", 100, None), ("5000 et plus", 5000, None), ("Plus de 5000", 5001, None), ("5 et moins", 0, 5),
        ("moins de 5", 0, 4), ("1,264,000.0", None, None), ("11 employés", 11, 11),
    ],
)  # fmt: skip
def test_numbers_and_bands(text: str, low: int | None, high: int | None) -> None:
    if low is None:
        with pytest.raises(DirectoryError, match="value-too-large"):
            read(text, JOBS)
    else:
        assert read(text, JOBS) == (low, high, None)


@pytest.mark.parametrize(
    ("text", "variable", "stored"),
    [("345 000,50 $", MONEY, 34_500_050), ("-12,5", MONEY, -1250), ("62 %", SHARE, 6200), ("0,62", SHARE, 6200)],
)
def test_amounts_and_shares(text: str, variable: Variable, stored: int) -> None:
    assert read(text, variable) == (stored, stored, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,264", "number-ambiguous-whole"), ("-3", "value-too-small"), ("12,5", "value-too-precise"),
        ("douze", "value-not-a-number"),
        ("9" * 40, "number-too-long"), ("1e9", "value-not-a-number"), ("nan", "value-not-a-number"),
        ("25 à 11", "band-out-of-order"),
        ("=1+1", "value-not-a-number"), ("1.2.3,4,5", "value-not-a-number"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(text: str, code: str) -> None:
    with pytest.raises(DirectoryError) as refusal:
        read(text, JOBS)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "variable", "words"),
    [
        ("12,345", "jobs_headcount", "Écrivez 12345."),
        ("12,345", "jobs_fte", "Écrivez 12345."),
        ("12,340", "jobs_fte", "Écrivez 12340, ou 12,34."),
        ("2,5", "jobs_headcount", "« 2,5 »"),
        ("beaucoup", "jobs_headcount", "(1 264),"),
        ("beaucoup", "jobs_fte", "(1 264,5)"),
    ],
)
def test_the_remedy_for_a_number_is_one_that_is_then_accepted(text: str, variable: str, words: str) -> None:
    with pytest.raises(DirectoryError) as refusal:
        read(text, load_variables()[variable])
    assert words in explain_error(refusal.value).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("text", "variable", "words"),
    [
        ("-3", "jobs_headcount", "(au moins 0)"),
        ("2,5", "jobs_headcount", "(un nombre entier)"),
        ("2,5555", "jobs_fte", "(2 décimales au plus)"),
        ("140 %", "autonomous_revenue_share", "(au plus 1)"),
        ("SARL", "legal_form", "coopérative"),
        ("peut-être", "social_economy", "oui, non"),
    ],
)
def test_a_refusal_says_what_is_allowed_in_words(text: str, variable: str, words: str) -> None:
    with pytest.raises(DirectoryError) as refusal:
        read(text, load_variables()[variable])
    told = explain_error(refusal.value)
    assert words in told
    assert not re.search(r">=|<=|decimals|\bcoop\b|\btrue\b", told)


def test_each_reading_of_an_ambiguous_number_that_is_offered_reads_one_way() -> None:
    for text, scale in (("1,264", 4), ("-12,340", 2), ("1,500", 1)):
        with pytest.raises(DirectoryError, match="number-ambiguous") as refusal:
            parse_number(text, scale=scale)
        whole, decimal = (parse_number(str(refusal.value.facts[name])) for name in ("whole", "decimal"))
        assert whole == 1000 * decimal


def test_choices_by_code_or_label_in_both_languages() -> None:
    form = load_variables()["legal_form"]
    label_fr, label_en = (form.value_labels or {})["coop"]
    assert {read(text, form)[2] for text in ("coop", label_fr, label_en.upper())} == {"coop"}
    with pytest.raises(DirectoryError, match="value-not-allowed"):
        read("SARL", form)


def test_yes_and_no() -> None:
    variable = load_variables()["social_economy"]
    assert [read(text, variable)[2] for text in ("Oui", "x", "NON", "0")] == ["true", "true", "false", "false"]
    with pytest.raises(DirectoryError, match="value-not-allowed"):
        read("peut-être", variable)


def test_places_by_code_or_name() -> None:
    place = load_variables()["municipality"]
    assert {read(text, place)[2] for text in ("64008", "TERREBONNE")} == {"64008"}
    assert [read(text, place)[2] for text in ("la-prairie", "99999", "uk-eng")] == ["67015", "99999", "uk-eng"]
    for text, code in (("Trebonne", "place-unknown"), ("Saint-Paul", "place-ambiguous")):
        with pytest.raises(DirectoryError, match=code):
            read(text, place)


@pytest.mark.parametrize(
    "text", ["2012-03-31", "31/03/2012", "31/3/2012", "31-03-2012", "2012-03-31 00:00:00", "31 mars 2012"]
)
def test_dates(text: str) -> None:
    assert read_day(text, today=TODAY) == date(2012, 3, 31)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1066-10-14", "day-out-of-reach"), ("2999-01-01", "day-out-of-reach"), ("31/02/2012", "date-impossible"),
        ("03/31/2012", "date-impossible"), ("2012", "date-year-alone"), ("bientôt", "date-unreadable"),
    ],
)  # fmt: skip
def test_dates_that_cannot_be(text: str, code: str) -> None:
    with pytest.raises(DirectoryError) as refusal:
        read_day(text, today=TODAY)
    assert refusal.value.code == code


def test_a_bare_year_is_completed_where_the_mapping_says_how() -> None:
    assert read_day("2016", today=TODAY, month_day=(6, 30)) == date(2016, 6, 30)


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=999_999))
def test_a_number_written_with_spaces_is_the_number(number: int) -> None:
    assert parse_number(f"{number:,}".replace(",", "\u202f")) == number


READABLE = {
    "value-not-a-number", "value-too-small", "value-too-large", "value-too-precise", "number-ambiguous",
    "number-too-long", "band-out-of-order",
}  # fmt: skip


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from([JOBS, MONEY, SHARE]))
def test_any_text_is_read_or_refused(text: str, variable: Variable) -> None:
    code = ""
    try:
        read(text, variable)
    except DirectoryError as error:
        code = error.code
    assert not code or code in READABLE
