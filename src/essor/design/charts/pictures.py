"""From a chart to what is shown: two drawings for a page (phone and desk), one file for a PDF."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Protocol

from django.utils.safestring import SafeString, mark_safe

from essor.design.charts.lines import Sparkline
from essor.design.charts.marks import COMPACT_WIDTH, WIDE_WIDTH, Drawing
from essor.design.charts.svg import write_svg
from essor.design.tables import Table


class Chart(Protocol):
    """What every chart knows: its words, how it is drawn at a width, and the table of its figures."""

    @property
    def title(self) -> str: ...

    @property
    def description(self) -> str: ...

    @property
    def subtitle(self) -> str: ...

    @property
    def source(self) -> str: ...

    def draw(self, width: float) -> Drawing: ...

    def tabulate(self) -> Table: ...


def draw_in_page(chart: Chart) -> dict[str, Any]:
    """The variables of templates/design/charts/chart.html: the compact drawing, the wide one, the table."""
    notes: Sequence[str] = getattr(chart, "notes", ())
    return {
        "chart": chart,
        "notes": notes,
        "compact": _draw(chart, COMPACT_WIDTH, "c"),
        "wide": _draw(chart, WIDE_WIDTH, "w"),
        "table": chart.tabulate(),
    }


def draw_standalone(chart: Chart, *, width: float = WIDE_WIDTH) -> str:
    """The chart as an SVG file with its own colours and fonts, in the language in force; the same bytes each time."""
    drawing = chart.draw(width)
    return write_svg(
        drawing, key=_key(chart.title, "s"), title=chart.title, description=chart.description, is_standalone=True
    )


def draw_sparkline(line: Sparkline) -> SafeString:
    values = " ".join(str(value) for value in line.values)
    key = _key(line.description + values, "l")
    svg = write_svg(line.draw(), key=key, title=line.description, description=values)
    return mark_safe(f'<span class="sparkline">{svg}</span>')  # noqa: S308 - every word in it is escaped by write_svg


def _draw(chart: Chart, width: float, variant: str) -> SafeString:
    key = _key(chart.title + chart.description, variant)
    svg = write_svg(chart.draw(width), key=key, title=chart.title, description=chart.description)
    return mark_safe(svg)  # noqa: S308 - every word in it is escaped by write_svg


def _key(words: str, variant: str) -> str:
    return f"chart-{hashlib.sha256(words.encode()).hexdigest()[:8]}-{variant}"
