"""A census of 100 000 rows, imported whole and then undone, in the demonstration's database."""

from __future__ import annotations

from pathlib import Path

from essor.project.benchmarks.instance import build_instance
from essor.project.benchmarks.measuring import OURS, Bar, Benchmark, Contender, Work

_CENSUS = "census.csv"


def _generate(folder: Path, *, rows: int) -> None:
    build_instance(folder)
    (folder / "rows.txt").write_text(str(rows), encoding="ascii")


def _prepare(folder: Path) -> Work:
    from essor.project.benchmarks.census import benchmark_import, write_census_file

    rows = int((folder / "rows.txt").read_text(encoding="ascii"))
    write_census_file(folder / _CENSUS, rows)

    def import_and_undo() -> str:
        report = benchmark_import(folder / _CENSUS)
        return f"{report['rows']} rows, {report['facts']} facts"

    return import_and_undo


BENCHMARK = Benchmark(
    name="import",
    generate=_generate,
    sizes={"full": {"rows": 100_000}, "small": {"rows": 100}},
    contenders={OURS: Contender(_prepare, str, most_repeats=1, needs_instance=True)},
    bar=Bar(seconds=60, megabytes=500),
)
