"""Bases: which versions there are, and what each says, to the methods and in words."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from essor.knowledge import load_variables
from essor.methods.bases import BaseDefinition
from essor.methods.criteria import Line, describe, parse
from essor.observatory.models import Base, BaseVersion
from essor.observatory.rules import SEALED, ObservatoryError, canonical_json
from essor.territories.queries import list_names


def list_bases() -> QuerySet[Base]:
    return Base.objects.prefetch_related("versions")


def list_base_versions(*, include_drafts: bool = True) -> QuerySet[BaseVersion]:
    """Versions by base, latest first; a replaced one keeps its place."""
    versions = BaseVersion.objects.select_related("base", "recorded_by", "replaces")
    return versions if include_drafts else versions.published()


def get_base(*, slug: str) -> Base:
    """Raises ObservatoryError ``base-unknown`` with the nearest names."""
    base = Base.objects.filter(slug=slug).first()
    if base is None:
        known = list(Base.objects.values_list("slug", flat=True))
        near = difflib.get_close_matches(slug, known, n=3, cutoff=0.4)
        raise ObservatoryError("base-unknown", value=slug, near=tuple(near or known[:6]))
    return base


def get_base_version(*, slug: str, number: int | None = None, on: date | None = None) -> BaseVersion:
    """The version of that number, or the published one in force that covers ``on`` (None: the latest in force)."""
    base = get_base(slug=slug)
    versions = BaseVersion.objects.select_related("base").filter(base=base)
    if number is not None:
        version = versions.filter(number=number).first()
        if version is None:
            known = tuple(versions.order_by("number").values_list("number", flat=True))
            raise ObservatoryError("version-unknown", base=slug, number=number, allowed=known)
        return version
    in_force = versions.in_force() if on is None else versions.in_force().on(on)
    version = in_force.order_by("-number").first()
    if version is None:
        raise ObservatoryError("no-version-in-force", base=slug, on=on)
    return version


def list_jobs_variables() -> list[str]:
    """The measures of jobs that a base may add up."""
    return [key for key, variable in load_variables().items() if key.startswith("jobs_") and variable.is_numeric]


def definition_content(version: BaseVersion) -> dict[str, Any]:
    """All that the seal of a version covers, as plain data (days stay days)."""
    content: dict[str, Any] = {"slug": version.base.slug, "owner": version.base.owner}
    return content | {name: getattr(version, name) for name in SEALED if name not in content}


def base_definition(version: BaseVersion) -> BaseDefinition:
    """The version as the methods want it."""
    return read_definition(canonical_json(definition_content(version)))


@lru_cache(maxsize=128)
def read_definition(content: str) -> BaseDefinition:
    """The canonical JSON of :func:`definition_content` → what the methods compute with."""
    kept: Mapping[str, Any] = json.loads(content)
    return BaseDefinition(
        slug=kept["slug"],
        version=kept["number"],
        owner=kept["owner"],
        label_fr=kept["label_fr"],
        label_en=kept["label_en"],
        criteria=parse(kept["criteria"], variables=load_variables()),
        tree=kept["criteria"],
        jobs_variable=kept["jobs_variable"],
    )


def describe_base(version: BaseVersion, *, language: str, on: date) -> tuple[Line, ...]:
    """The criteria in words, one line per condition; places by the names that they bear on ``on``."""
    names = list_names(on, language)
    criteria = base_definition(version).criteria
    return describe(criteria, language=language, variables=load_variables(), place_names=names)
