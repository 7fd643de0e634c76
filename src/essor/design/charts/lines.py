"""A series in time that stops where its base changes, and the line as tall as a word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

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
from essor.design.wording import write_as, write_day, write_month

TOP, BOTTOM, SIDE = 30.0, 34.0, 30.0


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a date; None = nothing known then, or the interval `written`: the line stops."""

    on: dt.date
    value: float | None
    written: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """From this date on, values rest on another base: no line crosses it. `reason` is a short sentence."""

    on: dt.date
    reason: str


@dataclass(frozen=True, slots=True)
class LineChart:
    """Points in order of date, on a scale that starts at zero; two points make a slope."""

    title: str
    description: str
    points: Sequence[Point]
    value_heading: str
    breaks: Sequence[Break] = ()
    kind: str = "whole"
    places: int | None = None
    subtitle: str = ""
    source: str = ""

    @property
    def notes(self) -> list[str]:
        return [f"{write_day(cut.on)}{gettext(' : ')}{cut.reason}" for cut in self.breaks]

    def draw(self, width: float) -> Drawing:
        height = 220.0 if is_compact(width) else 300.0
        place = _Scale(self.points, width, height)
        marks: list[Mark] = [Line(0, height - BOTTOM, width, height - BOTTOM, "axis")]
        for cut in self.breaks:
            marks += _draw_break(place.x(cut.on), width, height)
        for segment in segments(self.points, self.breaks):
            marks += _draw_segment(segment, place)
        marks += self._write_values(place)
        marks += _write_dates(self.points, place, height)
        return Drawing(width, height, marks)

    def _write_values(self, place: _Scale) -> list[Mark]:
        """Each value above its point; where two would touch, the last of the series comes first, then the earliest."""
        known = [point for point in self.points if point.value is not None]
        marks: list[Mark] = []
        taken: list[tuple[float, float, float]] = []
        for point in [*known[-1:], *known[:-1]]:
            written = write_as(self.kind, point.value, self.places)
            x, y, half = place.x(point.on), place.y(point.value or 0), estimate_width(written) / 2
            if all(abs(x - at) >= half + other or abs(y - level) > LINE_HEIGHT for at, level, other in taken):
                marks.append(Words(x, y - 11, written, "value", "middle"))
                taken.append((x, y, half))
        return marks

    def tabulate(self) -> Table:
        columns = [Column(gettext("Date"), "day"), Column(self.value_heading, self.kind, self.places)]
        notes = {id(point): cut.reason for cut in self.breaks for point in _first_after(self.points, cut)}
        rows = [Row([point.on, point.written or point.value], note=notes.get(id(point), "")) for point in self.points]
        return Table(caption=gettext("Les chiffres : %(title)s") % {"title": self.title}, columns=columns, rows=rows)


def segments(points: Sequence[Point], breaks: Sequence[Break]) -> list[list[Point]]:
    """The runs of known points that a line may join: none crosses a break or a date when nothing is known."""
    runs: list[list[Point]] = []
    previous: Point | None = None
    for point in points:
        if point.value is None:
            previous = None
            continue
        cut = previous is not None and any(previous.on < b.on <= point.on for b in breaks)
        if previous is None or cut:
            runs.append([])
        runs[-1].append(point)
        previous = point
    return runs


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Values in order, None where nothing is known; `description` says in words what the line shows."""

    values: Sequence[float | None]
    description: str

    def draw(self, width: float = 96, height: float = 22) -> Drawing:
        known = [float(value) for value in self.values if value is not None]
        if not known:
            return Drawing(width, height, [])
        low, high = min(known), max(known)
        step = (width - 8) / max(len(self.values) - 1, 1)
        runs: list[list[tuple[float, float]]] = [[]]
        for i, value in enumerate(self.values):
            if value is None:
                runs.append([])
            else:
                rise = (float(value) - low) / (high - low) if high > low else 0.5
                runs[-1].append((4 + i * step, height - 4 - rise * (height - 8)))
        marks: list[Mark] = [Path(_polyline(run), "series") for run in runs if len(run) > 1]
        x, y = [run for run in runs if run][-1][-1]
        marks.append(Path(f"M{x - 3:.1f} {y:.1f} a3 3 0 1 0 6 0 a3 3 0 1 0 -6 0 z", "dot"))
        return Drawing(width, height, marks)


class _Scale:
    def __init__(self, points: Sequence[Point], width: float, height: float) -> None:
        days = [point.on.toordinal() for point in points]
        self._first, self._span = min(days), max(max(days) - min(days), 1)
        self._highest = max((float(point.value) for point in points if point.value is not None), default=1.0) or 1.0
        self._width, self._height = width, height

    def x(self, on: dt.date) -> float:
        return SIDE + (on.toordinal() - self._first) / self._span * (self._width - 2 * SIDE)

    def y(self, value: float) -> float:
        return self._height - BOTTOM - float(value) / self._highest * (self._height - TOP - BOTTOM)


def _draw_segment(segment: Sequence[Point], place: _Scale) -> list[Mark]:
    spots = [(place.x(point.on), place.y(point.value or 0)) for point in segment]
    marks: list[Mark] = [Path(_polyline(spots), "series")] if len(spots) > 1 else []
    return marks + [Path(f"M{x - 4:.1f} {y:.1f} a4 4 0 1 0 8 0 a4 4 0 1 0 -8 0 z", "dot") for x, y in spots]


def _polyline(spots: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in spots)


def _draw_break(x: float, width: float, height: float) -> list[Mark]:
    words = gettext("autre base")
    fits = x + 6 + estimate_width(words, NOTE_SIZE) < width
    side, anchor = (6, "start") if fits else (-6, "end")
    return [Line(x, 6, x, height - BOTTOM, "break"), Words(x + side, height - BOTTOM - 8, words, "note", anchor)]


def _write_dates(points: Sequence[Point], place: _Scale, height: float) -> list[Mark]:
    """Months under the axis, leaving out those that would touch; the last is always written."""
    marks: list[Mark] = []
    free_from, last = -1000.0, points[-1]
    last_left = place.x(last.on) + SIDE - estimate_width(write_month(last.on), NOTE_SIZE)
    for point in points:
        written, x = write_month(point.on), place.x(point.on)
        half = estimate_width(written, NOTE_SIZE) / 2
        is_last, is_first = point is last, point is points[0]
        anchor, left, right = ("end", x - 2 * half, x) if is_last else ("middle", x - half, x + half)
        if is_first and not is_last:
            anchor, left, right = "start", x - SIDE, x - SIDE + 2 * half
        if is_last or (left > free_from and right + 10 < last_left):
            at = x + SIDE if is_last and not is_first else left if anchor == "start" else x
            marks.append(Words(min(at, place.x(last.on) + SIDE), height - 12, written, "note", anchor))
            free_from = right + 10
    return marks


def _first_after(points: Sequence[Point], cut: Break) -> list[Point]:
    return [point for point in points if point.on >= cut.on][:1]
