"""What a drawing is made of: rectangles, lines, paths and words, each with a role; no colour and no markup here.

A role says what a mark means (« gain », « unknown », « value »): the style sheet gives it its look on a page, and
`svg.STANDALONE` the same look in a file that stands alone. Lengths are in pixels at the drawing's own width;
y goes down.
"""

from __future__ import annotations

from dataclasses import dataclass, field

COMPACT_WIDTH = 340.0
WIDE_WIDTH = 720.0

TEXT_SIZE = 14.0
NOTE_SIZE = 12.0
LINE_HEIGHT = 17.0
CHARACTER_WIDTH = 0.58
"""Mean width of a character in the sans faces of the style sheet, in parts of the text size (measured on Segoe UI,
Seravek and DejaVu Sans: 0.51 to 0.61); words are only laid out by it, never cut."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    x: float
    y: float
    width: float
    height: float
    role: str


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    role: str


@dataclass(frozen=True, slots=True)
class Path:
    d: str
    role: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    x: float
    y: float
    text: str
    role: str
    anchor: str = "start"


Mark = Rectangle | Line | Path | Words


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)


def is_compact(width: float) -> bool:
    return width < 480


def estimate_width(text: str, size: float = TEXT_SIZE) -> float:
    return len(text) * size * CHARACTER_WIDTH


def wrap(text: str, room: float, size: float = TEXT_SIZE) -> list[str]:
    """The text in lines that fit the room, cut at ordinary spaces only; a longer word keeps its own line.

    >>> wrap("Services de proximité et aide à domicile", 150)
    ['Services de', 'proximité et aide', 'à domicile']
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and estimate_width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def triangle(x: float, y: float, *, is_up: bool, role: str) -> Path:
    """A mark of 9 × 8 pixels whose base line is at y: up for a gain, down for a loss."""
    d = f"M{x:g} {y:g} h9 l-4.5 -8 z" if is_up else f"M{x:g} {y - 8:g} h9 l-4.5 8 z"
    return Path(d, role)
