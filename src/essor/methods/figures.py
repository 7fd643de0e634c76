"""Totals and tables of one base: what is unknown has its own line, bands give an interval, rows sum to the total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from essor.methods.bases import FULL_TIME, HEADCOUNT, TERRITORY_VARIABLE, Membership, is_exact, numbers_of
from essor.methods.criteria import Answer, Exact, Node, Places, Range, answer_of_codes, evaluate, leaves_of
from essor.methods.facts import AGE_YEARS, LIFE_STATUS
from essor.methods.population import CodedColumn, NumericColumn, Population

UNKNOWN = "unknown"
SIZE_CLASSES: tuple[tuple[str, int, int | None], ...] = (
    ("0", 0, 0),
    ("1-4", 1, 4),
    ("5-9", 5, 9),
    ("10-24", 10, 24),
    ("25-49", 25, 49),
    ("50-99", 50, 99),
    ("100+", 100, None),
)
AGE_CLASSES: tuple[tuple[str, int, int | None], ...] = (
    ("0-4", 0, 4),
    ("5-9", 5, 9),
    ("10-29", 10, 29),
    ("30+", 30, None),
)
CODED_DIMENSIONS = ("municipality", "legal_form", "sector")
DIMENSIONS = (*CODED_DIMENSIONS, "size", "age")
Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class JobsTotal:
    """Jobs of a group, in integers at the measure's scale.

    ``exact_sum``: sum over the members whose figure is exact. ``low``, ``high``: sum over those plus the ends of the
    bands of the others (``high`` None: a band is open upwards). ``exact``, ``banded``, ``without_figure``: how many
    members of each kind. Members without a figure are in no sum.
    """

    exact_sum: int
    low: int
    high: int | None
    exact: int
    banded: int
    without_figure: int

    @property
    def value(self) -> int | None:
        """The sum of what was said; None where a member has a band (only the interval may be said) or where nobody said
        anything: a sum over silence would be a false zero."""
        if self.banded or (self.without_figure and not self.exact):
            return None
        return self.exact_sum


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a code of the dimension (or ``unknown``), its enterprises and its jobs."""

    code: str
    enterprises: int
    jobs: JobsTotal


@dataclass(frozen=True, slots=True)
class Enterprises:
    """``count``: surely members. ``undecided``: id → ids of the variables that are missing to tell, sorted."""

    count: int
    undecided: Mapping[int, tuple[str, ...]]


def count_enterprises(side: Membership, population: Population, *, places: Places) -> Enterprises:
    """Members, and apart from them those that what is known does not decide, each with what is missing.

    Missing: the variables whose answer can still change the verdict of the criteria, ``municipality`` where the place
    is unknown, ``life_status`` where nothing tells whether the organisation exists.
    """
    undecided: dict[int, tuple[str, ...]] = {}
    for row in np.flatnonzero(side.member.unknown & side.seen).tolist():
        missing = set(
            evaluate(side.base.criteria, answers_at(population, row, side.base.criteria), places=places).missing
        )
        missing |= {TERRITORY_VARIABLE} if side.inside.unknown[row] else set()
        missing |= {LIFE_STATUS} if side.active.unknown[row] else set()
        undecided[int(side.organisations[row])] = tuple(sorted(missing))
    return Enterprises(int(side.member.yes.sum()), undecided)


def answers_at(population: Population, row: int, node: Node) -> dict[str, Answer]:
    """The answers of one row of a population to the variables that a criterion reads (absent: unknown)."""
    answers: dict[str, Answer] = {}
    for variable in {leaf.variable.id: leaf.variable for leaf in leaves_of(node)}.values():
        column = population.columns.get(variable.id)
        if isinstance(column, CodedColumn) and column.index[row] >= 0:
            answers[variable.id] = answer_of_codes(column.categories[column.index[row]], variable)
        elif isinstance(column, NumericColumn):
            low = int(column.low[row]) if column.has_low[row] else None
            high = int(column.high[row]) if column.has_high[row] else None
            answers[variable.id] = Exact(low) if low is not None and low == high else Range(low, high)
    return answers


def sum_jobs(column: NumericColumn, rows: Bits) -> JobsTotal:
    """The jobs of the organisations chosen by ``rows`` (bool, shape (n,)). Order irrelevant; integers throughout."""
    exact = rows & is_exact(column)
    figured = rows & (column.has_low | column.has_high)
    low = int(column.low[figured & column.has_low].sum())
    is_open = bool((figured & ~column.has_high).any())
    return JobsTotal(
        exact_sum=int(column.low[exact].sum()),
        low=low,
        high=None if is_open else int(column.high[figured].sum()),
        exact=int(exact.sum()),
        banded=int(figured.sum()) - int(exact.sum()),
        without_figure=int(rows.sum()) - int(figured.sum()),
    )


def tabulate(side: Membership, population: Population, *, dimension: str, jobs: NumericColumn) -> tuple[Row, ...]:
    """The members by ``dimension`` (one of DIMENSIONS): enterprises and ``jobs`` of each line, ``unknown`` always last.

    Codes found, in ascending order; size and age classes all, in order, empty or not. Size follows the headcount of the
    base (a base in full-time equivalents is sized by ``jobs_headcount``); a band across classes, or several codes,
    is unknown. Lines sum exactly to the total.
    """
    labels = _labels(side, population, dimension)
    members = side.member.yes
    if dimension in CODED_DIMENSIONS:
        order = sorted(set(labels[members].tolist()) - {UNKNOWN})
    else:
        order = [code for code, _, _ in (SIZE_CLASSES if dimension == "size" else AGE_CLASSES)]
    return tuple(_row(code, members & (labels == code), jobs) for code in (*order, UNKNOWN))


def _row(code: str, rows: Bits, jobs: NumericColumn) -> Row:
    return Row(code, int(rows.sum()), sum_jobs(jobs, rows))


def _labels(side: Membership, population: Population, dimension: str) -> NDArray[np.str_]:
    if dimension == "size":
        measure = HEADCOUNT if side.base.jobs_variable == FULL_TIME else side.base.jobs_variable
        return classify(numbers_of(population, measure), SIZE_CLASSES)
    if dimension == "age":
        return classify(numbers_of(population, AGE_YEARS), AGE_CLASSES)
    if dimension not in CODED_DIMENSIONS:
        raise ValueError(f"unknown-dimension: {dimension}")
    column = population.columns.get(dimension)
    if not isinstance(column, CodedColumn):
        return np.full(len(population), UNKNOWN)
    names = [UNKNOWN if "|" in text or not text else text for text in column.categories]
    labels: NDArray[np.str_] = np.array([*names, UNKNOWN])[column.index]
    return labels


def classify(column: NumericColumn, classes: Iterable[tuple[str, int, int | None]]) -> NDArray[np.str_]:
    """The class that surely holds each number (``unknown`` where none does): ``classes`` are (code, least, most).

    Classes are in whole units; the column is at scale 0 (persons, years).
    """
    conditions, names = [], []
    for code, least, most in classes:
        fits = column.has_low & (column.low >= least)
        if most is not None:
            fits = fits & column.has_high & (column.high <= most)
        conditions.append(fits)
        names.append(np.asarray(code))
    labels: NDArray[np.str_] = np.select(conditions, names, np.asarray(UNKNOWN))
    return labels
