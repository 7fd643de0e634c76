from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.methods.criteria import (
    Answer,
    Change,
    Direction,
    Exact,
    Many,
    Node,
    OneOf,
    Range,
    Truth,
    describe_sentence,
    evaluate,
    nearest_change,
    parse,
    variables_of,
)
from essor.methods.variables import Variable
from tests.methods.criteria.small import FULL, PLACES, VALUES, VARIABLES, nodes, possible, profiles

ORDERED = tuple(name for name in VARIABLES if name != "place")
RANKS: Mapping[str, tuple[str, ...]] = {"sells": ("false", "true"), "form": VARIABLES["form"].values}


@dataclass(frozen=True)
class Rules:
    """What a caller forbids."""

    protected: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    directions: Mapping[str, Direction] = field(default_factory=dict)
    effort: Mapping[str, int] = field(default_factory=dict)

    def allowed(self, name: str, answer: Answer | None) -> list[Answer]:
        """The exact answers that may be proposed, found value by value."""
        if name in self.protected:
            return []
        if answer is None or name in self.fixed:
            return list(possible(name, answer))
        direction = self.directions.get(name, "any")
        return [value for value in VALUES[name] if direction == "any" or is_ahead(name, answer, value, direction)]


def is_ahead(name: str, answer: Answer, value: Answer, direction: Direction) -> bool:
    """Whether a value lies no lower (or no higher) than some value that the answer allows."""
    for before in possible(name, answer):
        low, high = (before, value) if direction == "up" else (value, before)
        if isinstance(low, Many) and isinstance(high, Many):
            if low.values <= high.values:
                return True
        elif rank(name, low) <= rank(name, high):
            return True
    return False


def rank(name: str, value: Answer) -> int:
    assert isinstance(value, Exact)
    return value.value if isinstance(value.value, int) else RANKS[name].index(value.value)


rules = st.builds(
    Rules,
    protected=st.frozensets(st.sampled_from(list(VARIABLES)), max_size=1),
    fixed=st.frozensets(st.sampled_from(list(VARIABLES)), max_size=2),
    directions=st.dictionaries(st.sampled_from(ORDERED), st.sampled_from(["up", "down", "any"]), max_size=3),
    effort=st.fixed_dictionaries({name: st.integers(1, 3) for name in VARIABLES}),
)


def found_by(node: Node, profile: Mapping[str, Answer], limits: Rules) -> Change | None:
    return nearest_change(
        node,
        profile,
        places=PLACES,
        protected=limits.protected,
        fixed=limits.fixed,
        directions=limits.directions,
        effort=limits.effort,
    )


def is_yes(node: Node, profile: Mapping[str, Answer]) -> bool:
    return evaluate(node, profile, places=FULL).truth == Truth.YES


def smallest(node: Node, profile: Mapping[str, Answer], limits: Rules) -> tuple[str, ...] | None:
    """The smallest set, by trying every set in order, and every combination of values in each."""
    names = variables_of(node)
    sets = [some for size in range(len(names) + 1) for some in itertools.combinations(range(len(names)), size)]
    sets.sort(key=lambda some: (len(some), sum(limits.effort[names[i]] for i in some), some))
    for some in sets:
        chosen = tuple(names[i] for i in some)
        if any(is_yes(node, changed) for changed in changes(profile, chosen, limits)):
            return chosen
    return None


def changes(profile: Mapping[str, Answer], names: tuple[str, ...], limits: Rules) -> Iterator[dict[str, Answer]]:
    for values in itertools.product(*(limits.allowed(name, profile.get(name)) for name in names)):
        yield {**profile, **dict(zip(names, values, strict=True))}


@given(nodes, profiles, rules)
@settings(max_examples=250, deadline=None)
def test_the_change_is_the_smallest(node: Node, profile: dict[str, Answer], limits: Rules) -> None:
    expected = smallest(node, profile, limits)
    found = found_by(node, profile, limits)
    assert expected == (None if found is None else tuple(step.variable.id for step in found.steps))
    if found is not None:
        assert found.effort == sum(limits.effort[step.variable.id] for step in found.steps)


@given(nodes, profiles, rules)
@settings(max_examples=250, deadline=None)
def test_whatever_is_accepted_makes_a_yes_and_is_permitted(
    node: Node, profile: dict[str, Answer], limits: Rules
) -> None:
    found = found_by(node, profile, limits)
    if found is None or not found.steps:
        return
    accepted: dict[str, list[Answer]] = {}
    for step in found.steps:
        name, answer = step.variable.id, profile.get(step.variable.id)
        allowed = limits.allowed(name, answer)
        passing = [value for value in VALUES[name] if is_yes(step.accepted, {name: value})]
        accepted[name] = [value for value in passing if value in allowed]
        assert accepted[name]
        assert variables_of(step.accepted) == (name,)
        assert step.is_learned == any(value in possible(name, answer) for value in accepted[name])
        if name not in {"place", "uses"} and not isinstance(answer, OneOf):
            assert passing == accepted[name]
    names = tuple(accepted)
    for values in itertools.product(*accepted.values()):
        assert is_yes(node, {**profile, **dict(zip(names, values, strict=True))})
    if len(names) == 1:
        allowed = limits.allowed(names[0], profile.get(names[0]))
        assert accepted[names[0]] == [value for value in allowed if is_yes(node, {**profile, names[0]: value})]


def read(tree: object) -> Node:
    return parse(tree, variables=VARIABLES)


def told(node: Node, profile: Mapping[str, Answer], **limits: Any) -> list[tuple[str, bool]] | None:
    found = nearest_change(node, profile, places=PLACES, **limits)
    if found is None:
        return None
    return [(describe_sentence(step.accepted, language="en"), step.is_learned) for step in found.steps]


HIRES = {"all": [{"fact": "jobs", "at_least": 3}, {"fact": "sells", "is": True}]}
AID = read(
    {
        "all": [
            {"fact": "form", "in": ["coop", "npo"]},
            {"fact": "place", "within": ["640", "06"]},
            {
                "any": [
                    {"fact": "age", "at_least": 2},
                    {"all": [{"fact": "jobs", "at_least": 3}, {"fact": "sells", "is": True}]},
                ]
            },
        ]
    }
)


@pytest.mark.parametrize(
    ("profile", "limits", "expected"),
    [
        ({"form": "coop", "place": "640", "age": 1, "jobs": 4}, {}, [("Age: at least 2", False)]),
        ({"form": "coop", "place": "640", "age": 1, "jobs": 4}, {"fixed": ["age"]}, [("Sells: yes", True)]),
        ({"form": "coop", "place": "640", "age": 1, "jobs": 4}, {"effort": {"age": 2}}, [("Sells: yes", True)]),
        ({"form": "coop", "place": "14", "age": 2}, {"fixed": ["place"]}, [("Place: within 640", True)]),
        ({"form": "other", "place": "640", "age": 2}, {"fixed": ["place", "form"]}, None),
        ({"form": "npo", "place": "06", "age": 2}, {}, []),
        (
            {"form": "coop", "place": "qc", "age": 0, "jobs": 1},
            {"fixed": ["place"], "protected": ["age"]},
            [("Place: within 640 or 06", True), ("Jobs: at least 3", False), ("Sells: yes", True)],
        ),
    ],
)  # fmt: skip
def test_the_worked_table_of_the_method_page(
    profile: dict[str, int | str], limits: dict[str, Any], expected: list[tuple[str, bool]] | None
) -> None:
    assert told(AID, {name: Exact(value) for name, value in profile.items()}, **limits) == expected


def test_a_history_never_goes_down() -> None:
    node = read({"any": [{"fact": "jobs", "at_most": 1}, {"fact": "jobs", "at_least": 3}]})
    assert told(node, {"jobs": Exact(2)}) == [("Jobs: at most 1 or Jobs: at least 3", False)]
    assert told(node, {"jobs": Exact(2)}, directions={"jobs": "up"}) == [("Jobs: at least 3", False)]
    assert told(node, {"jobs": Range(2, 3)}, directions={"jobs": "down"}) == [("Jobs: at most 1 or Jobs: 3", True)]
    assert told(read({"fact": "sells", "is": False}), {"sells": Exact("true")}, directions={"sells": "up"}) is None
    stage = read({"fact": "form", "is": "coop"})
    assert told(stage, {"form": Exact("npo")}, directions={"form": "up"}) is None
    assert told(stage, {"form": Exact("npo")}, directions={"form": "down"}) == [("Form: coop", False)]
    assert told(stage, {"form": Exact("unheard of")}, directions={"form": "up"}) is None


def test_a_list_that_may_only_lose_is_not_told_to_gain() -> None:
    node = read({"all": [{"fact": "uses", "any_of": ["site", "study"]}, {"not": {"fact": "uses", "contains": "shop"}}]})
    held = {"uses": Many(frozenset({"study", "shop"}))}
    expected = [("Project: includes study and not (Project: includes shop)", False)]
    assert told(node, held, directions={"uses": "down"}) == expected
    assert told(node, held, directions={"uses": "up"}) is None


def test_sensitive_variables_are_never_proposed() -> None:
    broke = Variable("broke", "boolean", "Insolvable", "Insolvent", sensitive=True)
    node = parse({"fact": "broke", "is": False}, variables={"broke": broke})
    assert told(node, {"broke": Exact("true")}) is None
    assert told(node, {}) is None


def test_a_step_keeps_the_words_and_the_source_of_its_leaf() -> None:
    leaf = {"fact": "jobs", "more_than": 2, "source": "page 3", "en": "More than two jobs"}
    assert told(read({"all": [leaf]}), {"jobs": Exact(1)}) == [("More than two jobs", False)]


def test_faulty_limits_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown-direction: jobs: 'sideways'"):
        told(read({"fact": "jobs", "is": 1}), {}, directions={"jobs": "sideways"})
    with pytest.raises(ValueError, match="place-without-order: place"):
        told(AID, {}, directions={"place": "up"})
