"""Quick insertion of many rows inside the current transaction: executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import TransactionManagementError

Converter = Callable[[Any], Any]

_KEPT_AS_THEY_ARE = (models.IntegerField, models.CharField, models.TextField, models.BooleanField, models.ForeignKey)
_OFTEN_REPEATED = (models.DateField, models.DateTimeField)
_REMEMBERED_VALUES = 4096
_ROWS_AT_ONCE = 2000


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, using: str = "default"
) -> int:
    """The number of rows inserted in ``model``'s table, read as they are written.

    ``columns``: names of fields (``organisation`` or ``organisation_id``); a field left out takes the database's own
    default, so one without it must be named. ``rows``: one sequence of values per row, in that order, foreign keys as
    ids; read once, never held whole. Raises django.db.IntegrityError where a constraint of the table refuses a row
    (foreign keys: at the latest when the transaction ends), TransactionManagementError outside a transaction.
    """
    connection = connections[using]
    _require_transaction(connection)
    meta = model._meta  # noqa: SLF001  documented by Django
    fields: list[Any] = [meta.get_field(name) for name in columns]
    converters = [_converter_of(field, connection) for field in fields]
    quote = connection.ops.quote_name
    target = f"{quote(meta.db_table)} ({', '.join(quote(field.column) for field in fields)})"
    converted = _convert_rows(rows, converters)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {target} FROM STDIN") as copy:
                count = 0
                for row in converted:
                    copy.write_row(row)
                    count += 1
            return count
        marks = ", ".join(["%s"] * len(fields))
        count = 0
        while some := list(islice(converted, _ROWS_AT_ONCE)):  # Django keeps what an executemany reads until it ends
            cursor.executemany(f"INSERT INTO {target} VALUES ({marks})", some)  # noqa: S608  names from the model
            count += len(some)
        return count


def reserve_ids(model: type[models.Model], count: int, *, using: str = "default") -> Sequence[int]:
    """``count`` ids of ``model`` that no one else will take, ascending: children can name parents not yet inserted.

    Safe inside a transaction only: raises TransactionManagementError elsewhere. PostgreSQL may leave gaps between them.
    """
    connection = connections[using]
    _require_transaction(connection)
    meta = model._meta  # noqa: SLF001  documented by Django
    table, key = meta.db_table, str(meta.pk.column)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = connection.ops.quote_name(table), key, count
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", sequence)
            return sorted(number for (number,) in cursor.fetchall())
        return _reserve_sqlite_block(cursor, table, key, count)


def _reserve_sqlite_block(cursor: Any, table: str, key: str, count: int) -> range:
    cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
    if cursor.rowcount == 0:
        cursor.execute(
            f'INSERT INTO sqlite_sequence (name, seq) SELECT %s, coalesce(max("{key}"), 0) + %s FROM "{table}"',  # noqa: S608  names from the model
            [table, count],
        )
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    last = int(cursor.fetchone()[0])
    return range(last - count + 1, last + 1)


def _require_transaction(connection: BaseDatabaseWrapper) -> None:
    if not connection.in_atomic_block:
        raise TransactionManagementError("bulk writes run inside transaction.atomic()")


def _converter_of(field: Any, connection: BaseDatabaseWrapper) -> Converter | None:
    """How a value of ``field`` becomes what the driver takes; None where it already is."""
    if isinstance(field, _OFTEN_REPEATED):
        return lru_cache(maxsize=_REMEMBERED_VALUES)(partial(field.get_db_prep_save, connection=connection))
    if isinstance(field, _KEPT_AS_THEY_ARE):
        return None
    return partial(field.get_db_prep_save, connection=connection)


def _convert_rows(rows: Iterable[Sequence[Any]], converters: Sequence[Converter | None]) -> Iterator[Sequence[Any]]:
    to_convert = [(place, convert) for place, convert in enumerate(converters) if convert is not None]
    width = len(converters)
    for row in rows:
        if len(row) != width:
            raise ValueError(f"a row holds {len(row)} values for {width} columns")
        values = list(row)
        for place, convert in to_convert:
            if values[place] is not None:
                values[place] = convert(values[place])
        yield values
