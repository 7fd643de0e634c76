"""Official lists of places: each figure follows that of its own day, and two days are compared on one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from essor.observatory.models import BaseVersion
from essor.observatory.queries.comparisons import compare_dates
from essor.observatory.queries.editions import verify_edition
from essor.observatory.queries.live import build_live_portrait
from essor.territories.actions import import_municipalities
from tests.observatory.conftest import FIRST, LAST, NOW, World, publish

HEADER = "mcode,munnom,mdes,regadm,divrec,mrc,mpopul"
TOWNS = (
    "64008,Terrebonne,Ville,Lanaudière (14),Les Moulins (64),MRC Les Moulins (640),124919",
    "64015,Mascouche,Ville,Lanaudière (14),Les Moulins (64),MRC Les Moulins (640),56045",
)
ELSEWHERE = "60013,Repentigny,Ville,Lanaudière (14),L'Assomption (60),MRC L'Assomption (600),86100"
JOINED = "60013,Repentigny,Ville,Lanaudière (14),Les Moulins (64),MRC Les Moulins (640),86100"
STEM = "magazine-2014.1.jobs_headcount"
OLD, NEW = (f"Répertoire des municipalités du Québec ({day})" for day in ("2013-01-01", "2016-01-01"))


@pytest.fixture
def lists(world: World, tmp_path: Path) -> None:
    """Between the two censuses, the municipality of « ailleurs » joins the territory."""
    for year, row in ((2013, ELSEWHERE), (2016, JOINED)):
        file = tmp_path / f"list-{year}.csv"
        file.write_text("\r\n".join([HEADER, *TOWNS, row, ""]), encoding="utf-8")
        import_municipalities(file=file, dated_on=None, by=None, now=NOW)


def live(version: BaseVersion, *dates: date) -> dict[str, Any]:
    return build_live_portrait(territory_code="640", base_versions=[version], dates=dates, known_at=NOW)


def test_a_figure_bears_the_same_fingerprint_whatever_dates_are_asked(lists: None, magazine: BaseVersion) -> None:
    alone = live(magazine, FIRST)["figures"][f"{STEM}.{FIRST}"]
    together = live(magazine, FIRST, LAST)["figures"]
    assert together[f"{STEM}.{FIRST}"] == alone
    assert (alone["value"], alone["fingerprint"]["vintage"]) == (38, OLD)
    last = together[f"{STEM}.{LAST}"]
    assert (last["value"], last["fingerprint"]["vintage"]) == (143, NEW)
    assert last["fingerprint"]["code"] != alone["fingerprint"]["code"]


def test_two_days_are_compared_on_the_later_list_which_is_said(lists: None, magazine: BaseVersion) -> None:
    asked: dict[str, Any] = {
        "base_version": magazine,
        "territory_code": "640",
        "before_on": FIRST,
        "after_on": LAST,
        "known_at": NOW,
    }
    told = compare_dates(**asked)
    assert (told["first_vintage"], told["vintage"]) == (OLD, NEW)
    assert (told["before"], told["after"]) == (38 + 100, 43 + 100)
    assert told["parts"]["arrivals"] == 0
    assert told["fingerprint"] == live(magazine, LAST)["figures"][f"{STEM}.{LAST}"]["fingerprint"]["code"]
    as_published = compare_dates(**asked, before_known_at=datetime(2018, 1, 1, tzinfo=UTC))
    assert (as_published["before"], as_published["after"]) == (told["before"], told["after"])


def test_an_edition_across_two_lists_can_be_rebuilt(lists: None, magazine: BaseVersion) -> None:
    edition = publish(magazine, known_at=datetime(2018, 3, 1, tzinfo=UTC))
    assert edition.results["figures"][f"{STEM}.{FIRST}"]["fingerprint"]["vintage"] == OLD
    assert verify_edition(slug=edition.slug).is_sound
