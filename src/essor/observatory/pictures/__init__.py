"""A portrait's results → charts and tables, ready for design's components and for documents."""

from __future__ import annotations

from essor.observatory.pictures.amounts import Results, exact, in_natural_units, sure_value
from essor.observatory.pictures.bridges import draw_bridge, tell_bridge
from essor.observatory.pictures.changes import (
    draw_growth,
    list_movements,
    tabulate_flows,
    tabulate_parts,
    tabulate_readings,
    tell_parts,
)
from essor.observatory.pictures.maps import draw_map
from essor.observatory.pictures.tables import (
    DIMENSIONS,
    draw_bars,
    draw_series,
    tabulate_dimension,
    tabulate_figure,
)

__all__ = [
    "DIMENSIONS",
    "Results",
    "draw_bars",
    "draw_bridge",
    "draw_growth",
    "draw_map",
    "draw_series",
    "exact",
    "in_natural_units",
    "list_movements",
    "sure_value",
    "tabulate_dimension",
    "tabulate_figure",
    "tabulate_flows",
    "tabulate_parts",
    "tabulate_readings",
    "tell_bridge",
    "tell_parts",
]
