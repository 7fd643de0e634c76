"""A population at once: criteria as two planes of bits, surely true and surely false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from essor.methods.criteria.answers import SEPARATOR
from essor.methods.criteria.evaluation import Truth, coded_judge
from essor.methods.criteria.nodes import AllOf, AnyOf, AtLeast, Leaf, Node, Not
from essor.methods.criteria.places import Places
from essor.methods.population import CodedColumn, NumericColumn, Population

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Planes:
    """Two bool arrays, shape (n,), in the order of the population: surely true, surely false; neither is unknown.

    They are read-only, because several criteria may share them.
    """

    yes: Bits
    no: Bits

    @property
    def unknown(self) -> Bits:
        return ~(self.yes | self.no)


def evaluate_population(node: Node, population: Population, *, places: Places) -> Planes:
    """The truth of one criterion for every profile of a population; a column that is absent is unknown for all.

    Raises TypeError where a column is not of its variable's kind. Equal, profile by profile, to
    :func:`essor.methods.criteria.evaluate`.
    """
    return _Reading(population, places).planes(node)


def evaluate_sets(nodes: Sequence[Node], population: Population, *, places: Places) -> tuple[Planes, ...]:
    """Many criteria on one population, in the order given; a leaf that occurs in several is computed once."""
    reading = _Reading(population, places)
    return tuple(reading.planes(node) for node in nodes)


class _Reading:
    """One pass over one population, which remembers the leaves already computed."""

    def __init__(self, population: Population, places: Places) -> None:
        self.population, self.places = population, places
        self.leaves: dict[object, Planes] = {}
        self.categories: dict[str, tuple[frozenset[str] | None, ...]] = {}

    def planes(self, node: Node) -> Planes:
        if isinstance(node, Leaf):
            test = node.test
            if test not in self.leaves:
                self.leaves[test] = self._read_leaf(node)
            return self.leaves[test]
        parts = [self.planes(part) for part in node.of]
        yes, no = [part.yes for part in parts], [part.no for part in parts]
        match node:
            case AllOf():
                return _frozen(_every(yes), _some(no))
            case AnyOf():
                return _frozen(_some(yes), _every(no))
            case Not():
                return Planes(no[0], yes[0])
            case AtLeast():
                return _frozen(_count(yes) >= node.n, _count(no) > len(parts) - node.n)

    def _read_leaf(self, leaf: Leaf) -> Planes:
        column = self.population.columns.get(leaf.variable.id)
        if column is None:
            empty = np.zeros(len(self.population), dtype=np.bool_)
            return _frozen(empty, empty)
        if leaf.variable.is_numeric and isinstance(column, NumericColumn):
            return _read_numbers(leaf, column)
        if not leaf.variable.is_numeric and isinstance(column, CodedColumn):
            return self._read_codes(leaf, column)
        raise TypeError(f"{leaf.variable.id} ({leaf.variable.kind}) cannot be read from a {type(column).__name__}")

    def _read_codes(self, leaf: Leaf, column: CodedColumn) -> Planes:
        """Each category is judged once; the last entry of the table is what index -1 finds: unknown."""
        categories = self._categories(leaf, column)
        judge = coded_judge(leaf, self.places)
        truths = [Truth.UNKNOWN if codes is None else judge(codes) for codes in categories]
        table = np.array([*truths, Truth.UNKNOWN], dtype=np.int8)
        found = table[column.index]
        return _frozen(found == Truth.YES, found == Truth.NO)

    def _categories(self, leaf: Leaf, column: CodedColumn) -> tuple[frozenset[str] | None, ...]:
        name = leaf.variable.id
        if name not in self.categories:
            nothing: frozenset[str] | None = frozenset() if leaf.variable.kind == "choice_many" else None
            split = (frozenset(text.split(SEPARATOR)) if text else nothing for text in column.categories)
            self.categories[name] = tuple(split)
        return self.categories[name]


def _read_numbers(leaf: Leaf, column: NumericColumn) -> Planes:
    yes: list[Bits] = []
    no: list[Bits] = []
    for least, most in leaf.intervals:
        passes: list[Bits] = []
        fails: list[Bits] = []
        if least is not None:
            passes.append(column.has_low & (column.low >= least))
            fails.append(column.has_high & (column.high < least))
        if most is not None:
            passes.append(column.has_high & (column.high <= most))
            fails.append(column.has_low & (column.low > most))
        yes.append(_every(passes))
        no.append(_some(fails))
    return _frozen(_some(yes), _every(no))


def _every(planes: Sequence[Bits]) -> Bits:
    together = planes[0].copy()
    for plane in planes[1:]:
        np.logical_and(together, plane, out=together)
    return together


def _some(planes: Sequence[Bits]) -> Bits:
    together = planes[0].copy()
    for plane in planes[1:]:
        np.logical_or(together, plane, out=together)
    return together


def _count(planes: Sequence[Bits]) -> NDArray[np.int32]:
    total = np.zeros(planes[0].shape, dtype=np.int32)
    for plane in planes:
        total += plane
    return total


def _frozen(yes: Bits, no: Bits) -> Planes:
    yes.flags.writeable = False
    no.flags.writeable = False
    return Planes(yes, no)
