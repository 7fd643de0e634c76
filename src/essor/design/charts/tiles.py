"""A schematic map: one square for each place, set by hand on a grid that keeps neighbours near each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from essor.design.charts.classes import classify, draw_legend, list_valueless
from essor.design.charts.marks import (
    NOTE_SIZE,
    Drawing,
    Mark,
    Rectangle,
    Words,
    estimate_width,
    is_compact,
    wrap,
)
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_as

SPACE = 4.0


@dataclass(frozen=True, slots=True)
class Tile:
    """One place: column and row count from 0, at the top left; `value` None = unknown, or the interval `written`."""

    code: str
    label: str
    value: float | None
    column: int
    row: int
    written: str = ""


@dataclass(frozen=True, slots=True)
class TileMap:
    title: str
    description: str
    tiles: Sequence[Tile]
    label_heading: str
    value_heading: str
    kind: str = "whole"
    places: int | None = None
    subtitle: str = ""
    source: str = ""

    def draw(self, width: float) -> Drawing:
        """Squares with name and value; classed by tint, the values being written on them."""
        columns = max(tile.column for tile in self.tiles) + 1
        rows = max(tile.row for tile in self.tiles) + 1
        side = min(124.0, (width - SPACE * (columns - 1)) / columns)
        height_of_tile = side if is_compact(width) else side * 0.8
        classes = classify([tile.value for tile in self.tiles])
        marks: list[Mark] = []
        for tile in self.tiles:
            x, y = tile.column * (side + SPACE), tile.row * (height_of_tile + SPACE)
            marks.append(Rectangle(x, y, side, height_of_tile, classes.role(tile.value)))
            marks += self._write_tile(tile, x, y, side, height_of_tile, classes.words_role(tile.value))
        bottom = rows * (height_of_tile + SPACE) + 10
        entries: list[tuple[str, str]] = []
        if not classes.are_single_values:
            entries = classes.legend(lambda value: write_as(self.kind, value, self.places))
            entries += list_valueless(self.tiles)
        legend, bottom = draw_legend(entries, heading=self.value_heading, top=bottom, width=width)
        return Drawing(width, bottom + 4, marks + legend)

    def _write_tile(self, tile: Tile, x: float, y: float, side: float, height: float, role: str) -> list[Mark]:
        written = tile.written or write_as(self.kind, tile.value, self.places)
        room = side - 10
        lines = wrap(tile.label, room, NOTE_SIZE)
        if any(estimate_width(line, NOTE_SIZE) > room + 6 for line in lines) or len(lines) > 3:
            lines = [tile.code]
        marks: list[Mark] = [Words(x + 7, y + 17 + 14 * i, line, f"{role}-name") for i, line in enumerate(lines)]
        return [*marks, Words(x + 7, y + height - 9, written, role)]

    def tabulate(self) -> Table:
        value = Column(self.value_heading, self.kind, self.places)
        columns = [Column(self.label_heading), Column(gettext("Code")), value]
        rows = [Row([tile.label, tile.code, tile.written or tile.value]) for tile in self.tiles]
        return Table(caption=gettext("Les chiffres : %(title)s") % {"title": self.title}, columns=columns, rows=rows)
