"""The file of bodies (CSV): one line for each thing that happened to a body, and for each mandate. Writes nothing else.

What is written here is read back the same: a file exported, then imported, changes nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from essor.territories.importing import decode
from essor.territories.lives import (
    AID,
    CREATED,
    DISSOLVED,
    MERGED,
    NEED,
    RENAMED,
    SITE,
    Event,
    Mandate,
    Record,
    Register,
    order_event,
)
from essor.territories.problems import FileRefused, Problem

MANDATE = "mandate"
SOURCE = ("reason", "source", "source_url")
OF_KIND: Mapping[str, tuple[str, ...]] = {
    CREATED: ("from", "name", "site"),
    RENAMED: ("from", "name", "site"),
    SITE: ("from", "site"),
    MERGED: ("from", "other"),
    DISSOLVED: ("from", "other"),
    MANDATE: ("from", "until", "other", NEED, AID, "place", "agreement"),
}
"""The columns that each kind of line fills, beside ``body``, ``what`` and where it comes from. ``other``: what it
merged into, or whom a mandate was taken from. ``until``: the first day when it holds no more."""

COLUMNS = (
    "body", "what", "from", "until", "name", "site", "other", NEED, AID, "place", "agreement", *SOURCE,
)  # fmt: skip
LONGEST = {"body": 80, "name": 150, "site": 300, "agreement": 300, "reason": 500, "source": 300, "source_url": 300}
FORMULA_STARTS = tuple("=+-@\t\r")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file, counted from 1 with the header, and what it says."""

    number: int
    record: Record


def identify(record: Record) -> tuple[object, ...]:
    """What a line is about: another line about the same corrects it."""
    if isinstance(record, Mandate):
        return (MANDATE, record.body, *record.matter, record.starts_on)
    if record.kind in {MERGED, DISSOLVED}:
        return ("end", record.body)
    return (record.kind, record.body) if record.kind == CREATED else (record.kind, record.body, record.on)


def write_bodies(register: Register) -> str:
    """The file of all that is believed, body by body."""
    kept = io.StringIO(newline="")
    writer = csv.DictWriter(kept, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for body in sorted({one.body for one in register.events} | {one.body for one in register.mandates}):
        for event in sorted((one for one in register.events if one.body == body), key=order_event):
            writer.writerow(_write_event(event))
        for mandate in register.mandates_of(body):
            writer.writerow(_write_mandate(mandate))
    return kept.getvalue()


def _write_event(event: Event) -> dict[str, str]:
    said = {"body": event.body, "what": event.kind, "from": _write_day(event.on)}
    return said | {name: getattr(event, name) for name in ("name", "site", "other", *SOURCE)}


def _write_mandate(mandate: Mandate) -> dict[str, str]:
    return {
        "body": mandate.body, "what": MANDATE, "from": _write_day(mandate.starts_on),
        "until": _write_day(mandate.ends_before), "other": mandate.taken_from,
        mandate.subject_kind: mandate.subject, "place": mandate.place,
        **{name: getattr(mandate, name) for name in ("agreement", *SOURCE)},
    }  # fmt: skip


def _write_day(day: date | None) -> str:
    return day.isoformat() if day else ""


def parse_bodies(content: bytes, *, file_name: str) -> list[Line]:
    """The lines of the file, or a refusal with every problem, by line and column."""
    text = decode(content)
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="", restval=None)
    columns = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = columns
    if missing := [name for name in COLUMNS if name not in columns]:
        raise FileRefused(file_name, [Problem("body-column-missing", value=name) for name in missing])
    problems, lines, seen = list[Problem](), list[Line](), set[tuple[object, ...]]()
    for number, raw in enumerate(reader, start=2):
        if "" in raw or None in raw.values():
            problems.append(Problem("columns-count", number, columns[-1], str(len(raw.get("") or [None]))))
            continue
        record = _read_row({name: raw[name].strip() for name in COLUMNS}, number, problems)
        if record is None:
            continue
        if identify(record) in seen:
            problems.append(Problem("row-twice", number, "what"))
        seen.add(identify(record))
        lines.append(Line(number, record))
    if problems:
        raise FileRefused(file_name, problems)
    if not lines:
        raise FileRefused(file_name, [Problem("empty")])
    return lines


def _read_row(cells: dict[str, str], number: int, problems: list[Problem]) -> Record | None:
    kind = cells["what"]
    if kind not in OF_KIND:
        problems.append(Problem("what-unknown", number, "what", kind))
        return None
    found = [*_check_cells(cells), *_check_subject(cells)]
    days = dict[str, date | None]()
    for column in ("from", "until"):
        try:
            days[column] = date.fromisoformat(cells[column]) if cells[column] else None
        except ValueError:
            found.append(("day-malformed", column, cells[column]))
    problems.extend(Problem(code, number, column, value) for code, column, value in found)
    if found:
        return None
    said = {name: cells[name] for name in ("body", *SOURCE)}
    if kind == MANDATE:
        return Mandate(
            subject_kind=NEED if cells[NEED] else AID, subject=cells[NEED] or cells[AID], place=cells["place"],
            starts_on=days["from"], ends_before=days["until"], taken_from=cells["other"],
            agreement=cells["agreement"], **said,
        )  # fmt: skip
    return Event(kind=kind, on=days["from"], name=cells["name"], site=cells["site"], other=cells["other"], **said)


def _check_cells(cells: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    allowed = {"body", "what", *SOURCE, *OF_KIND[cells["what"]]}
    for column, value in cells.items():
        if value and column not in allowed:
            yield "cell-misplaced", column, value
        if value.startswith(FORMULA_STARTS):
            yield "formula", column, value
        if len(value) > LONGEST.get(column, 100):
            yield "cell-too-long", column, str(LONGEST.get(column, 100))
    for column in ("body", "other"):
        if (cells[column] or column == "body") and not SLUG.fullmatch(cells[column]):
            yield "body-malformed", column, cells[column]
    for column in ("site", "source_url"):
        if cells[column] and not ADDRESS.fullmatch(cells[column]):
            yield "address-malformed", column, cells[column]
    if not cells["source"]:
        yield "source-missing", "source", ""


def _check_subject(cells: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    if cells["what"] == MANDATE and bool(cells[NEED]) == bool(cells[AID]):
        yield "subject-missing", NEED, ""


def name_column(record: Record, code: str) -> str:
    """The column to correct for a fault found between the lines."""
    if code in {"need-unknown", "aid-unknown", "created-missing"}:
        return code.partition("-")[0] if code != "created-missing" else "body"
    if code in {"place-unknown", "place-outside"}:
        return "place"
    if code.startswith("other") or code in {"circle", "from-unknown"}:
        return "other"
    if code.startswith("name"):
        return "name"
    return "until" if code in {"mandate-after-life", "mandate-reversed"} and isinstance(record, Mandate) else "from"
