"""Small lists: dates, encodings, refusals, and what one list shows that the one before did not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from essor.accounts.models import AuditEvent
from essor.knowledge import DefinitionRefused
from essor.territories import queries
from essor.territories.actions import ImportReport, import_boundaries, import_territory_list, load_shipped_territories
from essor.territories.importing import find_date
from essor.territories.models import Boundary, Territory, TerritoryEvent, TerritoryPeriod, Vintage
from essor.territories.problems import FileRefused, describe_refusal

from .conftest import LAVAL, MASCOUCHE, TERREBONNE, Write, municipalities_inside

Load = Callable[..., ImportReport]
TODAY = date(2026, 3, 2)


def test_the_shipped_list_loads_once(shipped: ImportReport, now: datetime) -> None:
    assert shipped.places == {"country": 1, "province": 1, "region": 17, "mrc": 9, "municipality": 57}
    assert not load_shipped_territories(by=None, now=now).is_new
    assert TerritoryEvent.objects.count() == 0
    assert AuditEvent.objects.filter(action="load_places").count() == 1


def test_the_united_kingdom_comes_by_name(db: None, now: datetime) -> None:
    report = import_territory_list(file=Path("united-kingdom"), by=None, now=now)
    assert report.places == {"country": 1, "province": 4}
    assert queries.get_name("uk-sct", TODAY, "en") == "Scotland"
    assert queries.get_name("uk-sct", TODAY, "fr") == "Écosse"


def test_a_list_of_one_s_own_is_read_from_its_file(shipped: ImportReport, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "mine.yaml"
    head = 'title: {fr: "Ma liste", en: "My list"}\npublisher: a\nlicence: b\nsource: c\ndated_on: 2026-01-01\n'
    file.write_text(
        head + 'reviewed_on: 2026-01-01\nplaces:\n- {code: "zz", kind: country, name: "Ailleurs"}\n', encoding="utf-8"
    )
    assert import_territory_list(file=file, by=None, now=now).places == {"country": 1}
    with pytest.raises(FileRefused):
        import_territory_list(file=tmp_path / "absent", by=None, now=now)
    file.write_text(head, encoding="utf-8")
    with pytest.raises(DefinitionRefused):
        import_territory_list(file=file, by=None, now=now)


def test_the_first_list_makes_no_event_and_speaks_for_the_past(load: Load, write: Write) -> None:
    report = load(write("list-2022.csv", TERREBONNE, MASCOUCHE, LAVAL))
    assert report.events == ()
    assert municipalities_inside("640", date(2014, 6, 1)) == ["64008", "64015"]
    assert queries.ancestors("65005", TODAY) == ["650", "13", "qc", "ca"]
    assert queries.get_vintage_label(date(2014, 6, 1)) == "Répertoire des municipalités du Québec (2022-01-01)"


def test_the_same_file_twice_adds_nothing(load: Load, write: Write) -> None:
    file = write("list-2022.csv", TERREBONNE, MASCOUCHE)
    load(file)
    counts = [model.objects.count() for model in (Vintage, Territory, TerritoryPeriod, TerritoryEvent, AuditEvent)]
    assert not load(file).is_new
    assert counts == [
        model.objects.count() for model in (Vintage, Territory, TerritoryPeriod, TerritoryEvent, AuditEvent)
    ]


def test_an_older_list_than_the_newest_is_refused(load: Load, write: Write) -> None:
    load(write("list-2022.csv", TERREBONNE))
    with pytest.raises(FileRefused) as refused:
        load(write("list-2021.csv", TERREBONNE, MASCOUCHE))
    assert "de la plus ancienne à la plus récente" in describe_refusal(refused.value)[0]
    assert Vintage.objects.filter(kind="official_list").count() == 1


def test_changes_close_a_period_and_open_the_next(load: Load, write: Write) -> None:
    load(write("list-2022.csv", TERREBONNE, MASCOUCHE))
    moved = "64015,Mascouche-la-Neuve,Ville,Lanaudière (14),Montcalm (63),MRC Montcalm (630),60000"
    report = load(write("list-2023.csv", TERREBONNE.replace("124919", "130000"), moved))
    assert report.count_events() == {"moved": 1, "renamed": 1}
    assert municipalities_inside("640", date(2022, 12, 31)) == ["64008", "64015"]
    assert municipalities_inside("640", date(2023, 1, 1)) == ["64008"]
    assert queries.get_name("64015", date(2022, 12, 31)) == "Mascouche"
    assert queries.get_name("64015", date(2023, 1, 1)) == "Mascouche-la-Neuve"
    period = queries.find_period("64008", TODAY)
    assert period is not None
    assert (period.starts_on, period.population, period.population_on) == (None, 130000, date(2023, 1, 1))


def test_a_place_may_vanish_and_come_back(load: Load, write: Write) -> None:
    load(write("list-2021.csv", TERREBONNE, MASCOUCHE))
    assert load(write("list-2022.csv", TERREBONNE)).count_events() == {"vanished": 1}
    assert queries.find_period("64015", date(2022, 6, 1)) is None
    assert queries.get_name("64015", date(2022, 6, 1)) == "Mascouche"
    report = load(write("list-2023.csv", TERREBONNE, MASCOUCHE, LAVAL))
    assert report.count_events() == {"appeared": 3}
    assert [one.starts_on for one in queries.list_periods("64015")] == [None, date(2023, 1, 1)]


def test_a_kind_of_place_new_to_the_list_was_there_before_it(load: Load, write: Write) -> None:
    load(write("list-2023.csv", TERREBONNE))
    lake = "62906,Baie-de-la-Bouteille,Territoire non organisé,Lanaudière (14),Matawinie (62),MRC Matawinie (620),0"
    report = load(write("list-2025.csv", TERREBONNE, lake))
    assert ("62906", "appeared") in {(one.code, one.kind) for one in report.events}
    assert "62906" in municipalities_inside("14", date(2014, 6, 1))


def test_places_of_elsewhere_do_not_vanish(load: Load, write: Write, now: datetime) -> None:
    import_territory_list(file=Path("united-kingdom"), by=None, now=now)
    load(write("list-2022.csv", TERREBONNE))
    assert load(write("list-2023.csv", TERREBONNE, LAVAL)).count_events() == {"appeared": 2}
    assert queries.ancestors("uk-wls", TODAY) == ["uk"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(load: Load, write: Write, encoding: str) -> None:
    load(write("list-2022.csv", TERREBONNE, encoding=encoding))
    assert queries.get_name("14", TODAY) == "Lanaudière"


def test_semicolons(load: Load, tmp_path: Path) -> None:
    file = tmp_path / "list-2022.csv"
    text = f"mcode,munnom,mdes,regadm,divrec,mrc,mpopul\n{TERREBONNE}\n".replace(",", ";")
    file.write_text(text, encoding="utf-8")
    assert load(file).rows == 1


def test_the_date_comes_from_the_person_or_from_the_name() -> None:
    assert find_date(file_name="municipalities-2023.csv", dated_on=None) == date(2023, 1, 1)
    assert find_date(file_name="MUN.csv", dated_on=date(2024, 5, 6)) == date(2024, 5, 6)
    for name in ("MUN.csv", "list-2022-2023.csv", "list-120225.csv"):
        with pytest.raises(FileRefused):
            find_date(file_name=name, dated_on=None)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((TERREBONNE.replace("64008", "6408"),), ["Ligne 2", "mcode", "« 6408 »", "64008"]),
        ((TERREBONNE, TERREBONNE), ["Ligne 3", "déjà"]),
        ((TERREBONNE.replace("Lanaudière (14)", "Lanaudière"),), ["Ligne 2", "regadm", "Lanaudière (14)"]),
        ((TERREBONNE.replace("MRC Les Moulins (640)", "MRC Les Moulins"),), ["Ligne 2", "mrc"]),
        ((TERREBONNE.replace("124919", "beaucoup"),), ["Ligne 2", "mpopul", "« beaucoup »"]),
        ((TERREBONNE.replace("Terrebonne", " "),), ["Ligne 2", "munnom"]),
        ((f"{TERREBONNE},1",), ["Ligne 2", "guillemets"]),
        (("64008,Terrebonne",), ["Ligne 2", "guillemets"]),
        ((), ["aucune ligne"]),
    ],
)
def test_a_malformed_row_is_named_and_nothing_is_written(
    load: Load, write: Write, rows: tuple[str, ...], words: list[str]
) -> None:
    with pytest.raises(FileRefused) as refused:
        load(write("list-2022.csv", *rows))
    lines = describe_refusal(refused.value)
    assert all(word in lines[0] for word in words), lines
    assert "Rien n’a été enregistré" in lines[-1]
    assert not Territory.objects.exists()
    assert not Vintage.objects.exists()


def test_a_missing_column_an_absent_file_and_many_problems(load: Load, write: Write, tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        load(write("list-2022.csv", "64008,Terrebonne", header="mcode,munnom"))
    assert {one.value for one in refused.value.problems} == {"mdes", "regadm", "divrec", "mrc"}
    with pytest.raises(FileRefused) as refused:
        load(tmp_path / "absent-2022.csv")
    assert "ne s’ouvre pas" in describe_refusal(refused.value)[0]
    with pytest.raises(FileRefused) as refused:
        load(write("bad-2022.csv", *[TERREBONNE.replace("64008", f"x{number}") for number in range(30)]))
    assert len(describe_refusal(refused.value)) == 22


SQUARE = [[-73.7, 45.7], [-73.6, 45.7], [-73.6, 45.8], [-73.7, 45.7]]


def write_shapes(tmp_path: Path, *codes: str, **document: object) -> Path:
    features = [
        {"properties": {"MRC_ID": code}, "geometry": {"type": "Polygon", "coordinates": [SQUARE]}} for code in codes
    ]
    file = tmp_path / "shapes.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features} | document), encoding="utf-8")
    return file


def test_boundaries_join_by_code_and_their_parts_meet(shipped: ImportReport, tmp_path: Path, now: datetime) -> None:
    file = write_shapes(tmp_path, "MRC_64", "MRC_62", "MRC_62", "MRC_01")
    report = import_boundaries(file=file, by=None, now=now)
    assert (report.rows, report.unmatched) == (3, ("01",))
    shapes = queries.list_boundaries("14", TODAY)
    assert {code: shape["type"] for code, shape in shapes.items()} == {"620": "MultiPolygon", "640": "Polygon"}
    assert not import_boundaries(file=file, by=None, now=now).is_new


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "JSON"),
        ("[]", "GeoJSON"),
        ('{"features": []}', "GeoJSON"),
        ('{"features": [{"properties": {"MRC_ID": "64"}, "geometry": null}]}', "MRC_64"),
        ('{"features": [{"properties": {"MRC_ID": "MRC_64"}, "geometry": {"type": "Point", "coordinates": [0, 0]}}]}', "polygone"),  # noqa: E501
        ('{"features": [{"properties": {"MRC_ID": "MRC_64"}, "geometry": {"type": "Polygon", "coordinates": [[[600000, 1], [1, 1], [1, 1], [1, 1]]]}}]}', "polygone"),  # noqa: E501
        ('{"crs": {"properties": {"name": "EPSG:32198"}}, "features": [{}]}', "WGS84"),
    ],
)  # fmt: skip
def test_malformed_boundaries(shipped: ImportReport, tmp_path: Path, now: datetime, content: str, words: str) -> None:
    file = tmp_path / "shapes.geojson"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        import_boundaries(file=file, by=None, now=now)
    assert words in describe_refusal(refused.value)[0]
    assert not Boundary.objects.exists()


def write_municipalities(tmp_path: Path, name: str, *codes: object) -> Path:
    geometry = {"type": "Polygon", "coordinates": [SQUARE]}
    features = [{"properties": {"note": "x", name: code}, "geometry": geometry} for code in codes]
    file = tmp_path / "municipalities.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["MUS_CO_GEO", "code", "MRC_ID", "mcode"])
@pytest.mark.parametrize("shape", ["64008", 64008, "MUN_64008"], ids=repr)
def test_municipalities_are_drawn_by_their_code(
    shipped: ImportReport, tmp_path: Path, now: datetime, name: str, shape: object
) -> None:
    report = import_boundaries(file=write_municipalities(tmp_path, name, shape, "99999"), by=None, now=now)
    assert (dict(report.places), report.unmatched) == ({"municipality": 1}, ("99999",))
    assert set(queries.find_boundaries(["64008", "640"])) == {"64008"}
    assert queries.list_boundaries("14", TODAY) == {}, "a region is drawn by its MRCs"


def test_the_property_that_holds_the_code_may_be_named(shipped: ImportReport, tmp_path: Path, now: datetime) -> None:
    file = write_municipalities(tmp_path, "geocode", "64015")
    with pytest.raises(FileRefused) as refused:
        import_boundaries(file=file, by=None, now=now)
    said = describe_refusal(refused.value)[0]
    assert all(word in said for word in ("MUS_CO_GEO", "--code-property", "note, geocode"))
    call_command("import", "boundaries", str(file), "--code-property", "geocode")
    assert Boundary.objects.get().territory.code == "64015"
    with pytest.raises(CommandError, match="geocodes"):
        call_command("import", "boundaries", str(file), "--code-property", "geocodes")


def test_boundaries_need_places_first(db: None, tmp_path: Path, now: datetime) -> None:
    with pytest.raises(FileRefused, match="no-place"):
        import_boundaries(file=write_shapes(tmp_path, "MRC_64"), by=None, now=now)
