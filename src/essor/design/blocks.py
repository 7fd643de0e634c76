"""The pieces that a printed report is made of, as plain data: each ``type`` is drawn in ``documents/pieces.typ``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from essor.design.charts import LineChart, Waterfall, draw_standalone
from essor.design.tables import Table

Block = dict[str, Any]
CHART_WIDTH = 820.0


def set_text(text: str) -> Block:
    return {"type": "text", "text": text}


def set_note(text: str) -> Block:
    return {"type": "note", "text": text}


def set_heading(text: str) -> Block:
    return {"type": "heading", "text": text}


def set_notice(title: str, text: str) -> Block:
    return {"type": "notice", "title": title, "text": text}


def set_facts(items: Sequence[tuple[str, str]]) -> Block:
    """Labels and what they say; an empty text is left out."""
    return {"type": "facts", "items": [[label, text] for label, text in items if text]}


def set_codes(items: Sequence[tuple[str, str]]) -> Block:
    """Labels and what must be copied to the letter: hashes, commands."""
    return {"type": "codes", "items": [[label, text] for label, text in items]}


def set_lines(lines: Sequence[tuple[int, str]]) -> Block:
    """Nested lines: level from 0, words."""
    return {"type": "lines", "items": [{"level": level, "text": text} for level, text in lines]}


def set_names(names: Sequence[str]) -> Block:
    return {"type": "names", "names": list(names)}


def set_chart(chart: Waterfall | LineChart) -> Block:
    """The drawing, its words, and as alternative text its description with every figure."""
    figures = "; ".join(
        ", ".join([row.head.text, *(cell.text for cell in row.cells)]) for row in chart.tabulate().written_rows()
    )
    return {
        "type": "chart",
        "svg": draw_standalone(chart, width=CHART_WIDTH),
        "alt": f"{chart.description} {figures}.",
        "title": chart.title,
        "subtitle": chart.subtitle,
    }


def set_table(table: Table) -> Block:
    rows = [
        {"cells": [row.head.text, *(cell.text for cell in row.cells)], "note": row.note, "is_total": row.is_total}
        for row in table.written_rows()
    ]
    return {
        "type": "table",
        "caption": table.caption,
        "columns": [{"label": column.label, "is_numeric": column.is_numeric} for column in table.columns],
        "rows": rows,
        "note": table.note,
    }
