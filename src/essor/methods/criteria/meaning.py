"""What a criterion asks, in one writing: two that decide alike, part for part, are equal data."""

from __future__ import annotations

import json
from typing import Any

from essor.methods.criteria.nodes import AllOf, AnyOf, AtLeast, Leaf, Node, Not


def meaning_of(node: Node) -> dict[str, Any]:
    """The tree as plain data without what decides nothing: words, sources, certainty, and the order of writing.

    Codes are sorted. Accepted numbers are disjoint inclusive intervals, ascending, in natural units, as decimal text
    (None: open), so that ``5`` and ``5.0``, or ``more_than: 4`` and ``at_least: 5`` persons, are one. Parts of a group
    are sorted, each kept as often as it is written (``at_least_n`` counts them).

    >>> from essor.methods.criteria import parse
    >>> from essor.methods.variables import Variable
    >>> jobs = {"jobs": Variable("jobs", "number", "Emplois", "Jobs")}
    >>> meaning_of(parse({"fact": "jobs", "at_least": 5.0, "fr": "cinq emplois"}, variables=jobs))
    {'fact': 'jobs', 'numbers': [['5', None]]}
    """
    match node:
        case Leaf():
            return _tell_leaf(node)
        case Not():
            return {"not": meaning_of(node.part)}
        case AtLeast():
            return {"at_least_n": {"n": node.n, "of": _tell_parts(node)}}
        case AllOf() | AnyOf():
            return {"all" if isinstance(node, AllOf) else "any": _tell_parts(node)}


def _tell_leaf(leaf: Leaf) -> dict[str, Any]:
    if not leaf.variable.is_numeric:
        return {"fact": leaf.variable.id, "codes": sorted(leaf.codes)}
    pairs = [[_tell_number(leaf, low), _tell_number(leaf, high)] for low, high in leaf.intervals]
    return {"fact": leaf.variable.id, "numbers": pairs}


def _tell_number(leaf: Leaf, stored: int | None) -> str | None:
    return None if stored is None else format(leaf.variable.from_stored(stored).normalize(), "f")


def _tell_parts(node: AllOf | AnyOf | AtLeast) -> list[dict[str, Any]]:
    return sorted((meaning_of(part) for part in node.of), key=lambda told: json.dumps(told, sort_keys=True))
