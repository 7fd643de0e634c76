from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from essor.methods.criteria import (
    Answer,
    Exact,
    Many,
    Node,
    OneOf,
    PlaceTree,
    Range,
    Truth,
    evaluate,
    evaluate_population,
    evaluate_sets,
    parse,
    to_sql,
)
from essor.methods.criteria.sql import Dialect
from tests.methods.criteria.workload import make_workload
from tests.methods.criteria.worlds import (
    PLACES,
    VARIABLES,
    cells_of,
    leaves,
    population_of,
    profiles,
    trees,
    values_of,
)

several_profiles = st.lists(profiles, min_size=1, max_size=6)
Run = Callable[[str], list[tuple[Any, ...]]]


def read(tree: object) -> Node:
    return parse(tree, variables=VARIABLES)


def truths(node: Node, found: list[dict[str, Answer]]) -> list[Truth]:
    return [evaluate(node, profile, places=PLACES).truth for profile in found]


@given(trees, several_profiles)
@settings(max_examples=150, deadline=None)
def test_a_population_reads_as_its_profiles(tree: object, found: list[dict[str, Answer]]) -> None:
    node = read(tree)
    planes = evaluate_population(node, population_of(found), places=PLACES)
    assert not np.any(planes.yes & planes.no)
    assert (planes.yes.astype(int) - planes.no.astype(int)).tolist() == truths(node, found)
    assert planes.unknown.tolist() == [truth == Truth.UNKNOWN for truth in truths(node, found)]


@given(st.lists(trees, min_size=1, max_size=4), several_profiles)
@settings(max_examples=40, deadline=None)
def test_many_criteria_read_as_each_alone(several: list[object], found: list[dict[str, Answer]]) -> None:
    nodes, population = [read(tree) for tree in several], population_of(found)
    for node, together in zip(nodes, evaluate_sets(nodes, population, places=PLACES), strict=True):
        alone = evaluate_population(node, population, places=PLACES)
        assert np.array_equal(together.yes, alone.yes)
        assert np.array_equal(together.no, alone.no)


def test_many_sets_on_many_profiles_read_as_each_alone() -> None:
    work = make_workload(profiles=500, sets=60)
    for node, together in zip(work.nodes, evaluate_sets(work.nodes, work.population, places=work.places), strict=True):
        alone = evaluate_population(node, work.population, places=work.places)
        assert np.array_equal(together.yes, alone.yes)
        assert np.array_equal(together.no, alone.no)


def column_names() -> Iterator[tuple[str, bool]]:
    for name, variable in VARIABLES.items():
        if variable.is_numeric:
            yield from ((f"{name}_low", True), (f"{name}_high", True))
        else:
            yield name, False


def table_sql(found: list[dict[str, Answer]]) -> str:
    """The profiles as rows written in SQL: ``row`` and the columns of the convention."""
    names = list(column_names())
    rows = []
    for number, profile in enumerate(found):
        cells = itertools.chain.from_iterable(cells_of(v, profile.get(name)) for name, v in VARIABLES.items())
        written = [_literal(cell, number_wanted) for cell, (_, number_wanted) in zip(cells, names, strict=True)]
        columns = [f'{text} AS "{name}"' for text, (name, _) in zip(written, names, strict=True)]
        rows.append(f'SELECT {number} AS "row", {", ".join(columns)}')
    return " UNION ALL ".join(rows)


def _literal(cell: int | str | None, number_wanted: bool) -> str:
    kind = "BIGINT" if number_wanted else "TEXT"
    if cell is None:
        return f"CAST(NULL AS {kind})"
    return f"CAST({cell} AS {kind})" if isinstance(cell, int) else "'" + cell.replace("'", "''") + "'"


def sql_truths(node: Node, found: list[dict[str, Answer]], dialect: Dialect, run: Run) -> list[Truth]:
    planes = to_sql(node, places=PLACES, dialect=dialect, table="p")
    query = f'SELECT {planes.yes}, {planes.no} FROM ({table_sql(found)}) AS p ORDER BY p."row"'  # noqa: S608
    rows = run(query)
    assert all(value is not None for row in rows for value in row)
    assert not any(yes and no for yes, no in rows)
    return [Truth(int(yes) - int(no)) for yes, no in rows]


@pytest.fixture(scope="module")
def run_duckdb() -> Iterator[Run]:
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        yield lambda query: connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def run_sqlite() -> Iterator[Run]:
    connection = sqlite3.connect(":memory:")
    yield lambda query: connection.execute(query).fetchall()
    connection.close()


@pytest.fixture(scope="module")
def run_postgresql() -> Iterator[Run]:
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        pytest.skip("needs a PostgreSQL server: DATABASE_URL is not a postgres address")
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        yield lambda query: connection.execute(query.encode()).fetchall()


@given(tree=trees, found=several_profiles)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_duckdb_reads_as_python(tree: object, found: list[dict[str, Answer]], run_duckdb: Run) -> None:
    node = read(tree)
    assert sql_truths(node, found, "duckdb", run_duckdb) == truths(node, found)


@given(tree=trees, found=several_profiles)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sqlite_reads_as_python(tree: object, found: list[dict[str, Answer]], run_sqlite: Run) -> None:
    node = read(tree)
    assert sql_truths(node, found, "sqlite", run_sqlite) == truths(node, found)


@pytest.mark.postgresql
@given(tree=trees, found=several_profiles)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_postgresql_reads_as_python(tree: object, found: list[dict[str, Answer]], run_postgresql: Run) -> None:
    node = read(tree)
    assert sql_truths(node, found, "postgres", run_postgresql) == truths(node, found)


def possible_values(answer: Answer | None, name: str) -> Iterable[Answer]:
    """Every exact answer that an incomplete one allows, in the world of these tests."""
    variable = VARIABLES[name]
    match answer:
        case None | Range(None, None) if variable.kind == "choice_many":
            return [Many(frozenset(codes)) for n in range(3) for codes in itertools.combinations(variable.values, n)]
        case None:
            return [Exact(value) for value in values_of(variable)]
        case Range(low, high):
            inside = [v for v in values_of(variable) if (low is None or v >= low) and (high is None or v <= high)]
            return [Exact(value) for value in inside]
        case OneOf(values):
            return [Exact(value) for value in values]
    return [answer]


@st.composite
def refinements(draw: st.DrawFn) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """A profile, and the same with one answer made more precise."""
    before = draw(profiles)
    name = draw(st.sampled_from(list(VARIABLES)))
    answer = before.get(name)
    narrower: list[Answer] = list(possible_values(answer, name))
    if isinstance(answer, Range):
        numbers = [exact.value for exact in narrower if isinstance(exact, Exact) and isinstance(exact.value, int)]
        narrower += [Range(low, high) for low, high in itertools.combinations(numbers, 2)]
    if isinstance(answer, OneOf):
        narrower += [OneOf(answer.values - {value}) for value in answer.values if len(answer.values) > 1]
    if isinstance(answer, Exact) and VARIABLES[name].kind == "place":
        narrower += [Exact(code) for code in PLACES.inside([str(answer.value)])]
    return before, before | {name: draw(st.sampled_from(narrower))}


@given(trees, refinements())
@settings(max_examples=300, deadline=None)
def test_one_more_answer_never_reverses(tree: object, pair: tuple[dict[str, Answer], dict[str, Answer]]) -> None:
    before, after = (evaluate(read(tree), profile, places=PLACES).truth for profile in pair)
    assert before in (Truth.UNKNOWN, after)


@given(leaves(), profiles)
@settings(max_examples=200, deadline=None)
def test_a_leaf_is_settled_exactly_when_every_possible_value_agrees(tree: object, profile: dict[str, Answer]) -> None:
    node = read(tree)
    (name,) = {part.node.variable.id for part in evaluate(node, {}, places=PLACES).reasons.leaves()}
    answer = profile.get(name)
    if answer is None or (isinstance(answer, Range) and None in (answer.low, answer.high)) or name == "place":
        return
    agreed = {evaluate(node, {name: exact}, places=PLACES).truth for exact in possible_values(answer, name)}
    expected = agreed.pop() if len(agreed) == 1 else Truth.UNKNOWN
    assert evaluate(node, profile, places=PLACES).truth == expected


@given(trees, profiles)
@settings(max_examples=100, deadline=None)
def test_only_missing_variables_can_change_the_truth(tree: object, profile: dict[str, Answer]) -> None:
    node = read(tree)
    verdict = evaluate(node, profile, places=PLACES)
    assert bool(verdict.missing) == (verdict.truth == Truth.UNKNOWN)
    for name in set(VARIABLES) - set(verdict.missing):
        for exact in possible_values(profile.get(name), name):
            changed = evaluate(node, profile | {name: exact}, places=PLACES)
            assert changed.truth == verdict.truth


@given(st.lists(trees, min_size=1, max_size=3), profiles)
@settings(max_examples=80, deadline=None)
def test_de_morgan_and_the_bounds_of_at_least(parts: list[object], profile: dict[str, Answer]) -> None:
    def truth(tree: object) -> Truth:
        return evaluate(read(tree), profile, places=PLACES).truth

    assert truth({"not": {"all": parts}}) == truth({"any": [{"not": part} for part in parts]})
    assert truth({"not": {"any": parts}}) == truth({"all": [{"not": part} for part in parts]})
    assert truth({"at_least_n": {"n": len(parts), "of": parts}}) == truth({"all": parts})
    assert truth({"at_least_n": {"n": 1, "of": parts}}) == truth({"any": parts})
    assert truth({"not": {"not": parts[0]}}) == truth(parts[0])


@given(trees)
@settings(max_examples=100, deadline=None)
def test_a_tree_written_and_read_again_is_the_same(tree: object) -> None:
    node = read(tree)
    assert read(node.to_data()) == node
    assert read(node.to_data()).to_data() == node.to_data()
    assert hash(read(node.to_data())) == hash(node)


parents = st.integers(2, 7).flatmap(
    lambda n: st.tuples(*[st.frozensets(st.integers(0, max(i - 1, 0)), max_size=2) for i in range(n)])
)


@given(parents, st.data())
@settings(max_examples=100, deadline=None)
def test_places_inside_partly_and_outside_share_the_tree(
    above: tuple[frozenset[int], ...], data: st.DataObject
) -> None:
    tree = PlaceTree({str(i): [str(j) for j in direct if j < i] for i, direct in enumerate(above)})
    targets = data.draw(st.frozensets(st.sampled_from(sorted(tree.codes)), min_size=1))
    inside, partly, outside = tree.inside(targets), tree.above(targets), tree.outside(targets)
    assert inside | partly | outside == tree.codes
    assert len(inside) + len(partly) + len(outside) == len(tree.codes)
    for code in tree.codes:
        within = tree.inside([code])
        assert (code in inside) == (within <= inside)
        assert (code in outside) == within.isdisjoint(inside)
