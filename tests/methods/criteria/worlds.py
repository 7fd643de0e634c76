"""Small worlds for property tests: variables, places that overlap, random trees, random answers and their columns."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st

from essor.methods.criteria import (
    OPERATORS_BY_KIND,
    Answer,
    Exact,
    Many,
    OneOf,
    PlaceTree,
    Range,
    codes_text,
)
from essor.methods.population import CodedColumn, Column, NumericColumn, Population
from essor.methods.variables import Variable

LOWEST, HIGHEST = -4, 12

PLACES = PlaceTree(
    {
        "ca": [],
        "qc": ["ca"],
        "14": ["qc"],
        "cmm": ["qc"],
        "640": ["14", "cmm"],
        "600": ["14"],
        "64008": ["640"],
        "64015": ["640"],
        "60013": ["600"],
        "06": ["cmm"],
        "uk": [],
        "a' OR 1=1": ["uk"],
    }
)
PLACE_CODES = (*sorted(PLACES.codes), "vanished")

VARIABLES: Mapping[str, Variable] = {
    variable.id: variable
    for variable in (
        Variable("jobs", "number", "Emplois", "Jobs"),
        Variable("share", "ratio", "Part", "Share", scale=1),
        Variable("revenue", "money", "Revenu", "Revenue", scale=2),
        Variable("sells", "boolean", "Vend", "Sells", values=("true", "false")),
        Variable("form", "choice", "Forme", "Form", values=("coop", "npo", "mutual", 'odd"\\one', "it's")),
        Variable("services", "choice_many", "Services", "Services", values=("care", "food", "it's", 'odd"\\one')),
        Variable("place", "place", "Lieu", "Place"),
    )
}


def values_of(variable: Variable) -> tuple[Any, ...]:
    """Every value that the world gives to a variable."""
    if variable.is_numeric:
        return tuple(range(LOWEST, HIGHEST + 1))
    return PLACE_CODES if variable.kind == "place" else variable.values


def _natural(variable: Variable, stored: int) -> Any:
    natural = Decimal(stored).scaleb(-variable.scale)
    return int(natural) if natural == natural.to_integral_value() else float(natural)


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    variable = draw(st.sampled_from(list(VARIABLES.values())))
    operator = draw(st.sampled_from(OPERATORS_BY_KIND[variable.kind]))
    written: dict[str, Any] = {"fact": variable.id, operator: draw(_operands(variable, operator))}
    certainty = draw(st.sampled_from([None, "inferred", "unclear"]))
    return written | ({"certainty": certainty} if certainty else {})


@st.composite
def _operands(draw: st.DrawFn, variable: Variable, operator: str) -> Any:
    value = st.sampled_from(values_of(variable))
    if variable.kind == "boolean":
        return draw(st.booleans())
    if operator == "between":
        bounds = sorted([draw(value), draw(value)])
        return [_natural(variable, bound) for bound in bounds]
    if operator in {"in", "within", "any_of"}:
        several = draw(st.lists(value, min_size=1, max_size=4, unique=True))
        return [_natural(variable, each) if variable.is_numeric else each for each in several]
    single = draw(value)
    return _natural(variable, single) if variable.is_numeric else single


def _grow(parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(parts, min_size=1, max_size=4)
    return st.one_of(
        st.builds(lambda of: {"all": of}, several),
        st.builds(lambda of: {"any": of}, several),
        st.builds(lambda part: {"not": part}, parts),
        several.flatmap(lambda of: st.integers(1, len(of)).map(lambda n: {"at_least_n": {"n": n, "of": of}})),
    )


trees = st.recursive(leaves(), _grow, max_leaves=10)


@st.composite
def answers(draw: st.DrawFn, variable: Variable) -> Answer | None:
    """An answer that a column can hold: None (unknown), exact, a range, or one of several codes."""
    value = st.sampled_from(values_of(variable))
    if draw(st.integers(0, 4)) == 0:
        return None
    if variable.is_numeric:
        low, high = sorted([draw(value), draw(value)])
        shapes: list[Answer] = [Exact(low), Range(low, high), Range(low, None), Range(None, high), Range(None, None)]
        return draw(st.sampled_from(shapes))
    if variable.kind == "choice_many":
        return Many(draw(st.frozensets(value)))
    if draw(st.booleans()):
        return Exact(draw(value))
    return OneOf(draw(st.frozensets(value, min_size=1, max_size=3)))


profiles = st.fixed_dictionaries({name: answers(variable) for name, variable in VARIABLES.items()}).map(
    lambda found: {name: answer for name, answer in found.items() if answer is not None}
)


def cells_of(variable: Variable, answer: Answer | None) -> tuple[Any, ...]:
    """The cells that hold an answer: (low, high) of a number, (codes,) of anything else; None is unknown."""
    match answer:
        case Exact(value) if variable.is_numeric:
            return (value, value)
        case Range(low, high) if variable.is_numeric:
            return (low, high)
        case Exact(value):
            return (value,)
        case OneOf(values) | Many(values):
            return (codes_text(str(value) for value in values),)
    return (None, None) if variable.is_numeric else (None,)


def population_of(profiles: list[dict[str, Answer]]) -> Population:
    columns: dict[str, Column] = {}
    for name, variable in VARIABLES.items():
        cells = [cells_of(variable, profile.get(name)) for profile in profiles]
        if all(cell is None for row in cells for cell in row):
            continue
        columns[name] = _numbers(cells) if variable.is_numeric else _codes(cells)
    return Population(np.arange(len(profiles), dtype=np.int64), columns)


def _numbers(cells: list[tuple[Any, ...]]) -> NumericColumn:
    sides = [[row[side] for row in cells] for side in (0, 1)]
    numbers = [np.array([0 if cell is None else cell for cell in side], dtype=np.int64) for side in sides]
    present = [np.array([cell is not None for cell in side]) for side in sides]
    return NumericColumn(numbers[0], numbers[1], present[0], present[1])


def _codes(cells: list[tuple[Any, ...]]) -> CodedColumn:
    categories = tuple(sorted({row[0] for row in cells if row[0] is not None}))
    index = [-1 if row[0] is None else categories.index(row[0]) for row in cells]
    return CodedColumn(np.array(index, dtype=np.int32), categories)
