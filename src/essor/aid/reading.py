"""Programmes as definitions or files write them → programmes with their rules parsed; and what is kept of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from essor.aid.rules import AidError, Programme, RuledVersion
from essor.knowledge.aids import AidDefinition, AidVersion, translate_places
from essor.methods.bases import canonical_json
from essor.methods.criteria import CriterionError, Period, Version, find_overlaps, parse
from essor.methods.variables import Variable


def read_programme(
    definition: AidDefinition, *, variables: Mapping[str, Variable], read_on: date | None = None
) -> Programme:
    """Raises :class:`AidError`: ``criterion-refused`` (path, code, found, allowed), ``period-reversed``,
    ``versions-overlap`` (the positions of both, from 1)."""
    versions = tuple(
        _read_version(definition.id, number, version, variables, read_on)
        for number, version in enumerate(definition.versions, start=1)
    )
    overlaps = find_overlaps([ruled.version.period for ruled in versions])
    if overlaps:
        first, second = overlaps[0]
        raise AidError("versions-overlap", aid=definition.id, first=first + 1, second=second + 1)
    return Programme(definition, versions)


def read_programmes(
    definitions: Iterable[AidDefinition], *, variables: Mapping[str, Variable], read_on: date | None = None
) -> tuple[Programme, ...]:
    return tuple(read_programme(item, variables=variables, read_on=read_on) for item in definitions)


def _read_version(
    aid: str, number: int, version: AidVersion, variables: Mapping[str, Variable], read_on: date | None
) -> RuledVersion:
    path = f"aids.{aid}.versions[{number - 1}]"
    try:
        criteria = parse(translate_places(version.conditions), variables=variables, path=f"{path}.conditions")
    except CriterionError as error:
        raise AidError(
            "criterion-refused", path=error.path, problem=error.code, found=error.found, allowed=error.allowed
        ) from error
    # Programmes write their last day; periods here end before the day after.
    ends_before = version.valid_to + timedelta(days=1) if version.valid_to else None
    if version.valid_from and ends_before and version.valid_from >= ends_before:
        raise AidError("period-reversed", path=path, starts_on=version.valid_from, ends_on=version.valid_to)
    period = Period(version.valid_from, ends_before)
    return RuledVersion(number, Version(period, version.status_as_read, read_on), criteria)


def write_content(definition: AidDefinition) -> dict[str, Any]:
    """What is kept of a definition: what it says, without what it leaves unsaid, so that a grammar which grows changes
    no content."""
    content: dict[str, Any] = definition.model_dump(mode="json", exclude_defaults=True)
    return content


def hash_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON.

    >>> hash_of({"b": 1, "a": "é"}) == hash_of({"a": "é", "b": 1})
    True
    """
    return hashlib.sha256(canonical_json(content)).hexdigest()
