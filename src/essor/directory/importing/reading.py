"""A CSV, TSV, XLSX or ODS file → a table of texts, or a refusal that says where and what to do."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import fastexcel
import polars as pl

from essor.directory.importing.spread import check_spread
from essor.directory.rules import DirectoryError

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 300
MAX_UNZIPPED_BYTES = 600 * 1024 * 1024
SEPARATORS = ",;\t|"
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
SHEET_SUFFIXES = (".xlsx", ".ods")
SHEET_MARKS = {".xlsx": "xl/workbook.xml", ".ods": "content.xml"}
LINE = "\x00line"
"""The frame's column that holds the row, as a spreadsheet numbers it (1 is the first; a cell of several lines is in one
row); no title can be called that."""

_CHUNK = 20_000
_SNIFFED_RECORDS = 50
_READ_AT_ONCE = 1 << 20
_MARK = re.compile(rb"<[^>]*>")
_OVERLAP = 2_000
"""Bytes: more than the longest name that is kept, however it is written."""


@dataclass(frozen=True, slots=True)
class Ragged:
    """A row whose number of cells is not that of the titles."""

    line: int
    cells: int


@dataclass(frozen=True, slots=True)
class Table:
    """``frame``: one text column per title, null where empty, and ``LINE``. ``ragged``: rows that are not in it."""

    columns: tuple[str, ...]
    frame: pl.DataFrame
    ragged: tuple[Ragged, ...]
    encoding: str
    separator: str

    def __len__(self) -> int:
        return self.frame.height


def read_table(path: Path, *, suffix: str | None = None) -> Table:
    """The first sheet, or the whole text; its first line that is not empty holds the titles.

    Raises DirectoryError: ``file-too-large``, ``file-kind``, ``file-not-a-sheet``, ``file-bomb``, ``file-too-spread``,
    ``file-encoding``, ``file-binary``, ``file-quotes``, ``file-empty``, ``file-no-row``, ``file-too-many-rows``,
    ``file-too-many-columns``, ``titles-repeated``.
    """
    kind = (suffix or path.suffix).lower()
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DirectoryError("file-too-large", megabytes=size // 2**20, limit=MAX_BYTES // 2**20)
    if size == 0:
        raise DirectoryError("file-empty")
    if kind in TEXT_SUFFIXES:
        text, encoding = _decode(path.read_bytes())
        separator = detect_separator(text)
        return _build_table(_records_of_text(text, separator), encoding=encoding, separator=separator)
    if kind in SHEET_SUFFIXES:
        _check_archive(path, kind)
        check_spread(path, kind)
        return _build_table(_records_of_sheet(path), encoding="utf-8", separator="")
    raise DirectoryError("file-kind", kind=kind or "?", allowed=TEXT_SUFFIXES + SHEET_SUFFIXES)


def read_words(path: Path) -> Iterator[str]:
    """All that is written in a file, in pieces, whatever its shape and on every sheet: to look for a name in it.

    Raises DirectoryError as :func:`read_table` does.
    """
    kind = path.suffix.lower()
    if kind not in SHEET_SUFFIXES:
        yield from _decode(path.read_bytes())[0].splitlines()
        return
    _check_archive(path, kind)
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.filename.lower().endswith("xml"):
                with archive.open(member) as content:
                    yield from _words_of_part(iter(lambda: content.read(_READ_AT_ONCE), b""))


def _words_of_part(pieces: Iterator[bytes]) -> Iterator[str]:
    """Without the marks; each piece begins with the last words of the one before, cut anywhere."""
    rest, words = b"", b""
    for piece in pieces:
        read = rest + piece
        cut = read.rfind(b"<")
        if cut < 0 or len(read) - cut > _READ_AT_ONCE:  # no mark is that long
            cut = len(read)
        rest, words = read[cut:], words[-_OVERLAP:] + _MARK.sub(b" ", read[:cut])
        yield html.unescape(words.decode("utf-8", errors="replace"))
    yield html.unescape(_MARK.sub(b" ", rest).decode("utf-8", errors="replace"))


def _decode(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "utf-16"
    if b"\x00" in content:
        raise DirectoryError("file-binary", line=content[: content.index(b"\x00")].count(b"\n") + 1)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
    raise DirectoryError("file-encoding", line=line)


def detect_separator(text: str) -> str:
    """The separator that cuts the first records into the most columns, the same number in each.

    >>> detect_separator("nom;emplois\\nLa Ruche, coop;12")
    ';'
    """

    def merit(separator: str) -> tuple[float, int]:
        widths = [len(row) for row in islice(_read_loosely(text, separator), _SNIFFED_RECORDS) if any(row)]
        if not widths or widths[0] < 2:
            return (0.0, 0)
        return (sum(width == widths[0] for width in widths) / len(widths), widths[0])

    return max(SEPARATORS, key=lambda separator: (*merit(separator), -SEPARATORS.index(separator)))


def _read_loosely(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error:
        return


def _records_of_text(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    following = 1
    try:
        for row, record in enumerate(reader, start=1):
            yield row, record
            following = reader.line_num + 1
    except csv.Error as error:
        raise DirectoryError("file-quotes", line=following) from error


def _check_archive(path: Path, kind: str) -> None:
    """Refuses what is not such a workbook, or what would unfold beyond measure (sizes are counted, not believed)."""
    try:
        with zipfile.ZipFile(path) as archive:
            if SHEET_MARKS[kind] not in archive.namelist():
                raise DirectoryError("file-not-a-sheet", kind=kind)
            unzipped = 0
            for member in archive.infolist():
                with archive.open(member) as content:
                    while piece := content.read(_READ_AT_ONCE):
                        unzipped += len(piece)
                        if unzipped > MAX_UNZIPPED_BYTES:
                            raise DirectoryError("file-bomb", limit=MAX_UNZIPPED_BYTES // 2**20)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise DirectoryError("file-not-a-sheet", kind=kind) from error


def _records_of_sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        sheet = fastexcel.read_excel(path).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
    except fastexcel.FastExcelError as error:
        raise DirectoryError("file-not-a-sheet", kind=path.suffix) from error
    for line, record in enumerate(sheet.to_polars().iter_rows(), start=1):
        yield line, ["" if cell is None else cell for cell in record]


def _build_table(records: Iterator[tuple[int, list[str]]], *, encoding: str, separator: str) -> Table:
    titles = next((record for _line, record in records if any(cell.strip() for cell in record)), None)
    if titles is None:
        raise DirectoryError("file-empty")
    columns = _name_columns(titles)
    ragged: list[Ragged] = []
    frames = list(_frames(records, columns, ragged))
    if not frames and not ragged:
        raise DirectoryError("file-no-row")
    frame = pl.concat(frames) if frames else _frame([], columns)
    blank = [name for name in columns if name.startswith("\x00") and frame[name].null_count() == frame.height]
    kept = tuple(name for name in columns if name not in blank)
    renamed = {name: f"({name[1:]})" for name in kept if name.startswith("\x00")}
    frame = frame.drop(blank).rename(renamed)
    return Table(tuple(renamed.get(name, name) for name in kept), frame, tuple(ragged), encoding, separator)


def _name_columns(titles: list[str]) -> tuple[str, ...]:
    if len(titles) > MAX_COLUMNS:
        raise DirectoryError("file-too-many-columns", columns=len(titles), limit=MAX_COLUMNS)
    names = [" ".join(title.split()) for title in titles]
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise DirectoryError("titles-repeated", titles=repeated)
    return tuple(name or f"\x00{place}" for place, name in enumerate(names, start=1))


def _frames(
    records: Iterator[tuple[int, list[str]]], columns: tuple[str, ...], ragged: list[Ragged]
) -> Iterator[pl.DataFrame]:
    width, count = len(columns), 0
    rows: list[list[str | int | None]] = []
    for line, record in records:
        cells: list[str | int | None] = [cell.strip() or None for cell in record]
        while len(cells) > width and cells[-1] is None:
            cells.pop()
        if not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise DirectoryError("file-too-many-rows", limit=MAX_ROWS)
        if len(cells) != width:
            ragged.append(Ragged(line, len(cells)))
            continue
        cells.append(line)
        rows.append(cells)
        if len(rows) == _CHUNK:
            yield _frame(rows, columns)
            rows = []
    if rows:
        yield _frame(rows, columns)


def _frame(rows: list[list[str | int | None]], columns: tuple[str, ...]) -> pl.DataFrame:
    schema = {**dict.fromkeys(columns, pl.String), LINE: pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
