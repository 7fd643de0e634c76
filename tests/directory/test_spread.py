"""Workbooks made to unfold: a few bytes that say « very far » are refused before anything is laid out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import fastexcel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.directory.importing import spread
from essor.directory.importing.reading import read_table
from essor.directory.importing.spread import WorkbookPart, check_spread, name_cell
from essor.directory.rules import DirectoryError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TABLE_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
WORD = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
TITLES = f'<row r="1">{WORD.format("A1", "nom")}{WORD.format("B1", "emplois")}</row>'
FIRST = f'<row r="2">{WORD.format("A2", "La Ruche")}<c r="B2"><v>12</v></c></row>'


def write_workbook(file: Path, rows: str, *, target: str = "worksheets/sheet1.xml", names: str = "") -> Path:
    sheet = f'<worksheet xmlns="{MAIN}"{names}><sheetData>{rows}</sheetData><pageMargins/></worksheet>'
    kind = f"{DOCUMENT}/worksheet"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="{target}"/></Relationships>',
        f"xl/{target}": '<?xml version="1.0"?>' + sheet,
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def write_document(file: Path, rows: str, *, declared: str = "") -> Path:
    content = (
        f'<?xml version="1.0"?>{declared}<office:document-content {TABLE_NAMES} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    listed = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{listed}"/>')
    return file


def said(text: str, *, columns: int = 1) -> str:
    repeated = f' table:number-columns-repeated="{columns}"'
    return f'<table:table-cell office:value-type="string"{repeated}><text:p>{text}</text:p></table:table-cell>'


def ods_row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def refusal_of(file: Path) -> str:
    with pytest.raises(DirectoryError) as refusal:
        read_table(file)
    return refusal.value.code


READ_ASIDE = """
import json, resource, sys
from pathlib import Path
from essor.directory.importing.reading import read_table
from essor.directory.rules import DirectoryError
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    code = len(read_table(Path(sys.argv[1])))
except DirectoryError as error:
    code = error.code
print(json.dumps([code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("far", ["XFD1048576", "XFD1000", "A1048576"])
def test_a_tiny_hostile_file_is_refused_in_little_memory(tmp_path: Path, far: str) -> None:
    wide = '<row r="3"><c r="KN3"><v>1</v></c></row>' if far.startswith("A") else ""
    row = far.lstrip("AXFD")
    file = write_workbook(tmp_path / "f.xlsx", f'{TITLES}{FIRST}{wide}<row r="{row}"><c r="{far}"><v>1</v></c></row>')
    assert file.stat().st_size < 2_500
    environment = os.environ | {"PYTHONPATH": str(Path(spread.__file__).parents[3])}
    ended = subprocess.run(
        [sys.executable, "-c", READ_ASIDE, str(file)], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    code, megabytes = json.loads(ended.stdout)
    assert code == "file-too-spread"
    assert megabytes < 50


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><c><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='9000000'><c\tr = 'XFD9000000' ><is><t>x</t></is></c></row>",
        f'<row r="1048576"><c r="XFD{"0" * 5000}1048576"><v>1</v></c></row>',
        '<row r="5000001"><c><v>1</v></c></row>',
        '<row r="300000"><c r="A300000"><v>1</v></c></row><row r="4"><c r="KN4"><foo/><v>1</v></c></row>',
        '<row r="2000000"><c r="XFD2000000"><c r="A3"/><v>1</v></c></row>',
        '<x:row r="2000000"><x:c r="XFD2000000"><x:v>1</x:v></x:c></x:row>',
        f'<row r="1048576"><c r{" " * (2 << 20)}="XFD1048576"><v>1</v></c></row>',
    ],
)
def test_however_it_is_written_a_far_value_is_seen(tmp_path: Path, far: str) -> None:
    file = write_workbook(tmp_path / "f.xlsx", TITLES + FIRST + far, names=f' xmlns:x="{MAIN}"')
    assert refusal_of(file) == "file-too-spread"


def test_rows_and_cells_that_do_not_say_where_they_are_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "MAX_CELLS", 50)
    rows = "<row/>" * 9 + "<row>" + "<c/>" * 5 + "<c><v>1</v></c></row>"
    assert refusal_of(write_workbook(tmp_path / "f.xlsx", rows)) == "file-too-spread"


def test_empty_cells_with_a_style_at_the_end_of_a_sheet_cost_nothing(tmp_path: Path) -> None:
    styled = '<row r="60000"><c r="XFD60000" s="1"/></row><row r="1048576" ht="12.8"><c r="XFD1048576" s="1"></c></row>'
    table = read_table(write_workbook(tmp_path / "f.xlsx", TITLES + FIRST + styled))
    assert table.frame.rows() == [("La Ruche", "12", 2)]


def test_a_sheet_kept_under_another_kind_of_name_is_refused(tmp_path: Path) -> None:
    for target in ("media/picture.png", "worksheets/sheet1&#46;xml"):
        assert refusal_of(write_workbook(tmp_path / "f.xlsx", TITLES + FIRST, target=target)) == "file-not-a-sheet"


@pytest.mark.parametrize(
    "rows",
    [
        ods_row(said("x", columns=1000), times=1_000_000),
        ods_row(said("x", columns=2_000_000_000)),
        ods_row(said("x"), times=2_000_000_000),
        ods_row(times=1_000_000) + ods_row('<table:table-cell table:number-columns-repeated="900"/>', said("x")),
        ods_row("<table:table-cell><text:p>x</text:p></table:table-cell>", times=6_000_000),
    ],
)
def test_repeats_of_a_document_are_counted(tmp_path: Path, rows: str) -> None:
    file = write_document(tmp_path / "f.ods", ods_row(said("nom"), said("b")) + rows)
    assert refusal_of(file) == "file-too-spread"


def test_the_empty_end_of_a_document_costs_nothing(tmp_path: Path) -> None:
    rest = '<table:table-cell table:number-columns-repeated="16382"/>'
    rows = ods_row(said("nom"), said("ville"), rest) + ods_row(said("La Ruche"), said("Terrebonne"), rest)
    file = write_document(tmp_path / "f.ods", rows + ods_row(rest, times=1_048_574))
    assert read_table(file).frame.rows() == [("La Ruche", "Terrebonne", 2)]


@pytest.mark.parametrize(
    ("rows", "declared"),
    [
        (ods_row(said("&a;")), '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'),
        (ods_row('<table:table-cell table:number-columns-repeated="-1"/>'), ""),
        (ods_row(f"<table:table-cell><table:table>{ods_row()}</table:table></table:table-cell>"), ""),
        (ods_row("<not closed"), ""),
    ],
)
def test_what_cannot_be_followed_is_no_workbook(tmp_path: Path, rows: str, declared: str) -> None:
    assert refusal_of(write_document(tmp_path / "f.ods", rows, declared=declared)) == "file-not-a-sheet"


CELLS = st.lists(
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.booleans(), st.booleans()), min_size=1, max_size=12
)


@settings(deadline=None, max_examples=60)
@given(cells=CELLS)
def test_the_rectangle_is_the_one_that_the_reader_lays_out(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[int, int, bool, bool]]
) -> None:
    """Cells in the order of the sheet, with a value or not, saying where they are or not."""
    at: dict[int, dict[int, tuple[bool, bool]]] = {}
    for row, column, has_value, is_named in cells:
        at.setdefault(row, {})[column] = (has_value, is_named)
    text, truth = "", set[tuple[int, int]]()
    for row in sorted(at):
        text += f'<row r="{row}">'
        before = 0
        for column in sorted(at[row]):
            has_value, is_named = at[row][column]
            name = f' r="{name_cell(row, column)}"' if is_named or column != before + 1 else ""
            text += f"<c{name}>{'<v>1</v>' if has_value else ''}</c>"
            truth |= {(row, column)} if has_value else set()
            before = column
        text += "</row>"
    part = WorkbookPart()
    part.feed(f'<worksheet xmlns="{MAIN}"><sheetData>{text}</sheetData></worksheet>'.encode())
    part.close()
    assert (part.rows, part.columns) == (
        max((row for row, _ in truth), default=0), max((column for _, column in truth), default=0),
    )  # fmt: skip
    if truth:
        file = write_workbook(tmp_path_factory.mktemp("sheet") / "f.xlsx", text)
        check_spread(file, ".xlsx")
        sheet = fastexcel.read_excel(file).load_sheet(0, header_row=None, skip_rows=0)
        assert sheet.height <= part.rows
        assert sheet.width <= part.columns
