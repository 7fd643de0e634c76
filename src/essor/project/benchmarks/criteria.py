"""Many criteria on many profiles: columns at once, against one profile and one criterion at a time."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Mapping
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from essor.knowledge import load_variables
from essor.methods.criteria import Answer, Exact, Node, OneOf, PlaceTree, Range, Truth, evaluate, evaluate_sets, parse
from essor.methods.population import CodedColumn, Column, NumericColumn, Population
from essor.methods.variables import FALSE, TRUE, Variable
from essor.project.benchmarks.measuring import OURS, Bar, Benchmark, Contender, Work

_SEED = 7
_SIZES = "criteria.json"
PLACES = PlaceTree(
    {"640": ["14"], "64008": ["640"], "64015": ["640"], "630": ["14"], "63048": ["630"], "65005": ["13"]}
)
_MUNICIPALITIES = ("64008", "64015", "63048", "65005")
_NUMBERS = ("jobs_headcount", "members", "board_size", "annual_revenue", "autonomous_revenue_share")
_LARGEST = {
    "jobs_headcount": 60,
    "members": 400,
    "board_size": 15,
    "annual_revenue": 2_000_000,
    "autonomous_revenue_share": 1,
}
_CODED = ("legal_form", "sector", "commercial_activity", "municipality", "act_activity", "act_purpose", "act_vehicle")


def write_sizes(folder: Path, *, profiles: int, sets: int) -> None:
    """The contenders draw the same profiles and trees from one seed: only how many is written down."""
    (folder / _SIZES).write_text(json.dumps({"profiles": profiles, "sets": sets}), encoding="utf-8")


def _codes_of(variable: Variable) -> tuple[str, ...]:
    if variable.kind == "place":
        return _MUNICIPALITIES
    return variable.values or (TRUE, FALSE)


def draw_population(count: int, variables: Mapping[str, Variable], *, is_whole: bool = False) -> Population:
    """One answer in seven is unknown, one number in ten is a band, one code in twenty is « one of two ».

    ``is_whole``: every answer is known and exact.
    """
    draw = np.random.default_rng(_SEED)
    columns: dict[str, Column] = {}
    for name in _NUMBERS:
        most = variables[name].to_stored(_LARGEST[name])
        low = (draw.beta(0.8, 4, count) * most).astype(np.int64)
        high = np.where(draw.random(count) < 0.1, low + most // 10, low)
        has = draw.random(count) >= 1 / 7
        closed = draw.random(count) >= 0.02
        if is_whole:
            high, has, closed = low, np.ones(count, dtype=np.bool_), np.ones(count, dtype=np.bool_)
        columns[name] = NumericColumn(low=low, high=high, has_low=has, has_high=has & closed)
    for name in _CODED:
        codes = _codes_of(variables[name])
        pairs = tuple("|".join(sorted(pair)) for pair in pairwise(codes))
        index = draw.integers(0, len(codes), count)
        if not is_whole:
            index = np.where(draw.random(count) < 0.05, len(codes) + draw.integers(0, len(pairs), count), index)
            index = np.where(draw.random(count) < 1 / 7, -1, index)
        columns[name] = CodedColumn(index=index.astype(np.int32), categories=codes + pairs)
    return Population(organisations=np.arange(1, count + 1, dtype=np.int64), columns=columns)


def draw_trees(count: int, variables: Mapping[str, Variable]) -> list[Node]:
    """Trees of two to twelve leaves on three levels, with thresholds from a few usual ones: many share leaves."""
    draw = random.Random(_SEED)  # noqa: S311  the same trees for all, not a secret

    def leaf() -> dict[str, Any]:
        if draw.random() < 0.5:
            name = draw.choice(_NUMBERS)
            share = draw.choice((0.02, 0.05, 0.1, 0.2, 0.5))
            most = _LARGEST[name]
            return {
                "fact": name,
                draw.choice(("at_least", "at_most", "more_than")): share * most if most == 1 else int(share * most),
            }
        name = draw.choice(_CODED)
        if name == "municipality":
            return {"fact": name, "within": [draw.choice(("14", "640", "13"))]}
        codes = _codes_of(variables[name])
        chosen = draw.sample(codes, draw.randint(1, max(1, len(codes) // 2)))
        return (
            {"fact": name, "in": chosen}
            if variables[name].kind == "choice"
            else {"fact": name, "is": chosen[0] == TRUE}
        )

    def group() -> dict[str, Any]:
        parts: list[dict[str, Any]] = [leaf() for _ in range(draw.randint(2, 3))]
        kind = draw.choice(("any", "all", "not", "at_least_n"))
        if kind == "not":
            return {"not": parts[0]}
        return {"at_least_n": {"n": 2, "of": parts}} if kind == "at_least_n" else {kind: parts}

    return [parse({"all": [group() for _ in range(draw.randint(2, 4))]}, variables=variables) for _ in range(count)]


def _profiles_of(population: Population) -> list[dict[str, Answer]]:
    """The same answers, one profile at a time."""
    profiles: list[dict[str, Answer]] = [{} for _ in range(len(population))]
    for name, column in population.columns.items():
        for row, profile in enumerate(profiles):
            answer = _answer_at(column, row)
            if answer is not None:
                profile[name] = answer
    return profiles


def _answer_at(column: Column, row: int) -> Answer | None:
    if isinstance(column, CodedColumn):
        codes = column.categories[column.index[row]].split("|") if column.index[row] >= 0 else []
        if len(codes) > 1:
            return OneOf(frozenset(codes))
        return Exact(codes[0]) if codes else None
    low = int(column.low[row]) if column.has_low[row] else None
    high = int(column.high[row]) if column.has_high[row] else None
    if low is None and high is None:
        return None
    return Exact(low) if low is not None and low == high else Range(low, high)


def read_sizes(folder: Path) -> dict[str, int]:
    sizes: dict[str, int] = json.loads((folder / _SIZES).read_text(encoding="utf-8"))
    return sizes


def _draw(folder: Path) -> tuple[list[Node], Population]:
    sizes, variables = read_sizes(folder), load_variables()
    return draw_trees(sizes["sets"], variables), draw_population(sizes["profiles"], variables)


def _prepare_ours(folder: Path) -> Work:
    nodes, population = _draw(folder)
    return lambda: [(planes.yes, planes.no) for planes in evaluate_sets(nodes, population, places=PLACES)]


def _prepare_scalar(folder: Path) -> Work:
    nodes, population = _draw(folder)
    profiles = _profiles_of(population)

    def evaluate_all() -> Any:
        answers = []
        for node in nodes:
            truths = [evaluate(node, profile, places=PLACES).truth for profile in profiles]
            yes = np.array([truth is Truth.YES for truth in truths])
            answers.append((yes, np.array([truth is Truth.NO for truth in truths])))
        return answers

    return evaluate_all


def digest_bits(answers: Iterable[Any]) -> str:
    text = hashlib.sha256()
    for plane in answers:
        text.update(np.packbits(plane).tobytes())
    return text.hexdigest()[:16]


def _digest(answers: list[tuple[Any, Any]]) -> str:
    return digest_bits(chain.from_iterable(answers))


BENCHMARK = Benchmark(
    name="criteria",
    generate=write_sizes,
    sizes={"full": {"profiles": 11_000, "sets": 500}, "small": {"profiles": 200, "sets": 20}},
    contenders={
        OURS: Contender(_prepare_ours, _digest),
        "one-at-a-time": Contender(_prepare_scalar, _digest, is_rival=False, most_repeats=1),
    },
    bar=Bar(seconds=0.3),
)
