"""A drawing as SVG: with classes for a page, with its own colours for a file that stands alone."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.html import escape

from essor.design.charts.marks import NOTE_SIZE, TEXT_SIZE, Drawing, Line, Mark, Path, Rectangle

HATCHED = {"unknown": "hatch", "class-unknown": "hatch", "loss": "hatch-loss"}
FONT_FAMILY = "Libertinus Serif, Source Sans 3, DejaVu Sans, sans-serif"
"""Libertinus Serif comes inside Typst, so that a PDF is the same on every machine."""

_TEXT = {"fill": "#1b2a33", "font-size": f"{TEXT_SIZE:g}"}
_NOTE = {"fill": "#46545d", "font-size": f"{NOTE_SIZE:g}"}
_BOLD = {"font-weight": "bold"}
_HALO = {"paint-order": "stroke", "stroke": "#ffffff", "stroke-width": "4", "stroke-linejoin": "round"}

STANDALONE: Mapping[str, Mapping[str, str]] = {
    "bar": {"fill": "#0f5c63"},
    "total": {"fill": "#1b2a33"},
    "gain": {"fill": "#4f6f2a"},
    "gain-mark": {"fill": "#4f6f2a"},
    "loss": {"stroke": "#9b2d20"},
    "loss-mark": {"fill": "#9b2d20"},
    "unknown": {"stroke": "#79828a"},
    "axis": {"stroke": "#1b2a33"},
    "link": {"stroke": "#79828a", "stroke-dasharray": "2 2"},
    "break": {"stroke": "#b26a12", "stroke-dasharray": "5 4"},
    "series": {"fill": "none", "stroke": "#0f5c63", "stroke-width": "2.5"},
    "dot": {"fill": "#0f5c63"},
    "band": {"fill": "#e0eae7"},
    "fan-outer": {"fill": "#b3d0cd"},
    "fan-inner": {"fill": "#82b3b2"},
    "fan-middle": {"fill": "none", "stroke": "#1b2a33", "stroke-width": "1.5", "stroke-dasharray": "6 4"},
    "context": {"fill": "none", "stroke": "#d9d4c8"},
    "class-1": {"fill": "#e0eae7", "stroke": "#79828a", "stroke-width": "0.7"},
    "class-2": {"fill": "#b3d0cd", "stroke": "#79828a", "stroke-width": "0.7"},
    "class-3": {"fill": "#82b3b2", "stroke": "#79828a", "stroke-width": "0.7"},
    "class-4": {"fill": "#2b757b", "stroke": "#79828a", "stroke-width": "0.7"},
    "class-5": {"fill": "#0c454b", "stroke": "#79828a", "stroke-width": "0.7"},
    "class-unknown": {"stroke": "#79828a", "stroke-width": "0.7"},
    "label": {**_TEXT, **_HALO},
    "value": {**_TEXT, **_BOLD, **_HALO},
    "value-unknown": {**_NOTE, "font-style": "italic"},
    "gain-value": {**_TEXT, **_BOLD, "fill": "#3d5a1d"},
    "loss-value": {**_TEXT, **_BOLD, "fill": "#8a2519"},
    "note": {**_NOTE, **_HALO},
    "on-low": {**_TEXT, **_BOLD},
    "on-low-name": {**_NOTE, "fill": "#1b2a33"},
    "on-unknown": {**_NOTE, **_HALO, "font-style": "italic"},
    "on-unknown-name": {**_NOTE, **_HALO, "fill": "#1b2a33"},
    "on-high": {**_TEXT, **_BOLD, "fill": "#ffffff"},
    "on-high-name": {**_NOTE, "fill": "#ffffff"},
}
_PATTERN_COLOURS = {"hatch": ("#fbfaf7", "#79828a"), "hatch-loss": ("#fbfaf7", "#9b2d20")}


def write_svg(drawing: Drawing, *, key: str, title: str, description: str, is_standalone: bool = False) -> str:
    """The SVG text. `key` makes the ids of its parts unique on the page."""
    width, height = f"{drawing.width:g}", f"{drawing.height:.0f}"
    frame = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
    if is_standalone:
        frame += f' xmlns="http://www.w3.org/2000/svg" font-family="{FONT_FAMILY}"'
    names = f'aria-labelledby="{key}-title {key}-desc"'
    parts = [
        f"<svg {frame} {names}>",
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(description)}</desc>',
        _write_patterns(drawing, key, is_standalone),
        *(_write_mark(mark, key, is_standalone) for mark in drawing.marks),
        "</svg>",
    ]
    return "".join(parts)


def _write_patterns(drawing: Drawing, key: str, is_standalone: bool) -> str:
    used = sorted({HATCHED[mark.role] for mark in drawing.marks if mark.role in HATCHED})
    if not used:
        return ""
    patterns = []
    for name in used:
        ground, stroke = _PATTERN_COLOURS[name]
        fill_ground = f' fill="{ground}"' if is_standalone else ' class="hatch-ground"'
        draw_stroke = f' stroke="{stroke}" stroke-width="2"' if is_standalone else f' class="{name}-line"'
        patterns.append(
            f'<pattern id="{key}-{name}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)">'
            f'<rect width="6" height="6"{fill_ground}/><line x1="1" y1="0" x2="1" y2="6"{draw_stroke}/></pattern>'
        )
    return f"<defs>{''.join(patterns)}</defs>"


def _write_mark(mark: Mark, key: str, is_standalone: bool) -> str:
    look = _look(mark.role, key, is_standalone)
    if isinstance(mark, Rectangle):
        size = f'width="{max(mark.width, 0):.2f}" height="{mark.height:.1f}"'
        return f'<rect x="{mark.x:.1f}" y="{mark.y:.1f}" {size} {look}/>'
    if isinstance(mark, Line):
        return f'<line x1="{mark.x1:.1f}" y1="{mark.y1:.1f}" x2="{mark.x2:.1f}" y2="{mark.y2:.1f}" {look}/>'
    if isinstance(mark, Path):
        title = f"<title>{escape(mark.title)}</title>" if mark.title else ""
        return f'<path d="{mark.d}" fill-rule="evenodd" {look}>{title}</path>'
    anchor = "" if mark.anchor == "start" else f' text-anchor="{mark.anchor}"'
    return f'<text x="{mark.x:.1f}" y="{mark.y:.1f}"{anchor} {look}>{escape(mark.text)}</text>'


def _look(role: str, key: str, is_standalone: bool) -> str:
    fill = f' fill="url(#{key}-{HATCHED[role]})"' if role in HATCHED else ""
    if not is_standalone:
        return f'class="{role}"{fill}'
    return " ".join(f'{name}="{value}"' for name, value in STANDALONE[role].items()) + fill
