"""Charts tell the truth: lengths in proportion, parts that lead to the total, lines that stop at a break."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.design import gallery
from essor.design.charts import (
    Area,
    Bar,
    BarChart,
    BoundaryMap,
    Break,
    LineChart,
    Point,
    Sparkline,
    Stair,
    StairChart,
    Step,
    Tile,
    TileMap,
    Waterfall,
    draw_in_page,
    draw_sparkline,
    draw_standalone,
)
from essor.design.charts import stairs as stairs_module
from essor.design.charts.bars import bar_lengths
from essor.design.charts.boundaries import clip, fit, simplify
from essor.design.charts.classes import classify
from essor.design.charts.lines import segments
from essor.design.charts.marks import COMPACT_WIDTH, WIDE_WIDTH, Line, Path, Rectangle, Words, estimate_width
from essor.design.charts.waterfall import running_totals
from essor.design.wording import write_month

CHARTS = ["bars", "growth", "bridge", "line", "slope", "stairs", "fan", "tiles", "map"]
WIDTHS = [COMPACT_WIDTH, WIDE_WIDTH]


@pytest.fixture(scope="module")
def specimens() -> dict[str, Any]:
    return gallery.list_specimens()


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_a_named_picture_with_its_figures_behind(specimens: dict[str, Any], name: str) -> None:
    chart = specimens[name]
    shown = draw_in_page(chart)
    for variant in ("compact", "wide"):
        root = ET.fromstring(shown[variant])  # noqa: S314 - our own text
        assert root.get("role") == "img"
        assert [child.text for child in root[:2]] == [chart.title, chart.description]
        assert "style" not in {key for element in root.iter() for key in element.attrib}
    assert shown["table"].written_rows()


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_marks_stay_inside_the_drawing(specimens: dict[str, Any], name: str, width: float) -> None:
    drawing = specimens[name].draw(width)
    for mark in drawing.marks:
        if isinstance(mark, Rectangle):
            assert mark.x >= -0.01
            assert mark.x + mark.width <= drawing.width + 0.01
            assert mark.y + mark.height <= drawing.height + 0.01
        if isinstance(mark, Words):
            assert 0 <= mark.y <= drawing.height


@pytest.mark.parametrize("name", CHARTS)
def test_a_standalone_file_needs_no_style_sheet_and_is_the_same_each_time(specimens: dict[str, Any], name: str) -> None:
    svg = draw_standalone(specimens[name])
    assert svg == draw_standalone(specimens[name])
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 - our own text
    assert "class=" not in svg
    assert "var(" not in svg


@given(st.lists(st.integers(min_value=0, max_value=10**9), min_size=1), st.floats(min_value=10, max_value=1000))
def test_bars_are_proportional(values: list[int], room: float) -> None:
    lengths = bar_lengths(values, room)
    longest = max(values)
    for value, length in zip(values, lengths, strict=True):
        assert length * longest == pytest.approx(value * room)


def test_a_bar_cannot_be_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        bar_lengths([3, -1], 100)


def test_what_is_unknown_has_a_word_and_no_bar() -> None:
    chart = BarChart(
        title="t", description="d", bars=[Bar("A", 4), Bar("B", None)], label_heading="l", value_heading="v"
    )
    drawing = chart.draw(WIDE_WIDTH)
    assert len([mark for mark in drawing.marks if isinstance(mark, Rectangle)]) == 1
    assert "inconnu" in [mark.text for mark in drawing.marks if isinstance(mark, Words)]


@given(st.integers(min_value=0, max_value=10**6), st.lists(st.integers(min_value=-(10**5), max_value=10**5)))
def test_a_waterfall_ends_at_the_total_exactly(before: int, parts: list[int]) -> None:
    after = before + sum(parts)
    steps = [Step("a", before, "total"), *(Step("p", part) for part in parts), Step("b", after, "total")]
    spans = running_totals(steps)
    assert spans[0] == (0, before)
    assert spans[-1] == (0, after)
    assert spans[-2][1] == after
    chart = Waterfall(title="t", description="d", steps=steps, value_heading="v")
    assert chart.draw(COMPACT_WIDTH).width == COMPACT_WIDTH


def test_a_waterfall_refuses_a_residual() -> None:
    with pytest.raises(ValueError, match="lead to 6, not to 7"):
        Waterfall("t", "d", [Step("a", 5, "total"), Step("p", 1), Step("b", 7, "total")], "v")
    with pytest.raises(ValueError, match="starts from a total"):
        Waterfall("t", "d", [Step("p", 1)], "v")


def test_gains_and_losses_are_told_by_sign_mark_and_pattern(specimens: dict[str, Any]) -> None:
    svg = draw_in_page(specimens["growth"])["wide"]
    assert re.search(r'class="loss" fill="url\(#chart-\w+-w-hatch-loss\)"', svg)
    assert 'class="gain-mark"' in svg
    assert "\u221263" in svg
    assert "+148" in svg


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_strikes_through_words(specimens: dict[str, Any], width: float) -> None:
    for name in ("growth", "bridge"):
        marks = specimens[name].draw(width).marks
        links = [mark for mark in marks if isinstance(mark, Line) and mark.role == "link"]
        words = [mark for mark in marks if isinstance(mark, Words) and mark.role in {"label", "note"}]
        assert len(links) == len(specimens[name].steps) - 1
        for link in links:
            crossed = [
                said.text
                for said in words
                if said.x <= link.x1 <= said.x + estimate_width(said.text, 12) and link.y1 < said.y < link.y2
            ]
            assert crossed == [], f"{name}, {width}"


@pytest.mark.parametrize("middle", [dt.date(2015, 12, 1), dt.date(2016, 6, 30)])
def test_each_date_of_a_short_series_has_its_words_on_a_phone(middle: dt.date) -> None:
    days = (dt.date(2014, 6, 30), middle, dt.date(2017, 11, 29))
    chart = LineChart("t", "d", [Point(on, 700) for on in days], "Emplois")
    marks = [mark for mark in chart.draw(COMPACT_WIDTH).marks if isinstance(mark, Words) and mark.role == "note"]
    assert [mark.text for mark in marks] == [write_month(on) for on in days]


def test_a_legend_says_what_is_counted_and_repeats_no_value() -> None:
    def draw(values: list[int | None]) -> list[str]:
        tiles = [Tile(str(i), "a", value, i, 0) for i, value in enumerate(values)]
        drawing = TileMap("t", "d", tiles, "Lieu", "Emplois").draw(WIDE_WIDTH)
        return [mark.text for mark in drawing.marks if isinstance(mark, Words) and mark.role == "note"]

    assert draw([158, 629, None]) == []
    assert draw(list(range(1, 11)))[:2] == ["Emplois", "1 à 2"]


def test_no_line_crosses_a_break_or_an_unknown_date() -> None:
    points = [Point(dt.date(year, 1, 1), value) for year, value in [(1, 5), (2, 6), (3, None), (4, 7), (5, 8), (6, 9)]]
    runs = segments(points, [Break(dt.date(5, 1, 1), "other base")])
    assert [[point.value for point in run] for run in runs] == [[5, 6], [7], [8, 9]]


def test_a_chart_marks_its_break_and_says_why(specimens: dict[str, Any]) -> None:
    chart: LineChart = specimens["line"]
    drawing = chart.draw(WIDE_WIDTH)
    assert [mark.role for mark in drawing.marks if isinstance(mark, Line)] == ["axis", "break"]
    assert len([mark for mark in drawing.marks if isinstance(mark, Path) and mark.role == "series"]) == 2
    assert "critères" in chart.notes[0]


def test_a_sparkline_stops_where_nothing_is_known() -> None:
    marks = Sparkline([1, 2, None, 3, 4], "d").draw().marks
    assert [mark.role for mark in marks] == ["series", "series", "dot"]
    assert Sparkline([None], "d").draw().marks == []
    assert 'role="img"' in draw_sparkline(Sparkline([1, 2], "de 1 à 2"))


@given(st.lists(st.one_of(st.none(), st.integers(0, 50)), max_size=60), st.integers(1, 5))
def test_every_known_value_has_its_class_in_rising_order(values: list[int | None], most: int) -> None:
    classes = classify(values, most)
    known = sorted(value for value in values if value is not None)
    assert len(classes.bounds) <= most
    roles = [classes.role(value) for value in known]
    assert roles == sorted(roles)
    assert classes.role(None) == "class-unknown"


def test_a_map_keeps_proportions_at_its_latitude() -> None:
    square = [(0.0, 60.0), (2.0, 60.0), (2.0, 61.0), (0.0, 61.0), (0.0, 60.0)]
    spots = fit([square], 400, 400).place(square)
    width = spots[1][0] - spots[0][0]
    height = spots[0][1] - spots[2][1]
    assert width / height == pytest.approx(2 * 0.4924, rel=1e-3)
    assert spots[2][1] < spots[1][1]


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=4, max_size=60))
def test_simplifying_keeps_the_ends_and_invents_no_point(ring: list[tuple[int, int]]) -> None:
    closed = [*ring, ring[0]]
    simple = simplify(closed)
    assert simple[0] == simple[-1] == closed[0]
    assert set(simple) <= set(closed)


@given(st.lists(st.tuples(st.integers(-50, 150), st.integers(-50, 150)), min_size=3, max_size=20))
def test_neighbours_are_cut_at_the_frame(ring: list[tuple[int, int]]) -> None:
    for x, y in clip([*ring, ring[0]], 100, 80):
        assert -1e-9 <= x <= 100 + 1e-9
        assert -1e-9 <= y <= 80 + 1e-9


def test_a_boundary_of_another_shape_is_refused() -> None:
    chart = BoundaryMap("t", "d", [Area("a", "A", {"type": "Point", "coordinates": [0, 0]}, 1)], "l", "v")
    with pytest.raises(ValueError, match="Polygon or a MultiPolygon"):
        chart.draw(WIDE_WIDTH)


@st.composite
def list_stairs(draw: st.DrawFn) -> list[Stair]:
    """Shares that fall from 1 at ages that rise, each with an interval unless it is whole or nothing."""
    fallen = draw(st.lists(st.integers(1, 20), max_size=8))
    share, found = 1.0, [Stair(0, "ouverture", 1.0, 30, is_named=True)]
    for age, part in enumerate(fallen, start=1):
        share *= 1 - part / 20
        edges = (share / 2, (1 + share) / 2) if 0 < share < 1 else (None, None)
        found.append(Stair(age, f"{age} ans", share, 30 - age, 1, *edges, is_named=True))
    return found


@given(list_stairs(), st.floats(0, 10))
def test_a_staircase_never_rises_and_stops_where_nobody_is_followed(stairs: list[Stair], ends_at: float) -> None:
    drawing = StairChart("t", "d", stairs, ends_at, "Part", "Âge", "Fermées", "n", "95 %").draw(WIDE_WIDTH)
    (line,) = [mark.d for mark in drawing.marks if isinstance(mark, Path) and mark.role == "series"]
    spots = [tuple(map(float, spot.split())) for spot in line.removeprefix("M").split(" L")]
    assert spots == sorted(spots), "to the right and down only"
    nothing = next((stair.at for stair in stairs if stair.value == 0), None)
    span = stairs[-1].at or 1e-9
    reached = span * (spots[-1][0] - stairs_module.LEFT) / (WIDE_WIDTH - stairs_module.LEFT - stairs_module.RIGHT)
    if nothing is None:
        assert reached <= max(ends_at, stairs[-1].at) + 0.01
    written = {mark.text for mark in drawing.marks if isinstance(mark, Words)}
    assert {f"n = {stair.followed}" for stair in stairs} <= {text.replace("\u00a0", " ") for text in written}


def test_a_share_that_nobody_knows_is_said_and_not_drawn() -> None:
    stairs = [Stair(0, "ouverture", 1.0, 2, is_named=True), Stair(1, "1 an", None, 0, is_named=True)]
    chart = StairChart("t", "d", stairs, 0.5, "Part", "Âge", "Fermées", "n", "95 %")
    marks = chart.draw(COMPACT_WIDTH).marks
    (line,) = [mark.d for mark in marks if isinstance(mark, Path)]
    middle = stairs_module.LEFT + (COMPACT_WIDTH - stairs_module.LEFT - stairs_module.RIGHT) / 2
    assert line.endswith(f"L{middle:.1f} {stairs_module.TOP:.1f}"), "until the last age at which someone is followed"
    assert [mark.text for mark in marks if isinstance(mark, Words) and mark.role == "value-unknown"] == ["inconnu"]
    assert "inconnu" in str(chart.tabulate().written_rows()[1].cells)
