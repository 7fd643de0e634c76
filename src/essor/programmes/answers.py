"""What a form of application takes and lacks, and what changed between two versions of a form or of its answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from essor.knowledge.applications import COUNTED, WRITTEN, ApplicationDefinition, FieldDefinition
from essor.programmes.rules import ProgrammeError

MARK_SIGNS = 16
LONGEST_NUMBER = 20
COST, ASKED, OPENS_ON = "cost", "asked", "opens_on"
"""What these codes name in every form: the cost of the project and the sum asked, in dollars; its foreseen opening."""

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """``what``: added, removed or changed; ``before``, ``after``: None where there is none."""

    code: str
    what: str
    before: Any = None
    after: Any = None


def check_value(field: FieldDefinition, value: Any) -> Any:
    """An answer as it is kept, as plain data: a text without spaces at its end, a whole number (dollars, if money), a
    decimal as text, true or false, the code of a choice, a day as ``2026-05-31``, the number of a document. None: not
    answered, as an empty text.

    Raises ProgrammeError: ``answer-malformed``, ``answer-too-long``, ``answer-out-of-reach``.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if field.kind in WRITTEN:
        return _check_text(field, value)
    if field.kind in COUNTED:
        return _check_number(field, value)
    if field.kind == "day":
        return _check_day(field, value)
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    fits = {
        "yes_no": isinstance(value, bool),
        "choice": value in [one.code for one in field.choices],
        "file": is_whole and value > 0,
    }
    if not fits[field.kind]:
        raise ProgrammeError("answer-malformed", field=field.code)
    return value


def _check_text(field: FieldDefinition, value: Any) -> str:
    if not isinstance(value, str):
        raise ProgrammeError("answer-malformed", field=field.code)
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if field.kind == "text":
        text = " ".join(text.split())
    if field.longest is not None and len(text) > field.longest:
        raise ProgrammeError("answer-too-long", field=field.code, signs=len(text), longest=field.longest)
    return text


def _check_number(field: FieldDefinition, value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal) or len(str(value)) > LONGEST_NUMBER:
        raise ProgrammeError("answer-malformed", field=field.code)
    places = 2 if field.kind == "decimal" else 0
    try:
        number = Decimal(value)
        is_exact = number.is_finite() and number == round(number, places)
    except InvalidOperation:  # no number, or one with more figures than anyone counts
        is_exact = False
    if not is_exact:
        raise ProgrammeError("answer-malformed", field=field.code)
    if field.least is None or field.most is None or not field.least <= number <= field.most:
        raise ProgrammeError("answer-out-of-reach", field=field.code, lowest=field.least, highest=field.most)
    return f"{number.normalize():f}" if places else int(number)


def _check_day(field: FieldDefinition, value: Any) -> str:
    try:
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    except ValueError as error:
        raise ProgrammeError("answer-malformed", field=field.code) from error


def propose(field: FieldDefinition, value: Any) -> Any:
    """What is known elsewhere, if this field takes it whole: an interval, several codes or another choice say nothing
    exact, hence nothing (None)."""
    try:
        return check_value(field, value)
    except ProgrammeError:
        return None


def mark(value: Any) -> str:
    """A short mark of an answer: two answers have the same only if they are equal.

    >>> mark("café") == mark("café"), mark(None) == mark("")
    (True, False)
    """
    return hash_content(value)[:MARK_SIGNS]


def hash_content(content: Any) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def list_missing(form: ApplicationDefinition, answers: Mapping[str, Any]) -> list[FieldDefinition]:
    """What must be answered and is not, in the order of the form. Zero and « no » are answers."""
    return [field for field in form.list_fields() if field.is_required and answers.get(field.code) is None]


def list_cautions(answers: Mapping[str, Any], *, on: date) -> list[str]:
    """What is likely to be a slip, and files all the same: ``asked-over-cost``, ``opening-past``.

    >>> list_cautions({"cost": 10, "asked": 11, "opens_on": "2026-05-01"}, on=date(2026, 5, 1))
    ['asked-over-cost']
    """
    cost, asked, opens_on = (answers.get(code) for code in (COST, ASKED, OPENS_ON))
    found = []
    if isinstance(cost, int) and isinstance(asked, int) and asked > cost:
        found.append("asked-over-cost")
    if isinstance(opens_on, str) and date.fromisoformat(opens_on) < on:
        found.append("opening-past")
    return found


def compare_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What changed from one to the other, None being the same as nothing; in the order of ``before``, then of what
    is new."""
    changes = []
    for code in [*before, *(one for one in after if one not in before)]:
        was, now = before.get(code), after.get(code)
        if type(was) is not type(now) or was != now:
            what = ADDED if was is None else REMOVED if now is None else CHANGED
            changes.append(Change(code, what, was, now))
    return changes


def compare_forms(before: ApplicationDefinition, after: ApplicationDefinition) -> list[Change]:
    """Fields that were added, removed, or changed in any of what they say, ask or take, or moved to another section."""
    return compare_values(_list_asked(before), _list_asked(after))


def _list_asked(form: ApplicationDefinition) -> dict[str, Any]:
    return {
        field.code: {"section": section.code, **field.model_dump(mode="json")}
        for section in form.sections
        for field in section.fields
    }


def pin_rules(scoresheet: Sequence[Mapping[str, Any]], clauses: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The rules of a programme at a moment, as plain data: what its committee scores, and what each of its agreements
    says, by its code."""
    scored = {f"scored.{one['code']}": dict(one) for one in scoresheet}
    return scored | {f"clauses.{code}": dict(said) for code, said in clauses.items()}
