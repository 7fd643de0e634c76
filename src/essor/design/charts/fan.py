"""What came so far, as a line, then what is to be expected, as bands that widen: a fan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from essor.design.charts.lines import Point
from essor.design.charts.marks import (
    LINE_HEIGHT,
    NOTE_SIZE,
    Drawing,
    Line,
    Mark,
    Path,
    Words,
    estimate_width,
    is_compact,
)
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_as, write_month

TOP, BOTTOM, LEFT = 26.0, 34.0, 4.0
RIGHT_COMPACT, RIGHT_WIDE = 46.0, 64.0
FARTHEST_GOAL = 3.0
"""A goal more than so many times above all else is told in a note: drawn, it would flatten the rest."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A day to come: eight chances in ten to be from ``lowest`` to ``highest``, one in two from ``low`` to ``high``, as
    many above ``middle`` as under."""

    on: dt.date
    lowest: float
    low: float
    middle: float
    high: float
    highest: float


@dataclass(frozen=True, slots=True)
class FanChart:
    """``past``: known values, in order of date; ``spreads``: days to come, the first being that of the last known
    value. ``goal``: what is aimed at, in the end. The scale starts at zero."""

    title: str
    description: str
    past: Sequence[Point]
    spreads: Sequence[Spread]
    value_heading: str
    goal: float | None = None
    kind: str = "whole"
    subtitle: str = ""
    source: str = ""

    @property
    def notes(self) -> list[str]:
        said = [
            gettext(
                "Bande large : 8 chances sur 10 ; bande étroite, dedans : 1 chance sur 2 ; tirets : autant au-dessus "
                "qu’en dessous."
            )
        ]
        if self.goal is not None and not self.shows_goal:
            goal = write_as(self.kind, self.goal)
            said.append(gettext("La cible, {goal}, est trop loin au-dessus pour être dessinée.").format(goal=goal))
        return said

    @property
    def top(self) -> float:
        known = [float(point.value) for point in self.past if point.value is not None]
        return max([*known, *(spread.highest for spread in self.spreads), 1.0])

    @property
    def shows_goal(self) -> bool:
        return self.goal is not None and self.goal <= FARTHEST_GOAL * self.top

    def draw(self, width: float) -> Drawing:
        height = 230.0 if is_compact(width) else 310.0
        place = _Place(self, width, height)
        outer = [(one.on, one.lowest, one.highest) for one in self.spreads]
        inner = [(one.on, one.low, one.high) for one in self.spreads]
        marks: list[Mark] = [Path(place.band(outer), "fan-outer"), Path(place.band(inner), "fan-inner")]
        marks.append(Line(0, height - BOTTOM, width - place.right, height - BOTTOM, "axis"))
        if self.shows_goal and self.goal is not None:
            marks += self._draw_goal(place, self.goal)
        marks.append(Path(place.line([(one.on, one.middle) for one in self.spreads]), "fan-middle"))
        known = [(point.on, float(point.value)) for point in self.past if point.value is not None]
        if len(known) > 1:
            marks.append(Path(place.line(known), "series"))
        marks += [*self._mark_today(place), *self._write_ends(place), *self._write_dates(place)]
        return Drawing(width, height, marks)

    def _draw_goal(self, place: _Place, goal: float) -> list[Mark]:
        y, words = place.y(goal), gettext("cible : {goal}").format(goal=write_as(self.kind, goal))
        return [Line(0, y, place.width - place.right, y, "break"), Words(0, y - 6, words, "note")]

    def _mark_today(self, place: _Place) -> list[Mark]:
        first = self.spreads[0]
        x, y, written = place.x(first.on), place.y(first.middle), write_as(self.kind, first.middle)
        half = estimate_width(written) / 2
        dot = Path(f"M{x - 4:.1f} {y:.1f} a4 4 0 1 0 8 0 a4 4 0 1 0 -8 0 z", "dot")
        return [dot, Words(max(x, half), y - 11, written, "value", "middle")]

    def _write_ends(self, place: _Place) -> list[Mark]:
        """The three numbers of the last day, at its right, pushed apart where they would touch."""
        last, x = self.spreads[-1], place.width - place.right + 6
        told = {last.highest: "note", last.lowest: "note", last.middle: "value"}
        marks: list[Mark] = []
        floor = place.height - BOTTOM + 4
        for value in sorted(told):
            y = min(place.y(value) + 5, floor)
            marks.append(Words(x, y, write_as(self.kind, value), told[value]))
            floor = y - LINE_HEIGHT
        return marks

    def _write_dates(self, place: _Place) -> list[Mark]:
        """The first day, that of the last known value, and the horizon; one that would touch another is left out."""
        today, last = self.spreads[0].on, self.spreads[-1].on
        first = self.past[0].on if self.past else today
        y, free_from, marks = place.height - 12, 0.0, list[Mark]()
        ends_at = place.width - estimate_width(write_month(last), NOTE_SIZE)
        for day in dict.fromkeys((first, today)):
            written = write_month(day)
            x = max(min(place.x(day), ends_at) - (estimate_width(written, NOTE_SIZE) / 2 if day != first else LEFT), 0)
            if x >= free_from and x + estimate_width(written, NOTE_SIZE) + 10 < ends_at:
                marks.append(Words(x, y, written, "note"))
                free_from = x + estimate_width(written, NOTE_SIZE) + 10
        return [*marks, Words(place.width, y, write_month(last), "note", "end")]

    def tabulate(self) -> Table:
        columns = [
            Column(gettext("Date"), "day"), Column(self.value_heading, self.kind), Column(gettext("8 chances sur 10")),
            Column(gettext("1 chance sur 2")),
        ]  # fmt: skip
        rows = [Row([point.on, point.value, gettext("connu"), gettext("connu")]) for point in self.past]
        rows += [
            Row([one.on, one.middle, self._say(one.lowest, one.highest), self._say(one.low, one.high)])
            for one in self.spreads[1:]
        ]
        return Table(gettext("Les chiffres : %(title)s") % {"title": self.title}, columns, rows)

    def _say(self, low: float, high: float) -> str:
        if low == high:
            return write_as(self.kind, low)
        return gettext("de {low} à {high}").format(low=write_as(self.kind, low), high=write_as(self.kind, high))


class _Place:
    """Where a day and a value stand."""

    def __init__(self, chart: FanChart, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.right = RIGHT_COMPACT if is_compact(width) else RIGHT_WIDE
        days = [on.toordinal() for on in (*(one.on for one in chart.past), *(one.on for one in chart.spreads))]
        self._first, self._span = min(days), max(max(days) - min(days), 1)
        self._top = max(chart.top, chart.goal or 0) if chart.shows_goal else chart.top

    def x(self, on: dt.date) -> float:
        return LEFT + (on.toordinal() - self._first) / self._span * (self.width - LEFT - self.right)

    def y(self, value: float) -> float:
        return self.height - BOTTOM - value / self._top * (self.height - TOP - BOTTOM)

    def line(self, spots: Sequence[tuple[dt.date, float]]) -> str:
        return "M" + " L".join(f"{self.x(on):.1f} {self.y(value):.1f}" for on, value in spots)

    def band(self, edges: Sequence[tuple[dt.date, float, float]]) -> str:
        back = [(on, low) for on, low, _high in reversed(edges)]
        return f"{self.line([*((on, high) for on, _low, high in edges), *back])} z"
