"""A plan → rows, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from essor.accounts.models import User
from essor.directory.actions.organisations import make_key
from essor.directory.importing.planning import Plan
from essor.directory.models import Fact, Identifier, LifeEvent, Organisation, OrganisationName, Source
from essor.directory.rules import TRUST_BY_STATUS
from essor.engines.bulk import insert_rows, reserve_ids

Progress = Callable[[str, int, int], None]
_STEP = 10_000


def write_plan(plan: Plan, *, source: Source, by: User | None, now: datetime, progress: Progress) -> None:
    """Adds and closes what the plan says; ``progress``: what is being written, rows done, rows in all."""
    groups = _create_organisations(plan.groups, now=now, progress=progress)
    _add(OrganisationName, plan.names, groups, source, progress, {"known": "known_from"})
    _add(Identifier, plan.identifiers, groups, source, progress, {"known": "known_from"})
    for number, instant in plan.events.closed:
        LifeEvent.objects.filter(pk=number).close(now=instant)
    events = plan.events.rows.drop("line").with_columns(note=pl.lit(""))
    _add(LifeEvent, events, groups, source, progress, {"known": "known_from", "day": "happened_on"})
    _write_facts(plan, groups, source=source, by=by, now=now, progress=progress)


def _create_organisations(groups: pl.DataFrame, *, now: datetime, progress: Progress) -> pl.DataFrame:
    """group, organisation: with the ids of the new ones."""
    new = groups.filter(pl.col("organisation").is_null())
    ids = list(reserve_ids(Organisation, new.height)) if new.height else []
    rows = ((number, make_key(), now) for number in ids)
    insert_rows(Organisation, ["id", "key", "created_at"], _counted(rows, "organisations", len(ids), progress))
    created = new.select("group").with_columns(organisation=pl.Series(ids, dtype=pl.Int64))
    old = groups.filter(pl.col("organisation").is_not_null()).select("group", "organisation")
    return pl.concat([old, created])


def _add(
    model: Any, frame: pl.DataFrame, groups: pl.DataFrame, source: Source, progress: Progress, renamed: dict[str, str]
) -> None:
    rows = frame.join(groups, on="group", maintain_order="left").drop("group").rename(renamed)
    rows = rows.with_columns(source=pl.lit(source.pk))
    insert_rows(model, rows.columns, _counted(rows.iter_rows(), model.__name__.lower(), rows.height, progress))


def _write_facts(
    plan: Plan, groups: pl.DataFrame, *, source: Source, by: User | None, now: datetime, progress: Progress
) -> None:
    timeline = plan.facts.timeline
    closing = timeline.filter(pl.col("closed_at").is_not_null()).group_by("closed_at").agg("id")
    for instant, numbers in closing.iter_rows():
        for start in range(0, len(numbers), 500):
            Fact.objects.filter(pk__in=numbers[start : start + 500]).close(now=instant)
    ids = list(reserve_ids(Fact, plan.facts.count_new())) if plan.facts.count_new() else []
    place = (pl.col("is_new").cum_sum().cast(pl.Int64) - 1).clip(lower_bound=0)
    numbered = pl.when("is_new").then(pl.lit(pl.Series(ids, dtype=pl.Int64)).gather(place)) if ids else pl.lit(None)
    timeline = timeline.with_columns(id=pl.coalesce("id", numbered))
    timeline = timeline.with_columns(replaces=pl.col("id").shift(1).over("group", "variable", "starts_on"))
    trust = pl.col("status").replace_strict(
        list(TRUST_BY_STATUS), list(TRUST_BY_STATUS.values()), return_dtype=pl.Int64
    )
    rows = timeline.filter("is_new").join(groups, on="group", maintain_order="left").select(
        "id", "organisation", "variable", "starts_on", "ends_before", "low", "high", "codes", "status",
        trust.alias("trust"), "known_from", "known_to", "replaces",
    )  # fmt: skip
    columns = [*rows.columns, "source", "reason", "recorded_at", "recorded_by"]
    constant = (source.pk, "", now, by.pk if by else None)
    complete = ((*row, *constant) for row in rows.iter_rows())
    insert_rows(Fact, columns, _counted(complete, "facts", rows.height, progress))


def _counted(rows: Iterator[Sequence[Any]], what: str, total: int, progress: Progress) -> Iterator[Sequence[Any]]:
    for done, row in enumerate(rows):
        if done % _STEP == 0:
            progress(what, done, total)
        yield row
    progress(what, total, total)
