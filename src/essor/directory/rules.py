"""What may be said: folding of names, check digits, and a statement checked against its variable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Required, TypedDict

from essor.methods.variables import FALSE, TRUE, ValueRefused, Variable

TRUST_BY_STATUS: Mapping[str, int] = {"administrative": 60, "reported": 50, "estimated": 30, "imputed": 10}
"""Who is believed first where two sources speak of the same day: registers, then people, then computations."""

JOB_VARIABLES = frozenset({"jobs_headcount", "jobs_headcount_all", "jobs_fte"})
"""Read as reported by advisers only: the public sees a size class."""

EARLIEST_DAY = date(1800, 1, 1)
FAR_FUTURE_DAYS = 366 * 10
SUCCESSOR_KINDS = frozenset({"merged", "split", "replaced"})
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})
_NOT_A_LETTER = re.compile(r"[^0-9a-z]+")
_CHARITY = re.compile(r"[0-9]{9}RR[0-9]{4}")
_BUSINESS_NUMBER = re.compile(r"[0-9]{9}(R[CEMPTRZD][0-9]{4})?")


class DirectoryError(ValueError):
    """A refusal: ``code`` and ``facts``; :func:`essor.directory.wording.explain` makes the sentence."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


class Said(TypedDict, total=False):
    """One statement about an organisation. ``value``: natural units, a code, True or False. ``low``/``high``: a band in
    natural units, one side may be None. ``codes``: several codes (« one of these », or the exact set for choice_many).
    """

    variable: Required[str]
    starts_on: Required[date]
    value: object
    low: object
    high: object
    codes: Iterable[str]
    ends_before: date | None
    status: str
    trust: int
    known_from: datetime
    note: str


class NameSaid(TypedDict, total=False):
    """How long a name was borne (None: since always, still); ``kind``: legal or other."""

    kind: str
    starts_on: date | None
    ends_before: date | None
    known_from: datetime


class EventSaid(TypedDict, total=False):
    kind: Required[str]
    happened_on: Required[date]
    note: str
    known_from: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """What a fact stores: integers at the variable's scale, or codes joined by ``|``."""

    low: int | None
    high: int | None
    codes: str | None


def is_confidential(variable: Variable) -> bool:
    """Whether the public may not read what one organisation answered."""
    return variable.sensitive or variable.id in JOB_VARIABLES


def fold(text: str) -> str:
    """Lower case without accents, ligatures or punctuation: what search and matching compare.

    >>> fold("L’Œuvre d’Élise  (coop)")
    'l oeuvre d elise coop'
    """
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LIGATURES))
    return _NOT_A_LETTER.sub(" ", "".join(mark for mark in plain if not unicodedata.combining(mark))).strip()


def passes_luhn(digits: str) -> bool:
    """The Luhn sum of the digits is a multiple of ten (ISO/IEC 7812-1, annex B).

    >>> passes_luhn("119219814")
    True
    """
    total = 0
    for place, mark in enumerate(reversed(digits)):
        number = int(mark) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def clean_identifier(scheme: str, value: str) -> tuple[str, bool]:
    """The identifier as kept, and whether it is doubtful: wrong form or check digit (never a refusal).

    The last eight digits of a NEQ pass Luhn: measured on 4 240 real numbers, published nowhere, hence a warning only.
    """
    if scheme == "other":
        return value.strip(), False
    kept = re.sub(r"[\s.\-]", "", value).upper()
    if scheme == "neq":
        return kept, not (len(kept) == 10 and kept.isascii() and kept.isdecimal() and passes_luhn(kept[2:]))
    form = _CHARITY if scheme == "charity" else _BUSINESS_NUMBER
    return kept, not (form.fullmatch(kept) and passes_luhn(kept[:9]))


def check_day(day: date, *, today: date, field: str) -> date:
    if day < EARLIEST_DAY or day > today + timedelta(days=FAR_FUTURE_DAYS):
        raise DirectoryError("day-out-of-reach", field=field, value=day.isoformat())
    return day


def check_life(told: Iterable[tuple[str, date]], *, kind: str, day: date) -> None:
    """Refuses an event that contradicts those already told (kind, day): nothing comes before the creation, one is
    created once, and between two closures there is a reopening.
    """
    known = sorted(told, key=lambda one: one[1])
    created = next((on for what, on in known if what == "created"), None)
    if kind == "created":
        if created is not None:
            raise DirectoryError("event-once", kind=kind, known=created)
        if known and known[0][1] < day:
            raise DirectoryError("event-before-created", kind=known[0][0], day=known[0][1], created=day)
    elif created is not None and day < created:
        raise DirectoryError("event-before-created", kind=kind, day=day, created=created)
    if kind == "closed":
        reopened = [on for what, on in known if what == "reopened"]
        for closed in (on for what, on in known if what == "closed"):
            if not any(min(closed, day) <= on <= max(closed, day) for on in reopened):
                raise DirectoryError("event-once", kind=kind, known=closed)


def check_content(said: Said, variable: Variable) -> Content:
    """The stored form of what is said of ``variable``; raises DirectoryError that names it and what it allows."""
    try:
        if variable.is_numeric:
            return _check_number(said, variable)
        return Content(None, None, _check_codes(said, variable))
    except ValueRefused as error:
        raise DirectoryError(
            f"value-{error.code}", variable=variable.id, value=str(error.value), allowed=error.allowed
        ) from error


def _check_number(said: Said, variable: Variable) -> Content:
    low, high = (said["value"], said["value"]) if "value" in said else (said.get("low"), said.get("high"))
    stored_low = None if low is None else variable.to_stored(low)
    stored_high = None if high is None else variable.to_stored(high)
    if stored_low is None and stored_high is None:
        raise DirectoryError("value-missing", variable=variable.id)
    if stored_low is not None and stored_high is not None and stored_low > stored_high:
        raise DirectoryError("band-out-of-order", variable=variable.id, value=f"{low}–{high}")
    return Content(stored_low, stored_high, None)


def _check_codes(said: Said, variable: Variable) -> str:
    codes = said["codes"] if "codes" in said else [_code_of(said.get("value"), variable)]
    kept = sorted({str(code) for code in codes})
    allowed = (TRUE, FALSE) if variable.kind == "boolean" else variable.values
    for code in kept:
        if (variable.kind != "place" and code not in allowed) or not code or "|" in code:
            raise DirectoryError("value-not-allowed", variable=variable.id, value=code, allowed=tuple(allowed))
    if not kept and variable.kind != "choice_many":
        raise DirectoryError("value-missing", variable=variable.id)
    return "|".join(kept)


def _code_of(value: object, variable: Variable) -> str:
    if value is None or value == "":
        raise DirectoryError("value-missing", variable=variable.id)
    if isinstance(value, bool) and variable.kind == "boolean":
        return TRUE if value else FALSE
    return str(value)


def default_end(starts_on: date, variable: Variable) -> date | None:
    """The first day when a value dated on ``starts_on`` no longer answers."""
    return starts_on + timedelta(days=variable.holds_days) if variable.holds_days else None
