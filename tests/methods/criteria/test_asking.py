from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from essor.methods.criteria import (
    Answer,
    Exact,
    Many,
    Node,
    OneOf,
    PlaceTree,
    Question,
    Range,
    Truth,
    count_answers,
    evaluate,
    parse,
    rank_questions,
    settle_by_cases,
)
from essor.methods.variables import Variable
from tests.methods.criteria.small import PLACES, VARIABLES, completions, nodes, possible, profiles, truths

EFFORT = dict.fromkeys(VARIABLES, 1)


def read(tree: object) -> Node:
    return parse(tree, variables=VARIABLES)


def settled(node: Node, profile: Mapping[str, Answer], limit: int = 3) -> Truth:
    return settle_by_cases(node, profile, places=PLACES, limit=limit)


def agreed(found: set[Truth]) -> Truth:
    return found.pop() if len(found) == 1 else Truth.UNKNOWN


@given(nodes, profiles)
@settings(max_examples=200, deadline=None)
def test_cases_agree_with_trying_everything(node: Node, profile: dict[str, Answer]) -> None:
    verdict = evaluate(node, profile, places=PLACES)
    every = agreed(truths(node, completions(profile, verdict.missing)))
    assert settled(node, profile) == (every if len(verdict.missing) <= 3 else verdict.truth)
    assert verdict.truth in (Truth.UNKNOWN, settled(node, profile))


@given(nodes, profiles)
@settings(max_examples=100, deadline=None)
def test_more_cases_never_contradict_fewer(node: Node, profile: dict[str, Answer]) -> None:
    assert settled(node, profile, limit=0) == evaluate(node, profile, places=PLACES).truth
    for limit in range(4):
        assert settled(node, profile, limit) in (Truth.UNKNOWN, settled(node, profile, limit + 1))


def test_opposites_are_settled_and_a_missing_variable_is_not_asked() -> None:
    below, above = {"fact": "jobs", "less_than": 2}, {"fact": "jobs", "at_least": 2}
    assert settled(read({"any": [below, above]}), {}) == Truth.YES
    assert settled(read({"all": [below, above]}), {"jobs": Range(0, None)}) == Truth.NO
    assert settled(read({"fact": "age", "at_most": 3}), {}) == Truth.YES
    half = read({"all": [{"any": [below, above]}, {"fact": "sells", "is": True}]})
    assert evaluate(half, {}, places=PLACES).missing == ("jobs", "sells")
    assert [question.variable.id for question in ranked({"half": half})] == ["sells"]


def test_too_many_cases_are_left_unknown() -> None:
    four = {"any": [{"fact": name, "at_least": 2} for name in ("jobs", "age")]}
    tree = {"any": [four, {"fact": "sells", "is": True}, {"fact": "form", "is": "coop"}, {"not": four}]}
    assert settled(read(tree), {}) == Truth.UNKNOWN
    assert settled(read(tree), {}, limit=4) == Truth.YES


def ranked(criteria: Mapping[str, Node], profile: Mapping[str, Answer] | None = None, **given: Any) -> list[Question]:
    return list(rank_questions(criteria, profile or {}, **{"places": PLACES, "effort": EFFORT, **given}))


def ids(found: Iterable[Question]) -> list[str]:
    return [question.variable.id for question in found]


def can_change(node: Node, profile: Mapping[str, Answer], name: str, others: Iterable[str]) -> bool:
    return any(
        len({evaluate(node, full, places=PLACES).truth for full in completions(rest, [name])}) > 1
        for rest in completions(profile, others)
    )


@given(nodes, profiles.map(lambda found: {name: answer for name, answer in found.items() if name != "place"}))
@settings(max_examples=100, deadline=None)
def test_only_what_can_change_an_answer_is_asked(node: Node, profile: dict[str, Answer]) -> None:
    missing = evaluate(node, profile, places=PLACES).missing
    found = ids(ranked({"aid": node}, profile))
    assert set(found) <= set(missing)
    if len(missing) <= 3 and "place" not in missing:
        expected = {name for name in missing if can_change(node, profile, name, set(missing) - {name})}
        assert set(found) == expected
    assert bool(found) == (settled(node, profile) == Truth.UNKNOWN)


@given(nodes, nodes, profiles)
@settings(max_examples=60, deadline=None)
def test_expected_aids_are_a_mean_over_the_codes(one: Node, two: Node, profile: dict[str, Answer]) -> None:
    for question in ranked({"one": one, "two": two}, profile):
        name = question.variable.id
        if name not in {"sells", "form"}:
            continue
        answers = possible(name, profile.get(name))
        gains = [
            settled(node, {**profile, name: answer}) != Truth.UNKNOWN
            for node in (one, two)
            if settled(node, profile) == Truth.UNKNOWN
            for answer in answers
        ]
        assert question.settles == Fraction(sum(gains), len(answers))


@given(nodes, nodes, profiles)
@settings(max_examples=60, deadline=None)
def test_the_best_question_comes_first_and_sensitive_ones_last(
    one: Node, two: Node, profile: dict[str, Answer]
) -> None:
    effort = {"jobs": 3, "age": 1, "sells": 2, "form": 1, "uses": 2, "place": 1}
    found = ranked({"one": one, "two": two}, profile, effort=effort, sensitive={"form", "age"})
    keys = [(q.variable.id in {"form", "age"}, -q.settles / effort[q.variable.id], -q.touches) for q in found]
    assert keys == sorted(keys)
    for (key, one_id), (next_key, next_id) in zip(
        zip(keys, ids(found), strict=True), list(zip(keys, ids(found), strict=True))[1:], strict=False
    ):
        assert key < next_key or list(effort).index(one_id) < list(effort).index(next_id)


AIDS = {
    "grant": read({"all": [{"fact": "form", "in": ["coop", "npo"]}, {"fact": "jobs", "at_least": 2}]}),
    "loan": read({"all": [{"fact": "sells", "is": True}, {"fact": "jobs", "between": [1, 3]}]}),
    "support": read({"all": [{"fact": "form", "is": "coop"}, {"fact": "place", "within": ["640", "06"]}]}),
}


def test_the_worked_table_of_the_method_page() -> None:
    found = ranked(AIDS, effort={"form": 1, "jobs": 2, "sells": 1, "place": 1})
    assert [(q.variable.id, q.settles, q.effort, q.score, q.touches) for q in found] == [
        ("form", Fraction(1), 1, Fraction(1), 2),
        ("jobs", Fraction(1), 2, Fraction(1, 2), 2),
        ("sells", Fraction(1, 2), 1, Fraction(1, 2), 1),
        ("place", Fraction(1, 3), 1, Fraction(1, 3), 1),
    ]


def test_ties_follow_the_number_of_aids_touched_then_the_order_given() -> None:
    two = {"one": AIDS["loan"], "two": read({"fact": "sells", "is": True})}
    tied = {"one": read({"all": [{"fact": "sells", "is": True}, {"fact": "age", "is": 0}]})}
    assert ids(ranked(two)) == ["sells", "jobs"]
    pair = {"a": read({"fact": "sells", "is": True}), "b": read({"fact": "age", "at_least": 2})}
    assert ids(ranked(pair, effort={"sells": 1, "age": 1})) == ["sells", "age"]
    assert ids(ranked(pair, effort={"age": 1, "sells": 1})) == ["age", "sells"]
    assert ids(ranked(tied, effort={"age": 1})) == ["age"]
    assert ids(ranked(AIDS, effort={"form": 3, "sells": 1})) == ["sells", "form"]


def test_what_is_known_of_others_weighs_the_answers() -> None:
    """Three codes count once each; six others, two in one of two codes that pass, two in one that passes or not."""
    both, either = OneOf(frozenset({"coop", "npo"})), OneOf(frozenset({"coop", "other"}))
    others = [Exact("other")] * 6 + [both] * 2 + [either] * 2 + [Range(None, None)]
    priors = count_answers({"form": answer} for answer in others)
    assert priors["form"] == {Exact("other"): 6, both: 2, either: 2}
    (question,) = ranked({"grant": AIDS["grant"]}, effort={"form": 1}, priors=priors)
    assert question.settles == Fraction(1 + 6 + 1, 3 + 6 + 2 + 2)


def test_lists_are_weighed_by_each_code_alone_then_as_they_were_seen() -> None:
    node = read(
        {
            "all": [
                {"fact": "uses", "contains": "site"},
                {"fact": "uses", "contains": "shop"},
                {"fact": "sells", "is": True},
            ]
        }
    )
    assert ranked({"aid": node}, effort={"uses": 1})[0].settles == 1
    seen = count_answers([{"uses": Many(frozenset({"site", "shop"}))}] * 3)
    assert ranked({"aid": node}, effort={"uses": 1}, priors=seen)[0].settles == Fraction(3, 6)


def test_a_range_already_given_narrows_what_is_expected() -> None:
    (question,) = ranked({"aid": read({"fact": "jobs", "in": [1, 3]})}, {"jobs": Range(2, 3)})
    assert (question.variable.id, question.settles) == ("jobs", Fraction(1))
    assert ranked({"aid": read({"fact": "jobs", "at_least": 3})}, {"jobs": Range(3, 4)}) == []


def test_what_cannot_be_asked_is_not_and_efforts_are_checked() -> None:
    assert ids(ranked(AIDS, effort={"place": 3})) == ["place"]
    with pytest.raises(ValueError, match="effort-out-of-range: jobs: 0"):
        ranked(AIDS, effort={"jobs": 0})


def test_a_list_with_too_many_cases_is_asked_all_the_same() -> None:
    codes = [f"c{number}" for number in range(13)]
    many = {"many": Variable("many", "choice_many", "Liste", "List", values=tuple(codes))}
    node = parse({"at_least_n": {"n": 2, "of": [{"fact": "many", "contains": code} for code in codes]}}, variables=many)
    (question,) = rank_questions({"aid": node}, {}, places=PlaceTree({}), effort={"many": 1})
    assert question.settles == 1
    assert settle_by_cases(node, {}, places=PlaceTree({})) == Truth.UNKNOWN
