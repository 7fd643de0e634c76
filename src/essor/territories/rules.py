"""How an official list of places is read, and what one list shows that the one before did not."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PROVINCE = "qc"
NORTHERN_DIVISIONS = frozenset({"97", "98", "99"})
"""Divisions where several MRCs and equivalents meet: a place without an MRC there belongs to its region, no nearer."""
CITY_EQUIVALENTS: Mapping[str, str] = {"25": "251", "37": "371", "94": "941"}
"""Lévis, Trois-Rivières and Saguenay share a division with an MRC, so their equivalent has a code of its own."""
OUTSIDE_ANY_MRC = ("Réserve indienne", "Terre de la catégorie", "Établissement amérindien", "Terre réservée")
"""Designations of lands that lie within a division without belonging to its MRC."""


@dataclass(frozen=True, slots=True)
class ListedMunicipality:
    """One row of the official directory of municipalities, its codes taken out of their labels."""

    code: str
    name: str
    designation: str
    region: tuple[str, str]
    division: tuple[str, str]
    mrc: tuple[str, str] | None
    population: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """One place as a list shows it."""

    code: str
    kind: str
    name: str
    designation: str
    parent: str
    division: str = ""
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """``kind`` in TerritoryEvent.Kind; ``before``, ``after``: names, designations, or codes of parents."""

    code: str
    kind: str
    before: str = ""
    after: str = ""


def build_places(rows: Iterable[ListedMunicipality]) -> dict[str, Place]:
    """Every region, MRC, equivalent and municipality that the rows name, by code; parents before children."""
    rows = list(rows)
    regions = {row.region[0]: Place(row.region[0], "region", row.region[1], "", PROVINCE) for row in rows}
    mrcs = {
        row.mrc[0]: Place(row.mrc[0], "mrc", row.mrc[1], "MRC", row.region[0], row.division[0])
        for row in rows
        if row.mrc is not None
    }
    equivalents = _build_equivalents(rows, frozenset(mrcs))
    above = {code: equivalent.code for codes, equivalent in equivalents for code in codes}
    places = regions | mrcs | {equivalent.code: equivalent for _, equivalent in equivalents}
    for row in rows:
        parent = row.mrc[0] if row.mrc else above.get(row.code, row.region[0])
        places[row.code] = Place(
            row.code, "municipality", row.name, row.designation, parent, row.division[0], row.population
        )
    return places


def _build_equivalents(rows: Iterable[ListedMunicipality], mrcs: frozenset[str]) -> list[tuple[list[str], Place]]:
    """The territories that stand for an MRC: cities and agglomerations outside any MRC, one for each division."""
    alone: dict[str, list[ListedMunicipality]] = defaultdict(list)
    for row in rows:
        division = row.division[0]
        is_northern = division in NORTHERN_DIVISIONS or f"{division}0" in mrcs
        if row.mrc is None and not is_northern and not row.designation.startswith(OUTSIDE_ANY_MRC):
            alone[division].append(row)
    found = []
    for division, members in sorted(alone.items()):
        name = members[0].name if len(members) == 1 else members[0].division[1]
        code = CITY_EQUIVALENTS.get(division, f"{division}0")
        place = Place(code, "mrc", name, "Territoire équivalent à une MRC", members[0].region[0], division)
        found.append(([row.code for row in members], place))
    return found


def compare_lists(before: Mapping[str, Place], after: Mapping[str, Place]) -> list[Change]:
    """What the second list shows that the first did not, in the order of the codes. Population is not a change."""
    changes = []
    for code in sorted(before.keys() | after.keys()):
        old, new = before.get(code), after.get(code)
        if old is None and new is not None:
            changes.append(Change(code, "appeared", after=new.name))
        elif new is None and old is not None:
            changes.append(Change(code, "vanished", before=old.name))
        elif old is not None and new is not None:
            changes.extend(_compare_place(old, new))
    return changes


def _compare_place(old: Place, new: Place) -> list[Change]:
    changes = []
    if spell(old.name) != spell(new.name):
        changes.append(Change(old.code, "renamed", old.name, new.name))
    if old.parent != new.parent:
        changes.append(Change(old.code, "moved", old.parent, new.parent))
    if old.designation != new.designation:
        changes.append(Change(old.code, "redesignated", old.designation, new.designation))
    return changes


def find_new_designations(before: Mapping[str, Place], after: Mapping[str, Place]) -> frozenset[str]:
    """Designations that no row of the first list bore: the list has widened to them."""
    return frozenset(place.designation for place in after.values()) - frozenset(
        place.designation for place in before.values()
    )


def spell(name: str) -> str:
    """A name without what two writings of it may differ by: kind and number of hyphens, kind of apostrophe, spaces."""
    return " ".join(re.sub(r"[-‐‑–—]+", "-", name.replace("’", "'")).split())


def typeset(name: str) -> str:
    """A name as it is printed: the dash that lists write as two hyphens, the typographic apostrophe."""
    return " ".join(name.replace("--", "–").replace("'", "’").split())


def fold(text: str) -> str:
    """Lower case, without accents, hyphens or apostrophes, for search."""
    plain = "".join(mark for mark in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(mark))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", plain).split())


def find_boundary_code(shape_code: str) -> str:
    """The place that a polygon's code stands for: « 64 » is the MRC 640, « 371 » is itself.

    >>> find_boundary_code("64"), find_boundary_code("371")
    ('640', '371')
    """
    return f"{shape_code}0" if len(shape_code) == 2 else shape_code
