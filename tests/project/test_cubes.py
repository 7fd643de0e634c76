from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from essor.methods.criteria import Node, PlaceTree, Truth, evaluate, parse
from essor.methods.criteria.answers import Exact, OneOf, Range
from essor.methods.variables import Variable
from essor.project.benchmarks.cubes import aggregate_cube

VARIABLES = {
    variable.id: variable
    for variable in (
        Variable("jobs_headcount", "number", "Emplois", "Jobs"),
        Variable("autonomous_revenue_share", "ratio", "Part", "Share", scale=4),
        Variable("legal_form", "choice", "Forme", "Form", values=("coop", "npo", "other")),
        Variable("municipality", "place", "Municipalité", "Municipality"),
    )
}
PLACES = PlaceTree({"640": ["14"], "64008": ["640"], "64015": ["640"], "66023": ["06"]})
LEAVES = st.sampled_from(
    [
        {"fact": "jobs_headcount", "at_least": 1},
        {"fact": "jobs_headcount", "less_than": 5},
        {"fact": "jobs_headcount", "more_than": 5},
        {"fact": "jobs_headcount", "between": [2, 9]},
        {"fact": "autonomous_revenue_share", "at_most": 0.2},
        {"fact": "legal_form", "in": ["coop", "npo"]},
        {"fact": "legal_form", "is": "other"},
        {"fact": "municipality", "within": ["640"]},
    ]
)
TREES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(lambda of: {"all": of}, st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda of: {"any": of}, st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda one: {"not": one}, parts),
    ),
    max_leaves=6,
)
BOUNDS = st.sampled_from([(None, None), (0, 0), (1, 1), (5, 5), (6, 6), (2, 9), (1, None), (None, 4), (10, 40)])
ROWS = st.fixed_dictionaries(
    {
        "region": st.sampled_from(["14", "06", None]),
        "legal_form": st.sampled_from(["coop", "npo", "coop|npo", "other", None]),
        "municipality": st.sampled_from(["64008", "66023", None]),
        "jobs": BOUNDS,
        "share": st.sampled_from([(None, None), (2000, 2000), (2001, 2001), (1000, 3000)]),
    }
)
SCHEMA = pa.schema(
    [("year", pa.int16()), ("region", pa.string()), ("legal_form", pa.string()), ("municipality", pa.string())]
    + [
        (f"{name}_{side}", pa.int64())
        for name in ("jobs_headcount", "autonomous_revenue_share")
        for side in ("low", "high")
    ]
)


def write_profiles(path: Path, year: int, rows: list[dict[str, Any]]) -> Path:
    columns = [
        [year] * len(rows),
        *([row[name] for row in rows] for name in ("region", "legal_form", "municipality")),
        *([row[name][side] for row in rows] for name in ("jobs", "share") for side in (0, 1)),
    ]
    pq.write_table(
        pa.table([pa.array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA),
        path,
    )
    return path


def is_member(node: Node, row: dict[str, Any]) -> bool:
    answers: dict[str, Any] = {}
    for variable, name in (("jobs_headcount", "jobs"), ("autonomous_revenue_share", "share")):
        low, high = row[name]
        if low is not None or high is not None:
            answers[variable] = Exact(low) if low == high else Range(low, high)
    for name in ("legal_form", "municipality"):
        if row[name] is not None:
            codes = row[name].split("|")
            answers[name] = Exact(codes[0]) if len(codes) == 1 else OneOf(frozenset(codes))
    return evaluate(node, answers, places=PLACES).truth is Truth.YES


def plain_cube(years: dict[int, list[dict[str, Any]]], bases: dict[str, Node]) -> dict[tuple[Any, ...], Counter[str]]:
    cells: dict[tuple[Any, ...], Counter[str]] = {}
    for year, rows in years.items():
        for row in rows:
            cell = cells.setdefault((year, row["region"], row["legal_form"]), Counter())
            for base, node in bases.items():
                if is_member(node, row):
                    is_reported = row["jobs"][0] is not None and row["jobs"][0] == row["jobs"][1]
                    cell[f"{base}_n"] += 1
                    cell[f"{base}_reported"] += is_reported
                    cell[f"{base}_jobs"] += row["jobs"][0] if is_reported else 0
    return cells


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    trees=st.lists(TREES, min_size=1, max_size=4), first=st.lists(ROWS, max_size=12), second=st.lists(ROWS, max_size=12)
)
def test_the_cube_is_what_counting_one_by_one_gives(
    tmp_path: Path, trees: list[Any], first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    bases = {f"base {number}": parse(tree, variables=VARIABLES) for number, tree in enumerate(trees)}
    files = [write_profiles(tmp_path / "a.parquet", 2014, first), write_profiles(tmp_path / "b.parquet", 2015, second)]
    keys = ("year", "region", "legal_form")
    cube = aggregate_cube(files, dimensions=keys, jobs="jobs_headcount", bases=bases, places=PLACES)
    measures = [f"{base}_{measure}" for base in bases for measure in ("n", "reported", "jobs")]
    found = {tuple(row[key] for key in keys): {name: row[name] for name in measures} for row in cube.to_pylist()}
    expected = plain_cube({2014: first, 2015: second}, bases)
    assert found == {key: {name: cell[name] for name in measures} for key, cell in expected.items()}


def test_one_file_of_several_years_is_grouped_by_year(tmp_path: Path) -> None:
    row = {"region": "14", "legal_form": "coop", "municipality": None, "jobs": (3, 3), "share": (None, None)}
    tables = [pq.read_table(write_profiles(tmp_path / "one.parquet", year, [row])) for year in (2014, 2015)]
    pq.write_table(pa.concat_tables(tables), tmp_path / "both.parquet", row_group_size=1)
    node = parse({"fact": "jobs_headcount", "at_least": 1}, variables=VARIABLES)
    cube = aggregate_cube(
        [tmp_path / "both.parquet"], dimensions=["year"], jobs="jobs_headcount", bases={"a": node}, places=PLACES
    )
    assert sorted(cube.to_pylist(), key=lambda row: row["year"]) == [
        {"year": year, "a_n": 1, "a_reported": 1, "a_jobs": 3} for year in (2014, 2015)
    ]


def test_a_cube_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="needs files"):
        aggregate_cube([], dimensions=["year"], jobs="jobs_headcount", bases={}, places=PLACES)
