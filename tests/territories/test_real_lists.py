"""The three real lists and the real boundaries, where they are at hand: the events were read, then written here."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from essor.territories import queries
from essor.territories.actions import import_boundaries, import_municipalities, load_shipped_territories
from essor.territories.models import Boundary, TerritoryEvent, TerritoryPeriod

from .conftest import municipalities_inside

EVENTS_2023 = {
    ("270", "renamed", "Robert-Cliche", "Beauce-Centre"),
    ("372", "renamed", "Les Chenaux", "Des Chenaux"),
    ("27035", "redesignated", "Paroisse", "Municipalité"),
    ("49100", "redesignated", "Paroisse", "Municipalité"),
    ("56010", "renamed", "Saint-Georges-de-Clarenceville", "Clarenceville"),
    ("57025", "redesignated", "Municipalité", "Ville"),
    ("66142", "renamed", "Dollard-Des Ormeaux", "Dollard-des-Ormeaux"),
    ("71025", "redesignated", "Municipalité", "Ville"),
    ("80087", "appeared", "", "Notre-Dame-de-la-Salette"),
    ("82010", "vanished", "Notre-Dame-de-la-Salette", ""),
    ("88010", "vanished", "Rochebaucourt", ""),
    ("88012", "appeared", "", "La Morandière-Rochebaucourt"),
    ("88015", "vanished", "La Morandière", ""),
    ("99060", "redesignated", "Municipalité", "Gouvernement régional"),
    ("99060", "renamed", "Gouvernement régional d’Eeyou Istchee Baie-James", "Eeyou Istchee Baie-James"),
}


@pytest.mark.parametrize("is_shipped_first", [True, False])
def test_three_vintages_and_the_boundaries(db: None, geography: Path, now: datetime, is_shipped_first: bool) -> None:
    if is_shipped_first:
        load_shipped_territories(by=None, now=now)
    reports = [
        import_municipalities(file=geography / f"municipalities-{year}.csv", by=None, now=now)
        for year in (2022, 2023, 2025)
    ]
    assert [report.rows for report in reports] == [1131, 1130, 1285]
    assert [report.places["region"] for report in reports] == [17, 17, 17]
    assert [report.places["mrc"] for report in reports] == [102, 102, 101]
    assert reports[0].events == ()
    assert {(one.code, one.kind, one.before, one.after) for one in reports[1].events} == EVENTS_2023
    assert reports[2].count_events() == {
        "appeared": 163, "moved": 15, "redesignated": 12, "renamed": 1, "vanished": 9,
    }  # fmt: skip
    assert TerritoryEvent.objects.count() == 15 + 200

    assert len(municipalities_inside("qc", date(2014, 6, 1))) == 1131 + 159
    assert len(municipalities_inside("qc", date(2025, 1, 1))) == 1285
    assert queries.sum_populations(date(2025, 1, 1))["640"] == 124919 + 56045
    assert queries.sum_populations(date(2025, 1, 1))["14"] == 561316
    assert queries.ancestors("64008", date(2025, 1, 1)) == ["640", "14", "qc", "ca"]
    assert queries.ancestors("82010", date(2022, 6, 1)) == ["820", "07", "qc", "ca"]
    again = import_municipalities(file=geography / "municipalities-2023.csv", by=None, now=now)
    assert not again.is_new

    shapes = import_boundaries(file=geography / "mrc.geojson", by=None, now=now)
    assert (shapes.rows, shapes.places["mrc"], shapes.unmatched) == (104, 102, ("991", "993"))
    assert Boundary.objects.get(territory__code="981").geometry["type"] == "MultiPolygon"
    assert not TerritoryPeriod.objects.filter(territory__kind="mrc", territory__boundary=None).exists()
