"""A share that falls by steps as those who are followed grow older: how many are followed is under each age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext

from essor.design.charts.marks import (
    LINE_HEIGHT,
    Drawing,
    Line,
    Mark,
    Path,
    Words,
    estimate_width,
    is_compact,
)
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_as

TOP, LEFT, RIGHT = 30.0, 34.0, 26.0
BOTTOM = 22.0 + 2 * LINE_HEIGHT


@dataclass(frozen=True, slots=True)
class Stair:
    """From the age ``at`` until the next stair, the share is ``value``, 0 to 1; None: unknown from there. ``followed``:
    how many are, until that age at least; ``fallen``: how many of them fall at that age. ``low``, ``high``: around
    the value, where an interval is defined. ``is_named``: written under the axis."""

    at: float
    label: str
    value: float | None
    followed: int
    fallen: int = 0
    low: float | None = None
    high: float | None = None
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class StairChart:
    """Stairs in order of age, the first at 0. ``ends_at``: the age past which nobody is followed; the scale ends at the
    last stair."""

    title: str
    description: str
    stairs: Sequence[Stair]
    ends_at: float
    value_heading: str
    label_heading: str
    fallen_heading: str
    followed_heading: str
    interval_heading: str
    notes: Sequence[str] = ()
    subtitle: str = ""
    source: str = ""

    def draw(self, width: float) -> Drawing:
        height = 250.0 if is_compact(width) else 330.0
        place = _Place(self, width, height)
        marks: list[Mark] = [Path(d, "band") for d in self._draw_bands(place)]
        marks.append(Line(0, place.floor, width, place.floor, "axis"))
        if stretches := self._list_stretches():
            line = [(at, stair.value or 0.0) for stair, until in stretches for at in (stair.at, until)]
            marks.append(Path(_draw_line(line, place), "series"))
        named = [stair for stair in self.stairs if stair.is_named]
        for stair in named:
            x = place.x(stair.at)
            marks.append(Line(x, place.floor, x, place.floor + 5, "axis"))
            marks.append(Words(x, place.floor + 6 + LINE_HEIGHT, stair.label, "note", "middle"))
            count = gettext("n = {n}").format(n=stair.followed)
            marks.append(Words(x, place.floor + 6 + 2 * LINE_HEIGHT, count, "note", "middle"))
        return Drawing(width, height, marks + _write_values(named, place))

    def _list_stretches(self) -> list[tuple[Stair, float]]:
        """Each stair with the age until which it is known: a share of zero stays so, another is known no longer than
        someone is followed."""
        found = []
        for place, stair in enumerate(self.stairs):
            if stair.value is None:
                break
            until = self.stairs[min(place + 1, len(self.stairs) - 1)].at
            until = until if stair.value == 0 else min(until, self.ends_at)
            found.append((stair, max(until, stair.at)))
        return found

    def _draw_bands(self, place: _Place) -> list[str]:
        found = []
        for is_known, group in groupby(self._list_stretches(), key=lambda one: one[0].low is not None):
            if is_known:
                run = [(stair.at, until, stair.low or 0.0, stair.high or 0.0) for stair, until in group]
                upper = [spot for at, until, _low, high in run for spot in ((at, high), (until, high))]
                lower = [spot for at, until, low, _high in run for spot in ((at, low), (until, low))]
                found.append(f"{_draw_line([*upper, *reversed(lower)], place)} z")
        return found

    def tabulate(self) -> Table:
        columns = [
            Column(self.label_heading), Column(self.fallen_heading, "whole"), Column(self.followed_heading, "whole"),
            Column(self.value_heading, "percent", 0), Column(self.interval_heading),
        ]  # fmt: skip
        rows = [
            Row([stair.label, stair.fallen, stair.followed, stair.value, _say_interval(stair)]) for stair in self.stairs
        ]
        return Table(gettext("Les chiffres : %(title)s") % {"title": self.title}, columns, rows)


class _Place:
    """Where an age and a share stand; the top is the whole."""

    def __init__(self, chart: StairChart, width: float, height: float) -> None:
        self._span, self._width = max(chart.stairs[-1].at, 1e-9), width
        self.floor = height - BOTTOM

    def x(self, at: float) -> float:
        return LEFT + at / self._span * (self._width - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return self.floor - value * (self.floor - TOP)


def _draw_line(spots: Sequence[tuple[float, float]], place: _Place) -> str:
    return "M" + " L".join(f"{place.x(at):.1f} {place.y(value):.1f}" for at, value in spots)


def _write_values(named: Sequence[Stair], place: _Place) -> list[Mark]:
    """Each share above the line, left out where two would touch; one that nobody knows says so above the axis."""
    marks: list[Mark] = []
    free_from = 0.0
    for stair in named:
        x, is_known = place.x(stair.at), stair.value is not None
        written = write_as("percent", stair.value, 0) if is_known else gettext("inconnu")
        half = estimate_width(written) / 2
        if x - half >= free_from or not marks:
            role = "value" if is_known else "value-unknown"
            marks.append(Words(max(x, half), place.y(stair.value or 0) - 9, written, role, "middle"))
            free_from = x + half
    return marks


def _say_interval(stair: Stair) -> str:
    if stair.low is None or stair.high is None:
        return "—"
    low, high = (write_as("percent", value, 0) for value in (stair.low, stair.high))
    return gettext("de {low} à {high}").format(low=low, high=high)
