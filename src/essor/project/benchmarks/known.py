"""Jobs by year and region in one base « as known on » a day: our store, DuckDB's own table, a NumPy scan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from essor.project.benchmarks.generators import write_known_facts
from essor.project.benchmarks.measuring import OURS, Bar, Benchmark, Contender, Work, digest_table

KNOWN_ON = 2400
"""Days after the first: in the seventh year of ten, when most facts are known and many are already corrected."""
_FACTS = "known-facts.parquet"


def _prepare_ours(folder: Path) -> Work:
    from essor.project.benchmarks.known_store import KnownStore, write_known_store

    path = folder / "ours.duckdb"
    write_known_store(path, folder / _FACTS)
    store = KnownStore(path)
    return lambda: store.sum_known_at(KNOWN_ON, by=("year", "region"), value="jobs", member_of=0)


def _prepare_duckdb(folder: Path) -> Work:
    import duckdb

    path = folder / "native.duckdb"
    path.unlink(missing_ok=True)
    connection = duckdb.connect(path)
    connection.execute(f"CREATE TABLE facts AS SELECT * FROM '{folder / _FACTS}'")  # noqa: S608  our own path
    connection.execute("CHECKPOINT")
    query = f"""
        SELECT year, region, count(jobs) AS n, CAST(coalesce(sum(jobs), 0) AS BIGINT) AS total FROM facts
        WHERE known_from <= {KNOWN_ON} AND known_to > {KNOWN_ON} AND (bases & 1) <> 0 GROUP BY year, region"""  # noqa: S608
    return lambda: connection.execute(query).to_arrow_table()


def _prepare_numpy(folder: Path) -> Work:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(folder / _FACTS)
    jobs_known = table["jobs"].is_valid().to_numpy()
    columns = {name: table[name].fill_null(0).to_numpy() for name in table.column_names}

    def scan() -> Any:
        known = (columns["known_from"] <= KNOWN_ON) & (columns["known_to"] > KNOWN_ON) & (columns["bases"] & 1 != 0)
        cell = columns["year"][known].astype(np.int64) * 100 + columns["region"][known]
        cells, where = np.unique(cell, return_inverse=True)
        counts = np.bincount(where, weights=jobs_known[known], minlength=len(cells)).astype(np.int64)
        totals = np.zeros(len(cells), dtype=np.int64)
        np.add.at(totals, where, columns["jobs"][known].astype(np.int64))
        return pa.table({"year": cells // 100, "region": cells % 100, "n": counts, "total": totals})

    return scan


BENCHMARK = Benchmark(
    name="known",
    generate=write_known_facts,
    sizes={"full": {"facts": 10_000_000}, "small": {"facts": 20_000}},
    contenders={
        OURS: Contender(_prepare_ours, digest_table),
        "duckdb-native-table": Contender(_prepare_duckdb, digest_table),
        "numpy-reference": Contender(_prepare_numpy, digest_table, is_rival=False),
    },
    bar=Bar(ratio=1.5),
)
