"""Amounts in natural units: exact where parts must sum, None where nothing is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from essor.design.wording import write_day
from essor.observatory.rules import find_value
from essor.observatory.sentences import write_amount

READINGS = ("criteria", "cohort", "survivors")
AMOUNTS = {
    "before", "after", "total_a", "total_b", "unknown_before", "creation", "destruction", "net", "reallocation",
    "excess_reallocation", "recounted",
}  # fmt: skip
RANGES = {"before_range", "after_range"}
HOLDERS = {"readings", *READINGS, "flows", "economic"}
Results = Mapping[str, Any]
Definitions = Mapping[str, Any]


def natural(value: int | None, scale: int) -> float | int | None:
    """A stored integer in natural units; a whole number stays an integer."""
    if value is None:
        return None
    return value if scale == 0 else value / 10**scale


def exact(value: int, scale: int) -> int | Fraction:
    """A stored integer in natural units, without rounding: parts must still sum to their total."""
    return value if scale == 0 else Fraction(value, 10**scale)


def in_natural_units(told: Results, scale: int) -> Results:
    """A comparison or a bridge with its amounts of jobs in natural units; counts and shares stay as they are."""
    return told if scale == 0 else {name: _in_natural_units(name, value, scale) for name, value in told.items()}


def _in_natural_units(name: str, value: Any, scale: int) -> Any:
    if name in AMOUNTS and value is not None:
        return exact(value, scale)
    if name in {"parts", "fates"}:
        return {code: exact(amount, scale) for code, amount in value.items()}
    if name in RANGES:
        return [None if bound is None else exact(bound, scale) for bound in value]
    if name == "missing":
        return {**value, "jobs": exact(value["jobs"], scale)}
    if name in HOLDERS:
        return {code: _in_natural_units(code, kept, scale) for code, kept in value.items()}
    return value


def sure_value(figure: Results) -> float | int | None:
    """The figure in natural units; None where no enterprise could be decided: that zero would be ignorance."""
    return natural(find_value(figure), figure["scale"])


def read_line(line: Results, scale: int) -> tuple[float | int | None, str]:
    """The amount of a line or of a figure, then the words for it where only an interval may be said (then it is None).

    None without words: enterprises are there and none gave a figure.
    """
    if line["value"] is None and line["banded"]:
        return None, write_amount({**line, "scale": scale})
    has_figure = line["exact"] + line["banded"] > 0
    return (natural(line["value"], scale) if has_figure or not line["enterprises"] else None), ""


def in_order(parts: Mapping[str, Any], order: Iterable[str]) -> list[tuple[str, Any]]:
    """The parts in the order that a reader expects: stored results are sorted by name."""
    return [(code, parts[code]) for code in order if code in parts]


def say_basis(label: str, on: str) -> str:
    """On which base and which day a picture stands: « Magazine local, juin 2014 · au 29 novembre 2017 »."""
    return _("{label} · au {day}").format(label=label, day=write_day(date.fromisoformat(on)))
