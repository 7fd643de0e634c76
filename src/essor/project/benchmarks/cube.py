"""Year × region × sector × form under four bases, from profiles: our engine, DuckDB by hand, Polars streaming."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from essor.project.benchmarks.generators import write_yearly_profiles
from essor.project.benchmarks.measuring import OURS, Bar, Benchmark, Contender, Work, digest_table

DIMENSIONS = ("year", "region", "sector", "legal_form")
JOBS = "jobs_headcount"
_SELLS: dict[str, Any] = {"fact": "commercial_activity", "is": True}
_EMPLOYS: dict[str, Any] = {"fact": JOBS, "at_least": 1}
TREES: dict[str, dict[str, Any]] = {
    "employers": {"all": [{"fact": "legal_form", "in": ["coop", "npo"]}, _SELLS, _EMPLOYS]},
    "market": {
        "all": [
            {"fact": "legal_form", "in": ["coop", "npo", "mutual"]},
            {"any": [_SELLS, {"fact": "autonomous_revenue_share", "at_least": 0.2}]},
        ]
    },
    "wide": {"all": [{"fact": "legal_form", "in": ["coop", "npo", "mutual", "association"]}, _EMPLOYS]},
    "coops": {"fact": "legal_form", "is": "coop"},
}
"""Four bases of the kinds in use: a form, a size, a share of revenue, and two that read the same things."""
_BY_HAND = {
    "employers": "legal_form IN ('coop', 'npo') AND commercial_activity = 'true' AND jobs_headcount_low >= 1",
    "market": "legal_form IN ('coop', 'npo', 'mutual') "
    "AND (commercial_activity = 'true' OR autonomous_revenue_share_low >= 2000)",
    "wide": "legal_form IN ('coop', 'npo', 'mutual', 'association') AND jobs_headcount_low >= 1",
    "coops": "legal_form = 'coop'",
}
_EXACT = "jobs_headcount_low = jobs_headcount_high"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("profiles-*.parquet"))


def _prepare_ours(folder: Path) -> Work:
    from essor.knowledge import load_variables
    from essor.methods.criteria import PlaceTree, parse
    from essor.project.benchmarks.cubes import aggregate_cube

    bases = {name: parse(tree, variables=load_variables()) for name, tree in TREES.items()}
    files, places = _files(folder), PlaceTree({})
    return lambda: aggregate_cube(files, dimensions=DIMENSIONS, jobs=JOBS, bases=bases, places=places)


def _prepare_duckdb(folder: Path) -> Work:
    """The best hand-written form that we know: group by the mask of bases, then fold the masks into the bases."""
    import duckdb

    keys = ", ".join(DIMENSIONS)
    mask = " + ".join(f"CASE WHEN {test} THEN {1 << bit} ELSE 0 END" for bit, test in enumerate(_BY_HAND.values()))
    folds = ", ".join(
        f"CAST(coalesce(sum({measure}) FILTER (mask & {1 << bit} <> 0), 0) AS BIGINT) AS {base}_{measure}"
        for bit, base in enumerate(_BY_HAND)
        for measure in ("n", "reported", "jobs")
    )
    query = f"""
        SELECT {keys}, {folds} FROM (
            SELECT {keys}, {mask} AS mask, count(*) AS n, count(*) FILTER ({_EXACT}) AS reported,
                   sum(jobs_headcount_low) FILTER ({_EXACT}) AS jobs
            FROM read_parquet('{folder}/profiles-*.parquet') GROUP BY {keys}, mask
        ) GROUP BY {keys}"""  # noqa: S608  our own words
    connection = duckdb.connect()
    return lambda: connection.execute(query).to_arrow_table()


def _prepare_polars(folder: Path, *, stages: int) -> Work:
    import polars as pl

    rows = pl.scan_parquet(folder / "profiles-*.parquet")
    plan = _one_stage(rows) if stages == 1 else _two_stages(rows)
    return lambda: plan.collect(engine="streaming").to_arrow()


def _write_tests() -> dict[str, Any]:
    """Each base as a Polars expression: whether a row is surely in it."""
    import polars as pl

    form, sells = pl.col("legal_form"), pl.col("commercial_activity") == "true"
    employs, earns = pl.col("jobs_headcount_low") >= 1, pl.col("autonomous_revenue_share_low") >= 2000
    tests = {
        "employers": form.is_in(["coop", "npo"]) & sells & employs,
        "market": form.is_in(["coop", "npo", "mutual"]) & (sells | earns),
        "wide": form.is_in(["coop", "npo", "mutual", "association"]) & employs,
        "coops": form == "coop",
    }
    return {base: test.fill_null(value=False) for base, test in tests.items()}


def _write_exact() -> tuple[Any, Any]:
    """Whether a row says exactly its jobs, and those jobs."""
    import polars as pl

    exact = (pl.col("jobs_headcount_low") == pl.col("jobs_headcount_high")).fill_null(value=False)
    return exact, pl.when(exact).then(pl.col("jobs_headcount_low")).otherwise(0)


def _one_stage(rows: Any) -> Any:
    import polars as pl

    exact, exact_jobs = _write_exact()
    folds = []
    for base, is_in in _write_tests().items():
        folds.append(is_in.sum().cast(pl.Int64).alias(f"{base}_n"))
        folds.append((is_in & exact).sum().cast(pl.Int64).alias(f"{base}_reported"))
        folds.append(pl.when(is_in).then(exact_jobs).otherwise(0).sum().alias(f"{base}_jobs"))
    return rows.group_by(DIMENSIONS).agg(folds)


def _two_stages(rows: Any) -> Any:
    """By hand: group by the mask of bases, then fold the masks into the bases."""
    import polars as pl

    tests, (exact, exact_jobs) = _write_tests(), _write_exact()
    bits = [pl.when(test).then(1 << bit).otherwise(0) for bit, test in enumerate(tests.values())]
    masked = rows.with_columns(mask=pl.sum_horizontal(bits).cast(pl.UInt8))
    measures = [
        pl.len().cast(pl.Int64).alias("n"),
        exact.sum().cast(pl.Int64).alias("reported"),
        exact_jobs.sum().alias("jobs"),
    ]
    folds = [
        pl.when((pl.col("mask") & (1 << bit)) != 0).then(pl.col(measure)).otherwise(0).sum().alias(f"{base}_{measure}")
        for bit, base in enumerate(tests)
        for measure in ("n", "reported", "jobs")
    ]
    return masked.group_by([*DIMENSIONS, "mask"]).agg(measures).group_by(DIMENSIONS).agg(folds)


BENCHMARK = Benchmark(
    name="cube",
    generate=write_yearly_profiles,
    sizes={"full": {"organisations": 3_000_000, "years": 10}, "small": {"organisations": 2_000, "years": 3}},
    contenders={
        OURS: Contender(_prepare_ours, digest_table),
        "duckdb-two-stages": Contender(_prepare_duckdb, digest_table),
        "polars-streaming": Contender(lambda folder: _prepare_polars(folder, stages=1), digest_table),
        "polars-streaming-two-stages": Contender(lambda folder: _prepare_polars(folder, stages=2), digest_table),
    },
    bar=Bar(ratio=1.2, megabytes=500),
)
