"""Days of a calendar, written as RFC 5545 wants them: what any calendar program can read or subscribe to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MOST_OCTETS = 75
"""Of a line, its end not counted (section 3.1)."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something of a whole day. ``uid``: the same each time that the same thing is written, so that it replaces
    itself. ``days_before``: a reminder that many days before; 0: none."""

    uid: str
    on: date
    summary: str
    description: str = ""
    url: str = ""
    days_before: int = 0


def write_calendar(events: Iterable[Event], *, name: str, stamp: datetime) -> str:
    """``stamp``: when it was written, an aware instant. Lines end with CR LF.

    >>> event, stamp = Event("a@b", date(2026, 12, 1), "Fin"), datetime(2026, 11, 27, tzinfo=UTC)
    >>> told = write_calendar([event], name="Aides", stamp=stamp)
    >>> told.splitlines()[5:9]
    ['BEGIN:VEVENT', 'UID:a@b', 'DTSTAMP:20261127T000000Z', 'DTSTART;VALUE=DATE:20261201']
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Essor//FR",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escape(name)}",
    ]
    for event in events:
        lines += _write_event(event, stamp)
    lines.append("END:VCALENDAR")
    return "".join(part + "\r\n" for line in lines for part in fold(line))


def escape(text: str) -> str:
    """Section 3.3.11; controls, which no calendar text may hold, become spaces.

    >>> escape("a, b; c\\n\\\\d")
    'a\\\\, b\\\\; c\\\\n\\\\\\\\d'
    """
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(letter if letter.isprintable() or letter == " " else " " for letter in text)


def fold(line: str) -> Iterator[str]:
    """A line cut into lines of at most 75 octets, no letter cut in two; the next ones begin with a space.

    >>> [len(part.encode()) for part in fold("é" * 60)]
    [74, 47]
    """
    part, room = "", MOST_OCTETS
    for letter in line:
        size = len(letter.encode())
        if size > room:
            yield part
            part, room = " ", MOST_OCTETS - 1
        part, room = part + letter, room - size
    yield part


def _write_event(event: Event, stamp: datetime) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escape(event.uid)}",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escape(event.summary)}",
        "TRANSP:TRANSPARENT",
    ]
    if event.description:
        lines.append(f"DESCRIPTION:{escape(event.description)}")
    if event.url:
        lines.append(f"URL:{event.url}")
    if event.days_before:
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-P{event.days_before}D"]
        lines += [f"DESCRIPTION:{escape(event.summary)}", "END:VALARM"]
    lines.append("END:VEVENT")
    return lines
