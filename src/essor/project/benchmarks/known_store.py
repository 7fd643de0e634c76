"""A prototype: a file of facts for « as known on », written beside the old one, renamed over it, read by many at once.

One process may hold a DuckDB file for writing, and then no other can open it. So the file is never written in place:
whoever loads it makes a new one and renames it; readers open it read-only, and open it again when it has changed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

_TABLE = "facts"
_ATTACHED = "store"
_OPEN = {
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ 'infinity'",
    "DATE": "DATE 'infinity'",
    "INTEGER": str(2**31 - 1),
    "BIGINT": str(2**63 - 1),
}
"""What stands for « still believed », by type of ``known_to``: the interval is then read without nulls."""


class StoreRefused(ValueError):
    """The facts cannot be stored: ``code`` is ``missing-columns`` or ``unknown-time-type``; ``found`` says what was."""

    def __init__(self, code: str, *, found: Sequence[str]) -> None:
        self.code, self.found = code, tuple(found)
        super().__init__(f"{code}: {', '.join(found)}")


def write_known_store(path: Path, facts: pa.Table | pa.RecordBatchReader | Path) -> int:
    """The number of facts written in the store at ``path``, which replaces the one that was there, or fails whole.

    ``facts``: rows with ``known_from`` and ``known_to`` (instants, days, or integers of one unit; ``known_to`` null or
    the largest integer: still believed), and the columns to group by, filter and sum, as Arrow or Parquet. They are
    stored in order of ``known_to`` then ``known_from``: what was closed before an instant, and what came after it, then
    stand together and are not read. Raises StoreRefused.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with duckdb.connect(unfinished) as connection:
            if isinstance(facts, Path):
                connection.read_parquet(str(facts)).create_view("given")
            else:
                connection.register("given", facts)
            types = {str(row[0]): str(row[1]) for row in connection.execute("DESCRIBE given").fetchall()}
            if missing := [name for name in ("known_from", "known_to") if name not in types]:
                raise StoreRefused("missing-columns", found=missing)
            if types["known_to"] not in _OPEN or types["known_to"] != types["known_from"]:
                raise StoreRefused("unknown-time-type", found=[types["known_from"], types["known_to"]])
            still = _OPEN[types["known_to"]]
            connection.execute(
                f"CREATE TABLE {_TABLE} AS "  # noqa: S608  our own words
                f"SELECT * REPLACE (coalesce(known_to, {still}) AS known_to) FROM given ORDER BY known_to, known_from"
            )
            found = connection.execute(f"SELECT count(*) FROM {_TABLE}").fetchone()  # noqa: S608
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return int(found[0]) if found else 0


class KnownStore:
    """A read-only opener of the store: one cursor a thread, opened again when the file changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._own = threading.local()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._version: tuple[int, int, int] | None = None

    def __enter__(self) -> KnownStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = self._version = None

    def sum_known_at(
        self, known_at: object, *, by: Sequence[str], value: str, member_of: int | None = None, mask: str = "bases"
    ) -> pa.Table:
        """For each combination of ``by``: ``n`` facts with a ``value`` and their sum ``total`` (int64), as known then.

        ``known_at``: of the type of ``known_from``; a fact is known when ``known_from <= known_at < known_to``.
        ``member_of``: only facts whose integer column ``mask`` has that bit. Rows in the order of ``by``.
        """
        keys = ", ".join(_quote(name) for name in by)
        member = "" if member_of is None else f"AND ({_quote(mask)} & {1 << member_of}) <> 0"
        query = (
            f"SELECT {keys}, count({_quote(value)}) AS n, CAST(coalesce(sum({_quote(value)}), 0) AS BIGINT) AS total "  # noqa: S608
            f"FROM {_ATTACHED}.{_TABLE} WHERE known_from <= $known_at AND known_to > $known_at {member} "
            f"GROUP BY {keys} ORDER BY {keys}"
        )
        return self._cursor().execute(query, {"known_at": known_at}).to_arrow_table()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """This thread's cursor on the present file."""
        stat = self._path.stat()
        version = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        with self._lock:
            if self._connection is None or self._version != version:
                self._connection, self._version = _open_read_only(self._path), version
            connection = self._connection
        if getattr(self._own, "version", None) != version:
            self._own.cursor, self._own.version = connection.cursor(), version
        cursor: duckdb.DuckDBPyConnection = self._own.cursor
        return cursor


def _open_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection of its own: two opened by one path would share the first file, even renamed over since."""
    connection = duckdb.connect()
    source = str(path).replace("'", "''")
    connection.execute(f"ATTACH '{source}' AS {_ATTACHED} (READ_ONLY)")
    return connection


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
