"""One cell → what it says. Unknown is never zero, a band stays a band, and what can be read two ways is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import override

from essor.directory.models import Fact
from essor.directory.rules import EARLIEST_DAY, Content, DirectoryError, Said, check_content, fold
from essor.methods.variables import FALSE, TRUE, Variable

UNKNOWN_WORDS = frozenset(
    {
        "n d", "nd", "n a", "na", "inconnu", "inconnue", "inconnus", "unknown", "non declare", "non declaree",
        "non disponible", "not available", "not stated", "null", "none", "nil", "nan", "sans reponse", "ne sait pas",
    }
)  # fmt: skip
"""« None », « nil », « NaN »: what programs write where nothing is known."""
NONE_WORDS = frozenset({"aucun", "aucune", "zero"})
TRUE_WORDS = frozenset({"oui", "yes", "vrai", "true", "o", "y", "1", "x", "v"})
FALSE_WORDS = frozenset({"non", "no", "faux", "false", "n", "0", "f"})
MAX_DIGITS = 15

_SPACES = " \u00a0\u202f\u2009'’"
_NUMBER = r"-?\d{1,3}(?:[ \u00a0\u202f\u2009'’]\d{3})+(?:[.,]\d+)?|-?\d+(?:[.,]\d+)*"
_WHOLE = re.compile(rf"({_NUMBER})")
_BETWEEN = re.compile(rf"(?:de |from |entre |between )?({_NUMBER})\s*(?:à|a|to|-|–|—|et|and)\s*({_NUMBER})", re.I)
_AT_LEAST = re.compile(
    rf"(?:({_NUMBER})\s*(?:\+|et plus|ou plus|and over|or more|and more)|au moins ({_NUMBER}))", re.I
)
_MORE_THAN = re.compile(rf"(?:plus de|more than|over|>)\s*({_NUMBER})", re.I)
_AT_MOST = re.compile(
    rf"(?:({_NUMBER})\s*(?:et moins|ou moins|or less|or fewer)|(?:jusqu’à|jusqu'à|up to)\s*({_NUMBER}))", re.I
)
_LESS_THAN = re.compile(rf"(?:moins de|less than|fewer than|under|<)\s*({_NUMBER})", re.I)
_FORMS = (
    (_WHOLE, True, True, 0),
    (_BETWEEN, True, True, 0),
    (_AT_LEAST, True, False, 0),
    (_MORE_THAN, True, False, 1),
    (_AT_MOST, False, True, 0),
    (_LESS_THAN, False, True, -1),
)
"""Pattern, whether its first number is the lower bound, whether its last is the upper one, and the step beyond."""

_UNIT = re.compile(r"\s*(?:\$|\$ca|ca\$|cad|£|€|employés?|personnes?|membres?|emplois?)\s*", re.I)
_THREE_AFTER_COMMA = re.compile(r"-?\d{1,3},\d{3}")
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: \d{2}:\d{2}(?::\d{2})?)?")
_IN_WORDS = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]+) (\d{4})")
_YEAR = re.compile(r"(\d{4})(?:\.0)?")
_MONTHS = {
    word: number
    for number, words in enumerate(
        ("janvier january", "fevrier february", "mars march", "avril april", "mai may", "juin june", "juillet july",
         "aout august", "septembre september", "octobre october", "novembre november", "decembre december"),
        start=1,
    )
    for word in words.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Places:
    """What municipalities are called: ``codes`` known, and the codes behind each folded name."""

    codes: frozenset[str]
    codes_by_name: Mapping[str, tuple[str, ...]]


def is_unknown(text: str | None) -> bool:
    """Nothing, a question mark, « n/d », « N/A », « inconnu »…

    >>> is_unknown("?"), is_unknown("n/d"), is_unknown("0")
    (True, True, False)
    """
    if text is None:
        return True
    folded = fold(text)
    return folded in UNKNOWN_WORDS if folded else not any(mark.isalnum() for mark in text)


def read_number(text: str, variable: Variable) -> Said:
    """A figure or a band, in natural units, as the ``low``/``high``/``value`` of a statement without its date."""
    words = _UNIT.sub(" ", text).strip()
    if fold(words) in NONE_WORDS:
        return _said(variable, value=Decimal(0))
    is_percent = variable.kind == "ratio" and words.endswith("%")
    words = words.rstrip("% \u00a0\u202f") if is_percent else words
    step = Decimal(1).scaleb(-variable.scale)

    def number(found: str) -> Decimal:
        value = parse_number(found, scale=variable.scale - 2 if is_percent else variable.scale)
        return value / 100 if is_percent else value

    for pattern, is_low, is_high, nudge in _FORMS:
        if match := pattern.fullmatch(words):
            found = [number(part) + nudge * step for part in match.groups() if part]
            low = found[0] if is_low else variable.minimum
            return _said(variable, low=low, high=found[-1] if is_high else None)
    raise DirectoryError("value-not-a-number", variable=variable.id, value=text)


def _said(variable: Variable, **what: object) -> Said:
    return {"variable": variable.id, "starts_on": EARLIEST_DAY, **what}  # type: ignore[typeddict-item]


def parse_number(text: str, *, scale: int = 0) -> Decimal:
    """Spaces between thousands, comma or point before decimals; « 1,264 » alone can be read two ways: refused.

    ``scale``: decimals that the variable keeps; the remedy proposes no more.

    >>> parse_number("1 264,50"), parse_number("1,264,000"), parse_number("-3.5")
    (Decimal('1264.50'), Decimal('1264000'), Decimal('-3.5'))
    """
    plain = re.sub(f"[{_SPACES}]", "", text)
    if _THREE_AFTER_COMMA.fullmatch(plain) and not plain.lstrip("-").startswith("0,"):
        whole, decimal = plain.replace(",", ""), f"{plain}0" if scale >= 3 else plain[: scale - 3]
        is_decimal = scale > 0 and not plain[len(decimal) :].strip("0")
        raise DirectoryError(
            "number-ambiguous" if is_decimal else "number-ambiguous-whole", value=text, whole=whole, decimal=decimal
        )
    if plain.count(",") > 1 or ("," in plain and "." in plain and plain.index(",") < plain.index(".")):
        plain = plain.replace(",", "")
    elif plain.count(".") > 1 or ("," in plain and "." in plain):
        plain = plain.replace(".", "")
    plain = plain.replace(",", ".")
    if plain.count(".") > 1:
        raise DirectoryError("value-not-a-number", value=text)
    if len(plain.lstrip("-0").split(".")[0]) > MAX_DIGITS:
        raise DirectoryError("number-too-long", value=text)
    return Decimal(plain)


def read_content(text: str, variable: Variable, *, labels: Mapping[str, str], places: Places) -> Content:
    """The stored form of a cell for ``variable``; ``labels``: folded label → code. Raises DirectoryError."""
    if variable.is_numeric:
        return _read_amount(text, variable)
    if variable.kind == "boolean":
        return Content(None, None, _read_boolean(text, variable))
    if variable.kind == "place":
        return Content(None, None, read_place(text, places))
    parts = re.split(r"\s*[|;]\s*", text) if variable.kind == "choice_many" or "|" in text else [text]
    codes = [labels.get(fold(part), part) for part in parts if part]
    return check_content(_said(variable, codes=codes), variable)


def _read_amount(text: str, variable: Variable) -> Content:
    """A refusal quotes what was typed (« 2,5 »), not what was understood of it."""
    try:
        return check_content(read_number(text, variable), variable)
    except DirectoryError as error:
        raise DirectoryError(error.code, **({"variable": variable.id} | error.facts | {"value": text})) from error


def _read_boolean(text: str, variable: Variable) -> str:
    word = fold(text)
    if word in TRUE_WORDS:
        return TRUE
    if word in FALSE_WORDS:
        return FALSE
    raise DirectoryError("value-not-allowed", variable=variable.id, value=text, allowed=("oui", "non"))


def read_place(text: str, places: Places) -> str:
    """A code as it is, or that of the one municipality of that name (« la-prairie » is a name, « uk-eng » a code)."""
    plain = text.strip()
    if plain in places.codes:
        return plain
    found = places.codes_by_name.get(fold(plain), ())
    if len(found) == 1:
        return found[0]
    if not found and re.fullmatch(r"\d{5}|[a-z]{2}(-[a-z]+)*", plain):
        return plain
    code = "place-ambiguous" if found else "place-unknown"
    raise DirectoryError(code, value=text, allowed=found)


def read_listed_place(text: str, places: Places) -> str:
    """The same where a person writes it for good: a code that no list has is refused."""
    code = read_place(text, places)
    if code not in places.codes:
        raise DirectoryError("place-code-unknown", value=text)
    return code


def code_labels(variable: Variable) -> Mapping[str, str]:
    """Folded code or label, in both languages → code."""
    labels = {fold(code): code for code in variable.values}
    for code, words in (variable.value_labels or {}).items():
        labels.update({fold(word): code for word in words})
    return labels


def is_year(text: str) -> bool:
    """Four digits alone: no day, until someone says which day of that year is meant.

    >>> is_year("2019"), is_year("2019-06")
    (True, False)
    """
    return bool(_YEAR.fullmatch(text.strip()))


def status_labels() -> Mapping[str, str]:
    """The same for the status of a fact."""
    labels = {fold(code): code for code in Fact.Status.values}
    for language in ("fr", "en"):
        with override(language):
            labels.update({fold(str(label)): code for code, label in Fact.Status.choices})
    return labels


def read_day(text: str, *, today: date, month_day: tuple[int, int] | None = None) -> date:
    """ISO (with or without a time), day/month/year, « 31 mars 2012 »; a bare year where ``month_day`` completes it.

    >>> read_day("31/3/2012", today=date(2026, 1, 1)), read_day("2012-03-31 00:00:00", today=date(2026, 1, 1))
    (datetime.date(2012, 3, 31), datetime.date(2012, 3, 31))
    """
    plain = text.strip()
    try:
        if match := _ISO.fullmatch(plain):
            day = date(int(match[1]), int(match[2]), int(match[3]))
        elif match := _DAY_FIRST.fullmatch(plain):
            day = date(int(match[3]), int(match[2]), int(match[1]))
        elif (match := _IN_WORDS.fullmatch(fold(plain))) and match[2] in _MONTHS:
            day = date(int(match[3]), _MONTHS[match[2]], int(match[1]))
        elif month_day and (match := _YEAR.fullmatch(plain)):
            day = date(int(match[1]), *month_day)
        else:
            raise DirectoryError("date-year-alone" if is_year(plain) else "date-unreadable", value=text)
    except ValueError as error:
        if isinstance(error, DirectoryError):
            raise
        raise DirectoryError("date-impossible", value=text) from error
    if day < EARLIEST_DAY or day > today + timedelta(days=3660):
        raise DirectoryError("day-out-of-reach", value=text)
    return day
