"""Rows one under the other: a label, a bar, a value. Bars and waterfalls share this frame, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from essor.design.charts.marks import (
    LINE_HEIGHT,
    NOTE_SIZE,
    TEXT_SIZE,
    Line,
    Mark,
    Words,
    estimate_width,
    is_compact,
    wrap,
)

GAP = 12.0
VALUE_GAP = 7.0
BOLD = 1.25
"""How much wider bold figures are than the mean character."""


@dataclass(frozen=True, slots=True)
class RowFrame:
    """Where a row's bar stands: its top and height, and the middle line on which its value is written.

    ``top`` to ``bar_y`` is what stands above the bar, words as far as ``words_right`` (0 where they stand beside it).
    """

    bar_y: float
    bar_height: float
    value_y: float
    bottom: float
    top: float
    words_right: float


@dataclass(frozen=True, slots=True)
class Frame:
    """Labels already set, and for each row the place of its bar; bars run from `start` over at most `room`."""

    start: float
    room: float
    rows: list[RowFrame]
    words: list[Mark]
    height: float

    def draw_axis(self, x: float) -> list[Mark]:
        """The line of zero: whole where labels stand at the left, bar by bar where they stand above."""
        if self.start:
            return [Line(x, 0, x, self.height, "axis")]
        return [Line(x, row.bar_y - 2, x, row.bar_y + row.bar_height + 2, "axis") for row in self.rows]


def frame_rows(labels: Sequence[tuple[str, str]], *, values: Sequence[str], width: float, extra: float = 0) -> Frame:
    """The frame for rows of (label, note): labels above the bars on a narrow drawing, at their left on a wide one."""
    widest_value = max((estimate_width(value) * BOLD for value in values), default=0) + VALUE_GAP + extra
    compact = is_compact(width)
    start = 0.0 if compact else min(240.0, max((estimate_width(label) for label, _ in labels), default=0) + 18)
    room = width - start - widest_value
    rows, set_words, top = [], [], 2.0
    for label, note in labels:
        row, words = _set_row(label, note, top, width if compact else start - 14, compact)
        rows.append(row)
        set_words.extend(words)
        top = row.bottom + GAP
    return Frame(start=start, room=room, rows=rows, words=set_words, height=top - GAP + 4)


def _set_row(label: str, note: str, top: float, room: float, compact: bool) -> tuple[RowFrame, list[Mark]]:
    lines = [(line, "label") for line in wrap(label, room)]
    lines += [(line, "note") for line in wrap(note, room, NOTE_SIZE) if note]
    text_height = LINE_HEIGHT * len(lines)
    bar_height = 18.0 if compact else 22.0
    if compact:
        bar_y = top + text_height + 3
        first, bottom = top + TEXT_SIZE - 1, bar_y + bar_height
    else:
        inside = max(text_height, bar_height)
        bar_y = top + (inside - bar_height) / 2
        first, bottom = top + (inside - text_height) / 2 + TEXT_SIZE - 1, top + inside
    words: list[Mark] = [Words(0, first + LINE_HEIGHT * i, line, role) for i, (line, role) in enumerate(lines)]
    sizes = {"label": TEXT_SIZE, "note": NOTE_SIZE}
    widest = max((estimate_width(line, sizes[role]) for line, role in lines), default=0)
    return RowFrame(bar_y, bar_height, bar_y + bar_height / 2 + 5, bottom, top, widest if compact else 0), words
