"""Horizontal bars, labelled directly, on one scale that starts at zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from essor.design.charts.marks import Drawing, Mark, Rectangle, Words
from essor.design.charts.rows import VALUE_GAP, frame_rows
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_as


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `value` ≥ 0, or None when nothing is known of it (a word, no bar).

    `is_unknown` marks the line of what could not be classed (« municipalité inconnue »: 4): its value counts, its bar
    is hatched. `note` is a short remark under the label. `written` stands for a value known as an interval only.
    """

    label: str
    value: float | None
    note: str = ""
    is_unknown: bool = False
    written: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars in the order given. `kind` says how values are written (essor.design.wording.WRITERS).

    `title` is the question or the finding; `description` says in a sentence what the picture shows, for those who do
    not see it; `label_heading` and `value_heading` head the table behind the chart; `source` stands under it.
    """

    title: str
    description: str
    bars: Sequence[Bar]
    label_heading: str
    value_heading: str
    kind: str = "whole"
    places: int | None = None
    subtitle: str = ""
    source: str = ""

    def write(self, value: float | None) -> str:
        return write_as(self.kind, value, self.places)

    def draw(self, width: float) -> Drawing:
        """Lengths proportional to values: the longest bar takes all the room."""
        values = [bar.written or self.write(bar.value) for bar in self.bars]
        frame = frame_rows([(bar.label, bar.note) for bar in self.bars], values=values, width=width)
        lengths = bar_lengths([bar.value for bar in self.bars], frame.room)
        marks: list[Mark] = []
        for bar, row, written, length in zip(self.bars, frame.rows, values, lengths, strict=True):
            role = "unknown" if bar.is_unknown else "bar"
            if bar.value is not None:
                marks.append(Rectangle(frame.start, row.bar_y, length, row.bar_height, role))
            words_role = "value" if bar.value is not None or bar.written else "value-unknown"
            marks.append(Words(frame.start + length + VALUE_GAP, row.value_y, written, words_role))
        return Drawing(width, frame.height, [*marks, *frame.draw_axis(frame.start), *frame.words])

    def tabulate(self) -> Table:
        columns = [Column(self.label_heading), Column(self.value_heading, self.kind, self.places)]
        rows = [Row([bar.label, bar.written or bar.value], note=bar.note) for bar in self.bars]
        return Table(caption=gettext("Les chiffres : %(title)s") % {"title": self.title}, columns=columns, rows=rows)


def bar_lengths(values: Sequence[float | None], room: float) -> list[float]:
    """The length of each bar, in proportion to its value; nothing for what is not known.

    >>> bar_lengths([10, 40, None, 0], 200)
    [50.0, 200.0, 0.0, 0.0]
    """
    known = [value for value in values if value is not None]
    if any(value < 0 for value in known):
        raise ValueError("bars start at zero and cannot show a negative value; use a waterfall")
    longest = max(known, default=0)
    return [float(room * float(value) / float(longest)) if value and longest else 0.0 for value in values]
