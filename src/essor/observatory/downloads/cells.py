"""What one cell of an edition may say: an exact number, an interval, or nothing; never a zero that is ignorance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from essor.methods.bases import FULL_TIME
from essor.methods.figures import DIMENSIONS
from essor.methods.portrait import ENTERPRISES
from essor.observatory.rules import is_decided

Data = Mapping[str, Any]
NOT_AVAILABLE, REVISED, COUNTED = "..", "r", ""
"""The symbols of official statistics, written as Statistics Canada writes them."""

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Cell:
    """``value`` None: not available; then ``low`` and ``high`` bound it where the members gave bands, else are None."""

    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    status: str


@dataclass(frozen=True, slots=True)
class Line:
    """One cell of an edition with its place: which figure, and which code of which dimension (or its total)."""

    figure: Data
    dimension: str
    code: str
    cell: Cell
    enterprises: int
    without_figure: int


def fix_point(stored: int | None, scale: int) -> Decimal | None:
    """A stored integer in natural units, to its last digit: 41050 at scale 2 is 410.50."""
    return None if stored is None else Decimal(stored).scaleb(-scale)


def read_cell(figure: Data, line: Data | None = None, *, is_revised: bool = False) -> Cell:
    """The figure's total, or one ``line`` of its tables."""
    told, scale = figure if line is None else line, figure["scale"]
    has_answer = told["exact"] + told["banded"] > 0 or not told["enterprises"]
    if not is_decided(figure) or not has_answer:
        return Cell(None, None, None, NOT_AVAILABLE)
    value, low, high = (fix_point(told[name], scale) for name in ("value", "low", "high"))
    return Cell(value, low, high, NOT_AVAILABLE if value is None else REVISED if is_revised else COUNTED)


def list_lines(results: Data, changes: list[Data] | None = None) -> Iterator[Line]:
    """Every figure of the edition: its total, then its tables; in order of base, date and indicator.

    ``changes``: what a correction changed; the cells that it names are revised.
    """
    revised = {
        (change["key"], change.get("dimension", TOTAL), change.get("code", TOTAL))
        for change in changes or []
        if change["kind"] in ("figure", "table") and change["field"] == "value"
    }
    for figure in list_figures(results):
        key = figure["key"]
        cell = read_cell(figure, is_revised=(key, TOTAL, TOTAL) in revised)
        yield Line(figure, TOTAL, TOTAL, cell, figure["enterprises"], figure["without_figure"])
        for dimension in DIMENSIONS:
            for row in figure["tables"][dimension]:
                cell = read_cell(figure, row, is_revised=(key, dimension, row["code"]) in revised)
                yield Line(figure, dimension, row["code"], cell, row["enterprises"], row["without_figure"])


def list_figures(results: Data) -> Iterator[Data]:
    for base in results["bases"]:
        for on in results["dates"]:
            for indicator in dict.fromkeys([ENTERPRISES, base["jobs_variable"], FULL_TIME]):
                yield results["figures"][f"{base['slug']}.{base['version']}.{indicator}.{on}"]


def find_unit(figure: Data, results: Data) -> str:
    """The unit of a figure: ``enterprises``, or that of its measure."""
    name = figure["indicator"]
    return ENTERPRISES if name == ENTERPRISES else str(results["measures"][name]["unit"])
