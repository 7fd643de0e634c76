"""A criterion → SQL: two boolean expressions, surely true and surely false, for DuckDB, PostgreSQL and SQLite.

Built as a tree of sqlglot expressions, so every literal and every name is quoted by the dialect's own rules: a code
such as ``a' OR 1=1`` is only a text. Columns: a numeric variable ``x`` is read from ``x_low`` and ``x_high`` (integers
at the variable's scale, NULL: no bound), any other from ``x`` (its codes, sorted, joined by ``|``; NULL: unknown).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from essor.methods.criteria.answers import SEPARATOR
from essor.methods.criteria.nodes import AllOf, AnyOf, AtLeast, Leaf, Node, Not
from essor.methods.criteria.places import Places

Dialect = Literal["duckdb", "postgres", "sqlite"]


@dataclass(frozen=True, slots=True)
class SqlPlanes:
    """Two SQL expressions, each true or false and never NULL: surely true, surely false. Neither: unknown."""

    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class _Pair:
    yes: exp.Condition
    no: exp.Condition


def to_sql(node: Node, *, places: Places, dialect: Dialect, table: str | None = None) -> SqlPlanes:
    """The criterion as two expressions over the columns of one row (see the module for their names).

    ``table``: the name or alias that the columns are read from, or None. Raises ValueError for another dialect.

    >>> from essor.methods.criteria import PlaceTree, parse
    >>> from essor.methods.variables import Variable
    >>> jobs = Variable("jobs", "number", "Emplois", "Jobs")
    >>> node = parse({"fact": "jobs", "more_than": 4}, variables={"jobs": jobs})
    >>> to_sql(node, places=PlaceTree({}), dialect="duckdb").yes
    'COALESCE("jobs_low" >= 5, FALSE)'
    """
    if dialect not in _SPLITS:
        raise ValueError(f"unknown-dialect: {dialect!r} (allowed: {', '.join(_SPLITS)})")
    pair = _Writer(places, dialect, table).write(node)
    return SqlPlanes(pair.yes.sql(dialect=dialect), pair.no.sql(dialect=dialect))


class _Writer:
    def __init__(self, places: Places, dialect: Dialect, table: str | None) -> None:
        self.places, self.split, self.table = places, _SPLITS[dialect], table

    def write(self, node: Node) -> _Pair:
        if isinstance(node, Leaf):
            pair = self._write_numeric(node) if node.variable.is_numeric else self._write_coded(node)
            return _Pair(_settled(pair.yes), _settled(pair.no))
        pairs = [self.write(part) for part in node.of]
        yes, no = [pair.yes for pair in pairs], [pair.no for pair in pairs]
        match node:
            case AllOf():
                return _Pair(exp.and_(*yes), exp.or_(*no))
            case AnyOf():
                return _Pair(exp.or_(*yes), exp.and_(*no))
            case Not():
                return _Pair(no[0], yes[0])
            case AtLeast():
                return _Pair(_count(yes) >= node.n, _count(no) > len(pairs) - node.n)

    def _column(self, name: str) -> exp.Condition:
        return exp.column(name, table=self.table, quoted=True)

    def _write_numeric(self, leaf: Leaf) -> _Pair:
        low, high = self._column(f"{leaf.variable.id}_low"), self._column(f"{leaf.variable.id}_high")
        yes: list[exp.Condition] = []
        no: list[exp.Condition] = []
        for least, most in leaf.intervals:
            passes: list[exp.Condition] = []
            fails: list[exp.Condition] = []
            if least is not None:
                passes.append(low.copy() >= least)
                fails.append(_settled(high.copy() < least))
            if most is not None:
                passes.append(high.copy() <= most)
                fails.append(_settled(low.copy() > most))
            yes.append(_settled(exp.and_(*passes)))
            no.append(exp.or_(*fails))
        return _Pair(exp.or_(*yes), exp.and_(*no))

    def _write_coded(self, leaf: Leaf) -> _Pair:
        if leaf.variable.kind == "place":
            return self._write_place(leaf)
        column, targets = self._column(leaf.variable.id), sorted(leaf.codes)
        one = column.isin(*targets)
        some = self.split.has_some(column, targets)
        if leaf.variable.kind == "choice_many":
            found = _where_several(column, some, one)
            return _Pair(found, exp.not_(found.copy()))
        filled = column.neq("")
        disjoint = _where_several(column, exp.not_(some), exp.not_(one))
        return _Pair(_where_several(column, self.split.all_among(column, targets), one), exp.and_(filled, disjoint))

    def _write_place(self, leaf: Leaf) -> _Pair:
        return _Pair(
            self._all_among(leaf, self.places.inside(leaf.codes)),
            self._all_among(leaf, self.places.outside(leaf.codes)),
        )

    def _all_among(self, leaf: Leaf, codes: Collection[str]) -> exp.Condition:
        if not codes:
            return exp.false()
        column, allowed = self._column(leaf.variable.id), sorted(codes)
        return _where_several(column, self.split.all_among(column, allowed), column.isin(*allowed))


def _settled(condition: exp.Condition) -> exp.Condition:
    """NULL, which comparing with an unknown gives, becomes false: « not surely »."""
    if isinstance(condition, exp.Coalesce | exp.Boolean):
        return condition
    return exp.Coalesce(this=condition, expressions=[exp.false()])


def _count(conditions: list[exp.Condition]) -> exp.Condition:
    ones = [
        exp.Case(ifs=[exp.If(this=each, true=exp.Literal.number(1))], default=exp.Literal.number(0))
        for each in conditions
    ]
    total: exp.Condition = ones[0]
    for one in ones[1:]:
        total = exp.Add(this=total, expression=one)
    return exp.paren(total)


def _where_several(column: exp.Condition, several: exp.Condition, one: exp.Condition) -> exp.Condition:
    """The slower reading only where the text holds several codes."""
    position = exp.StrPosition(this=column.copy(), substr=exp.Literal.string(SEPARATOR))
    return exp.Case(ifs=[exp.If(this=position > 0, true=several)], default=one)


@dataclass(frozen=True, slots=True)
class _Split:
    """How a dialect tells whether the codes of a text share one with, or all lie among, a list of codes."""

    has_some: Callable[[exp.Condition, Collection[str]], exp.Condition]
    all_among: Callable[[exp.Condition, Collection[str]], exp.Condition]


def _texts(codes: Collection[str]) -> list[exp.Condition]:
    return [exp.Literal.string(code) for code in codes]


def _cut(function: str, column: exp.Condition) -> exp.Condition:
    return exp.Anonymous(this=function, expressions=[column.copy(), exp.Literal.string(SEPARATOR)])


def _duckdb_some(column: exp.Condition, codes: Collection[str]) -> exp.Condition:
    return exp.Anonymous(this="LIST_HAS_ANY", expressions=[exp.array(*_texts(codes)), _cut("STRING_SPLIT", column)])


def _duckdb_all(column: exp.Condition, codes: Collection[str]) -> exp.Condition:
    return exp.Anonymous(this="LIST_HAS_ALL", expressions=[exp.array(*_texts(codes)), _cut("STRING_SPLIT", column)])


def _postgres_some(column: exp.Condition, codes: Collection[str]) -> exp.Condition:
    return exp.ArrayOverlaps(this=exp.array(*_texts(codes)), expression=_cut("STRING_TO_ARRAY", column))


def _postgres_all(column: exp.Condition, codes: Collection[str]) -> exp.Condition:
    return exp.ArrayContainsAll(this=exp.array(*_texts(codes)), expression=_cut("STRING_TO_ARRAY", column))


def _sqlite_rows(column: exp.Condition, condition: exp.Condition) -> exp.Condition:
    """Whether one code of the text meets the condition on ``value``: the text is rewritten as a JSON list."""
    quoted: exp.Condition = exp.Anonymous(this="JSON_QUOTE", expressions=[column.copy()])
    comma = [exp.Literal.string(SEPARATOR), exp.Literal.string('","')]
    listed: exp.Condition = exp.Anonymous(this="REPLACE", expressions=[quoted, *comma])
    text = exp.DPipe(
        this=exp.DPipe(this=exp.Literal.string("["), expression=listed), expression=exp.Literal.string("]")
    )
    rows = exp.select("1").from_(exp.Anonymous(this="JSON_EACH", expressions=[text])).where(condition)
    return exp.Exists(this=rows)


def _sqlite_some(column: exp.Condition, codes: Collection[str]) -> exp.Condition:
    return _sqlite_rows(column, exp.column("value").isin(*codes))


def _sqlite_all(column: exp.Condition, codes: Collection[str]) -> exp.Condition:
    return exp.not_(_sqlite_rows(column, exp.not_(exp.column("value").isin(*codes))))


_SPLITS: Mapping[str, _Split] = {
    "duckdb": _Split(_duckdb_some, _duckdb_all),
    "postgres": _Split(_postgres_some, _postgres_all),
    "sqlite": _Split(_sqlite_some, _sqlite_all),
}
