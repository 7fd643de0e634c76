"""A prototype: a cube under several bases at once, from wide profiles in Parquet, one row an organisation and a year.

Bases are not so many passes over the rows. Stage one groups each file by the dimensions and by what the criteria can
tell apart: the codes that they read, and for each bound of a number the interval between two thresholds in which it
lies. Stage two reads the criteria once a group, on any value of the interval (all give the same truth), and folds the
groups into the bases. The criteria themselves are the SQL of :func:`essor.methods.criteria.to_sql`, unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp, parse_one

from essor.methods.criteria import Node, Places, leaves_of, to_sql

_GROUPS = "profile_groups"
_CLASS = "class_of_numbers"


@dataclass(frozen=True, slots=True)
class _Bound:
    """A column of numbers, and the thresholds that cut it: class 0 is unknown, class i starts at threshold i - 1."""

    column: str
    thresholds: tuple[int, ...]
    factor: int

    @property
    def classes(self) -> int:
        return len(self.thresholds) + 2

    def number(self) -> str:
        """The share of a row's class that this column makes."""
        name = _quote(self.column)
        highest_first = reversed(list(enumerate(self.thresholds, start=2)))
        cases = " ".join(f"WHEN {name} >= {cut} THEN {place * self.factor}" for place, cut in highest_first)
        return f"(CASE {cases} WHEN {name} IS NULL THEN 0 ELSE {self.factor} END)"

    def any_value(self) -> str:
        """A value of the row's class, as the column that the criteria read."""
        place = f"({_CLASS} // {self.factor}) % {self.classes}"
        cases = " ".join(f"WHEN {number} THEN {cut}" for number, cut in enumerate(self.thresholds, start=2))
        return f"CASE {place} WHEN 0 THEN NULL {cases} ELSE {self.thresholds[0] - 1} END AS {_quote(self.column)}"


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the criteria read: one condition a base, the coded columns, the bounds of numbers."""

    conditions: tuple[str, ...]
    codes: tuple[str, ...]
    bounds: tuple[_Bound, ...]


def aggregate_cube(
    files: Sequence[Path], *, dimensions: Sequence[str], jobs: str, bases: Mapping[str, Node], places: Places
) -> pa.Table:
    """Organisations surely in each base, by ``dimensions``: how many, how many say exactly their jobs, and those jobs.

    ``files``: Parquet of wide profiles, with the dimensions, ``<jobs>_low``, ``<jobs>_high`` and the columns of the
    criteria (see :mod:`essor.methods.criteria.sql`). The result, in no order, has a row for each combination found, and
    columns ``<base>_n``, ``<base>_reported``, ``<base>_jobs`` (int64, never null): a band is not reported, and unknown
    membership is not membership. Raises ValueError without files, dimensions or bases.
    """
    if not (files and dimensions and bases):
        raise ValueError("a cube needs files, dimensions and bases")
    reading = _read_criteria(list(bases.values()), places)
    with duckdb.connect() as connection:
        groups = [_group_file(connection, file, dimensions, jobs, reading) for file in files]
        connection.register(_GROUPS, pa.concat_tables(groups, promote_options="permissive"))
        return connection.execute(_fold_sql(dimensions, list(bases), reading)).to_arrow_table()


def _read_criteria(nodes: Sequence[Node], places: Places) -> _Reading:
    conditions = tuple(to_sql(node, places=places, dialect="duckdb").yes for node in nodes)
    numbers = {
        f"{leaf.variable.id}_{side}"
        for node in nodes
        for leaf in leaves_of(node)
        if leaf.variable.is_numeric
        for side in ("low", "high")
    }
    trees = [parse_one(condition, dialect="duckdb") for condition in conditions]
    columns = {column.name for tree in trees for column in tree.find_all(exp.Column)}
    thresholds: dict[str, set[int]] = {}
    for tree in trees:
        for column, cut in _thresholds_of(tree):
            thresholds.setdefault(column, set()).add(cut)
    bounds, factor = [], 1
    for column in sorted(columns & numbers):
        bounds.append(_Bound(column, tuple(sorted(thresholds[column])), factor))
        factor *= bounds[-1].classes
    return _Reading(conditions, tuple(sorted(columns - numbers)), tuple(bounds))


def _thresholds_of(tree: exp.Expr) -> Iterator[tuple[str, int]]:
    """Each value from which a comparison of a number changes its answer: ``x <= 9`` changes at 10."""
    starts = {exp.GTE: 0, exp.LT: 0, exp.GT: 1, exp.LTE: 1}
    for comparison in tree.find_all(*starts):
        if isinstance(comparison.this, exp.Column):
            yield comparison.this.name, int(comparison.expression.to_py()) + starts[type(comparison)]


def _group_file(
    connection: duckdb.DuckDBPyConnection, file: Path, dimensions: Sequence[str], jobs: str, reading: _Reading
) -> pa.Table:
    """Stage one, on one file. A number that the whole file shares (its year) is not grouped by: each key costs."""
    wanted = [*dimensions, *(code for code in reading.codes if code not in dimensions)]
    shared = {name: value for name, value in _shared_numbers(file).items() if name in wanted}
    keys = [name for name in wanted if name not in shared]
    groups = connection.execute(_group_sql(file, keys, jobs, reading.bounds)).to_arrow_table()
    for name, value in shared.items():
        groups = groups.append_column(name, pa.repeat(pa.scalar(value, pa.int64()), len(groups)))
    return groups


def _group_sql(file: Path, keys: Sequence[str], jobs: str, bounds: Sequence[_Bound]) -> str:
    low, high = _quote(f"{jobs}_low"), _quote(f"{jobs}_high")
    grouped = [_quote(key) for key in keys]
    selected = list(grouped)
    if bounds:
        kind = _smallest_type(bounds[-1].factor * bounds[-1].classes)
        selected.append(f"CAST({' + '.join(bound.number() for bound in bounds)} AS {kind}) AS {_CLASS}")
        grouped.append(_CLASS)
    selected += [
        "count(*) AS n",
        f"count(*) FILTER ({low} = {high}) AS reported",
        f"sum({low}) FILTER ({low} = {high}) AS jobs",
    ]
    source = str(file).replace("'", "''")
    query = f"SELECT {', '.join(selected)} FROM read_parquet('{source}')"  # noqa: S608  quoted above
    return f"{query} GROUP BY {', '.join(grouped)}" if grouped else query


def _fold_sql(dimensions: Sequence[str], bases: Sequence[str], reading: _Reading) -> str:
    """Stage two: the criteria on each group, the groups into the bases."""
    folds = [
        f"CAST(coalesce(sum({measure}) FILTER (is_in_{place}), 0) AS BIGINT) AS {_quote(f'{base}_{measure}')}"
        for place, base in enumerate(bases)
        for measure in ("n", "reported", "jobs")
    ]
    members = [f"{condition} AS is_in_{place}" for place, condition in enumerate(reading.conditions)]
    keys = ", ".join(_quote(name) for name in dimensions)
    codes = [_quote(name) for name in reading.codes if name not in dimensions]
    values = ", ".join([keys, *codes, "n", "reported", "jobs", *(bound.any_value() for bound in reading.bounds)])
    return (
        f"WITH valued AS (SELECT {values} FROM {_GROUPS}), "  # noqa: S608  names quoted, numbers ours
        f"judged AS (SELECT {keys}, n, reported, jobs, {', '.join(members)} FROM valued) "
        f"SELECT {keys}, {', '.join(folds)} FROM judged GROUP BY {keys}"
    )


def _shared_numbers(file: Path) -> dict[str, int]:
    """Columns of integers that hold one value, never null, throughout the file, as its own statistics tell."""
    metadata = pq.read_metadata(file)
    ends: dict[str, set[int | None]] = {}
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            found = column.statistics
            is_told = found is not None and found.has_min_max and found.has_null_count and found.null_count == 0
            both = (found.min, found.max) if is_told else (None,)
            ends.setdefault(column.path_in_schema, set()).update(each if type(each) is int else None for each in both)
    return {name: value for name, (value, *others) in ends.items() if value is not None and not others}


def _smallest_type(values: int) -> str:
    for kind, size in (("UTINYINT", 2**8), ("USMALLINT", 2**16), ("UINTEGER", 2**32), ("UBIGINT", 2**64)):
        if values <= size:
            return kind
    return "UHUGEINT"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
