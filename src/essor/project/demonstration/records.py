"""The fictitious records as they stand in ``definitions/demo``, and what each says, census by census."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from essor.directory.queries import end_of_day
from essor.directory.rules import Said
from essor.knowledge import load_demo

BY_CENSUS = {
    "jobs": "jobs_headcount",
    "jobs_all": "jobs_headcount_all",
    "fte": "jobs_fte",
    "annual_revenue": "annual_revenue",
    "members": "members",
    "commercial": "commercial_activity",
    "autonomous_revenue_share": "autonomous_revenue_share",
    "social_economy": "social_economy",
    "board_size": "board_size",
}
AT_FIRST = {"legal_form": "legal_form", "coop_kind": "coop_kind", "place": "municipality", "sector": "sector"}


@dataclass(frozen=True, slots=True)
class Census:
    name: str
    title: str
    publisher: str
    starts_on: date
    known_on: date

    @property
    def known_from(self) -> datetime:
        return end_of_day(self.known_on)


@dataclass(frozen=True, slots=True)
class Records:
    territory: str
    censuses: tuple[Census, ...]
    organisations: tuple[Mapping[str, Any], ...]
    corrections: tuple[Mapping[str, Any], ...]

    def census_after(self, day: date) -> Census:
        """The first census taken on ``day`` or later: the one that learned what happened that day."""
        return next((census for census in self.censuses if census.starts_on >= day), self.censuses[-1])


def read_records(name: str) -> Records:
    kept = load_demo(name)
    return Records(
        territory=kept["territory"],
        censuses=tuple(Census(name=year, **said) for year, said in sorted(kept["censuses"].items())),
        organisations=tuple(kept["organisations"]),
        corrections=tuple(kept["corrections"]),
    )


def say_facts(records: Records, record: Mapping[str, Any], census: Census) -> Iterator[Said]:
    """What one census says of one enterprise. A wrong figure, corrected later, is said here as it was first said."""
    if census.name == record["first_census"]:
        for field, variable in AT_FIRST.items():
            if field in record:
                yield _said(variable, census, value=record[field])
        for variable, answer in record.get("act", {}).items():
            yield _said(variable, census, value=answer)
    for field, variable in BY_CENSUS.items():
        if census.name in record.get(field, {}):
            first = _first_said(records, record["key"], variable, census.name)
            yield _said(variable, census, value=record[field][census.name] if first is None else first)
    if census.name in record.get("jobs_band", {}):
        low, high = record["jobs_band"][census.name]
        yield _said("jobs_headcount", census, band=(low, high))
    for event in record.get("events", ()):
        if event["kind"] == "moved" and records.census_after(event["happened_on"]) == census:
            yield _said("municipality", census, value=event["to"]) | Said(
                variable="municipality", starts_on=event["happened_on"]
            )


def _said(variable: str, census: Census, *, value: object = None, band: tuple[object, object] | None = None) -> Said:
    said = Said(variable=variable, starts_on=census.starts_on, known_from=census.known_from)
    if band is None:
        said["value"] = value
    else:
        said["low"], said["high"] = band
    return said


def _first_said(records: Records, key: str, variable: str, census: str) -> Any:
    for correction in records.corrections:
        if (correction["organisation"], correction["variable"], correction["census"]) == (key, variable, census):
            return correction["first"]
    return None
