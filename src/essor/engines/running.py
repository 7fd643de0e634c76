"""The engines, behind one small interface: the application's own database, and DuckDB over columns."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from django.db.backends.base.base import BaseDatabaseWrapper

from essor.engines.profiles import (
    APPLICATION_FACTS,
    STORED_FACTS,
    AskedVariables,
    FactTable,
    asked_variables,
    facts_sql,
    population_from_columns,
    population_sql,
)
from essor.engines.records import FACTS
from essor.methods.population import Population
from essor.methods.variables import Variable

_ROWS_AT_ONCE = 50_000


class Engine(Protocol):
    """A place where facts are read. ``dialect``: the SQL that it speaks (``duckdb``, ``sqlite`` or ``postgres``)."""

    @property
    def name(self) -> str: ...

    @property
    def dialect(self) -> str: ...

    def read_population(
        self,
        *,
        variables: Collection[Variable],
        on: date,
        known_at: datetime,
        organisations: Collection[int] | None = None,
    ) -> Population:
        """The chosen answers on day ``on`` with what was known at ``known_at``.

        ``organisations``: exactly these, or None for all that have an answer to one of ``variables``.
        """
        ...


class DatabaseEngine:
    """Facts in the application's database, read through its own connection, within its transaction."""

    def __init__(self, connection: BaseDatabaseWrapper, *, table: FactTable = APPLICATION_FACTS) -> None:
        self._connection, self._table = connection, table

    @property
    def name(self) -> str:
        return str(self._connection.vendor)

    @property
    def dialect(self) -> str:
        return "postgres" if self._connection.vendor == "postgresql" else "sqlite"

    def read_population(
        self,
        *,
        variables: Collection[Variable],
        on: date,
        known_at: datetime,
        organisations: Collection[int] | None = None,
    ) -> Population:
        asked = asked_variables(variables)
        adapt = self._connection.ops
        parameters: dict[str, Any] = {
            "on": adapt.adapt_datefield_value(on),
            "known_at": adapt.adapt_datetimefield_value(known_at),
        }
        if organisations is not None:
            parameters |= self._asked(organisations)
        query = population_sql(asked, table=self._table, dialect=self.dialect, some=organisations is not None)
        with self._connection.cursor() as cursor:
            cursor.execute(query, parameters)
            rows = cursor.fetchall()
        return population_from_columns(_columns_of(rows, asked), asked, organisations=organisations)

    def read_facts(self, *, known_at: datetime, organisations: Collection[int] | None = None) -> pa.Table:
        """Every fact known at ``known_at``, of these organisations or of all: columns of ``FACTS``, in no order."""
        parameters: dict[str, Any] = {"known_at": self._connection.ops.adapt_datetimefield_value(known_at)}
        if organisations is not None:
            parameters |= self._asked(organisations)
        query = facts_sql(table=self._table, dialect=self.dialect, some=organisations is not None)
        batches = []
        with self._connection.cursor() as cursor:
            cursor.execute(query, parameters)
            while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                batches.append(_facts_of(rows))
        return pa.concat_tables(batches) if batches else FACTS.empty_table()

    def _asked(self, organisations: Collection[int]) -> dict[str, Any]:
        chosen = sorted(set(organisations))
        return {"organisations": chosen if self.dialect == "postgres" else json.dumps(chosen)}


class DuckDBEngine:
    """Facts as columns: an Arrow table (see :data:`essor.engines.records.FACTS`), or a snapshot's file."""

    name = "duckdb"
    dialect = "duckdb"

    def __init__(self, facts: pa.Table | Path) -> None:
        self._facts = facts

    def read_population(
        self,
        *,
        variables: Collection[Variable],
        on: date,
        known_at: datetime,
        organisations: Collection[int] | None = None,
    ) -> Population:
        asked = asked_variables(variables)
        parameters: dict[str, Any] = {"on": on, "known_at": known_at.astimezone(UTC)}
        if organisations is not None:
            parameters["organisations"] = sorted(set(organisations))
        query = population_sql(asked, table=STORED_FACTS, dialect=self.dialect, some=organisations is not None)
        with duckdb.connect() as connection:
            if isinstance(self._facts, Path):
                connection.read_parquet(str(self._facts)).filter("record = 'fact'").create_view(STORED_FACTS.name)
            else:
                connection.register(STORED_FACTS.name, self._facts)
            answer = connection.execute(query, parameters).to_arrow_table()
        return population_from_columns(answer, asked, organisations=organisations)


def _columns_of(rows: Sequence[tuple[Any, ...]], asked: AskedVariables) -> pa.Table:
    """Rows from a database cursor, as the typed columns that the query promises."""
    fields = [pa.field("organisation", pa.int64())]
    for name, is_numeric in asked:
        if is_numeric:
            fields += [pa.field(f"{name}_low", pa.int64()), pa.field(f"{name}_high", pa.int64())]
        else:
            fields.append(pa.field(name, pa.string()))
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [[] for _ in fields]
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, fields, strict=True)], schema=pa.schema(fields)
    )


def _facts_of(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    """Rows of facts from a database cursor; SQLite gives days and instants (in UTC) as text."""
    columns = []
    for values, field in zip(zip(*rows, strict=True), FACTS, strict=True):
        is_text = any(isinstance(value, str) for value in values) and field.type != pa.string()
        column = pa.array(values, pa.string() if is_text else field.type)
        if is_text and pa.types.is_timestamp(field.type):
            column = pc.assume_timezone(column.cast(pa.timestamp("us")), "UTC")
        columns.append(column.cast(field.type))
    return pa.table(columns, schema=FACTS)
