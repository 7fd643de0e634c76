from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from essor.project.benchmarks.known_store import KnownStore, StoreRefused, write_known_store

START = datetime(2014, 1, 1, tzinfo=UTC)
INSTANT = pa.timestamp("us", tz="UTC")


def table_of(rows: list[tuple[int, str, int | None, int, int | None]]) -> pa.Table:
    """Rows of (year, region, value, known from, known to), the instants in microseconds after START."""
    return pa.table(
        {
            "year": pa.array([row[0] for row in rows], pa.int16()),
            "region": pa.array([row[1] for row in rows], pa.string()),
            "value": pa.array([row[2] for row in rows], pa.int64()),
            "bases": pa.array([row[0] % 4 for row in rows], pa.uint8()),
            "known_from": pa.array([START + timedelta(microseconds=row[3]) for row in rows], INSTANT),
            "known_to": pa.array(
                [None if row[4] is None else START + timedelta(microseconds=row[4]) for row in rows], INSTANT
            ),
        }
    )


ROW = st.tuples(
    st.integers(2014, 2016),
    st.sampled_from(["06", "14"]),
    st.none() | st.integers(0, 2**40),
    st.integers(0, 3),
    st.none() | st.integers(0, 5),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=20), moment=st.integers(0, 5), base=st.none() | st.integers(0, 1))
def test_sums_are_those_of_the_facts_believed_then(
    tmp_path: Path, rows: list[tuple[int, str, int | None, int, int | None]], moment: int, base: int | None
) -> None:
    path = tmp_path / "known.duckdb"
    assert write_known_store(path, table_of(rows)) == len(rows)
    with KnownStore(path) as store:
        found = store.sum_known_at(
            START + timedelta(microseconds=moment), by=["year", "region"], value="value", member_of=base
        )
    expected: dict[tuple[int, str], list[int]] = {}
    for year, region, value, known_from, known_to in rows:
        believed = known_from <= moment and (known_to is None or moment < known_to)
        if believed and (base is None or year % 4 & (1 << base)):
            cell = expected.setdefault((year, region), [0, 0])
            cell[0] += value is not None
            cell[1] += value or 0
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        (*key, *cell) for key, cell in sorted(expected.items())
    ]


def test_days_counted_as_integers_equal_a_numpy_scan(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    known_from = random.integers(0, 1000, 5000).astype(np.int32)
    known_to = np.where(random.random(5000) < 0.5, 2**31 - 1, known_from + 300).astype(np.int32)
    region, value = random.integers(0, 17, 5000).astype(np.int8), random.integers(0, 900, 5000).astype(np.int32)
    source = tmp_path / "facts.parquet"
    pq.write_table(pa.table({"region": region, "value": value, "known_from": known_from, "known_to": known_to}), source)
    write_known_store(tmp_path / "known.duckdb", source)
    with KnownStore(tmp_path / "known.duckdb") as store:
        found = store.sum_known_at(500, by=["region"], value="value")
    believed = (known_from <= 500) & (known_to > 500)
    totals = np.bincount(region[believed], weights=value[believed], minlength=17).astype(np.int64)
    assert found["total"].to_pylist() == totals.tolist()


def test_readers_see_the_new_file_once_it_is_renamed_over_the_old(tmp_path: Path) -> None:
    path = tmp_path / "known.duckdb"
    write_known_store(path, table_of([(2014, "14", 5, 0, None)]))
    with KnownStore(path) as store:
        assert store.sum_known_at(START, by=["year"], value="value")["total"].to_pylist() == [5]
        write_known_store(path, table_of([(2014, "14", 7, 0, None)]))
        assert store.sum_known_at(START, by=["year"], value="value")["total"].to_pylist() == [7]
    assert [file.name for file in tmp_path.iterdir()] == ["known.duckdb"]


def test_threads_read_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "known.duckdb"
    write_known_store(path, table_of([(2014, "14", number, 0, None) for number in range(1000)]))
    totals: list[int] = []
    with KnownStore(path) as store:

        def read() -> None:
            totals.extend(store.sum_known_at(START, by=["year"], value="value")["total"].to_pylist())

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert totals == [499_500] * 8


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "known.duckdb"
    write_known_store(path, table_of([]))
    with KnownStore(path) as store, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        store._cursor().execute("DELETE FROM store.facts")


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"known_from": [1], "value": [2]}, "missing-columns"),
        ({"known_from": ["a"], "known_to": ["b"]}, "unknown-time-type"),
    ],
)
def test_what_cannot_be_stored_leaves_the_old_file(tmp_path: Path, columns: dict[str, list[object]], code: str) -> None:
    path = tmp_path / "known.duckdb"
    write_known_store(path, table_of([(2014, "14", 5, 0, None)]))
    before = path.read_bytes()
    with pytest.raises(StoreRefused, match=code):
        write_known_store(path, pa.table(columns))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["known.duckdb"]
