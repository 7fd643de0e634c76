"""For one figure, what successive editions of one source said: repeated, corrected, or superseded already."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from essor.directory.importing.checking import Checked
from essor.directory.importing.existing import load_facts
from essor.directory.importing.frames import INSTANT
from essor.directory.importing.mapping import FileMapping
from essor.directory.importing.matching import Matched
from essor.directory.importing.problems import Problem
from essor.knowledge import load_variables

_KEY = ("group", "variable", "starts_on")
_CONTENT = ("low", "high", "codes", "ends_before")
_COLUMNS = (*_KEY, *_CONTENT, "status", "known_from", "id", "known_to", "line")


@dataclass(frozen=True, slots=True)
class FactPlan:
    """``timeline``: what stands once the file is in, by figure and in the order of knowledge; ``id`` null: to add.

    ``known_to`` holds already for the rows to add; ``closed_at``: when an existing row stops being believed.
    """

    timeline: pl.DataFrame
    corrections: int
    already_known: int
    superseded: int

    def count_new(self) -> int:
        return int(self.timeline["id"].null_count())


def plan_facts(checked: Checked, matched: Matched, *, mapping: FileMapping, series: str) -> FactPlan:
    said = _date_statements(checked, matched, mapping)
    said = _check_repeated(said, checked)
    old = matched.groups.filter(pl.col("organisation").is_not_null())
    existing = load_facts(
        organisations=old["organisation"].to_list(), variables=said["variable"].unique().to_list(), series=series
    ).join(old.select("group", "organisation"), on="organisation")
    existing = existing.with_columns(line=pl.lit(None, dtype=pl.Int64))
    same = existing.filter("is_same_series").select(_COLUMNS)
    elsewhere = existing.filter(~pl.col("is_same_series") & pl.col("known_to").is_null()).select(*_KEY, *_CONTENT)
    total = said.height
    said = _drop_said_elsewhere(said, same, elsewhere)
    timeline, superseded = _merge(said, same)
    new = pl.col("id").is_null()
    corrections = timeline.filter(new & pl.col("is_preceded")).height
    added = int(timeline["id"].null_count())
    return FactPlan(timeline, corrections, total - added - superseded, superseded)


def _date_statements(checked: Checked, matched: Matched, mapping: FileMapping) -> pl.DataFrame:
    rows = checked.rows.select("line", "status", pl.col("known").alias("known_from"))
    said = checked.statements.filter(pl.col("starts_on").is_not_null()).join(rows, on="line")
    said = said.join(matched.rows, on="line")
    return said.with_columns(
        ends_before=_end_of_period(said, mapping.holds_months),
        id=pl.lit(None, dtype=pl.Int64),
        known_to=pl.lit(None, dtype=INSTANT),
    ).select(_COLUMNS)


def _end_of_period(said: pl.DataFrame, holds_months: int | None) -> pl.Expr:
    """A dated figure holds as long as its variable says, or as the mapping does; a lasting attribute until the next."""
    variables = load_variables()
    days = {name: variables[name].holds_days for name in said["variable"].unique().to_list()}
    lasting = [name for name, held in days.items() if held is None]
    held = pl.col("variable").replace_strict(
        list(days) or [""], list(days.values()) or [None], return_dtype=pl.Int64, default=None
    )
    end = pl.col("starts_on") + pl.duration(days=held)
    if holds_months:
        end = pl.col("starts_on").dt.offset_by(f"{holds_months}mo")
    return pl.when(~pl.col("variable").is_in(lasting)).then(end)


def _check_repeated(said: pl.DataFrame, checked: Checked) -> pl.DataFrame:
    """One edition says a figure once: repeated alike it counts once, said otherwise it is a problem."""
    repeated = pl.struct(*_KEY, "known_from").is_duplicated()
    several = said.filter(repeated)
    if several.is_empty():
        return said
    several = several.unique((*_KEY, "known_from", *_CONTENT), keep="first", maintain_order=True)
    twice = several.group_by(*_KEY, "known_from").agg(pl.col("line").sort()).filter(pl.col("line").list.len() > 1)
    told = {
        line for problem in checked.problems.kept if problem.code == "row-repeated" for line in problem.facts["lines"]
    }
    for _group, variable, day, _known, lines in twice.iter_rows():
        if told.issuperset(lines[:10]):
            continue
        facts = {"lines": lines[:10], "variable": variable, "day": day.isoformat()}
        checked.problems.add(Problem(lines[1], "", "", "fact-twice", "error", facts))
    return pl.concat([said.filter(~repeated), several])


def _drop_said_elsewhere(said: pl.DataFrame, same: pl.DataFrame, elsewhere: pl.DataFrame) -> pl.DataFrame:
    """A single figure that another standing source says alike adds nothing."""
    if elsewhere.is_empty():
        return said
    alone = said.filter(pl.len().over(_KEY) == 1).join(same.select(_KEY), on=_KEY, how="anti")
    repeated = alone.join(elsewhere, on=(*_KEY, *_CONTENT), how="semi", nulls_equal=True)
    return said.join(repeated.select(_KEY), on=_KEY, how="anti")


def _merge(said: pl.DataFrame, same: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Existing and new rows of each figure in the order of knowledge, without the new ones that repeat or come late."""
    merged = pl.concat([same, said]).with_columns(is_new=pl.col("id").is_null())
    merged = _mark_followers(merged.sort(*_KEY, "known_from", "is_new", "id", maintain_order=True))
    repeats = pl.all_horizontal([pl.col(name).eq_missing(pl.col(name).shift(1)) for name in _CONTENT])
    merged = _mark_followers(merged.filter(~(repeats & pl.col("is_preceded") & pl.col("is_new"))))
    late = pl.col("is_new") & pl.col("is_preceded") & (pl.col("known_from") < pl.col("known_to").shift(1))
    superseded = merged.filter(late).height
    merged = _mark_followers(merged.filter(~late.fill_null(value=False)))
    is_followed = pl.col("is_preceded").shift(-1, fill_value=False)
    next_known = pl.when(is_followed).then(pl.col("known_from").shift(-1))
    is_corrected = is_followed & pl.col("is_new").shift(-1) & ~pl.col("is_new") & pl.col("known_to").is_null()
    merged = merged.with_columns(
        known_to=pl.when("is_new").then(next_known).otherwise("known_to"),
        closed_at=pl.when(is_corrected).then(next_known),
    )
    return merged, superseded


def _mark_followers(ordered: pl.DataFrame) -> pl.DataFrame:
    """``is_preceded``: the row before speaks of the same figure (a window over each figure takes ten times as long)."""
    return ordered.with_columns(
        is_preceded=pl.all_horizontal([pl.col(name) == pl.col(name).shift(1) for name in _KEY]).fill_null(value=False)
    )
