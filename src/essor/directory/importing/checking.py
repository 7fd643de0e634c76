"""A table and its mapping → rows, identifiers and statements that can be believed, and every problem found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from django.utils import timezone

from essor.directory.importing.cells import read_cells
from essor.directory.importing.frames import IDENTIFIER, INSTANT, STATEMENT, STATUS, VARIABLE
from essor.directory.importing.mapping import ColumnRule, FileMapping, check_columns
from essor.directory.importing.problems import Problem, Problems
from essor.directory.importing.reading import LINE, Table
from essor.directory.importing.values import (
    Places,
    code_labels,
    read_content,
    read_day,
    read_listed_place,
    status_labels,
)
from essor.directory.queries import start_of_day
from essor.directory.rules import TRUST_BY_STATUS, DirectoryError, check_day, clean_identifier, fold
from essor.knowledge import load_variables

MAX_NAME = 300
MAX_IDENTIFIER = 60


@dataclass(frozen=True, slots=True)
class Checked:
    """``rows``: line, said (a hash of the related cells), name, folded, other_name, other_folded, reference, known,
    status, stated and one date per event kind. ``identifiers`` and ``statements``: see IDENTIFIER and STATEMENT.
    ``left_out``: how many rows were set aside.
    """

    rows: pl.DataFrame
    identifiers: pl.DataFrame
    statements: pl.DataFrame
    problems: Problems
    left_out: int
    event_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Checking:
    frame: pl.DataFrame
    mapping: FileMapping
    places: Places
    now: datetime
    problems: Problems

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)


def check_table(table: Table, mapping: FileMapping, *, places: Places, now: datetime) -> Checked:
    """Reads every cell that the mapping relates to something. Never raises for a row: see ``problems``.

    Raises DirectoryError for what holds for the whole file: a column that is not there, a constant that cannot be.
    """
    check_columns(mapping, table.columns)
    mapping = _settle_constants(mapping, places=places, today=timezone.localdate(now))
    problems = Problems()
    for ragged in table.ragged:
        facts = {"cells": ragged.cells, "columns": len(table.columns)}
        problems.add(Problem(ragged.line, "", "", "row-ragged", "error", facts))
    frame = _leave_out(table.frame, mapping)
    run = _Checking(frame, mapping, places, now, problems)
    rows = _check_rows(run)
    identifiers = _check_identifiers(run)
    _check_identity(run, rows, identifiers)
    _check_dates(run, rows)
    statements = _check_statements(run, rows)
    kinds = tuple(rule.kind for _name, rule in mapping.columns_to("event") if rule.kind)
    return Checked(rows, identifiers, statements, problems, table.frame.height - frame.height, kinds)


def _settle_constants(mapping: FileMapping, *, places: Places, today: date) -> FileMapping:
    """The mapping with the code of its municipality, named or not; a refusal names the constant (``constant``)."""
    said = mapping.constants
    code, name = None, "municipality"
    try:
        if said.municipality:
            code = read_listed_place(said.municipality, places)
        for name in ("reference_date", "known_on"):
            day = getattr(said, name)
            if day is not None:
                check_day(day, today=today, field=name)
    except DirectoryError as error:
        raise DirectoryError(error.code, **(error.facts | {"constant": name})) from error
    return mapping.model_copy(update={"constants": said.model_copy(update={"municipality": code})})


def _leave_out(frame: pl.DataFrame, mapping: FileMapping) -> pl.DataFrame:
    for left_out in mapping.leave_out:
        frame = frame.filter(~pl.col(left_out.column).is_in(left_out.values).fill_null(value=False))
    return frame


def _check_rows(run: _Checking) -> pl.DataFrame:
    related = [name for name, rule in run.mapping.columns.items() if rule.to != "ignore"]
    said = pl.concat_str([pl.col(name).fill_null("") for name in related], separator="\x1f")
    rows = run.frame.select(pl.col(LINE).alias("line"), said.hash().alias("said"))
    texts = {"name": pl.String, "folded": pl.String}
    names = _first(run, "name", lambda text: (_check_name(text), fold(text)[:MAX_NAME]), texts)
    others = _first(run, "other_name", lambda text: (_check_name(text), fold(text)[:MAX_NAME]), texts)
    rows = rows.hstack(names).hstack(others.rename({"name": "other_name", "folded": "other_folded"}))
    rows = rows.with_columns(_reference(run), _known(run), _status(run))
    stated = _first(run, "stated_status", lambda text: (text,), {"stated": pl.String})
    rows = rows.hstack(stated)
    for column, rule in run.mapping.columns_to("event"):
        rows = rows.with_columns(_read_days(run, column, rule).alias(f"event:{rule.kind}"))
    return rows


def _check_name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > MAX_NAME:
        raise DirectoryError("name-too-long", limit=MAX_NAME)
    if not fold(name):
        raise DirectoryError("name-missing")
    return name


def _read(run: _Checking, column: str, rule: ColumnRule, reader: object, schema: Mapping[str, object]) -> pl.DataFrame:
    return read_cells(run.frame, column, rule, reader=reader, schema=schema, problems=run.problems)  # type: ignore[arg-type]


def _first(run: _Checking, target: object, reader: object, schema: Mapping[str, object]) -> pl.DataFrame:
    """The column related to ``target``, or nulls where there is none."""
    for column, rule in run.mapping.columns_to(target):  # type: ignore[arg-type]
        return _read(run, column, rule, reader, schema)
    return pl.DataFrame({name: pl.Series(name, [None] * run.frame.height, dtype=kind) for name, kind in schema.items()})  # type: ignore[arg-type]


def _days(run: _Checking, target: object, *, otherwise: date | None) -> pl.Series:
    for column, rule in run.mapping.columns_to(target):  # type: ignore[arg-type]
        found = _read_days(run, column, rule)
        return found if otherwise is None else found.fill_null(otherwise)
    return pl.Series("day", [otherwise] * run.frame.height, dtype=pl.Date)


def _read_days(run: _Checking, column: str, rule: ColumnRule) -> pl.Series:
    """A year alone is the day of it that the rule says (``month_day``), or a problem."""
    month, day = (int(part) for part in rule.month_day.split("-")) if rule.month_day else (0, 0)
    completed = (month, day) if month else None

    def reader(text: str) -> tuple[date]:
        return (read_day(text, today=run.today, month_day=completed),)

    return _read(run, column, rule, reader, {"day": pl.Date})["day"]


def _reference(run: _Checking) -> pl.Series:
    return _days(run, "reference_date", otherwise=run.mapping.constants.reference_date).alias("reference")


def _known(run: _Checking) -> pl.Series:
    """Since when each row is known: the first instant of its edition's day, or now."""
    days = _days(run, "known_on", otherwise=run.mapping.constants.known_on)
    instants = {day: start_of_day(day) for day in days.unique().drop_nulls().to_list()}
    for day, instant in instants.items():
        if instant > run.now:
            line = int(run.frame[LINE][int((days == day).arg_max() or 0)])
            run.problems.add(Problem(line, "", day.isoformat(), "known-in-the-future", "error"))
    known = days.replace_strict(
        list(instants), list(instants.values()), default=None, return_dtype=INSTANT
    ) if instants else pl.Series("known", [None] * len(days), dtype=INSTANT)  # fmt: skip
    return known.fill_null(run.now).alias("known")


def _status(run: _Checking) -> pl.Series:
    labels = status_labels()

    def reader(text: str) -> tuple[str]:
        if fold(text) not in labels:
            raise DirectoryError("status-unknown", value=text, allowed=tuple(TRUST_BY_STATUS))
        return (labels[fold(text)],)

    found = _first(run, "status", reader, {"status": pl.String})["status"]
    return found.fill_null(run.mapping.constants.status or "reported").cast(STATUS)


def _check_identifiers(run: _Checking) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=IDENTIFIER)]
    for column, rule in run.mapping.columns_to("identifier"):
        scheme = rule.scheme or "other"

        def reader(text: str, scheme: str = scheme) -> tuple[str, bool]:
            value, is_doubtful = clean_identifier(scheme, text)
            if not value or len(value) > MAX_IDENTIFIER:
                raise DirectoryError("identifier-missing", value=text)
            return value, is_doubtful

        read = _read(run, column, rule, reader, {"value": pl.String, "is_doubtful": pl.Boolean})
        found = read.with_columns(
            line=run.frame[LINE], scheme=pl.lit(scheme), issuer=pl.lit(rule.issuer)
        ).select(*IDENTIFIER)  # fmt: skip
        for line, value in found.filter("is_doubtful").select("line", "value").iter_rows():
            run.problems.add(Problem(line, column, value, "identifier-doubtful", "warning", {"scheme": scheme}))
        parts.append(found.filter(pl.col("value").is_not_null()))
    return pl.concat(parts)


def _check_identity(run: _Checking, rows: pl.DataFrame, identifiers: pl.DataFrame) -> None:
    nobody = rows.filter(pl.col("name").is_null()).join(identifiers, on="line", how="anti")
    refused = {problem.line for problem in run.problems.kept if problem.code in ("name-too-long", "identifier-missing")}
    for (line,) in nobody.select("line").iter_rows():
        if line not in refused:
            run.problems.add(Problem(line, "", "", "row-nobody", "error"))


def _check_dates(run: _Checking, rows: pl.DataFrame) -> None:
    """Life events and stated status against each other: the dates are kept, the disagreement is told."""
    created, closed = (
        pl.col(name) if name in rows.columns else pl.lit(None, dtype=pl.Date)
        for name in ("event:created", "event:closed")
    )
    for line, first, last in rows.filter(closed < created).select("line", created, closed.alias("last")).iter_rows():
        facts = {"created": first.isoformat(), "closed": last.isoformat()}
        run.problems.add(Problem(line, "", last.isoformat(), "closed-before-created", "error", facts))
    columns = run.mapping.columns_to("stated_status")
    if not columns or "event:closed" not in rows.columns:
        return
    silent = rows.filter((pl.col("stated") == "closed") & closed.is_null())
    lively = rows.filter((pl.col("stated") == "active") & closed.is_not_null())
    for code, found in (("status-closed-without-date", silent), ("status-active-but-closed", lively)):
        for (line,) in found.select("line").iter_rows():
            run.problems.add(Problem(line, columns[0][0], "", code, "warning"))


def _check_statements(run: _Checking, rows: pl.DataFrame) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=STATEMENT)]
    schema = {"low": pl.Int64, "high": pl.Int64, "codes": pl.String}
    for column, rule in run.mapping.columns_to("variable"):
        variable = load_variables()[rule.variable or ""]
        labels = code_labels(variable)

        def reader(text: str, variable: object = variable, labels: Mapping[str, str] = labels) -> tuple[object, ...]:
            content = read_content(text, variable, labels=labels, places=run.places)  # type: ignore[arg-type]
            if max(abs(content.low or 0), abs(content.high or 0)) >= 2**62:
                raise DirectoryError("number-too-long", value=text)
            return content.low, content.high, content.codes

        read = _read(run, column, rule, reader, schema)
        starts = pl.col("reference")
        if rule.since == "created" and "event:created" in rows.columns:
            starts = pl.coalesce(pl.col("event:created"), "reference")
        dated = rows.select("line", starts.alias("starts_on"))
        found = dated.hstack(read).with_columns(variable=pl.lit(variable.id, dtype=VARIABLE)).select(*STATEMENT)
        parts.append(found.filter(pl.any_horizontal(pl.col("low", "high", "codes").is_not_null())))
        _check_known_places(run, column, variable.kind, parts[-1])
    if (code := run.mapping.constants.municipality) and "municipality" not in _variables_of(run.mapping):
        parts.append(_constant(rows, "municipality", code))
    statements = pl.concat(parts)
    undated = statements.filter(pl.col("starts_on").is_null())["line"].unique().sort().to_list()
    refused = {problem.line for problem in run.problems.kept if problem.column in _reference_columns(run.mapping)}
    for line in undated:
        if line not in refused:
            run.problems.add(Problem(line, "", "", "row-no-date", "error"))
    return statements


def _reference_columns(mapping: FileMapping) -> set[str]:
    return {name for name, _rule in mapping.columns_to("reference_date")}


def _variables_of(mapping: FileMapping) -> set[str]:
    return {rule.variable for _name, rule in mapping.columns_to("variable") if rule.variable}


def _constant(rows: pl.DataFrame, variable: str, code: str) -> pl.DataFrame:
    return rows.select(
        "line",
        pl.lit(variable, dtype=VARIABLE).alias("variable"),
        pl.col("reference").alias("starts_on"),
        pl.lit(None, dtype=pl.Int64).alias("low"),
        pl.lit(None, dtype=pl.Int64).alias("high"),
        pl.lit(code).alias("codes"),
    )


def _check_known_places(run: _Checking, column: str, kind: str, found: pl.DataFrame) -> None:
    if kind != "place":
        return
    strange = found.filter(~pl.col("codes").is_in(sorted(run.places.codes)))
    for code, lines in strange.group_by("codes").agg(pl.col("line").sort()).sort("codes").iter_rows():
        facts = {"rows": len(lines)}
        run.problems.add(Problem(lines[0], column, code, "place-not-listed", "warning", facts))
