from __future__ import annotations

import duckdb
import numpy as np
import pytest

from essor.methods.criteria import PlaceTree, evaluate_population, parse, to_sql
from essor.methods.population import CodedColumn, Population
from tests.methods.criteria.worlds import PLACES, VARIABLES


def test_an_attack_in_a_code_is_only_a_text() -> None:
    node = parse({"fact": "place", "within": ["x' OR 1=1 --"]}, variables=VARIABLES)
    planes = to_sql(node, places=PlaceTree({}), dialect="duckdb")
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {planes.yes}, {planes.no} FROM (SELECT 'home' AS place)").fetchall()  # noqa: S608
        own = connection.execute(f"SELECT {planes.yes} FROM (SELECT 'x'' OR 1=1 --' AS place)").fetchall()  # noqa: S608
    assert (found, own) == ([(False, False)], [(True,)])


@pytest.mark.parametrize(
    "tree",
    [{"fact": "form", "is": "coop"}, {"fact": "sells", "is": False}, {"fact": "place", "within": ["640"]}],
)
def test_an_empty_text_is_unknown_where_one_code_is_expected(tree: dict[str, object]) -> None:
    node = parse(tree, variables=VARIABLES)
    column = CodedColumn(np.zeros(1, dtype=np.int32), ("",))
    population = Population(np.arange(1, dtype=np.int64), {str(tree["fact"]): column})
    assert evaluate_population(node, population, places=PLACES).unknown.all()
    planes = to_sql(node, places=PLACES, dialect="duckdb")
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {planes.yes}, {planes.no} FROM (SELECT '' AS {tree['fact']})").fetchone()  # noqa: S608
    assert row == (False, False)


def test_columns_can_be_read_from_a_named_table() -> None:
    node = parse({"fact": "jobs", "between": [5, 9]}, variables=VARIABLES)
    planes = to_sql(node, places=PLACES, dialect="postgres", table="p")
    assert planes.yes == 'COALESCE("p"."jobs_low" >= 5 AND "p"."jobs_high" <= 9, FALSE)'


def test_another_dialect_is_refused() -> None:
    node = parse({"fact": "jobs", "is": 5}, variables=VARIABLES)
    with pytest.raises(ValueError, match="unknown-dialect: 'oracle'"):
        to_sql(node, places=PLACES, dialect="oracle")  # type: ignore[arg-type]


def test_the_largest_trees_run_everywhere() -> None:
    """500 nodes, and a place target of 1 500 municipalities, as a whole country's list would have."""
    import sqlite3

    places = PlaceTree({f"town-{i}": ["region"] for i in range(1_500)})
    leaves = [{"fact": "jobs", "at_least": i % 9} for i in range(495)]
    tree = {"at_least_n": {"n": 400, "of": [*leaves, {"fact": "place", "within": ["region"]}]}}
    node = parse(tree, variables=VARIABLES)
    row = "SELECT 8 AS jobs_low, 8 AS jobs_high, 'town-1|town-2' AS place"
    with duckdb.connect() as connection:
        planes = to_sql(node, places=places, dialect="duckdb")
        assert connection.execute(f"SELECT {planes.yes}, {planes.no} FROM ({row})").fetchall() == [(True, False)]  # noqa: S608
    connection_lite = sqlite3.connect(":memory:")
    planes = to_sql(node, places=places, dialect="sqlite")
    assert connection_lite.execute(f"SELECT {planes.yes}, {planes.no} FROM ({row})").fetchall() == [(1, 0)]  # noqa: S608
    connection_lite.close()
