"""What each column of a file feeds: the shape that the page makes and that ``definitions/mappings/*.yaml`` holds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from essor.directory.rules import TRUST_BY_STATUS, DirectoryError, fold
from essor.knowledge import list_derived_variables, load_variables
from essor.methods.variables import FALSE, TRUE

Target = Literal[
    "variable", "name", "other_name", "identifier", "event", "reference_date", "known_on", "status", "stated_status",
    "ignore",
]  # fmt: skip
ONCE = ("name", "reference_date", "known_on", "status", "stated_status")
Happening = Literal["created", "closed", "reopened", "moved", "renamed", "form_changed"]
IMPORTED_EVENTS: tuple[str, ...] = get_args(Happening)
"""Life events that a column of dates can tell: the others need a successor, so a person."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnRule(Strict):
    """``values``: a cell's text → the code it means, or null for unknown. ``when_refused: unknown``: a refused value
    becomes unknown, with a warning. ``since: created``: true since the creation when its date is in the row.
    """

    to: Target
    variable: str | None = None
    scheme: Literal["neq", "bn", "charity", "other"] | None = None
    issuer: Annotated[str, Field(max_length=60)] = ""
    kind: Happening | None = None
    values: dict[str, str | None] = Field(default_factory=dict)
    when_refused: Literal["error", "unknown"] = "error"
    since: Literal["reference", "created"] = "reference"
    month_day: Annotated[str, Field(pattern=r"^\d{2}-\d{2}$")] | None = None


class SourceRule(Strict):
    title: str = ""
    publisher: str = ""
    licence: str = ""
    kind: Literal["census", "register", "declaration"] = "census"
    series: str = ""
    retrieved_on: date | None = None


class Constants(Strict):
    reference_date: date | None = None
    known_on: date | None = None
    status: str | None = None
    municipality: str | None = None


class LeftOut(Strict):
    """Rows that are no organisation (totals, notes): those whose ``column`` holds one of ``values``."""

    column: str
    values: list[str]
    reason: str = ""


class FileMapping(Strict):
    format: Literal[1] = 1
    source: SourceRule = SourceRule()
    constants: Constants = Constants()
    holds_months: Annotated[int, Field(ge=1, le=1200)] | None = None
    leave_out: list[LeftOut] = Field(default_factory=list)
    columns: dict[str, ColumnRule]
    decisions: dict[str, str] = Field(default_factory=dict)

    def columns_to(self, target: Target) -> list[tuple[str, ColumnRule]]:
        return [(name, rule) for name, rule in self.columns.items() if rule.to == target]

    def checksum(self) -> str:
        """What makes two mappings say the same thing; who published the file is not part of it."""
        content = self.model_dump(mode="json", exclude={"source"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def series(self) -> str:
        """The series as given, or the title without its years: « Recensement 2016 » follows « Recensement 2014 »."""
        return self.source.series or " ".join(re.sub(r"\d+", " ", fold(self.source.title)).split())[:100]


def parse_mapping(content: Mapping[str, Any]) -> FileMapping:
    """Checks the shape and the words; raises DirectoryError that names the path and what is allowed."""
    try:
        mapping = FileMapping.model_validate(dict(content))
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(step) for step in first["loc"])
        allowed = re.findall(r"[\w-]+", str(first.get("ctx", {}).get("expected", "")).replace(" or ", " "))
        facts = {"path": path, "value": str(first["input"])[:80], "allowed": allowed, "fault": first["type"]}
        raise DirectoryError("mapping-shape", **facts) from error
    for name, rule in mapping.columns.items():
        _check_rule(name, rule)
    _check_whole(mapping)
    return mapping


def check_columns(mapping: FileMapping, columns: tuple[str, ...]) -> None:
    """Refuses a mapping that names a column that the file has not."""
    wanted = [*(name for name, rule in mapping.columns.items() if rule.to != "ignore")]
    wanted += [left_out.column for left_out in mapping.leave_out]
    missing = [name for name in dict.fromkeys(wanted) if name not in columns]
    if missing:
        raise DirectoryError("mapping-columns-absent", titles=missing, allowed=columns)


def _check_rule(name: str, rule: ColumnRule) -> None:
    if rule.to == "variable":
        _check_variable(name, rule)
    if rule.to == "identifier" and rule.scheme is None:
        raise DirectoryError(
            "mapping-incomplete", path=f"columns.{name}.scheme", allowed=("neq", "bn", "charity", "other")
        )
    if rule.to == "event" and rule.kind is None:
        raise DirectoryError("mapping-incomplete", path=f"columns.{name}.kind", allowed=IMPORTED_EVENTS)
    codes = {"status": tuple(TRUST_BY_STATUS), "stated_status": ("active", "closed")}.get(rule.to)
    if codes:
        _check_codes(name, rule, codes)


def _check_variable(name: str, rule: ColumnRule) -> None:
    variables, derived = load_variables(), list_derived_variables()
    importable = tuple(key for key in variables if key not in derived)
    if rule.variable not in importable:
        raise DirectoryError(
            "mapping-variable", path=f"columns.{name}.variable", value=rule.variable or "", allowed=importable
        )
    variable = variables[rule.variable]
    if variable.kind in ("choice", "choice_many", "boolean"):
        _check_codes(name, rule, variable.values or (TRUE, FALSE))


def _check_codes(name: str, rule: ColumnRule, codes: tuple[str, ...]) -> None:
    for text, code in rule.values.items():
        if code is not None and code not in codes:
            raise DirectoryError("mapping-value", path=f"columns.{name}.values.{text}", value=code, allowed=codes)


def _check_whole(mapping: FileMapping) -> None:
    for target in ONCE:
        found = [name for name, rule in mapping.columns.items() if rule.to == target]
        if len(found) > 1:
            raise DirectoryError("mapping-twice", target=target, titles=found)
    _check_distinct(mapping, "variable")
    _check_distinct(mapping, "kind")
    if not mapping.columns_to("name") and not mapping.columns_to("identifier"):
        raise DirectoryError("mapping-nobody")
    has_date = bool(mapping.columns_to("reference_date")) or mapping.constants.reference_date is not None
    if (mapping.columns_to("variable") or mapping.constants.municipality) and not has_date:
        raise DirectoryError("mapping-no-date")
    if mapping.constants.status not in (None, *TRUST_BY_STATUS):
        raise DirectoryError(
            "mapping-value", path="constants.status", value=mapping.constants.status, allowed=tuple(TRUST_BY_STATUS)
        )


def _check_distinct(mapping: FileMapping, attribute: Literal["variable", "kind"]) -> None:
    seen: dict[str, str] = {}
    for name, rule in mapping.columns.items():
        value = getattr(rule, attribute)
        if value is None or rule.to == "ignore":
            continue
        if value in seen:
            raise DirectoryError("mapping-twice", target=value, titles=[seen[value], name])
        seen[value] = name
