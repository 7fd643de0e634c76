"""What a checked file would add, correct or repeat: nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl
from django.utils import timezone

from essor.directory.importing.checking import Checked, check_table
from essor.directory.importing.existing import load_identifiers, load_names, load_places
from essor.directory.importing.mapping import FileMapping
from essor.directory.importing.matching import Matched, match_rows
from essor.directory.importing.occurrences import EventPlan, plan_events
from essor.directory.importing.problems import Problem, Problems
from essor.directory.importing.reading import Table
from essor.directory.importing.timelines import FactPlan, plan_facts


@dataclass(frozen=True, slots=True)
class Plan:
    """``groups``: group, organisation (null: to create), line. ``names``, ``identifiers``: rows to add, by group.

    ``titles``: the columns of the file.
    """

    problems: Problems
    groups: pl.DataFrame
    names: pl.DataFrame
    identifiers: pl.DataFrame
    events: EventPlan
    facts: FactPlan
    counts: Mapping[str, int] = field(default_factory=dict)
    titles: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        return self.problems.errors == 0


def make_plan(table: Table, mapping: FileMapping, *, now: datetime) -> Plan:
    """Checks, matches and compares the whole file with what is known."""
    checked = check_table(table, mapping, places=load_places(on=timezone.localdate(now)), now=now)
    matched = match_rows(checked, decisions=mapping.decisions)
    _check_repeated_rows(checked, matched)
    series = mapping.series()
    events = plan_events(checked, matched, series=series)
    facts = plan_facts(checked, matched, mapping=mapping, series=series)
    names = _plan_names(checked, matched)
    identifiers = _plan_identifiers(checked, matched)
    counts = {
        "rows": checked.rows.height,
        "left_out": checked.left_out,
        "organisations": matched.groups.height,
        "new_organisations": matched.groups["organisation"].null_count(),
        "new_facts": facts.count_new(),
        "corrections": facts.corrections + events.corrections,
        "already_known": facts.already_known,
        "superseded": facts.superseded,
        "new_events": events.rows.height,
        "new_names": names.height,
        "new_identifiers": identifiers.height,
        "errors": checked.problems.errors,
        "warnings": checked.problems.warnings,
    }
    return Plan(checked.problems, matched.groups, names, identifiers, events, facts, counts, table.columns)


def _check_repeated_rows(checked: Checked, matched: Matched) -> None:
    """Two rows for one organisation are two dates or two editions; alike in every related cell, they count once."""
    rows = checked.rows.join(matched.rows, on="line")
    repeated = rows.group_by("group", "reference", "known").agg(
        pl.col("line").sort(), pl.col("name").first(), pl.col("said").n_unique()
    )
    several = repeated.filter(pl.col("line").list.len() > 1).select("line", "name", "said")
    for lines, name, different in several.iter_rows():
        facts = {"lines": lines[:10]}
        problem = Problem(lines[1], "", name or "", "row-repeated", "error", facts)
        if different == 1:
            problem = Problem(lines[1], "", name or "", "row-repeated-alike", "warning", facts)
        checked.problems.add(problem)


def _plan_names(checked: Checked, matched: Matched) -> pl.DataFrame:
    """The names that each organisation has not yet; the first legal name of a new one holds since always."""
    columns = ["group", "kind", "name", "folded", "starts_on", "known"]
    rows = checked.rows.join(matched.rows, on="line")
    legal = rows.select("group", pl.lit("legal").alias("kind"), "name", "folded", "reference", "known")
    other = rows.select("group", pl.lit("other").alias("kind"), pl.col("other_name").alias("name"),
                        pl.col("other_folded").alias("folded"), "reference", "known")  # fmt: skip
    said = pl.concat([legal, other]).filter(pl.col("folded").is_not_null())
    said = said.sort("group", "kind", "reference", "known", nulls_last=True).group_by(
        "group", "kind", "folded", maintain_order=True
    ).agg(pl.col("name").first(), pl.col("reference").first().alias("starts_on"), pl.col("known").min())  # fmt: skip
    old = matched.groups.filter(pl.col("organisation").is_not_null())
    known = load_names(old["organisation"].to_list()).filter("is_current").join(old, on="organisation")
    said = said.join(known.select("group", "kind", "folded"), on=("group", "kind", "folded"), how="anti")
    legal_names = pl.concat([legal.select("group", "folded"), known.select("group", "folded")])
    again = said.filter(pl.col("kind") == "other").join(legal_names, on=("group", "folded"), how="semi")
    said = said.join(again, on=("group", "kind", "folded"), how="anti", maintain_order="left")
    is_first = pl.col("kind").is_first_distinct().over("group") & (pl.col("kind") == "legal")
    has_name = pl.col("group").is_in(known.filter(pl.col("kind") == "legal")["group"].unique().to_list())
    undated = (is_first & ~has_name) | (pl.col("kind") == "other")
    return said.with_columns(starts_on=pl.when(~undated).then("starts_on")).select(columns)


def _plan_identifiers(checked: Checked, matched: Matched) -> pl.DataFrame:
    key = ["scheme", "issuer", "value"]
    known = load_identifiers(checked.identifiers["scheme"].unique().to_list()).filter("is_current")
    rows = checked.identifiers.join(matched.rows, on="line").join(checked.rows.select("line", "known"), on="line")
    distinct = rows.group_by("group", *key, maintain_order=True).agg(
        pl.col("is_doubtful").first(), pl.col("known").min()
    )
    return distinct.join(known.select(key), on=key, how="anti")
