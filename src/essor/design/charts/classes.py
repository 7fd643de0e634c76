"""Few classes for many values: at most five, each with about as many places, told in words by what they hold."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext

from essor.design.charts.marks import LINE_HEIGHT, NOTE_SIZE, Mark, Rectangle, Words, estimate_width
from essor.design.wording import write_unknown

MOST_CLASSES = 5
SWATCH = 16.0


class Place(Protocol):
    """A place on a map: its value, or what is written where only an interval is known."""

    @property
    def value(self) -> float | None: ...

    @property
    def written(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Classes:
    """The last value of each class, in rising order; a class is told by the least and the greatest value it holds."""

    bounds: list[tuple[float, float]]

    def role(self, value: float | None) -> str:
        """« class-1 » to « class-5 »: few classes take the well-separated tints."""
        if value is None:
            return "class-unknown"
        rank = next(i for i, (_, last) in enumerate(self.bounds) if value <= last)
        return f"class-{_TINTS[len(self.bounds)][rank]}"

    def words_role(self, value: float | None) -> str:
        if value is None:
            return "on-unknown"
        return "on-high" if self.role(value) in {"class-4", "class-5"} else "on-low"

    @property
    def are_single_values(self) -> bool:
        """Whether each class holds one value: where values are written on the places, a legend would repeat them."""
        return all(first == last for first, last in self.bounds)

    def legend(self, write: Callable[[float], str]) -> list[tuple[str, str]]:
        """(role, words) of each class."""
        return [
            (self.role(first), write(first) if first == last else _between(write(first), write(last)))
            for first, last in self.bounds
        ]


_TINTS = {0: [], 1: [3], 2: [2, 4], 3: [1, 3, 5], 4: [1, 2, 4, 5], 5: [1, 2, 3, 4, 5]}


def classify(values: Sequence[float | None], most: int = MOST_CLASSES) -> Classes:
    """Equal-count classes of the distinct known values; as many classes as values when these are few.

    >>> classify([1, 2, 3, 4, 100, None], most=2).bounds
    [(1, 3), (4, 100)]
    """
    distinct = sorted({value for value in values if value is not None})
    count = min(most, len(distinct))
    cuts = [-(-len(distinct) * i // count) for i in range(count + 1)] if count else [0]
    return Classes([(distinct[a], distinct[b - 1]) for a, b in itertools.pairwise(cuts)])


def draw_legend(
    entries: Sequence[tuple[str, str]], *, heading: str, top: float, width: float
) -> tuple[list[Mark], float]:
    """``heading`` (what is counted), then swatches with their words; the marks, and the y under them."""
    if not entries:
        return [], top
    marks: list[Mark] = [Words(0, top + 11, heading, "note")]
    x = estimate_width(heading, NOTE_SIZE) + 14
    for role, words in entries:
        needed = SWATCH + 6 + estimate_width(words, NOTE_SIZE) + 18
        if x and x + needed - 18 > width:
            x, top = 0.0, top + LINE_HEIGHT + 6
        marks.append(Rectangle(x + 0.5, top, SWATCH, SWATCH - 3, role))
        marks.append(Words(x + SWATCH + 6, top + 11, words, "note"))
        x += needed
    return marks, top + LINE_HEIGHT


def list_valueless(places: Sequence[Place]) -> list[tuple[str, str]]:
    """The legend of the places without a value: what hatching stands for among them."""
    words = [gettext("fourchette") if place.written else write_unknown() for place in places if place.value is None]
    return [("class-unknown", " · ".join(dict.fromkeys(words)))] if words else []


def _between(first: str, last: str) -> str:
    return gettext("%(first)s à %(last)s") % {"first": first, "last": last}
