from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.methods.criteria import (
    Exact,
    Node,
    Period,
    PlaceTree,
    Truth,
    evaluate,
    find_always_true,
    find_gaps,
    find_impossible,
    find_overlaps,
    leaves_of,
    parse,
    variables_of,
)
from essor.methods.variables import Variable
from tests.methods.criteria.small import FULL, PLACES, VARIABLES, completions, nodes, truths


def read(tree: object, variables: Mapping[str, Variable] = VARIABLES) -> Node:
    return parse(tree, variables=variables)


@given(nodes)
@settings(max_examples=200, deadline=None)
def test_a_rule_is_impossible_or_always_true_as_trying_everything_says(node: Node) -> None:
    met = truths(node, completions({}, variables_of(node)))
    assert bool(find_impossible(node, places=PLACES)) == (Truth.YES not in met)
    assert bool(find_always_true(node, places=PLACES)) == (Truth.NO not in met)


@given(nodes)
@settings(max_examples=150, deadline=None)
def test_a_conflict_is_enough_and_nothing_in_it_is_idle(node: Node) -> None:
    """With every other leaf free the rule stays impossible; with one of the conflict free as well it does not."""
    for paths, wanted in (
        (find_impossible(node, places=PLACES), Truth.YES),
        (find_always_true(node, places=PLACES), Truth.NO),
    ):
        if paths:
            free = {leaf.path for leaf in leaves_of(node)} - set(paths)
            assert wanted not in truths_freed(node, free)
            assert all(wanted in truths_freed(node, free | {path}) for path in paths)


def truths_freed(node: Node, free: set[str]) -> set[Truth]:
    """The truths met when some leaves may turn out either way."""
    fresh = {path: Variable(f"free{i}", "boolean", "Libre", "Free") for i, path in enumerate(sorted(free))}

    def rewritten(part: Node) -> dict[str, Any]:
        data = part.to_data()
        if part.path in fresh:
            return {"fact": fresh[part.path].id, "is": True}
        for name in ("all", "any"):
            if name in data:
                return {name: [rewritten(each) for each in part.of]}  # type: ignore[union-attr]
        if "not" in data:
            return {"not": rewritten(part.of[0])}  # type: ignore[union-attr]
        if "at_least_n" in data:
            return {"at_least_n": {"n": data["at_least_n"]["n"], "of": [rewritten(each) for each in part.of]}}  # type: ignore[union-attr]
        return data

    tree = parse(rewritten(node), variables={**VARIABLES, **{each.id: each for each in fresh.values()}})
    bound = [name for name in variables_of(tree) if name in VARIABLES]
    loose = [name for name in variables_of(tree) if name not in VARIABLES]
    found = set()
    for profile in completions({}, bound):
        for codes in itertools.product(("true", "false"), repeat=len(loose)):
            found.add(
                evaluate(tree, {**profile, **dict(zip(loose, map(Exact, codes), strict=True))}, places=FULL).truth
            )
        if len(found) == 2:
            break
    return found


COOP = {"fact": "form", "is": "coop"}
WITHIN_640 = {"fact": "place", "within": ["640"]}


@pytest.mark.parametrize(
    ("tree", "paths"),
    [
        ({"all": [{"fact": "jobs", "at_least": 5}, {"fact": "jobs", "less_than": 5}]}, ("all[0]", "all[1]")),
        ({"all": [{"fact": "sells", "is": True}, {"fact": "age", "more_than": 3}]}, ("all[1]",)),
        ({"all": [{"fact": "place", "within": ["06"]}, {"fact": "place", "within": ["640"]}]}, ("all[0]", "all[1]")),
        ({"all": [WITHIN_640, {"not": {"fact": "place", "within": ["qc"]}}]}, ("all[0]", "all[1].not")),
        ({"all": [{"fact": "place", "within": ["qc"]}, {"not": {"fact": "place", "within": ["14", "cmm"]}}]}, ()),
        ({"all": [{"fact": "place", "within": ["14"]}, {"fact": "place", "within": ["cmm"]}, {"not": WITHIN_640}]}, ()),
        ({"not": {"fact": "uses", "any_of": ["site", "study", "shop"]}}, ()),
        ({"any": [{"all": [{"fact": "jobs", "is": 1}, {"fact": "jobs", "is": 2}]}, {"fact": "sells", "is": True}]}, ()),
        (
            {"all": [{"any": [COOP, {"fact": "form", "is": "npo"}]}, {"fact": "form", "is": "other"}]},
            ("all[0].any[0]", "all[0].any[1]", "all[1]"),
        ),
    ],
)  # fmt: skip
def test_rules_that_can_never_be_true(tree: dict[str, Any], paths: tuple[str, ...]) -> None:
    assert find_impossible(read(tree), places=PLACES) == tuple(f"criteria.{path}" for path in paths)


def test_rules_that_leave_nobody_out() -> None:
    node = read({"any": [{"fact": "sells", "is": True}, {"fact": "age", "at_most": 3}]})
    assert find_always_true(node, places=PLACES) == ("criteria.any[1]",)
    assert find_always_true(read({"fact": "place", "within": ["qc"]}), places=PLACES) == ()


def booleans(count: int) -> dict[str, Variable]:
    return {f"b{i}": Variable(f"b{i}", "boolean", f"B{i}", f"B{i}") for i in range(count)}


def test_many_variables_do_not_hide_a_conflict() -> None:
    facts = {**booleans(60), **VARIABLES}
    pairs = [{"any": [{"fact": f"b{i}", "is": True}, {"fact": f"b{i + 30}", "is": False}]} for i in range(30)]
    clash = [{"fact": "jobs", "at_least": 3}, {"fact": "jobs", "at_most": 2}]
    either = {"any": [{"fact": "sells", "is": True}, clash[0]]}
    assert find_impossible(read({"all": [*pairs, either]}, facts), places=PLACES) == ()
    assert find_impossible(read({"all": [clash[0], *pairs, clash[1]]}, facts), places=PLACES) == (
        "criteria.all[0]",
        "criteria.all[31]",
    )


def crowded(holes: str) -> Node:
    """One more than the holes, at most one in each: impossible, and hard to prove case by case."""
    names = [f"p{i}" for i in range(len(holes) + 1)]
    facts = {name: Variable(name, "choice", name, name, values=tuple(holes)) for name in names}
    twice = [{"at_least_n": {"n": 2, "of": [{"fact": name, "is": hole} for name in names]}} for hole in holes]
    return read({"all": [{"not": each} for each in twice]}, facts)


def test_a_conflict_too_long_to_find_is_not_reported() -> None:
    assert len(find_impossible(crowded("abc"), places=PlaceTree({}))) == 12
    assert find_impossible(crowded("abcdefghijkl"), places=PlaceTree({})) == ()


FIRST = date(2020, 1, 1).toordinal()
bounds = st.one_of(st.none(), st.integers(0, 11).map(lambda day: date.fromordinal(FIRST + day)))
periods = (
    st.tuples(bounds, bounds)
    .filter(lambda pair: pair[0] is None or pair[1] is None or pair[0] < pair[1])
    .map(lambda pair: Period(*pair))
)
DAYS = [date.fromordinal(FIRST + day) for day in range(-1, 13)]


@given(st.lists(periods, max_size=5))
@settings(max_examples=200, deadline=None)
def test_overlaps_and_gaps_are_those_of_the_days(found: list[Period]) -> None:
    held = [{day for day in DAYS if period.holds(day)} for period in found]
    pairs = itertools.combinations(range(len(found)), 2)
    assert find_overlaps(found) == tuple((one, other) for one, other in pairs if held[one] & held[other])
    covered = set().union(*held)
    between = {day for day in DAYS if covered and min(covered) < day < max(covered)} - covered
    gaps = find_gaps(found)
    assert {day for day in DAYS if any(gap.holds(day) for gap in gaps)} == between
    assert find_overlaps(gaps) == ()


def test_a_period_without_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="period-reversed: 2020-01-01 >= 2020-01-01"):
        Period(date(2020, 1, 1), date(2020, 1, 1))
