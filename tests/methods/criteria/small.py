"""A world small enough to try everything: its variables, trees and profiles, and the slow and obvious reference.

Each variable has few exact values, wide enough to fall on both sides of every threshold. The territory lists some
places; ``FULL`` adds every place that the list leaves room for, so that no conclusion may rest on the list being whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from essor.methods.criteria import (
    OPERATORS_BY_KIND,
    Answer,
    Exact,
    Many,
    Node,
    OneOf,
    PlaceTree,
    Range,
    Truth,
    evaluate,
    parse,
)
from essor.methods.variables import Variable

LISTED = {"qc": [], "14": ["qc"], "cmm": ["qc"], "640": ["14", "cmm"], "06": ["cmm"]}
PLACES = PlaceTree(LISTED)


def _full() -> PlaceTree:
    parents: dict[str, Sequence[str]] = dict(LISTED)
    for size in range(len(LISTED) + 1):
        for within in itertools.combinations(LISTED, size):
            if all(PLACES.inside([one]) & PLACES.inside([other]) for one, other in itertools.combinations(within, 2)):
                parents["+".join(("new", *within))] = within
    return PlaceTree(parents)


FULL = _full()
TOWNS = tuple(sorted(code for code in FULL.codes if FULL.inside([code]) == {code}))
VARIABLES: Mapping[str, Variable] = {
    variable.id: variable
    for variable in (
        Variable("jobs", "number", "Emplois", "Jobs"),
        Variable("age", "number", "Âge", "Age", minimum=Decimal(0), maximum=Decimal(3)),
        Variable("sells", "boolean", "Vend", "Sells", values=("true", "false")),
        Variable("form", "choice", "Forme", "Form", values=("coop", "npo", "other")),
        Variable("uses", "choice_many", "Projet", "Project", values=("site", "study", "shop")),
        Variable("place", "place", "Lieu", "Place"),
    )
}
WRITTEN: Mapping[str, tuple[Any, ...]] = {
    "jobs": (0, 1, 2, 3),
    "age": (0, 1, 2, 3),
    "form": VARIABLES["form"].values,
    "uses": VARIABLES["uses"].values,
    "place": tuple(LISTED),
}
"""The values that rules may name."""


def _sets(codes: Iterable[str]) -> tuple[Answer, ...]:
    listed = tuple(codes)
    return tuple(Many(frozenset(some)) for n in range(len(listed) + 1) for some in itertools.combinations(listed, n))


VALUES: Mapping[str, tuple[Answer, ...]] = {
    "jobs": tuple(Exact(number) for number in range(-1, 5)),
    "age": tuple(Exact(number) for number in range(4)),
    "sells": (Exact("false"), Exact("true")),
    "form": tuple(Exact(code) for code in VARIABLES["form"].values),
    "uses": _sets(VARIABLES["uses"].values),
    "place": tuple(Exact(code) for code in TOWNS),
}
"""Every exact answer to each variable."""


@st.composite
def _leaves(draw: st.DrawFn) -> dict[str, Any]:
    variable = draw(st.sampled_from(list(VARIABLES.values())))
    operator = draw(st.sampled_from(OPERATORS_BY_KIND[variable.kind]))
    if variable.kind == "boolean":
        return {"fact": variable.id, "is": draw(st.booleans())}
    value = st.sampled_from(WRITTEN[variable.id])
    if operator == "between":
        return {"fact": variable.id, operator: sorted([draw(value), draw(value)])}
    several = operator in {"in", "within", "any_of"}
    return {
        "fact": variable.id,
        operator: draw(st.lists(value, min_size=1, max_size=2, unique=True)) if several else draw(value),
    }


def _grow(parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda of: {"all": of}, several),
        st.builds(lambda of: {"any": of}, several),
        st.builds(lambda part: {"not": part}, parts),
        several.flatmap(lambda of: st.integers(1, len(of)).map(lambda n: {"at_least_n": {"n": n, "of": of}})),
    )


nodes = st.recursive(_leaves(), _grow, max_leaves=6).map(lambda tree: parse(tree, variables=VARIABLES))


@st.composite
def _answers(draw: st.DrawFn, name: str) -> Answer | None:
    known = draw(st.sampled_from(["nothing", "exact", "exact", "partly"]))
    if known == "nothing":
        return None
    if name == "place":
        codes = st.sampled_from(tuple(LISTED))
        return Exact(draw(codes)) if known == "exact" else OneOf(draw(st.frozensets(codes, min_size=1, max_size=2)))
    value = st.sampled_from(VALUES[name])
    one, other = draw(value), draw(value)
    if known == "exact" or not isinstance(one, Exact) or not isinstance(other, Exact):
        return one
    if isinstance(one.value, int) and isinstance(other.value, int):
        low, high = sorted([one.value, other.value])
        spread: Answer = OneOf(frozenset({low, high}))
        return draw(st.sampled_from([Range(low, high), Range(low, None), Range(None, high), spread]))
    return OneOf(frozenset({one.value, other.value}))


profiles = st.fixed_dictionaries({name: _answers(name) for name in VARIABLES}).map(
    lambda found: {name: answer for name, answer in found.items() if answer is not None}
)


def possible(name: str, answer: Answer | None) -> tuple[Answer, ...]:
    """The exact answers that an answer does not exclude."""
    return tuple(value for value in VALUES[name] if _allows(name, answer, value))


def _allows(name: str, answer: Answer | None, value: Answer) -> bool:
    if answer is None or isinstance(value, Many):
        return answer is None or answer == value
    assert isinstance(value, Exact)
    if name == "place":
        codes = answer.values if isinstance(answer, OneOf) else {answer.value} if isinstance(answer, Exact) else set()
        return value.value in FULL.inside([str(code) for code in codes])
    match answer:
        case Range(low, high):
            assert isinstance(value.value, int)
            return (low is None or low <= value.value) and (high is None or value.value <= high)
        case OneOf(values):
            return value.value in values
    return answer == value


def completions(profile: Mapping[str, Answer], names: Iterable[str]) -> Iterator[dict[str, Answer]]:
    """The profile with every combination of exact answers to these variables that it does not exclude."""
    listed = tuple(names)
    for values in itertools.product(*(possible(name, profile.get(name)) for name in listed)):
        yield {**profile, **dict(zip(listed, values, strict=True))}


def truths(node: Node, found: Iterable[Mapping[str, Answer]]) -> set[Truth]:
    """The truths met among profiles, all exact: found as slowly as it gets."""
    return {evaluate(node, profile, places=FULL).truth for profile in found}
