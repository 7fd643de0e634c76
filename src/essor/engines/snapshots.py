"""One file that holds the records behind an edition, named by its content, refused when a byte of it changed.

All records stand in one Parquet table, told apart by ``record`` (``fact``, ``event`` or ``name``); the columns that a
record does not use are empty. Rows are sorted on every column and written in one way, so the same records make the same
bytes (with the same release of the Parquet library, whose name is in the file).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from essor.engines.records import EVENTS, FACTS, INSTANT, NAMES, Name, as_table
from essor.engines.running import DuckDBEngine
from essor.methods.facts import Event, Observation
from essor.methods.population import Population
from essor.methods.variables import Variable

_RECORDS = {"fact": FACTS, "event": EVENTS, "name": NAMES}
_LAYOUT = pa.unify_schemas([pa.schema([("record", pa.string())]), FACTS, EVENTS, NAMES])
_ROWS_IN_A_GROUP = 131_072
_ZSTD_LEVEL = 9


class SnapshotAltered(Exception):
    """The file is not the one that was written: ``code`` is ``missing`` or ``changed``, ``path`` says where."""

    def __init__(self, code: Literal["missing", "changed"], *, path: Path, expected: str, found: str | None) -> None:
        self.code, self.path, self.expected, self.found = code, path, expected, found
        super().__init__(f"{code}: {path.name} (expected sha256 {expected}, found {found or 'no file'})")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The records of one verified file, in the order of the file."""

    sha256: str
    table: pa.Table

    def facts(self) -> pa.Table:
        """Columns of :data:`essor.engines.records.FACTS`."""
        return self._records("fact")

    def observations(self) -> list[Observation]:
        return [Observation(**row) for row in self.facts().to_pylist()]

    def events(self) -> list[Event]:
        return [Event(**row) for row in self._records("event").to_pylist()]

    def names(self) -> list[Name]:
        return [Name(**row) for row in self._records("name").to_pylist()]

    def read_population(
        self,
        *,
        variables: Collection[Variable],
        on: date,
        known_at: datetime,
        organisations: Collection[int] | None = None,
    ) -> Population:
        """See :meth:`essor.engines.running.Engine.read_population`."""
        engine = DuckDBEngine(self.facts())
        return engine.read_population(variables=variables, on=on, known_at=known_at, organisations=organisations)

    def _records(self, record: str) -> pa.Table:
        rows = self.table.filter(pc.equal(self.table.column("record"), record))
        return rows.select(_RECORDS[record].names).cast(_RECORDS[record])


def write_snapshot(
    folder: Path,
    *,
    facts: pa.Table | Iterable[Observation],
    events: pa.Table | Iterable[Event],
    names: pa.Table | Iterable[Name],
    known_at: datetime | None = None,
) -> tuple[Path, str]:
    """The path and the SHA-256 of the file made of these records: ``folder/<sha256>.parquet``.

    Records in any order, as Arrow tables with the columns of :data:`FACTS`, :data:`EVENTS`, :data:`NAMES`, or as
    objects. ``known_at``: keep what was known then and leave ``known_to`` empty, so that one instant makes one file
    whenever it is taken; None keeps the rows as they are. The file appears complete or not at all.
    """
    parts = [_as_records("fact", facts), _as_records("event", events), _as_records("name", names)]
    table = pa.concat_tables(parts)
    if known_at is not None:
        table = _as_known_at(table, known_at)
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in _LAYOUT.names])
    table = table.take(order).combine_chunks()
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=".snapshot-", suffix=".part", delete=False) as file:
        unfinished = Path(file.name)
        try:
            _write_parquet(table, file)
            file.flush()
            os.fsync(file.fileno())
            sha256 = hashlib.sha256(unfinished.read_bytes()).hexdigest()
            path = folder / f"{sha256}.parquet"
            unfinished.chmod(0o644)
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    _keep_folder_entry(folder)
    return path, sha256


def open_snapshot(path: Path, expected_sha256: str) -> Snapshot:
    """The snapshot in the file; raises SnapshotAltered when its bytes are not those of ``expected_sha256``.

    The bytes verified are the bytes read: a change of the file meanwhile is not seen.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SnapshotAltered("missing", path=path, expected=expected_sha256, found=None) from None
    found = hashlib.sha256(content).hexdigest()
    if found != expected_sha256:
        raise SnapshotAltered("changed", path=path, expected=expected_sha256, found=found)
    return Snapshot(sha256=found, table=pq.read_table(pa.BufferReader(content)))


def _as_records(record: str, items: pa.Table | Iterable[Any]) -> pa.Table:
    table = as_table(_RECORDS[record], items)
    columns = {name: table.column(name) for name in table.column_names}
    columns["record"] = pa.repeat(record, len(table))
    return pa.table(
        [columns[field.name] if field.name in columns else pa.nulls(len(table), field.type) for field in _LAYOUT],
        schema=_LAYOUT,
    )


def _as_known_at(table: pa.Table, known_at: datetime) -> pa.Table:
    instant = pa.scalar(known_at, INSTANT)
    still = pc.fill_null(pc.greater(table.column("known_to"), instant), True)  # noqa: FBT003  the value that replaces nulls
    kept = table.filter(pc.and_(pc.less_equal(table.column("known_from"), instant), still))
    place = kept.schema.get_field_index("known_to")
    return kept.set_column(place, "known_to", pa.nulls(len(kept), INSTANT))


def _write_parquet(table: pa.Table, file: Any) -> None:
    pq.write_table(
        table,
        file,
        version="2.6",
        compression="zstd",
        compression_level=_ZSTD_LEVEL,
        row_group_size=_ROWS_IN_A_GROUP,
        store_schema=False,
    )


def _keep_folder_entry(folder: Path) -> None:
    """Makes the renaming itself last through a power cut, where the system lets a folder be synchronised."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
