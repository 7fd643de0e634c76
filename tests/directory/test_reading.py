"""Files as people have them: other encodings, other separators, line breaks in cells, and files that lie."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.directory.importing import reading
from essor.directory.importing.reading import LINE, read_table
from essor.directory.rules import DirectoryError
from essor.directory.wording import explain_error

CSV = "Nom;Emplois;Note\nLa Ruche;12;« a\nb »\n;;\nL’Œuvre;3;\n"


CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content office:version="1.2"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="Feuille1">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""
MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest manifest:version="1.2" xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def write_ods(file: Path, rows: Sequence[Sequence[str | float | date | None]]) -> Path:
    """A sheet as LibreOffice writes one: typed cells, a paragraph a line, and runs of empty rows told once."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", ODS_TYPE, compress_type=zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", CONTENT.format(rows="".join(map(_write_row, rows))))
    return file


def _write_row(cells: Sequence[str | float | date | None]) -> str:
    if not cells:
        return '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    return f"<table:table-row>{''.join(map(_write_cell, cells))}</table:table-row>"


def _write_cell(value: str | float | date | None) -> str:
    match value:
        case None:
            return "<table:table-cell/>"
        case date():
            kind, shown = f'date" office:date-value="{value.isoformat()}', value.isoformat()
        case int() | float():
            kind, shown = f'float" office:value="{value}', str(value)
        case _:
            kind, shown = "string", value
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in shown.split("\n"))
    return f'<table:table-cell office:value-type="{kind}">{paragraphs}</table:table-cell>'


def test_a_sheet_of_libreoffice_is_read(tmp_path: Path) -> None:
    rows = [
        ["Nom", "Emplois", "Part", "Fondée le", "Note"],
        ["La Ruche & fils", 12, 0.5, date(2014, 6, 30), "deux\nlignes"],
        [],
        ["L’Œuvre", None, None, None, "« 3 »"],
    ]
    table = read_table(write_ods(tmp_path / "f.ods", rows))
    assert table.columns == ("Nom", "Emplois", "Part", "Fondée le", "Note")
    assert table.frame["Nom"].to_list() == ["La Ruche & fils", "L’Œuvre"]
    assert table.frame["Emplois"].to_list() == ["12", None]
    assert table.frame["Part"].to_list() == ["0.5", None]
    assert [str(day)[:10] for day in table.frame["Fondée le"] if day] == ["2014-06-30"]
    assert table.frame["Note"].to_list() == ["deux\nlignes", "« 3 »"]


def test_the_rows_of_a_sheet_of_libreoffice_are_those_that_it_shows(tmp_path: Path) -> None:
    table = read_table(write_ods(tmp_path / "f.ods", [["Nom", "Ville"], ["A", "x"], [], ["B", "y"]]))
    assert table.frame[LINE].to_list() == [2, 5]


@pytest.mark.parametrize("name", ["f.ods", "f.xlsx"])
def test_a_sheet_that_is_not_one_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("mimetype", ODS_TYPE)
        archive.writestr("content.xml" if name == "f.ods" else "xl/workbook.xml", "<rien/>")
    with pytest.raises(DirectoryError) as refused:
        read_table(tmp_path / name)
    assert explain_error(refused.value)


def write(folder: Path, content: bytes, name: str = "f.csv") -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    table = read_table(write(tmp_path, CSV.replace("« a\nb »", '"« a\nb »"').encode(encoding)))
    assert table.columns == ("Nom", "Emplois", "Note")
    assert table.frame["Nom"].to_list() == ["La Ruche", "L’Œuvre"]


def test_cp1252_is_read_with_its_accents(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, "Nom,Ville\nCaféà côté,Trois-Rivières\n".encode("cp1252")))
    assert (table.encoding, table.frame["Nom"][0]) == ("cp1252", "Caféà côté")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found_and_rows_are_those_of_the_file(tmp_path: Path, separator: str) -> None:
    rows = [["Nom", "Note"], ["A", '"x\ny"'], ["B", "z"]]
    table = read_table(write(tmp_path, "\n".join(separator.join(row) for row in rows).encode()))
    assert table.separator == separator
    assert table.frame[LINE].to_list() == [2, 3]
    assert table.frame["Note"].to_list() == ["x\ny", "z"]


def test_a_row_with_another_number_of_cells_is_named(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, b"a,b\n1,2\n1,2,3\n1\n1,2,,\n"))
    assert [(ragged.line, ragged.cells) for ragged in table.ragged] == [(3, 3), (4, 1)]
    assert len(table) == 2


def test_a_column_without_title_is_named_by_its_place_or_dropped_when_empty(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, b"a,,b,\n1,x,2,\n"))
    assert table.columns == ("a", "(2)", "b")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"\n\n", "file-empty"),
        (b"a,b\n", "file-no-row"),
        (b"a,a\n1,2\n", "titles-repeated"),
        (b"a,b\n1,\x00\n", "file-binary"),
        (b"a,b\n1,\x81\xff\n", "file-encoding"),
        (b'a,b\n1,"never closed\n2,3\n', "file-quotes"),
        (b",".join(b"c%d" % n for n in range(400)) + b"\n1\n", "file-too-many-columns"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(DirectoryError) as refusal:
        read_table(write(tmp_path, content))
    assert refusal.value.code == code


def test_a_file_too_large_or_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    with pytest.raises(DirectoryError, match="file-too-many-rows"):
        read_table(write(tmp_path, b"a\n1\n2\n3\n"))
    monkeypatch.setattr(reading, "MAX_BYTES", 3)
    with pytest.raises(DirectoryError, match="file-too-large"):
        read_table(write(tmp_path, b"a\n1\n"))


def test_a_workbook_is_read_as_text_with_its_lines(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "f.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(1, 0, ["Nom", "Emplois", "Part"])
    sheet.write_row(2, 0, ["Ruche", 12, 0.5])
    book.close()
    table = read_table(tmp_path / "f.xlsx")
    assert table.frame.rows() == [("Ruche", "12", "0.5", 3)]


def test_a_workbook_that_is_not_one_is_refused(tmp_path: Path) -> None:
    for content in (b"not a zip", b"PK\x03\x04 broken"):
        with pytest.raises(DirectoryError, match="file-not-a-sheet"):
            read_table(write(tmp_path, content, "f.xlsx"))
    with zipfile.ZipFile(tmp_path / "other.ods", "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(DirectoryError, match="file-not-a-sheet"):
        read_table(tmp_path / "other.ods")
    with pytest.raises(DirectoryError, match="file-kind"):
        read_table(write(tmp_path, b"a\n1\n", "f.pdf"))


def test_a_workbook_that_would_unfold_beyond_measure_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_UNZIPPED_BYTES", 1 << 20)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (4 << 20))
    with pytest.raises(DirectoryError, match="file-bomb"):
        read_table(tmp_path / "bomb.xlsx")


def test_words_are_found_wherever_a_piece_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "f.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr("xl/sharedStrings.xml", f"<sst><t x='{'y' * 90}'>La Ruche &amp; fils</t>{'z' * 90}</sst>")
    for size in range(7, 60):
        monkeypatch.setattr(reading, "_READ_AT_ONCE", size)
        assert any("La Ruche & fils" in words for words in reading.read_words(tmp_path / "f.xlsx")), size


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:

    file = tmp_path_factory.mktemp("any") / "f.csv"
    file.write_bytes(content)
    refusal = None
    try:
        read_table(file)
    except DirectoryError as error:
        refusal = error
    assert refusal is None or explain_error(refusal)


def test_a_row_bears_the_number_that_a_spreadsheet_gives_it(tmp_path: Path) -> None:
    """Whatever the line breaks inside its cells, and with the empty rows."""
    text = 'nom;note\nA;"une\nnote\nlongue"\n\nB;rien\nC;rien;de trop\n'
    (tmp_path / "f.csv").write_text(text, encoding="utf-8")
    table = read_table(tmp_path / "f.csv")
    assert table.frame[LINE].to_list() == [2, 4]
    assert [ragged.line for ragged in table.ragged] == [5]
    (tmp_path / "f.csv").write_text(text + 'D;"sans fin\n', encoding="utf-8")
    with pytest.raises(DirectoryError) as refused:
        read_table(tmp_path / "f.csv")
    assert refused.value.facts["line"] == 8, "the line where the quote opens, for an editor of text"
