from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from essor.territories import queries
from essor.territories.actions import ImportReport, import_municipalities, load_shipped_territories
from essor.territories.models import TerritoryPeriod

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
CLONE = Path(__file__).resolve().parents[2]
HEADER = "mcode,munnom,mdes,regadm,divrec,mrc,mpopul"
TERREBONNE = "64008,Terrebonne,Ville,Lanaudière (14),Les Moulins (64),MRC Les Moulins (640),124919"
MASCOUCHE = "64015,Mascouche,Ville,Lanaudière (14),Les Moulins (64),MRC Les Moulins (640),56045"
LAVAL = "65005,Laval,Ville,Laval (13),Laval (65),,447543"

Write = Callable[..., Path]
WriteBodies = Callable[..., Path]
BODIES_HEADER = "body,what,from,until,name,site,other,need,aid,place,agreement,reason,source,source_url"


def municipalities_inside(code: str, on: date) -> list[str]:
    """The codes of the municipalities that the tree of that day puts inside a place, in order."""
    listed = TerritoryPeriod.objects.on(on).filter(territory__kind="municipality").order_by("territory__code")
    inside = queries.place_tree(on).inside([code])
    return [found for found in listed.values_list("territory__code", flat=True) if found in inside]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def shipped(db: None) -> ImportReport:
    return load_shipped_territories(by=None, now=NOW)


@pytest.fixture
def geography() -> Path:
    """Real files, outside the project; the test is skipped where they are absent."""
    folder = Path(os.environ.get("ESSOR_SHARED", CLONE.parent / "shared")) / "data" / "geography"
    if not folder.is_dir():
        pytest.skip("the three real lists of municipalities are not on this machine (ESSOR_SHARED)")
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a small directory of municipalities: ``write("list-2022.csv", TERREBONNE, …)``."""

    def write_rows(name: str, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
        file = tmp_path / name
        file.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
        return file

    return write_rows


@pytest.fixture
def load(db: None) -> Callable[..., ImportReport]:
    def load_file(file: Path, dated_on: date | None = None) -> ImportReport:
        return import_municipalities(file=file, dated_on=dated_on, by=None, now=NOW)

    return load_file


@pytest.fixture
def write_file(tmp_path: Path) -> WriteBodies:
    def write_rows(*rows: str, header: str = BODIES_HEADER) -> Path:
        file = tmp_path / "organismes.csv"
        file.write_bytes("\r\n".join([header, *rows, ""]).encode())
        return file

    return write_rows
