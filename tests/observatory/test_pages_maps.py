"""Where the jobs are: on the boundaries of municipalities, else of MRCs, else on schematic tiles."""

from __future__ import annotations

import json
import re
from pathlib import Path

from django.urls import reverse

from essor.observatory.models import BaseVersion, Edition
from essor.territories.actions import import_boundaries
from tests.observatory.conftest import LAST, NOW, World, publish
from tests.pages import StrictClient

TILES, PROJECTION = "un carré par municipalité", "projection équirectangulaire"


def draw(tmp_path: Path, *codes: str) -> None:
    """Imports a square for each code, side by side."""
    features = []
    for place, code in enumerate(codes):
        west, south = -73.8 + place / 10, 45.7
        ring = [[west, south], [west + 0.1, south], [west + 0.1, south + 0.1], [west, south]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"properties": {"code": code}, "geometry": geometry})
    file = tmp_path / f"{codes[0]}.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    import_boundaries(file=file, by=None, now=NOW)


def read_places(client: StrictClient, edition: Edition) -> tuple[str, set[str]]:
    """The page of a portrait, and what each shape of its maps is called (each is drawn wide, then for a phone)."""
    page = client.get(reverse("edition", args=[edition.slug])).content.decode().replace("\u00a0", " ")
    return page, set(re.findall(r"<path[^>]*><title>([^<]*)</title>", page))


def test_without_boundaries_places_are_tiles(public: StrictClient, magazine: BaseVersion) -> None:
    page, _found = read_places(public, publish(magazine, dates=[LAST]))
    assert TILES in page
    assert PROJECTION not in page


def test_municipalities_are_drawn_on_their_boundaries(
    public: StrictClient, magazine: BaseVersion, tmp_path: Path
) -> None:
    edition = publish(magazine, dates=[LAST])
    draw(tmp_path, "64008")
    assert TILES in read_places(public, edition)[0], "one shape is missing"
    draw(tmp_path, "64015")
    page, found = read_places(public, edition)
    assert TILES not in page
    assert PROJECTION in page
    assert found == {"Terrebonne 14", "Mascouche 29"}


def test_a_region_is_drawn_by_the_sums_of_its_mrcs(
    public: StrictClient, world: World, magazine: BaseVersion, tmp_path: Path
) -> None:
    edition = publish(magazine, dates=[LAST], territory_code="14")
    draw(tmp_path, "MRC_64", "MRC_60")
    page, found = read_places(public, edition)
    assert PROJECTION in page
    assert found == {"L’Assomption 100", "Les Moulins 43"}
