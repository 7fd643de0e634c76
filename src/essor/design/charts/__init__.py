"""Charts drawn on the server: data in, SVG out, with the figures in a table behind each.

Build one of `BarChart`, `Waterfall`, `LineChart`, `FanChart`, `StairChart`, `TileMap`, `BoundaryMap` in a view and give
it to ``{% chart chart=… %}``; `Sparkline` to ``{% sparkline line=… %}``; `draw_standalone(chart)` gives an SVG file for
a PDF.
"""

from essor.design.charts.bars import Bar, BarChart
from essor.design.charts.boundaries import Area, BoundaryMap
from essor.design.charts.fan import FanChart, Spread
from essor.design.charts.lines import Break, LineChart, Point, Sparkline
from essor.design.charts.pictures import Chart, draw_in_page, draw_sparkline, draw_standalone
from essor.design.charts.stairs import Stair, StairChart
from essor.design.charts.tiles import Tile, TileMap
from essor.design.charts.waterfall import Step, Waterfall

__all__ = [
    "Area",
    "Bar",
    "BarChart",
    "BoundaryMap",
    "Break",
    "Chart",
    "FanChart",
    "LineChart",
    "Point",
    "Sparkline",
    "Spread",
    "Stair",
    "StairChart",
    "Step",
    "Tile",
    "TileMap",
    "Waterfall",
    "draw_in_page",
    "draw_sparkline",
    "draw_standalone",
]
