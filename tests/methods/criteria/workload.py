"""A made-up population and made-up sets of conditions, larger than what properties draw.

Made like the measurement that the design rests on: 11 000 profiles, one answer in five unknown, 500 sets of six or
seven conditions over the questions of aid programmes, joined by « all », with one group of alternatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from essor.methods.criteria.nodes import OPERATORS_BY_KIND, Node
from essor.methods.criteria.parsing import parse
from essor.methods.criteria.places import PlaceTree
from essor.methods.population import CodedColumn, Column, NumericColumn, Population
from essor.methods.variables import Variable

UNKNOWN_SHARE = 0.2
RANGE_SHARE = 0.2
LARGEST = 100
VARIABLES: Mapping[str, Variable] = {
    variable.id: variable
    for variable in (
        *(Variable(f"number_{i}", "number", f"Nombre {i}", f"Number {i}") for i in range(8)),
        *(Variable(f"choice_{i}", "choice", f"Choix {i}", f"Choice {i}", values=tuple("abcdef")) for i in range(5)),
        *(Variable(f"many_{i}", "choice_many", f"Liste {i}", f"List {i}", values=tuple("abcdef")) for i in range(2)),
        *(Variable(f"boolean_{i}", "boolean", f"Fait {i}", f"Fact {i}", values=("true", "false")) for i in range(4)),
        Variable("place", "place", "Lieu", "Place"),
    )
}


@dataclass(frozen=True, slots=True)
class Workload:
    """What :func:`essor.methods.criteria.evaluate_sets` is given: ``nodes``, ``population``, ``places``."""

    nodes: tuple[Node, ...]
    population: Population
    places: PlaceTree


def make_workload(*, profiles: int, sets: int, seed: int = 20171129) -> Workload:
    """The same work for the same arguments.

    >>> work = make_workload(profiles=10, sets=3)
    >>> len(work.population), len(work.nodes)
    (10, 3)
    """
    random = np.random.default_rng(seed)
    places = PlaceTree({f"{region}-{town}": [str(region)] for region in range(17) for town in range(60)})
    columns = {name: _column(variable, profiles, places, random) for name, variable in VARIABLES.items()}
    trees = [_tree(places, random) for _ in range(sets)]
    nodes = tuple(parse(tree, variables=VARIABLES) for tree in trees)
    return Workload(nodes, Population(np.arange(profiles, dtype=np.int64), columns), places)


def _column(variable: Variable, size: int, places: PlaceTree, random: np.random.Generator) -> Column:
    known = random.random(size) >= UNKNOWN_SHARE
    if variable.is_numeric:
        low = random.integers(0, LARGEST, size)
        width = np.where(random.random(size) < RANGE_SHARE, random.integers(1, 20, size), 0)
        return NumericColumn(low, low + width, known, known)
    categories = tuple(sorted(places.codes)) if variable.kind == "place" else variable.values
    if variable.kind == "choice_many":
        categories = ("", *categories, "a|b", "c|d|e")
    index = np.where(known, random.integers(0, len(categories), size), -1).astype(np.int32)
    return CodedColumn(index, categories)


def _tree(places: PlaceTree, random: np.random.Generator) -> dict[str, Any]:
    chosen = random.choice(len(VARIABLES), size=int(random.integers(6, 8)), replace=False)
    leaves = [_leaf(list(VARIABLES.values())[i], places, random) for i in chosen]
    return {"all": [*leaves[2:], {"any": leaves[:2]}]}


def _leaf(variable: Variable, places: PlaceTree, random: np.random.Generator) -> dict[str, Any]:
    operator = str(random.choice(OPERATORS_BY_KIND[variable.kind]))
    operand: Any
    if variable.kind == "boolean":
        operand = bool(random.random() < 0.5)
    elif variable.is_numeric:
        first, second = sorted(int(number) for number in random.integers(0, LARGEST, 2))
        operand = [first, second] if operator in {"in", "between"} else first
    else:
        codes = sorted(places.codes) if variable.kind == "place" else list(variable.values)
        found = [str(code) for code in random.choice(codes, size=2, replace=False)]
        operand = found[0] if operator in {"is", "contains"} else found
    return {"fact": variable.id, operator: operand}
