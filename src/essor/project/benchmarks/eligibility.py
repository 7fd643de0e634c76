"""The same criteria as OpenFisca formulas: a vector for each, on answers that it holds as numbers without an unknown.

Installed apart: ``pip install openfisca-core``; without it the benchmark measures ours alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from essor.knowledge import load_variables
from essor.methods.criteria import AllOf, AnyOf, AtLeast, Leaf, Node, Planes, evaluate_sets
from essor.methods.population import CodedColumn, Population
from essor.project.benchmarks.criteria import (
    PLACES,
    digest_bits,
    draw_population,
    draw_trees,
    read_sizes,
    write_sizes,
)
from essor.project.benchmarks.measuring import OURS, Bar, Benchmark, Contender, Work

PERIOD = "2026-01"
NOTHING = -1
"""OpenFisca has no unknown: what nobody answered is a code that no test accepts, and zero for a number."""
Bits = NDArray[np.bool_]


def draw_whole(folder: Path) -> tuple[list[Node], Population]:
    """Every answer exact and known: on these, the two must agree."""
    sizes, variables = read_sizes(folder), load_variables()
    return draw_trees(sizes["sets"], variables), draw_population(sizes["profiles"], variables, is_whole=True)


def read_flat(population: Population) -> dict[str, NDArray[Any]]:
    """One number an answer: a code's place among the categories, a number's low end; nothing for what is not known."""
    flat = {}
    for name, column in population.columns.items():
        if isinstance(column, CodedColumn):
            flat[name] = column.index.astype(np.int32)
        else:
            flat[name] = np.where(column.has_low, column.low, 0).astype(np.int64)
    return flat


def build_formula(node: Node, categories: Mapping[str, tuple[str, ...]]) -> Callable[[Callable[[str], Any]], Bits]:
    """``read``: the vector of a variable. The formula that someone would write by hand."""
    if isinstance(node, Leaf):
        return _build_leaf(node, categories)
    parts = [build_formula(part, categories) for part in node.of]
    if isinstance(node, AllOf):
        return lambda read: np.logical_and.reduce([part(read) for part in parts])
    if isinstance(node, AnyOf):
        return lambda read: np.logical_or.reduce([part(read) for part in parts])
    if isinstance(node, AtLeast):
        return lambda read: np.sum([part(read) for part in parts], axis=0) >= node.n
    return lambda read: ~parts[0](read)


def _build_leaf(leaf: Leaf, categories: Mapping[str, tuple[str, ...]]) -> Callable[[Callable[[str], Any]], Bits]:
    name = leaf.variable.id
    if leaf.variable.is_numeric:
        bounds = [(-(2**62) if low is None else low, 2**62 if high is None else high) for low, high in leaf.intervals]
        return lambda read: np.logical_or.reduce([(read(name) >= low) & (read(name) <= high) for low, high in bounds])
    accepted = PLACES.inside(leaf.codes) if leaf.operator == "within" else leaf.codes
    chosen = [place for place, code in enumerate(categories[name]) if code in accepted]
    return lambda read: np.isin(read(name), chosen)


def _write_formula(formula: Callable[[Callable[[str], Any]], Bits]) -> Callable[[Any, Any], Bits]:
    return lambda enterprise, period: formula(lambda name: enterprise(name, period))


def prepare_openfisca(nodes: list[Node], population: Population) -> Work:
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    person = build_entity("enterprise", "enterprises", "", is_person=True)
    system, flat = TaxBenefitSystem([person]), read_flat(population)
    categories = {
        name: column.categories for name, column in population.columns.items() if isinstance(column, CodedColumn)
    }
    for name in flat:
        said = {"value_type": int, "entity": person, "definition_period": DateUnit.ETERNITY, "default_value": NOTHING}
        system.add_variable(type(name, (Variable,), said))
    for number, node in enumerate(nodes):
        said = {
            "value_type": bool,
            "entity": person,
            "definition_period": DateUnit.MONTH,
            "formula": _write_formula(build_formula(node, categories)),
        }
        system.add_variable(type(f"criterion_{number}", (Variable,), said))

    def evaluate_all() -> list[Any]:
        simulation = SimulationBuilder().build_default_simulation(system, count=len(population))
        for name, values in flat.items():
            simulation.set_input(name, "eternity", values)
        return [simulation.calculate(f"criterion_{number}", PERIOD) for number in range(len(nodes))]

    return evaluate_all


def _prepare_ours(folder: Path) -> Work:
    nodes, population = draw_whole(folder)
    return lambda: [planes.yes for planes in evaluate_sets(nodes, population, places=PLACES)]


def _prepare_theirs(folder: Path) -> Work:
    return prepare_openfisca(*draw_whole(folder))


def count_false_answers(folder: Path) -> dict[str, int]:
    """On profiles with unknowns and bands: of the pairs that what is known does not decide, how many OpenFisca answers
    as yes and as no; of those decided, how many it answers otherwise."""
    sizes, variables = read_sizes(folder), load_variables()
    nodes = draw_trees(sizes["sets"], variables)
    population = draw_population(sizes["profiles"], variables)
    theirs: Any = prepare_openfisca(nodes, population)()
    told = {"unknown": 0, "said_yes": 0, "said_no": 0, "decided": 0, "otherwise": 0}
    for ours, answer in zip(evaluate_sets(nodes, population, places=PLACES), theirs, strict=True):
        _count(told, ours, answer)
    return told


def _count(told: dict[str, int], ours: Planes, answer: Bits) -> None:
    told["unknown"] += int(ours.unknown.sum())
    told["said_yes"] += int((ours.unknown & answer).sum())
    told["said_no"] += int((ours.unknown & ~answer).sum())
    told["decided"] += int((~ours.unknown).sum())
    told["otherwise"] += int(((ours.yes & ~answer) | (ours.no & answer)).sum())


BENCHMARK = Benchmark(
    name="eligibility",
    generate=write_sizes,
    sizes={"full": {"profiles": 11_000, "sets": 500}, "small": {"profiles": 200, "sets": 20}},
    contenders={
        OURS: Contender(_prepare_ours, digest_bits),
        "openfisca": Contender(_prepare_theirs, digest_bits, needs_module="openfisca_core"),
    },
    bar=Bar(ratio=0.2),
)
