"""RFC 5545: lines fold and unfold to the same, no text escapes its property."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from essor.methods.icalendar import MOST_OCTETS, Event, escape, fold, write_calendar

STAMP = datetime(2026, 11, 27, 12, 30, tzinfo=UTC)


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_a_line_folds_and_unfolds(line: str) -> None:
    parts = list(fold(line))
    assert "".join([parts[0], *(part[1:] for part in parts[1:])]) == line
    assert all(len(part.encode()) <= MOST_OCTETS for part in parts)
    assert all(part.startswith(" ") for part in parts[1:])


@given(st.text(max_size=100))
def test_escaped_text_stays_on_its_line_and_comes_back(text: str) -> None:
    written = escape(text)
    assert not re.search(r"[\x00-\x1f\x7f]", written)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(letter if letter.isprintable() or letter in " \n" else " " for letter in plain)
    assert unescape(written) == kept


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_nothing_written_in_a_text_becomes_a_line(texts: list[str]) -> None:
    events = [Event(f"{n}@essor", date(2026, 12, 1), text, text) for n, text in enumerate(texts)]
    told = write_calendar(events, name="\r\nBEGIN:VEVENT", stamp=STAMP)
    unfolded = told.replace("\r\n ", "")
    assert unfolded.count("BEGIN:VEVENT\r\n") - unfolded.count("\\nBEGIN:VEVENT\r\n") == len(texts)
    assert told.endswith("END:VCALENDAR\r\n")
    assert "\n" not in told.replace("\r\n", "")


def test_a_calendar_as_a_program_reads_it() -> None:
    event = Event("x@essor", date(2026, 12, 31), "Date limite : Fonds, volet 2", "Voir la page", "https://e.test/a", 7)
    assert write_calendar([event], name="Aides", stamp=STAMP).split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Essor//FR", "CALSCALE:GREGORIAN", "X-WR-CALNAME:Aides",
        "BEGIN:VEVENT", "UID:x@essor", "DTSTAMP:20261127T123000Z", "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101", "SUMMARY:Date limite : Fonds\\, volet 2", "TRANSP:TRANSPARENT",
        "DESCRIPTION:Voir la page", "URL:https://e.test/a",
        "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P7D", "DESCRIPTION:Date limite : Fonds\\, volet 2", "END:VALARM",
        "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
