"""``definitions/bases/*.yaml`` → the statistical bases that Essor ships."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated, Any

from pydantic import Field

from essor.knowledge.reading import (
    Bilingual,
    Definition,
    DefinitionRefused,
    SourceDefinition,
    list_files,
    name_file,
    read_model,
)
from essor.knowledge.variables import load_variables


class BaseDefinition(Definition):
    """Who counts, according to whom, and for which days (half-open; None: open).

    ``criteria`` is the tree as written, for :func:`essor.methods.criteria.parse`. ``jobs_variable``: which measure of
    jobs the base adds up. ``is_demo``: belongs to the demonstration.
    """

    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    owner: str = Field(min_length=1)
    label: Bilingual
    description: Bilingual
    criteria: dict[str, Any]
    jobs_variable: str
    starts_on: date | None = None
    ends_before: date | None = None
    sources: Annotated[tuple[SourceDefinition, ...], Field(strict=False, min_length=1)]
    is_demo: bool = False
    reviewed_on: date


@cache
def load_bases() -> list[BaseDefinition]:
    """Every shipped base, in the order of the slugs; each file is named after the slug that it defines."""
    bases = []
    for file in list_files("bases"):
        base = read_model(file, BaseDefinition)
        if base.slug != file.stem:
            raise DefinitionRefused(
                file=name_file(file),
                path="slug",
                problem=f"« {base.slug} » n’est pas le nom du fichier.",
                remedy=f"Écrivez « slug: {file.stem} », ou renommez le fichier.",
            )
        known = load_variables()
        if base.jobs_variable not in known or not known[base.jobs_variable].is_numeric:
            numeric = ", ".join(key for key in known if key.startswith("jobs_"))
            raise DefinitionRefused(
                file=name_file(file),
                path="jobs_variable",
                problem=f"« {base.jobs_variable} » ne mesure pas des emplois.",
                remedy=f"Choisissez parmi : {numeric}.",
            )
        bases.append(base)
    return bases
