from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from essor.accounts.actions import set_up_instance
from essor.accounts.models import Instance
from essor.design.paper import set_pdf
from essor.design.wording import plain
from essor.directory.actions import erase_organisation
from essor.directory.queries import end_of_day
from essor.observatory.actions import publish_edition
from essor.observatory.downloads.archive import write_archive
from essor.observatory.downloads.cells import list_lines, read_cell
from essor.observatory.downloads.dossier import Dossier, open_dossier
from essor.observatory.downloads.movements import list_bridge_rows, list_comparison_rows
from essor.observatory.downloads.printing import TEMPLATE, documents_folder, print_report
from essor.observatory.downloads.report import tell_report
from essor.observatory.downloads.tidy import COLUMNS, MARK, PRIMARY_KEY, write_csv, write_csvw
from essor.observatory.downloads.workbook import write_workbook
from essor.observatory.models import BaseVersion, Edition
from tests.observatory.conftest import FIRST, LAST, NOW, World

ADDRESS = "https://essor.example/editions/essai/"
WRITERS: list[Callable[[Dossier], bytes]] = [write_csv, write_csvw, write_workbook, write_archive, print_report]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def publish(magazine: BaseVersion, *others: BaseVersion, **said: Any) -> Edition:
    asked: dict[str, Any] = {
        "territory_code": "640",
        "base_versions": [magazine, *others],
        "dates": [FIRST, LAST],
        "known_at": end_of_day(LAST),
        "title_fr": "Les Moulins, novembre 2017",
        "title_en": "Les Moulins, November 2017",
        "by": None,
        "now": NOW,
    }
    return publish_edition(**(asked | said))


@pytest.fixture
def edition(transactional_db: None, world: World, magazine: BaseVersion, table: BaseVersion) -> Edition:
    return publish(magazine, table)


@pytest.fixture
def dossier(edition: Edition) -> Dossier:
    return open_dossier(edition, address=ADDRESS)


def read_rows(content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8")
    assert text.startswith(MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(MARK), newline="")))


def read_sheets(content: bytes) -> dict[str, list[list[str]]]:
    """The cells of each sheet as text, without the library that wrote them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        shared = _parse(archive, "xl/sharedStrings.xml")
        words = ["".join(part.text or "" for part in item.iter(f"{SHEET}t")) for item in shared]
        names = [node.attrib["name"] for node in _parse(archive, "xl/workbook.xml").iter(f"{SHEET}sheet")]
        sheets = {}
        for number, name in enumerate(names, start=1):
            page = _parse(archive, f"xl/worksheets/sheet{number}.xml")
            assert not list(page.iter(f"{SHEET}f")), "a cell is a formula"
            sheets[name] = [[_read_cell(cell, words) for cell in row] for row in page.iter(f"{SHEET}row")]
    return sheets


def _parse(archive: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(archive.read(name))  # noqa: S314  the workbook is our own


def _read_cell(cell: ET.Element, words: list[str]) -> str:
    value = cell.findtext(f"{SHEET}v") or ""
    return words[int(value)] if cell.attrib.get("t") == "s" else value


def test_each_total_is_that_of_the_results_in_every_format(dossier: Dossier) -> None:
    figures = dossier.results["figures"]
    rows = {
        f"{row['base']}.{row['version']}.{row['indicator']}.{row['reference_date']}": row
        for row in read_rows(write_csv(dossier))
        if row["dimension"] == "total"
    }
    assert set(rows) == set(figures)
    for key, figure in figures.items():
        cell = read_cell(figure)
        assert rows[key]["value"] == ("" if cell.value is None else f"{cell.value:f}")
    with override("fr"):
        totals = read_sheets(write_workbook(dossier))["Totaux"][1:]
    written = [row[3] for row in totals]
    told = [line.cell.value for line in list_lines(dossier.results) if line.dimension == "total"]
    assert [None if value == ".." else Decimal(value) for value in written] == told
    assert json.loads(write_archive(dossier))["results"]["figures"] == figures
    headline = figures[f"magazine-2014.1.jobs_headcount.{LAST}"]["value"]
    assert headline == 14 + 7 + 22
    with override("fr"):
        assert tell_report(dossier)["openings"][0]["figure"] == str(headline)


def test_rows_of_a_dimension_sum_to_their_total(dossier: Dossier) -> None:
    rows = read_rows(write_csv(dossier))
    for total in rows:
        if total["dimension"] != "total" or total["status"] == "..":
            continue
        same = [
            row for row in rows if all(row[name] == total[name] for name in ("base", "reference_date", "indicator"))
        ]
        for dimension in ("municipality", "legal_form", "sector", "size", "age"):
            parts = [Decimal(row["value"]) for row in same if row["dimension"] == dimension and row["value"]]
            assert sum(parts) == Decimal(total["value"])


def test_undecided_organisations_are_never_a_zero(dossier: Dossier) -> None:
    rows = [row for row in read_rows(write_csv(dossier)) if row["base"] == "table-regionale-2017"]
    assert rows
    for row in rows:
        assert (row["value"], row["low"], row["high"], row["status"]) == ("", "", "", "..")
        assert (row["enterprises"], int(row["undecided"]) > 0) == ("", True)
    with override("fr"):
        assert list(list_bridge_rows(dossier.results)) == []
        assert {row[0] for row in list_comparison_rows(dossier.results)} == {"Magazine local, juin 2014"}
        report = tell_report(dossier)
    archive = json.loads(write_archive(dossier))["results"]
    assert archive["bridges"] == {}
    assert {told["base"] for told in archive["comparisons"].values()} == {"magazine-2014"}
    assert report["openings"][1]["figure"] == ".."


def test_movements_sum_to_the_change(world: World, transactional_db: None, magazine: BaseVersion) -> None:
    world.add("arrive", {2014: 9, 2017: 10}, place="60013")
    world.move("arrive", "64008", on=FIRST.replace(year=2015))
    edition = publish(magazine)
    with override("fr"):
        rows = {row[4]: row[5] for row in list_comparison_rows(edition.results) if "critères" in row[3]}
    assert [rows[name] for name in ("Emplois créés", "Emplois disparus", "Qui est compté ou connu")] == [11, -6, 10]
    assert rows["Différence entre les deux totaux"] == 15
    assert rows["Réallocation (créés et disparus)"] == 17


def test_a_band_is_an_interval(world: World, transactional_db: None, magazine: BaseVersion) -> None:
    world.add("fourchette", {2017: (11, 25)})
    dossier = open_dossier(publish(magazine), address=ADDRESS)
    (row,) = (
        row
        for row in read_rows(write_csv(dossier))
        if (row["indicator"], row["dimension"], row["reference_date"]) == ("jobs_headcount", "total", str(LAST))
    )
    assert (row["value"], row["low"], row["high"], row["status"]) == ("", str(43 + 11), str(43 + 25), "..")
    with override("fr"):
        assert tell_report(dossier)["openings"][0]["figure"] == "de 54 à 68"


def test_the_metadata_describes_the_file(dossier: Dossier) -> None:
    metadata = json.loads(write_csvw(dossier))
    columns = metadata["tableSchema"]["columns"]
    rows = read_rows(write_csv(dossier))
    assert [column["name"] for column in columns] == list(rows[0]) == [column.name for column in COLUMNS]
    assert metadata["@context"][0] == "http://www.w3.org/ns/csvw"
    assert metadata["url"] == "portrait-les-moulins-2017-11-29.csv"
    assert metadata["dc:license"] == ["CC0"]
    keys = [tuple(row[name] for name in PRIMARY_KEY) for row in rows]
    assert len(set(keys)) == len(keys)
    assert metadata["tableSchema"]["primaryKey"] == list(PRIMARY_KEY)
    for column in columns:
        assert {"fr", "en"} == set(column["titles"])
        kind = column["datatype"] if isinstance(column["datatype"], str) else column["datatype"]["base"]
        pattern = {"integer": r"-?\d+", "decimal": r"-?\d+(\.\d+)?", "date": r"\d{4}-\d\d-\d\d", "string": r".+"}[kind]
        if isinstance(column["datatype"], dict):
            pattern = column["datatype"]["format"]
        for row in rows:
            value = row[column["name"]]
            assert re.fullmatch(pattern, value) or (value == "" and not column["required"]), (column["name"], value)


def test_decimals_are_written_to_their_last_digit() -> None:
    told = {"enterprises": 1, "undecided": 0, "exact": 1, "banded": 0, "scale": 2}
    cell = read_cell(told | {"value": 41050, "low": 41050, "high": 41050})
    assert f"{cell.value:f}" == "410.50"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_no_text_is_a_formula(text: str) -> None:
    assert plain(text) == f"'{text}"
    assert plain("Terrebonne") == "Terrebonne"


def test_names_that_look_like_formulas_stay_text(dossier: Dossier) -> None:
    dossier.definitions["place_names"]["64008"] = ["=HYPERLINK(1)", "@now"]
    labels = {(row["label_fr"], row["label_en"]) for row in read_rows(write_csv(dossier)) if row["code"] == "64008"}
    assert labels == {("'=HYPERLINK(1)", "'@now")}
    with override("fr"):
        rows = read_sheets(write_workbook(dossier))["Municipalité"]
    assert "=HYPERLINK(1)" in {row[3] for row in rows}


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_same_edition_is_the_same_bytes(dossier: Dossier, write: Callable[[Dossier], bytes], language: str) -> None:
    with override(language):
        first = write(dossier)
        for kept in documents_folder(dossier.edition.slug).glob("*"):
            kept.unlink()
        assert write(dossier) == first


def test_the_csv_is_the_same_in_both_languages(dossier: Dossier) -> None:
    with override("fr"):
        french = write_csv(dossier)
    with override("en"):
        assert write_csv(dossier) == french


@pytest.mark.parametrize(
    ("language", "title"), [("fr", "Les Moulins, novembre 2017"), ("en", "Les Moulins, November 2017")]
)
def test_the_pdf_is_accessible_and_says_its_title_and_language(dossier: Dossier, language: str, title: str) -> None:
    with override(language):
        content = print_report(dossier)
    assert content.startswith(b"%PDF-1.7")
    assert b"/Marked true" in content or b"/MarkInfo" in content
    assert f"/Lang({language}-CA)".encode() in content.replace(b"/Lang (", b"/Lang(")
    assert b"pdfuaid:part>1<" in content.replace(b" ", b"")
    assert title.encode() in content


def test_a_picture_without_words_is_refused(dossier: Dossier) -> None:
    with override("fr"):
        report = tell_report(dossier)
    charts = [block for section in report["sections"] for block in section["blocks"] if block["type"] == "chart"]
    assert charts
    assert all(re.search(r"\d", chart["alt"]) for chart in charts)
    del charts[0]["alt"]
    with pytest.raises(RuntimeError):
        set_pdf(TEMPLATE, json.dumps(report), at=NOW)


def test_the_second_download_reads_the_first(dossier: Dossier) -> None:
    with override("fr"):
        print_report(dossier)
        (kept,) = documents_folder(dossier.edition.slug).iterdir()
        kept.write_bytes(b"kept")
        assert print_report(dossier) == b"kept"


def test_an_erased_name_leaves_the_kept_document(dossier: Dossier, world: World) -> None:
    with override("fr"):
        print_report(dossier)
        folder = documents_folder(dossier.edition.slug)
        (former,) = folder.iterdir()
        before = json.dumps(tell_report(dossier), ensure_ascii=False)
        erase_organisation(organisation=world.organisations["grandit"], reason="Demande", by=None, now=NOW)
        after = json.dumps(tell_report(dossier), ensure_ascii=False)
        print_report(dossier)
    assert "grandit" in before
    assert "grandit" not in after
    assert "nom effacé" in after
    assert not former.exists()
    assert len(list(folder.iterdir())) == 1


def test_a_corrected_edition_says_so_and_its_successor_says_what(
    world: World, transactional_db: None, magazine: BaseVersion
) -> None:
    first = publish(magazine)
    known = end_of_day(LAST) + timedelta(days=10)
    world.correct("grandit", 2017, 16, known_from=known - timedelta(days=1))
    second = publish(
        magazine,
        known_at=known,
        predecessor=first,
        correction_reason="Un atelier avait été oublié.",
        now=NOW + timedelta(1),
    )
    former = open_dossier(Edition.objects.get(pk=first.pk), address=ADDRESS)
    latter = open_dossier(second, address=ADDRESS)
    with override("fr"):
        notice = tell_report(former)["notice"]
        assert "oublié" in notice["text"]
        assert second.slug in notice["text"]
        headings = [section["heading"] for section in tell_report(latter)["sections"]]
        assert any(first.slug in str(row) for row in read_sheets(write_workbook(latter))["Lisez-moi"])
        assert print_report(latter).startswith(b"%PDF")
    assert "Ce que cette édition corrige" in headings
    revised = [row for row in read_rows(write_csv(latter)) if row["status"] == "r"]
    assert [row["value"] for row in revised if row["dimension"] == "total"] == ["45"]


def test_a_demonstration_says_that_it_is_one(edition: Edition) -> None:
    set_up_instance(kind=Instance.Kind.DEMO, by=None, now=NOW)
    dossier = open_dossier(edition, address=ADDRESS)
    with override("fr"):
        assert "fictives" in tell_report(dossier)["demo"]
        assert "fictifs" in read_sheets(write_workbook(dossier))["Lisez-moi"][1][0]


def test_the_archive_holds_no_enterprise_alone(dossier: Dossier) -> None:
    archive = json.loads(write_archive(dossier))
    assert archive["manifest"] == dossier.manifest
    assert archive["results"]["comparisons"]
    for comparison in archive["results"]["comparisons"].values():
        assert "units" not in comparison
        for reading in comparison["readings"].values():
            assert not {"fate_units", "unknown"} & set(reading)
            assert "fates" in reading
    assert "warnings" not in archive["results"]
    assert "units" in next(iter(dossier.results["comparisons"].values())), "the edition itself keeps them"
    assert "comparisons/*/units" in archive["left_out"]


@pytest.mark.parametrize(
    ("name", "content_type", "file"),
    [
        ("edition_csv", "text/csv; charset=utf-8; header=present", "portrait-les-moulins-2017-11-29.csv"),
        ("edition_csvw", "application/csvm+json", "portrait-les-moulins-2017-11-29.csv-metadata.json"),
        ("edition_json", "application/json", "portrait-les-moulins-2017-11-29.json"),
        ("edition_pdf", "application/pdf", "portrait-les-moulins-2017-11-29-fr.pdf"),
        (
            "edition_xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "portrait-les-moulins-2017-11-29-fr.xlsx",
        ),
    ],
)
def test_anyone_downloads_an_edition(edition: Edition, client: Client, name: str, content_type: str, file: str) -> None:
    address = reverse(name, args=[edition.slug])
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"] == f'attachment; filename="{file}"'
    assert client.get(address, headers={"if-none-match": response["ETag"]}).status_code == 304
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405
    assert client.get(reverse(name, args=["nulle-part"])).status_code == 404


def test_the_csv_leads_to_its_metadata(edition: Edition, client: Client) -> None:
    link = client.get(reverse("edition_csv", args=[edition.slug]))["Link"]
    metadata = reverse("edition_csvw", args=[edition.slug])
    assert link == f'<{metadata}>; rel="describedby"; type="application/csvm+json"'
    described = client.get(metadata).json()
    assert metadata.rsplit("/", 1)[0] + "/" + described["url"] == reverse("edition_csv", args=[edition.slug])


def test_the_csv_and_its_metadata_agree_once_saved(edition: Edition, client: Client) -> None:
    """A browser saves each under the name that its answer gives; the metadata then name the file beside them."""
    saved = {}
    for name in ("edition_csv", "edition_csvw"):
        response = client.get(reverse(name, args=[edition.slug]))
        saved[re.findall(r'filename="([^"]+)"', response["Content-Disposition"])[0]] = response.content
    table, metadata = sorted(saved)
    assert json.loads(saved[metadata])["url"] == table
    assert metadata == f"{table}-metadata.json"
    assert edition.slug in table
    assert client.get(f"/editions/{edition.slug}/portrait-autre.csv").status_code == 404


def test_documents_stay_in_the_data_folder(dossier: Dossier) -> None:
    assert documents_folder(dossier.edition.slug).is_relative_to(settings.DATA_DIR)
