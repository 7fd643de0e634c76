"""An edition as a spreadsheet: what it is, its totals, its tables, its comparisons and bridges."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from essor.design.tables import Link, Table
from essor.design.wording import write_day
from essor.observatory.models import Edition
from essor.observatory.reading import Reader

FORMATS = {
    "whole": "# ##0",
    "decimal": "# ##0.0",
    "percent": "0.0 %",
    "signed": "+# ##0;-# ##0;0",
    "signed_percent": "+0.0 %;-0.0 %",
}


def write_workbook(edition: Edition, reader: Reader, *, title: str, address: str) -> bytes:
    """XLSX bytes, the same each time: dated from the publication, not from the download."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": title, "author": "Essor", "created": _naive(edition.published_at)})
    sheets = _Sheets(book)
    sheets.add(_("Lisez-moi"), [], lines=_tell(edition, reader, title=title, address=address))
    for reading in reader.read_bases():
        compared = [table for table in (reading.readings, reading.flows) if table]
        growth = [reading.growth.tabulate()] if reading.growth else []
        tables = [*growth, *compared, *(part.table for part in reading.dimensions)]
        if tables:
            sheets.add(reading.label, tables)
    bridges = [bridge.chart.tabulate() for bridge in reader.read_bridges()]
    if bridges:
        sheets.add(_("Ponts"), bridges)
    book.close()
    return out.getvalue()


def _tell(edition: Edition, reader: Reader, *, title: str, address: str) -> list[tuple[str, str]]:
    said = [
        (_("Titre"), title),
        (_("Territoire"), f"{reader.territory_name} ({edition.territory_code})"),
        (_("Ce qu’on savait le"), write_day(edition.known_at)),
        (_("Adresse"), address),
        (_("Empreinte des données"), edition.snapshot_hash),
        (_("Vérifier"), f"./essor edition verify {edition.slug}"),
    ]
    for base in reader.definitions["bases"]:
        said.append((_("Base"), f"{base[f'label_{reader.language}']} — {base['owner']}"))
        said.append(("", base[f"description_{reader.language}"]))
    return said + [(_("Source"), source["title"]) for source in reader.definitions["sources"]]


class _Sheets:
    """Writes tables one under the other, each sheet under a name that spreadsheets accept."""

    def __init__(self, book: Any) -> None:
        self._book, self._names = book, set[str]()
        self._bold = book.add_format({"bold": True})
        self._head = book.add_format({"bold": True, "bottom": 1})
        self._formats = {kind: book.add_format({"num_format": code}) for kind, code in FORMATS.items()}

    def add(self, name: str, tables: Sequence[Table], *, lines: Sequence[tuple[str, str]] = ()) -> None:
        sheet = self._book.add_worksheet(self._free(name))
        sheet.set_column(0, 0, 42)
        sheet.set_column(1, 8, 16)
        for row, (label, text) in enumerate(lines):
            sheet.write_string(row, 0, label, self._bold)
            sheet.write_string(row, 1, text)
        row = len(lines)
        for table in tables:
            row = self._write(sheet, row, table) + 2

    def _write(self, sheet: Any, row: int, table: Table) -> int:
        sheet.write_string(row, 0, table.caption, self._bold)
        for place, column in enumerate(table.columns):
            sheet.write_string(row + 1, place, column.label, self._head)
        for offset, line in enumerate(table.rows, start=row + 2):
            for place, (column, value) in enumerate(zip(table.columns, line.cells, strict=True)):
                self._cell(sheet, offset, place, column.kind, value)
        return row + 1 + len(table.rows)

    def _cell(self, sheet: Any, row: int, place: int, kind: str, value: Any) -> None:
        if value is None:
            sheet.write_string(row, place, "..")
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, place, value, self._formats.get(kind))
        else:
            sheet.write_string(row, place, value.label if isinstance(value, Link) else str(value))

    def _free(self, name: str) -> str:
        """At most 31 characters, none of those that spreadsheets forbid, and used once."""
        plain = "".join(" " if letter in "[]:*?/\\'" else letter for letter in name).strip()[:28] or "Essor"
        chosen, number = plain, 2
        while chosen.lower() in self._names:
            chosen, number = f"{plain[:26]} {number}", number + 1
        self._names.add(chosen.lower())
        return chosen


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None, microsecond=0)
