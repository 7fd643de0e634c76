"""A map from boundaries: equirectangular projection at its own latitude, lines simplified below what a pixel shows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from essor.design.charts.classes import classify, draw_legend, list_valueless
from essor.design.charts.marks import NOTE_SIZE, TEXT_SIZE, Drawing, Mark, Path, Words, estimate_width, is_compact
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_as

Spot = tuple[float, float]

TOLERANCE = 0.6
"""Pixels by which a simplified line may leave the true one: under the width of the stroke that draws it."""
SMALLEST_RING = 2.0
MARGIN = 14.0
"""Pixels left around the areas, where the outline of neighbours shows."""


@dataclass(frozen=True, slots=True)
class Area:
    """One place. `geometry` is a GeoJSON Polygon or MultiPolygon, longitudes and latitudes in degrees (WGS 84).

    `is_context` draws a neighbour in outline only, with no value; `value` None = unknown, or the interval `written`.
    """

    code: str
    label: str
    geometry: Mapping[str, Any]
    value: float | None = None
    is_context: bool = False
    written: str = ""


@dataclass(frozen=True, slots=True)
class BoundaryMap:
    title: str
    description: str
    areas: Sequence[Area]
    label_heading: str
    value_heading: str
    kind: str = "whole"
    places: int | None = None
    subtitle: str = ""
    source: str = ""

    @property
    def notes(self) -> list[str]:
        return [gettext("Le nord est en haut ; projection équirectangulaire à la latitude du lieu.")]

    def draw(self, width: float) -> Drawing:
        """Areas classed by tint with name and value where they fit; the frame holds the areas that carry a value."""
        chosen = [area for area in self.areas if not area.is_context]
        projection = fit([ring for area in chosen for ring in rings_of(area.geometry)], width, _tallest(width))
        classes = classify([area.value for area in chosen])
        shapes: list[Mark] = []
        words: list[Mark] = []
        for area in sorted(self.areas, key=lambda area: not area.is_context):
            rings = [projection.place(ring) for ring in rings_of(area.geometry)]
            if area.is_context:
                rings = [clip(ring, projection.width, projection.height) for ring in rings]
            role = "context" if area.is_context else classes.role(area.value)
            if path := draw_rings(rings):
                written = "" if area.is_context else self._write(area)
                shapes.append(Path(path, role, title=f"{area.label} {written}".strip()))
            if not area.is_context:
                words += self._write_area(area, rings, classes.words_role(area.value))
        entries = classes.legend(lambda value: write_as(self.kind, value, self.places))
        entries += list_valueless(chosen)
        legend, bottom = draw_legend(entries, heading=self.value_heading, top=projection.height + 12, width=width)
        return Drawing(width, bottom + 4, shapes + words + legend)

    def _write_area(self, area: Area, rings: list[list[Spot]], role: str) -> list[Mark]:
        written = self._write(area)
        x, y, room = label_place(max(rings, key=lambda ring: abs(signed_area(ring))))
        if estimate_width(written) + 6 > room:
            return []
        if estimate_width(area.label, NOTE_SIZE) + 6 > room:
            return [Words(x, y + TEXT_SIZE / 3, written, role, "middle")]
        return [Words(x, y - 3, area.label, f"{role}-name", "middle"), Words(x, y + 13, written, role, "middle")]

    def _write(self, area: Area) -> str:
        return area.written or write_as(self.kind, area.value, self.places)

    def tabulate(self) -> Table:
        value = Column(self.value_heading, self.kind, self.places)
        columns = [Column(self.label_heading), Column(gettext("Code")), value]
        rows = [Row([area.label, area.code, area.written or area.value]) for area in self.areas if not area.is_context]
        return Table(caption=gettext("Les chiffres : %(title)s") % {"title": self.title}, columns=columns, rows=rows)


@dataclass(frozen=True, slots=True)
class Projection:
    """From degrees to pixels: x = (λ − λ₀)·cos φ·s, y = (φ₀ − φ)·s, with φ the middle latitude."""

    west: float
    north: float
    squeeze: float
    scale: float
    width: float
    height: float

    def place(self, ring: Sequence[Sequence[float]]) -> list[Spot]:
        return [
            (
                MARGIN + (spot[0] - self.west) * self.squeeze * self.scale,
                MARGIN + (self.north - spot[1]) * self.scale,
            )
            for spot in ring
        ]


def rings_of(geometry: Mapping[str, Any]) -> list[Sequence[Sequence[float]]]:
    """Every ring of a Polygon or MultiPolygon, outer rings and holes alike (drawn with the even-odd rule)."""
    if geometry["type"] == "Polygon":
        return list(geometry["coordinates"])
    if geometry["type"] == "MultiPolygon":
        return [ring for polygon in geometry["coordinates"] for ring in polygon]
    raise ValueError(f"a boundary is a Polygon or a MultiPolygon, not {geometry['type']!r}")


def fit(rings: Sequence[Sequence[Sequence[float]]], width: float, tallest: float) -> Projection:
    """The projection that sets the rings as large as the width and the greatest height allow."""
    spots = [spot for ring in rings for spot in ring]
    if not spots:
        raise ValueError("a map needs at least one area that is not context")
    west, east = min(spot[0] for spot in spots), max(spot[0] for spot in spots)
    south, north = min(spot[1] for spot in spots), max(spot[1] for spot in spots)
    squeeze = math.cos(math.radians((south + north) / 2))
    across, down = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((width - 2 * MARGIN) / across, (tallest - 2 * MARGIN) / down)
    return Projection(west, north, squeeze, scale, across * scale + 2 * MARGIN, down * scale + 2 * MARGIN)


def simplify(ring: Sequence[Spot], tolerance: float = TOLERANCE) -> list[Spot]:
    """The ring with the fewest points that stay within the tolerance (Douglas and Peucker, 1973).

    >>> simplify([(0, 0), (5, 0.1), (10, 0), (10, 10), (0, 0)])
    [(0, 0), (10, 0), (10, 10), (0, 0)]
    """
    if len(ring) < 4:
        return list(ring)
    keep = {0, len(ring) - 1}
    farthest = max(range(len(ring)), key=lambda i: math.dist(ring[0], ring[i]))
    keep.add(farthest)
    spans = [(0, farthest), (farthest, len(ring) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        middle = max(range(first + 1, last), key=lambda i: _distance(ring[i], ring[first], ring[last]))
        if _distance(ring[middle], ring[first], ring[last]) > tolerance:
            keep.add(middle)
            spans += [(first, middle), (middle, last)]
    return [ring[i] for i in sorted(keep)]


def clip(ring: Sequence[Spot], width: float, height: float) -> list[Spot]:
    """The part of a ring inside the frame (Sutherland and Hodgman, 1974), closed again.

    >>> clip([(-5, 2), (5, 2), (5, 8), (-5, 8), (-5, 2)], 10, 10)
    [(0.0, 2.0), (5, 2), (5, 8), (0.0, 8.0), (0.0, 2.0)]
    """
    spots = list(ring[:-1])
    for axis, limit, keeps_below in ((0, 0.0, False), (0, width, True), (1, 0.0, False), (1, height, True)):
        spots = _clip_side(spots, axis, limit, keeps_below)
    return [*spots, spots[0]] if spots else []


def _clip_side(spots: Sequence[Spot], axis: int, limit: float, keeps_below: bool) -> list[Spot]:
    def is_inside(spot: Spot) -> bool:
        return spot[axis] <= limit if keeps_below else spot[axis] >= limit

    kept: list[Spot] = []
    for start, end in zip([*spots[-1:], *spots[:-1]], spots, strict=True):
        if is_inside(start) != is_inside(end):
            part = (limit - start[axis]) / (end[axis] - start[axis])
            other = start[1 - axis] + part * (end[1 - axis] - start[1 - axis])
            kept.append((limit, other) if axis == 0 else (other, limit))
        if is_inside(end):
            kept.append(end)
    return kept


def draw_rings(rings: Sequence[Sequence[Spot]]) -> str:
    """One path of the simplified rings; those smaller than a few pixels are left out."""
    kept = [simplify(ring) for ring in rings if abs(signed_area(ring)) >= SMALLEST_RING]
    return " ".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring[:-1]) + "Z" for ring in kept)


def signed_area(ring: Sequence[Spot]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring)) / 2


def label_place(ring: Sequence[Spot]) -> tuple[float, float, float]:
    """Where a label fits best: the middle (x, y) of the widest inside chord among scan lines, and that width.

    >>> label_place([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)])
    (5.0, 5.0, 10.0)
    """
    top, bottom = min(y for _, y in ring), max(y for _, y in ring)
    best = (0.0, 0.0, 0.0)
    for part in (0.5, 0.42, 0.58, 0.35, 0.65, 0.27, 0.73):
        y = top + (bottom - top) * part
        crossings = sorted(
            x1 + (y - y1) / (y2 - y1) * (x2 - x1)
            for (x1, y1), (x2, y2) in itertools.pairwise(ring)
            if (y1 <= y) != (y2 <= y)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=False):
            if right - left > best[2] * 1.15:
                best = ((left + right) / 2, y, right - left)
    return best


def _distance(spot: Spot, start: Spot, end: Spot) -> float:
    (x, y), (x1, y1), (x2, y2) = spot, start, end
    length = math.hypot(x2 - x1, y2 - y1)
    if length == 0:
        return math.hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def _tallest(width: float) -> float:
    return 380.0 if is_compact(width) else 560.0
