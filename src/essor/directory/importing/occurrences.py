"""Dates of life events in a file, compared with those already told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from essor.directory.importing.checking import Checked
from essor.directory.importing.existing import load_events
from essor.directory.importing.frames import EVENT
from essor.directory.importing.matching import Matched
from essor.directory.importing.problems import Problem

ONCE_IN_A_LIFE = ("created", "closed")
"""Told again with another day, these are not a second event; a closure after a reopening is."""


@dataclass(frozen=True, slots=True)
class EventPlan:
    """``rows``: group, kind, day, known. ``closed``: id of an event, and since when it is not believed any more."""

    rows: pl.DataFrame
    closed: tuple[tuple[int, datetime], ...]
    corrections: int


def plan_events(checked: Checked, matched: Matched, *, series: str) -> EventPlan:
    said = _list_said(checked, matched)
    said = _settle_days(said, checked)
    old = matched.groups.filter(pl.col("organisation").is_not_null())
    if said.is_empty() or old.is_empty():
        return EventPlan(said, (), 0)
    known = load_events(organisations=old["organisation"].to_list(), series=series).join(old, on="organisation")
    said = said.join(known.select("group", "kind", "day"), on=("group", "kind", "day"), how="anti")
    return _correct_days(said, known, checked)


def _list_said(checked: Checked, matched: Matched) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=EVENT)]
    rows = checked.rows.join(matched.rows, on="line")
    for kind in checked.event_kinds:
        day = pl.col(f"event:{kind}")
        parts.append(
            rows.filter(day.is_not_null()).select(
                "group", pl.lit(kind).alias("kind"), day.alias("day"), "known", "line"
            )
        )
    distinct = pl.concat(parts).sort("group", "kind", "day", "known")
    return distinct.unique(("group", "kind", "day"), keep="first", maintain_order=True)


def _settle_days(said: pl.DataFrame, checked: Checked) -> pl.DataFrame:
    """Two days for one creation: the latest edition's, or a problem where one edition says both."""
    once = said.filter(pl.col("kind").is_in(ONCE_IN_A_LIFE))
    several = once.filter(pl.len().over("group", "kind") > 1)
    if several.is_empty():
        return said
    latest = several.filter(pl.col("known") == pl.col("known").max().over("group", "kind"))
    for _group, kind, days, lines in (
        latest.filter(pl.len().over("group", "kind") > 1)
        .group_by("group", "kind")
        .agg(pl.col("day").cast(pl.String), pl.col("line").sort())
        .iter_rows()
    ):
        facts = {"kind": kind, "days": days, "lines": lines}
        checked.problems.add(Problem(lines[0], "", days[0], "event-two-days", "error", facts))
    dropped = several.join(latest, on=("group", "kind", "day"), how="anti")
    return said.join(dropped, on=("group", "kind", "day"), how="anti")


def _correct_days(said: pl.DataFrame, known: pl.DataFrame, checked: Checked) -> EventPlan:
    told: dict[tuple[int, str], list[tuple[date, int, bool]]] = {}
    for number, _organisation, kind, day, same, group, _line in known.select(
        "id", "organisation", "kind", "day", "is_same_series", "group", "line"
    ).iter_rows():
        told.setdefault((group, kind), []).append((day, number, same))
    kept, closed = [], []
    for row in said.iter_rows():
        group, kind, day, instant, line = row
        earlier = told.get((group, kind), [])
        if kind not in ONCE_IN_A_LIFE or not earlier or _is_after_reopening(told, group, kind, day):
            kept.append(row)
        elif mine := [number for _day, number, same in earlier if same]:
            closed.append((mine[-1], instant))
            kept.append(row)
        else:
            facts = {"kind": kind, "known": earlier[-1][0].isoformat()}
            checked.problems.add(Problem(line, "", day.isoformat(), "event-other-day", "warning", facts))
    return EventPlan(pl.DataFrame(kept, schema=EVENT, orient="row"), tuple(closed), len(closed))


def _is_after_reopening(
    told: dict[tuple[int, str], list[tuple[date, int, bool]]], group: int, kind: str, day: date
) -> bool:
    if kind != "closed":
        return False
    last = max(closed for closed, _number, _same in told[group, kind])
    return any(last < reopened < day for reopened, _number, _same in told.get((group, "reopened"), []))
