"""What a table says, before it is drawn: columns with a kind, rows with raw values, a total, where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from essor.design.wording import write_as

TEXT = "text"


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads somewhere."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` is « text » or a word of essor.design.wording.WRITERS: all but text are set to the right."""

    label: str
    kind: str = TEXT
    places: int | None = None

    @property
    def is_numeric(self) -> bool:
        return self.kind not in {TEXT, "day", "month"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a raw value for each column (None = unknown), the first being the row's name. `note` is set under it."""

    cells: Sequence[Any]
    note: str = ""
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption (the question that it answers), and under it where the figures come from."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row] = field(default_factory=list)
    note: str = ""

    def written_rows(self) -> list[WrittenRow]:
        return [self._write(row) for row in self.rows]

    def _write(self, row: Row) -> WrittenRow:
        if len(row.cells) != len(self.columns):
            raise ValueError(
                f"a row of {len(row.cells)} cells in a table of {len(self.columns)} columns: {row.cells!r}"
            )
        cells = [_write_cell(column, value) for column, value in zip(self.columns, row.cells, strict=True)]
        return WrittenRow(head=cells[0], cells=cells[1:], note=row.note, is_total=row.is_total)


@dataclass(frozen=True, slots=True)
class WrittenCell:
    """``label``: the head of its column, said beside it where rows are stacked."""

    label: str
    text: str
    href: str
    is_numeric: bool
    is_unknown: bool


@dataclass(frozen=True, slots=True)
class WrittenRow:
    head: WrittenCell
    cells: list[WrittenCell]
    note: str
    is_total: bool


def _write_cell(column: Column, value: Any) -> WrittenCell:
    if isinstance(value, Link):
        return WrittenCell(column.label, value.label, value.href, column.is_numeric, is_unknown=False)
    text = value if isinstance(value, str) else write_as(column.kind, value, column.places)
    return WrittenCell(column.label, text, "", column.is_numeric, is_unknown=value is None)
