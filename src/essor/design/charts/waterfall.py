"""From one total to another, part by part: growth and bridges between two bases share this geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from django.utils.translation import gettext

from essor.design.charts.marks import Drawing, Line, Mark, Rectangle, Words, triangle
from essor.design.charts.rows import VALUE_GAP, Frame, RowFrame, frame_rows
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_decimal, write_signed, write_whole

Amount = int | Fraction
MARK_ROOM = 14.0
THINNEST = 1.5
WORDS_GAP = 4.0
"""What a line leaves clear beside words."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row. A « total » stands on zero; a « part » moves the running total by its signed amount."""

    label: str
    amount: Amount
    kind: Literal["total", "part"] = "part"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Totals and parts from top to bottom. Every total but the first must equal the sum of what stands above it.

    Raises ValueError otherwise: a picture may not hide a residual.
    """

    title: str
    description: str
    steps: Sequence[Step]
    value_heading: str
    subtitle: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        running_totals(self.steps)

    def draw(self, width: float) -> Drawing:
        written = [self._write(step) for step in self.steps]
        labels = [(step.label, step.note) for step in self.steps]
        frame = frame_rows(labels, values=written, width=width, extra=MARK_ROOM)
        spans = running_totals(self.steps)
        lowest, highest = min(0, *(min(span) for span in spans)), max(1, *(max(span) for span in spans))
        scale = frame.room / (highest - lowest)
        marks: list[Mark] = []
        for i, (step, row, (start, end)) in enumerate(zip(self.steps, frame.rows, spans, strict=True)):
            left = frame.start + (min(start, end) - lowest) * scale
            right = frame.start + (max(start, end) - lowest) * scale
            marks += _draw_step(step, row, left, right, written[i])
            if i + 1 < len(self.steps):
                marks.append(_link(frame, i, frame.start + (end - lowest) * scale))
        axis = frame.draw_axis(frame.start - lowest * scale) if frame.start else []
        return Drawing(width, frame.height, [*marks, *axis, *frame.words])

    def _write(self, step: Step) -> str:
        places = 0 if all(item.amount == int(item.amount) for item in self.steps) else 1
        if step.kind == "part":
            return write_signed(step.amount, places)
        return write_decimal(step.amount, places) if places else write_whole(step.amount)

    def tabulate(self) -> Table:
        rows = [
            Row([step.label, self._write(step)], note=step.note, is_total=step.kind == "total") for step in self.steps
        ]
        columns = [Column(gettext("Partie")), Column(self.value_heading, "whole")]
        return Table(caption=gettext("Les chiffres : %(title)s") % {"title": self.title}, columns=columns, rows=rows)


def running_totals(steps: Sequence[Step]) -> list[tuple[Amount, Amount]]:
    """Where each bar starts and ends on the scale of amounts.

    >>> running_totals([Step("2014", 625, "total"), Step("Nés", 200), Step("Fermés", -38), Step("2017", 787, "total")])
    [(0, 625), (625, 825), (825, 787), (0, 787)]
    """
    if not steps or steps[0].kind != "total":
        raise ValueError("a waterfall starts from a total")
    spans: list[tuple[Amount, Amount]] = []
    running: Amount = steps[0].amount
    for step in steps:
        if step.kind == "part":
            spans.append((running, running + step.amount))
            running += step.amount
        elif step.amount != running:
            raise ValueError(f"the parts lead to {running}, not to {step.amount} ({step.label})")
        else:
            spans.append((0, step.amount))
    return spans


def _draw_step(step: Step, row: RowFrame, left: float, right: float, written: str) -> list[Mark]:
    if step.kind == "total":
        bar = Rectangle(left, row.bar_y, right - left, row.bar_height, "total")
        return [bar, Words(right + VALUE_GAP, row.value_y, written, "value")]
    role = "gain" if step.amount > 0 else "loss" if step.amount < 0 else "bar"
    length = max(right - left, THINNEST)
    bar = Rectangle(left, row.bar_y, length, row.bar_height, role)
    at = left + length + VALUE_GAP
    if not step.amount:
        return [bar, Words(at, row.value_y, written, "value")]
    mark = triangle(at, row.value_y - 1, is_up=step.amount > 0, role=f"{role}-mark")
    return [bar, mark, Words(at + MARK_ROOM, row.value_y, written, f"{role}-value")]


def _link(frame: Frame, i: int, x: float) -> Line:
    """The thin line that carries the running total down to the next row's bar, or to the words that stand above it."""
    upper, lower = frame.rows[i], frame.rows[i + 1]
    crosses = x < lower.words_right + WORDS_GAP
    return Line(x, upper.bar_y + upper.bar_height, x, lower.top if crosses else lower.bar_y, "link")
