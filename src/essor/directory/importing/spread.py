"""How far the values of a workbook spread, read as a stream before anything lays them out as a full rectangle.

A value at XFD1048576 makes a file of two kilobytes a table of seventeen billion cells. The part of the file that holds
a sheet is named by the file itself, so every part that may be one is followed. An ordinary part is glanced at, cell
marks only (four times as fast); one that is written otherwise, or reaches far, is followed element by element, since
empty cells with a style are often found at the very end of a sheet.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from essor.directory.rules import DirectoryError

MAX_CELLS = 5_000_000
"""In the rectangle from A1 to the last value: about 250 MB once laid out."""

_READ_AT_ONCE = 1 << 20
_LONGEST_TAG = 4 << 20
_REFERENCE = re.compile(r"([A-Za-z]+)0*([0-9]+)")
_LONGEST_NUMBER = 12
"""Digits or letters: beyond, the number is far beyond the limit anyway."""

_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_OTHER_CELLS = (b"\0", b":c ", *(start + end for start in (b"<c", b":c") for end in (b">", b"/", b"\n", b"\t", b"\r")))


class Malformed(Exception):
    """Not the XML of a workbook, or made to be read otherwise than it is followed here."""


def check_spread(path: Path, kind: str) -> None:
    """Raises DirectoryError: ``file-too-spread`` beyond MAX_CELLS, ``file-not-a-sheet`` where it cannot be followed."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                part = _open_part(PurePosixPath(member.filename.replace("\\", "/")).name, kind)
                is_glanced_at = isinstance(part, WorkbookPart) and _is_plainly_small(archive, member)
                if part is not None and not is_glanced_at:
                    _follow(archive, member, part)
    except DirectoryError:
        raise
    except (Malformed, expat.ExpatError, ValueError, LookupError) as error:
        raise DirectoryError("file-not-a-sheet", kind=kind) from error


def _open_part(name: str, kind: str) -> Part | None:
    """What follows a part of that name; None for what no reader takes for a sheet."""
    if "&" in name:  # an entity, perhaps: one name for this reading and another for the next
        raise Malformed(name)
    if kind == ".ods":
        return DocumentPart() if name == "content.xml" else None
    if name.lower() == "workbook.xml.rels":
        return Relationships()
    return WorkbookPart() if name.lower().endswith("xml") else None


def _follow(archive: zipfile.ZipFile, member: zipfile.ZipInfo, part: Part) -> None:
    with archive.open(member) as content:
        while piece := content.read(_READ_AT_ONCE):
            part.feed(piece)
    part.close()


def _is_plainly_small(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Whether every cell, even empty, says where it is in the ordinary way, within MAX_CELLS."""
    columns, rows, rest = set[bytes](), 0, b""
    with archive.open(member) as content:
        while piece := content.read(_READ_AT_ONCE):
            piece = rest + piece
            cut = piece.rfind(b"<")
            piece, rest = piece[:cut], piece[cut:]
            found = _PLAIN_CELL.findall(piece)
            if len(rest) > _READ_AT_ONCE or len(found) != piece.count(b"<c ") or any(m in piece for m in _OTHER_CELLS):
                return False
            columns.update(letters for letters, _digits in found)
            rows = max(rows, *map(int, {digits for _letters, digits in found}), 0)
    widest = max((number_column(letters.decode()) for letters in columns), default=0)
    return rest.count(b"<c") == 0 and rows * widest <= MAX_CELLS


class Part:
    """One XML file inside the workbook; what it declares (DTD, entities) is refused, as is a tag without end."""

    def __init__(self) -> None:
        self._fed = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self.start
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, piece: bytes) -> None:
        self._parser.Parse(piece)
        self._fed += len(piece)
        if self._fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
            raise Malformed("tag")

    def close(self) -> None:
        self._parser.Parse(b"", True)  # noqa: FBT003  the parser knows no keyword

    def start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _refuse(self, *_declared: object) -> None:
        raise Malformed("doctype")


class Relationships(Part):
    """Where the parts of a workbook are: only what ends in .xml is followed, so nothing else may be one."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        target = attributes.get("Target", "")
        if _local(name) == "Relationship" and not target.lower().endswith(".xml"):
            raise Malformed(target)


class SheetPart(Part):
    """``rows``, ``columns``: of the smallest rectangle from A1 that holds every value met so far."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = self.columns = self._cells_before = 0
        self._row = self._column = 0
        self._waiting: tuple[int, int] | None = None

    def expect_value(self, row: int, column: int) -> None:
        """A cell ends here; it counts once something is found inside, and only if it widens the rectangle."""
        self._waiting = (row, column) if row > self.rows or column > self.columns else None
        if self._waiting:
            self._parser.EndElementHandler = self.end

    def settle(self) -> None:
        if self._waiting is None:
            return
        row, column = self._waiting
        self._waiting = None
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        cells = self._cells_before + self.rows * self.columns
        if cells > MAX_CELLS:
            raise DirectoryError("file-too-spread", cell=name_cell(row, column), cells=cells, limit=MAX_CELLS)

    def end(self, name: str) -> None:  # noqa: ARG002  the parser gives it
        self._waiting = None
        self._parser.EndElementHandler = None


class WorkbookPart(SheetPart):
    """XLSX: cells say where they are, or follow the one before."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._waiting:
            self.settle()
        kind = _local(name)
        if kind == "c":
            row = self._row
            self._column += 1
            if found := _REFERENCE.fullmatch(attributes.get("r", "")):
                row, self._column = int(found[2][:_LONGEST_NUMBER]), number_column(found[1][:_LONGEST_NUMBER])
            self.expect_value(row, self._column)
        elif kind == "row":
            said = attributes.get("r", "")
            self._row = int(said) if said.isascii() and said.isdigit() else self._row + 1
            self._column = 0


class DocumentPart(SheetPart):
    """ODS: cells and rows say how many times they repeat. Every table of the document is laid out."""

    VALUES = frozenset({"value-type", "value", "string-value", "date-value", "time-value", "boolean-value", "formula"})

    def __init__(self) -> None:
        super().__init__()
        self._tables = 0
        self._parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.settle()
        kind = _local(name)
        if kind == "table":
            self._open_table()
        elif kind == "table-row":
            self._row += _read_repeat(attributes, "number-rows-repeated")
            self._column = 0
        elif kind in {"table-cell", "covered-table-cell"}:
            self._column += _read_repeat(attributes, "number-columns-repeated")
            self.expect_value(self._row, self._column)
            if any(_local(attribute) in self.VALUES for attribute in attributes):
                self.settle()

    def _open_table(self) -> None:
        if self._tables:
            raise Malformed("a table in a table")
        self._tables = 1
        self._cells_before += self.rows * self.columns
        self.rows = self.columns = self._row = 0

    def end(self, name: str) -> None:
        self._waiting = None
        if _local(name) == "table":
            self._tables = 0


def number_column(letters: str) -> int:
    """The rank of a column, from 1.

    >>> number_column("A"), number_column("AA"), number_column("XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def name_cell(row: int, column: int) -> str:
    """The reference of a cell.

    >>> name_cell(1048576, 16384)
    'XFD1048576'
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _read_repeat(attributes: dict[str, str], wanted: str) -> int:
    """How many times; several answers, or none that is a number, are no workbook."""
    said = [text for name, text in attributes.items() if _local(name) == wanted]
    if any(not text.isascii() or not text.isdigit() for text in said):
        raise Malformed(wanted)
    return max((int(text) for text in said), default=1)


def _local(name: str) -> str:
    return name.rpartition(":")[2]
