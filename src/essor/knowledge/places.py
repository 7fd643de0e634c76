"""``definitions/territories/*.yaml`` → short lists of public codes, enough to work without any file."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from essor.knowledge.reading import (
    Bilingual,
    Definition,
    DefinitionRefused,
    find_file,
    list_files,
    name_file,
    read_model,
)

DEFAULT_LIST = "quebec"


class PlaceDefinition(Definition):
    """One place. ``name_en`` only where English differs; ``population`` at the date of the list."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    kind: Literal["country", "province", "region", "mrc", "municipality"]
    name: str = Field(min_length=1)
    name_en: str = ""
    designation: str = ""
    division: str = ""
    parent: str | None = None
    population: int | None = Field(default=None, ge=0)


class TerritoryList(Definition):
    """A short list: it names some places and never pretends to name them all."""

    title: Bilingual
    publisher: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    source: str = Field(min_length=1)
    dated_on: date
    reviewed_on: date
    places: Annotated[tuple[PlaceDefinition, ...], Field(strict=False, min_length=1)]


@cache
def load_territory_list(name: str = DEFAULT_LIST) -> TerritoryList:
    """``definitions/territories/<name>.yaml``."""
    return read_territory_list(find_file("territories", name))


def read_territory_list(file: Path) -> TerritoryList:
    """A list of one's own, in the same form; each parent stands in it before its children."""
    found = read_model(file, TerritoryList)
    seen: set[str] = set()
    for index, place in enumerate(found.places):
        if place.code in seen:
            raise _refuse(name_file(file), f"places.{index}.code", f"le code « {place.code} » est écrit deux fois.")
        if place.parent is not None and place.parent not in seen:
            raise _refuse(name_file(file), f"places.{index}.parent", f"« {place.parent} » n’est pas défini plus haut.")
        seen.add(place.code)
    return found


def list_territory_lists() -> list[str]:
    """The names that :func:`load_territory_list` knows."""
    return [file.stem for file in list_files("territories")]


def _refuse(file: str, path: str, problem: str) -> DefinitionRefused:
    return DefinitionRefused(
        file=file, path=path, problem=problem, remedy="Chaque lieu est écrit une fois, après celui dont il fait partie."
    )
