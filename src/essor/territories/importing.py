"""Reads files of places: the official directory of municipalities (CSV) and boundaries (GeoJSON). Writes nothing."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from essor.territories.problems import FileRefused, Problem
from essor.territories.rules import ListedMunicipality, find_boundary_code, typeset

REQUIRED = ("mcode", "munnom", "mdes", "regadm", "divrec", "mrc")
LABEL = re.compile(r"^(?:MRC )?(?P<name>.+?)\s*\((?P<code>\d{2,3})\)$")
SHAPE_CODE = re.compile(r"MRC_(?P<mrc>\d{2,3})|(?:MUN_)?(?P<municipality>\d{5})")
CODE_PROPERTIES = ("MRC_ID", "MUS_CO_GEO", "MUN_ID", "mcode", "code_geo", "code")
"""Where files of boundaries usually keep the code of a place: first those of « Découpages administratifs » (ministère
des Ressources naturelles et des Forêts), then the column of the official directory, then plain words."""
MOST_NAMED = 12
MAX_BYTES = 100 * 1024 * 1024


def read_bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise FileRefused(file.name, [Problem("too-large", value=f"{MAX_BYTES // 1024**2} Mo")])
        return file.read_bytes()
    except OSError as error:
        raise FileRefused(file.name, [Problem("unreadable", value=error.strerror or type(error).__name__)]) from error


def compute_checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def decode(content: bytes) -> str:
    """UTF-8 with or without a mark, else Windows-1252, in which the ministry's older files are written."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def find_date(*, file_name: str, dated_on: date | None) -> date:
    """The date given, else 1 January of the only year that the file's name holds."""
    if dated_on is not None:
        return dated_on
    years = set(re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", file_name))
    if len(years) != 1:
        raise FileRefused(file_name, [Problem("undated")])
    return date(int(years.pop()), 1, 1)


def parse_municipalities(content: bytes, *, file_name: str) -> list[ListedMunicipality]:
    """The rows of the official directory, or a refusal with every problem, by row and column."""
    text = decode(content)
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="", restval=None)
    columns = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = columns
    if missing := [name for name in REQUIRED if name not in columns]:
        raise FileRefused(file_name, [Problem("column-missing", value=name) for name in missing])
    problems: list[Problem] = []
    seen: set[str] = set()
    rows = []
    for number, raw in enumerate(reader, start=2):
        if "" in raw or None in raw.values():
            problems.append(Problem("columns-count", number, columns[-1], str(_count_off(raw))))
            continue
        row = _parse_row(raw, number, problems)
        if row is not None and row.code in seen:
            problems.append(Problem("code-twice", number, "mcode", row.code))
        elif row is not None:
            seen.add(row.code)
            rows.append(row)
    if problems:
        raise FileRefused(file_name, problems)
    if not rows:
        raise FileRefused(file_name, [Problem("empty")])
    return rows


def _count_off(raw: dict[str, Any]) -> int:
    return len(raw[""]) if "" in raw else sum(value is None for value in raw.values())


def _parse_row(raw: dict[str, str], number: int, problems: list[Problem]) -> ListedMunicipality | None:
    found: list[Problem] = []
    values = {column: value.strip() for column, value in raw.items()}
    code = values["mcode"]
    if not re.fullmatch(r"\d{5}", code):
        found.append(Problem("code-malformed", number, "mcode", code))
    if not values["munnom"]:
        found.append(Problem("name-missing", number, "munnom"))
    labels = {}
    for column in ("regadm", "divrec", "mrc"):
        labels[column] = _parse_label(values[column])
        if labels[column] is None and (column != "mrc" or values[column]):
            found.append(Problem("label-malformed", number, column, values[column]))
    population = values.get("mpopul", "")
    if population and not population.isdecimal():
        found.append(Problem("number-malformed", number, "mpopul", population))
    problems.extend(found)
    region, division = labels["regadm"], labels["divrec"]
    if found or region is None or division is None:
        return None
    return ListedMunicipality(
        code=code,
        name=typeset(values["munnom"]),
        designation=typeset(values["mdes"]),
        region=region,
        division=division,
        mrc=labels["mrc"],
        population=int(population) if population else None,
    )


def _parse_label(text: str) -> tuple[str, str] | None:
    """« MRC Les Moulins (640) » → its code and its name."""
    match = LABEL.match(text)
    return (match["code"], typeset(match["name"])) if match else None


def parse_boundaries(content: bytes, *, file_name: str, code_property: str | None = None) -> dict[str, dict[str, Any]]:
    """One geometry for each code of the file (« 64 », « 371 », « 64008 »); the parts of one place are joined.

    ``code_property``: the property that holds the code; None: the first of CODE_PROPERTIES that the file has.
    """
    features = _read_features(content, file_name)
    name = code_property or _find_code_property(features, file_name)
    problems: list[Problem] = []
    parts: dict[str, list[Any]] = {}
    for feature in features:
        label = str((feature.get("properties") or {}).get(name) or "")
        match = SHAPE_CODE.fullmatch(label)
        polygons = _list_polygons(feature.get("geometry"))
        if match is None:
            problems.append(Problem("shape-code-missing", column=name, value=label))
        elif polygons is None:
            problems.append(Problem("shape-malformed", value=label))
        else:
            parts.setdefault(match["mrc"] or match["municipality"], []).extend(polygons)
    if problems:
        raise FileRefused(file_name, problems)
    return {
        code: {"type": "Polygon", "coordinates": found[0]}
        if len(found) == 1
        else {"type": "MultiPolygon", "coordinates": found}
        for code, found in parts.items()
    }


def _find_code_property(features: list[dict[str, Any]], file_name: str) -> str:
    found = list(dict.fromkeys(name for feature in features for name in feature.get("properties") or {}))
    known = next((name for name in CODE_PROPERTIES if name in found), None)
    if known is None:
        wanted, given = ", ".join(CODE_PROPERTIES), ", ".join(found[:MOST_NAMED]) or _("aucune")
        raise FileRefused(file_name, [Problem("code-property-missing", column=wanted, value=given)])
    return known


def _read_features(content: bytes, file_name: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise FileRefused(file_name, [Problem("json-malformed", value=str(error)[:80])]) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not features or not all(isinstance(one, dict) for one in features):
        raise FileRefused(file_name, [Problem("not-geojson")])
    system = str(((document.get("crs") or {}).get("properties") or {}).get("name", ""))
    if system and not system.endswith(("CRS84", "4326")):
        raise FileRefused(file_name, [Problem("not-wgs84", value=system)])
    return features


def _list_polygons(geometry: Any) -> list[Any] | None:
    """The polygons of a GeoJSON geometry, each a list of rings; None where it is anything else."""
    if not isinstance(geometry, dict) or not isinstance(geometry.get("coordinates"), list):
        return None
    polygons = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}.get(
        geometry.get("type", "")
    )
    return polygons if polygons and all(_is_polygon(polygon) for polygon in polygons) else None


def _is_polygon(polygon: Any) -> bool:
    return (
        isinstance(polygon, list)
        and bool(polygon)
        and all(
            isinstance(ring, list) and len(ring) >= 4 and all(_is_point(point) for point in ring) for ring in polygon
        )
    )


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) >= 2
        and all(isinstance(number, int | float) for number in point[:2])
        and -180 <= point[0] <= 180
        and -90 <= point[1] <= 90
    )


def match_boundaries(shapes: dict[str, dict[str, Any]], known: set[str]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The geometries by place code, and the codes of the file that stand for no known place, never guessed."""
    matched: dict[str, dict[str, Any]] = {}
    unmatched = []
    for shape_code, geometry in sorted(shapes.items()):
        code = find_boundary_code(shape_code)
        if code in known:
            matched[code] = geometry
        else:
            unmatched.append(shape_code)
    return matched, unmatched
