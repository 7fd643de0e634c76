"""Fact rows → the population at (reference date T, known at K), by one query on every engine.

The query says in SQL what :func:`essor.methods.facts.profile` says in Python; tests hold the two equal. It is written
once, as a tree, and rendered for each dialect.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlglot import exp, select

from essor.engines.records import FACTS
from essor.methods.population import CodedColumn, Column, NumericColumn, Population
from essor.methods.variables import Variable

AskedVariables = tuple[tuple[str, bool], ...]
"""Identifiers of variables in ascending order, each with whether it is numeric."""


@dataclass(frozen=True, slots=True)
class FactTable:
    """Where fact rows are: the table's name, and what it calls the organisation and the order of recording."""

    name: str
    organisation: str = "organisation"
    sequence: str = "sequence"


APPLICATION_FACTS = FactTable("directory_fact", organisation="organisation_id", sequence="id")
STORED_FACTS = FactTable("facts")

_ASKED_ORGANISATIONS = {
    "sqlite": "SELECT value FROM JSON_EACH(:organisations)",
    "duckdb": "SELECT UNNEST(CAST($organisations AS BIGINT[]))",
    "postgres": "SELECT UNNEST(CAST(%(organisations)s AS BIGINT[]))",
}
_ASKED_MARK = "ASKED_ORGANISATIONS()"
_ANY_ORDER = {"sqlite": "+variable", "duckdb": "variable", "postgres": "variable"}
"""SQLite takes a unary plus as « not by this column's index »: by organisation, the read is 2 to 90 times quicker."""
_ANY_ORDER_MARK = "ANY_ORDER()"


def asked_variables(variables: Collection[Variable]) -> AskedVariables:
    """What the query needs to know of the variables, in a fixed order."""
    return tuple(sorted({(variable.id, variable.is_numeric) for variable in variables}))


@lru_cache(maxsize=256)
def population_sql(variables: AskedVariables, *, table: FactTable, dialect: str, some: bool) -> str:
    """The query for a population, in ``dialect`` (``duckdb``, ``sqlite`` or ``postgres``).

    Its columns are ``organisation``, then for each variable ``<numeric>_low, <numeric>_high`` or ``<coded>``; one row
    per organisation with at least one answer, ascending. Named parameters: ``on`` (a day), ``known_at`` (an instant)
    and, where ``some``, ``organisations`` (a list; its JSON text for SQLite).

    >>> print(population_sql((("sector", False),), table=STORED_FACTS, dialect="duckdb", some=False)[:44])
    WITH ranked AS (SELECT organisation, variabl
    """
    answers: list[exp.Expr] = []
    for name, is_numeric in variables:
        parts = (("low", f"{name}_low"), ("high", f"{name}_high")) if is_numeric else (("codes", name),)
        answers += [_answer(name, part).as_(alias, quoted=True) for part, alias in parts]
    organisation = exp.column(table.organisation)
    query = (
        select(organisation.as_("organisation"), *answers)
        .with_("ranked", as_=_ranked_facts([name for name, _ in variables], table, some=some))
        .from_("ranked")
        .where(exp.column("place").eq(1))
        .group_by(organisation)
        .order_by(organisation)
    )
    text = query.sql(dialect=dialect)
    return text.replace(_ASKED_MARK, _ASKED_ORGANISATIONS[dialect]).replace(_ANY_ORDER_MARK, _ANY_ORDER[dialect])


@lru_cache(maxsize=16)
def facts_sql(*, table: FactTable, dialect: str, some: bool) -> str:
    """The query for every fact known at ``known_at``, in no order: columns of :data:`essor.engines.records.FACTS`."""
    known_at = exp.Placeholder(this="known_at")
    renamed = {"organisation": table.organisation, "sequence": table.sequence}
    query = (
        select(*(exp.column(renamed.get(name, name)).as_(name) for name in FACTS.names))
        .from_(table.name)
        .where(exp.column("known_from") <= known_at, _still_open("known_to", known_at))
    )
    if some:
        query = query.where(exp.column(table.organisation).isin(exp.Anonymous(this="ASKED_ORGANISATIONS")))
    return query.sql(dialect=dialect).replace(_ASKED_MARK, _ASKED_ORGANISATIONS[dialect])


def _answer(variable: str, part: str) -> exp.Expr:
    chosen = exp.Case().when(exp.column("variable").eq(exp.Literal.string(variable)), exp.column(part))
    return exp.Max(this=chosen)


def _ranked_facts(variables: list[str], table: FactTable, *, some: bool) -> exp.Select:
    """Facts known at K whose period covers T, each with its place among those on the same variable (1: chosen)."""
    on, known_at = exp.Placeholder(this="on"), exp.Placeholder(this="known_at")
    best_first = [
        exp.Ordered(this=exp.column(name), desc=True, nulls_first=False)
        for name in ("trust", "starts_on", "known_from", table.sequence)
    ]
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column(table.organisation), exp.column("variable")],
        order=exp.Order(expressions=best_first),
    )
    query = (
        select(*(exp.column(name) for name in (table.organisation, "variable", "low", "high", "codes")))
        .select(place.as_("place"))
        .from_(table.name)
        .where(
            exp.Anonymous(this="ANY_ORDER").isin(*(exp.Literal.string(name) for name in variables)),
            exp.column("starts_on") <= on,
            _still_open("ends_before", on),
            exp.column("known_from") <= known_at,
            _still_open("known_to", known_at),
        )
    )
    if some:
        query = query.where(exp.column(table.organisation).isin(exp.Anonymous(this="ASKED_ORGANISATIONS")))
    return query


def _still_open(column: str, moment: exp.Expr) -> exp.Expr:
    return exp.or_(exp.column(column).is_(exp.null()), exp.column(column) > moment.copy())


def population_from_columns(
    table: pa.Table, variables: AskedVariables, *, organisations: Collection[int] | None = None
) -> Population:
    """The answer to :func:`population_sql`, as arrays.

    ``table``: its columns, organisations ascending. ``organisations``: when given, the population has exactly these;
    one without any answer is all unknown. Categories of coded columns are sorted.
    """
    found: NDArray[np.int64] = table.column("organisation").to_numpy().astype(np.int64, copy=False)
    if organisations is None:
        rows, asked = np.arange(len(found)), found
    else:
        asked = np.array(sorted(set(organisations)), dtype=np.int64)
        rows = np.searchsorted(asked, found)
    columns: dict[str, Column] = {}
    for name, is_numeric in variables:
        if is_numeric:
            low, has_low = _integers(table.column(f"{name}_low"), rows, len(asked))
            high, has_high = _integers(table.column(f"{name}_high"), rows, len(asked))
            columns[name] = NumericColumn(low=low, high=high, has_low=has_low, has_high=has_high)
        else:
            columns[name] = _codes(table.column(name), rows, len(asked))
    return Population(organisations=asked, columns=columns)


def _integers(column: pa.ChunkedArray, rows: NDArray[Any], length: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    values, present = np.zeros(length, dtype=np.int64), np.zeros(length, dtype=np.bool_)
    values[rows] = pc.fill_null(column.cast(pa.int64()), 0).to_numpy()
    present[rows] = pc.is_valid(column).to_numpy()
    return values, present


def _codes(column: pa.ChunkedArray, rows: NDArray[Any], length: int) -> CodedColumn:
    categories = sorted(code for code in pc.unique(column).to_pylist() if code is not None)
    index = np.full(length, -1, dtype=np.int32)
    places = pc.index_in(column, value_set=pa.array(categories, pa.string()))
    index[rows] = pc.fill_null(places, -1).to_numpy()
    return CodedColumn(index=index, categories=tuple(categories))
