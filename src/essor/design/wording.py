"""Numbers, days and shares in words and figures, as a reader of the language in force writes them.

French of Québec: 1 264 · 25,9 % · 345 000 $ · 29 novembre 2017. English of Canada: 1,264 · 25.9% · $345,000 ·
November 29, 2017. Each function takes what may be missing: nothing known is « inconnu », never zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import get_language, gettext

NO_BREAK = "\u00a0"
MINUS = "\u2212"
DASH = "\u2013"

Number = int | float | Decimal | Fraction
Day = dt.date | dt.datetime


def is_english() -> bool:
    return (get_language() or "fr").startswith("en")


def write_unknown() -> str:
    return gettext("inconnu")


def write_whole(value: Number | None) -> str:
    return write_decimal(value, 0)


def write_decimal(value: Number | None, places: int = 1) -> str:
    """The number rounded half away from zero to the places asked, with a true minus sign."""
    if value is None:
        return write_unknown()
    rounded = _round(value, places)
    sign = MINUS if rounded < 0 else ""
    return sign + _group(abs(rounded), places)


def write_percent(share: Number | None, places: int = 0) -> str:
    """A share (0.259) as a percentage (« 25,9 % »)."""
    if share is None:
        return write_unknown()
    mark = "%" if is_english() else f"{NO_BREAK}%"
    return write_decimal(_exact(share) * 100, places) + mark


def write_share(part: Number | None, whole: Number | None) -> str:
    """The part within its whole, as a percentage with no decimals; unknown when there is no whole to share."""
    if part is None or not whole:
        return write_unknown()
    return write_percent(Fraction(_exact(part)) / Fraction(_exact(whole)))


def write_signed(value: Number | None, places: int = 0) -> str:
    """+162, −41, and plain 0."""
    if value is None:
        return write_unknown()
    return ("+" if _round(value, places) > 0 else "") + write_decimal(value, places)


def write_signed_percent(share: Number | None, places: int = 0) -> str:
    if share is None:
        return write_unknown()
    return ("+" if _round(_exact(share) * 100, places) > 0 else "") + write_percent(share, places)


def write_cad(amount_cad: Number | None, places: int = 0) -> str:
    """An amount in dollars (not cents): « 345 000 $ », “$345,000”."""
    if amount_cad is None:
        return write_unknown()
    rounded = _round(amount_cad, places)
    sign, figures = (MINUS if rounded < 0 else ""), _group(abs(rounded), places)
    return f"{sign}${figures}" if is_english() else f"{sign}{figures}{NO_BREAK}$"


def write_day(day: Day | None) -> str:
    if day is None:
        return write_unknown()
    day = _local_day(day)
    if is_english():
        return f"{MONTHS[day.month]}{NO_BREAK}{day.day}, {day.year}"
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NO_BREAK}{MONTHS[day.month]} {day.year}"


def write_month(day: Day | None) -> str:
    if day is None:
        return write_unknown()
    day = _local_day(day)
    return f"{MONTHS[day.month]}{NO_BREAK}{day.year}"


def write_interval(bounds: tuple[Number | None, Number | None] | None) -> str:
    """A band « de 11 à 25 », open on one side when one bound is missing; a band is never a count."""
    low, high = bounds or (None, None)
    if low is None and high is None:
        return write_unknown()
    if low is None:
        return gettext("au plus %(high)s") % {"high": write_whole(high)}
    if high is None:
        return gettext("au moins %(low)s") % {"low": write_whole(low)}
    return gettext("de %(low)s à %(high)s") % {"low": write_whole(low), "high": write_whole(high)}


def _exact(value: Number) -> Decimal | Fraction:
    return value if isinstance(value, Fraction) else Decimal(str(value))


def _round(value: Number, places: int) -> Decimal:
    exact = _exact(value)
    if isinstance(exact, Fraction):
        exact = Decimal(exact.numerator) / Decimal(exact.denominator)
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded


def _group(rounded: Decimal, places: int) -> str:
    text = f"{rounded:,.{places}f}"
    return text if is_english() else text.replace(",", NO_BREAK).replace(".", ",")


def _local_day(day: Day) -> dt.date:
    if isinstance(day, dt.datetime):
        return timezone.localdate(day) if timezone.is_aware(day) else day.date()
    return day


WRITERS: dict[str, Callable[..., str]] = {
    "whole": write_whole,
    "decimal": write_decimal,
    "percent": write_percent,
    "signed": write_signed,
    "signed_percent": write_signed_percent,
    "cad": write_cad,
    "day": write_day,
    "month": write_month,
    "interval": write_interval,
}


def write_as(kind: str, value: object, places: int | None = None) -> str:
    """The value written as its kind says (a key of WRITERS, or « text »)."""
    if value is None:
        return write_unknown()
    if kind == "text":
        return str(value)
    return WRITERS[kind](value) if places is None else WRITERS[kind](value, places)


FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> plain("=1+1"), plain("Terrebonne")
    ("'=1+1", 'Terrebonne')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS) else text
