"""The tables of docs/methods/criteria.md, as tests."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from essor.methods.criteria import (
    Answer,
    Exact,
    Many,
    OneOf,
    PlaceTree,
    Range,
    Truth,
    answer_of_codes,
    evaluate,
    parse,
)
from essor.methods.variables import Variable
from tests.methods.criteria.worlds import PLACES, VARIABLES

T, U, F = Truth.YES, Truth.UNKNOWN, Truth.NO
FACTS = {name: Variable(name, "boolean", name, name) for name in ("a", "b", "c")}


def truth(tree: object, **truths: Truth) -> Truth:
    codes = {T: "true", F: "false"}
    profile: Mapping[str, Answer] = {name: Exact(codes[found]) for name, found in truths.items() if found != U}
    return evaluate(parse(tree, variables=FACTS), profile, places=PlaceTree({})).truth


LEAF_A, LEAF_B, LEAF_C = ({"fact": name, "is": True} for name in FACTS)


@pytest.mark.parametrize(
    ("a", "row"), [(T, (T, U, F)), (U, (U, U, F)), (F, (F, F, F))], ids=["true", "unknown", "false"]
)
def test_all(a: Truth, row: tuple[Truth, ...]) -> None:
    assert tuple(truth({"all": [LEAF_A, LEAF_B]}, a=a, b=b) for b in (T, U, F)) == row


@pytest.mark.parametrize(
    ("a", "row"), [(T, (T, T, T)), (U, (T, U, U)), (F, (T, U, F))], ids=["true", "unknown", "false"]
)
def test_any(a: Truth, row: tuple[Truth, ...]) -> None:
    assert tuple(truth({"any": [LEAF_A, LEAF_B]}, a=a, b=b) for b in (T, U, F)) == row


def test_not() -> None:
    assert [truth({"not": LEAF_A}, a=a) for a in (T, U, F)] == [F, U, T]


@pytest.mark.parametrize(
    ("n", "a", "b", "c"), [(n, *abc) for n in (1, 2, 3) for abc in itertools.product(Truth, repeat=3)]
)
def test_at_least_n(n: int, a: Truth, b: Truth, c: Truth) -> None:
    known = [a, b, c]
    expected = T if known.count(T) >= n else F if known.count(T) + known.count(U) < n else U
    assert truth({"at_least_n": {"n": n, "of": [LEAF_A, LEAF_B, LEAF_C]}}, a=a, b=b, c=c) == expected


def test_kleene_does_not_reason_about_opposites() -> None:
    assert truth({"any": [LEAF_A, {"not": LEAF_A}]}) == U


@pytest.mark.parametrize(
    ("test", "answer", "expected"),
    [
        ({"at_least": 5}, Range(5, 9), T),
        ({"at_least": 5}, Range(4, 9), U),
        ({"at_least": 5}, Range(None, 4), F),
        ({"at_least": 5}, Range(5, None), T),
        ({"at_least": 5}, Range(None, None), U),
        ({"more_than": 5}, Exact(5), F),
        ({"more_than": 5}, Range(6, 9), T),
        ({"at_most": 5}, Exact(5), T),
        ({"less_than": 5}, Exact(5), F),
        ({"less_than": 5}, OneOf(frozenset({3, 4})), T),
        ({"less_than": 5}, OneOf(frozenset({4, 5})), U),
        ({"between": [1, 499]}, Range(10, 25), T),
        ({"between": [1, 499]}, Range(400, None), U),
        ({"between": [1, 499]}, Range(500, None), F),
        ({"is": 5}, Range(5, 6), U),
        ({"in": [5, 6, 9]}, Range(5, 6), T),
        ({"in": [5, 6, 9]}, Range(7, 8), F),
        ({"in": [5, 6, 9]}, Range(6, 9), U),
    ],
)
def test_numbers(test: dict[str, object], answer: Answer, expected: Truth) -> None:
    node = parse({"fact": "jobs", **test}, variables=VARIABLES)
    assert evaluate(node, {"jobs": answer}, places=PLACES).truth == expected


@pytest.mark.parametrize(
    ("fact", "test", "codes", "expected"),
    [
        ("form", {"in": ["coop", "npo"]}, "coop", T),
        ("form", {"in": ["coop", "npo"]}, "coop|npo", T),
        ("form", {"in": ["coop", "npo"]}, "coop|mutual", U),
        ("form", {"is": "coop"}, "mutual|npo", F),
        ("form", {"is": "coop"}, "", U),
        ("sells", {"is": False}, "false", T),
        ("sells", {"is": False}, "false|true", U),
        ("services", {"contains": "care"}, "care|food", T),
        ("services", {"contains": "care"}, "food", F),
        ("services", {"contains": "care"}, "", F),
        ("services", {"any_of": ["care", "food"]}, "food", T),
        ("place", {"within": ["640"]}, "64008", T),
        ("place", {"within": ["640"]}, "640", T),
        ("place", {"within": ["640"]}, "64008|64015", T),
        ("place", {"within": ["640"]}, "60013", F),
        ("place", {"within": ["640"]}, "60013|64008", U),
        ("place", {"within": ["64008"]}, "640", U),
        ("place", {"within": ["64008"]}, "qc", U),
        ("place", {"within": ["64008", "64015"]}, "640", U),
        ("place", {"within": ["cmm"]}, "14", U),
        ("place", {"within": ["cmm"]}, "600", F),
        ("place", {"within": ["640"]}, "uk", F),
        ("place", {"within": ["640"]}, "vanished", U),
        ("place", {"within": ["vanished"]}, "vanished", T),
    ],
)
def test_codes(fact: str, test: dict[str, object], codes: str, expected: Truth) -> None:
    node = parse({"fact": fact, **test}, variables=VARIABLES)
    answer = answer_of_codes(codes, VARIABLES[fact])
    assert evaluate(node, {fact: answer}, places=PLACES).truth == expected


def test_a_verdict_says_why_and_what_is_missing() -> None:
    tree = {
        "all": [
            {"fact": "form", "in": ["coop", "npo"]},
            {"any": [{"fact": "jobs", "at_least": 5}, {"fact": "share", "at_least": 0.2}]},
            {"at_least_n": {"n": 1, "of": [{"fact": "jobs", "at_most": 2}, {"not": {"fact": "sells", "is": False}}]}},
        ]
    }
    node = parse(tree, variables=VARIABLES)
    unknown = evaluate(node, {"form": Exact("coop"), "share": Exact(4)}, places=PLACES)
    assert (unknown.truth, unknown.missing) == (U, ("jobs", "sells"))
    refused = evaluate(node, {"form": Exact("mutual"), "share": Exact(4)}, places=PLACES)
    assert (refused.truth, refused.missing) == (F, ())
    assert [(why.path, why.truth, why.answer) for why in refused.decisive] == [
        ("criteria.all[0]", F, Exact("mutual")),
    ]
    assert [why.path for why in refused.reasons.leaves()] == [
        "criteria.all[0]",
        "criteria.all[1].any[0]",
        "criteria.all[1].any[1]",
        "criteria.all[2].at_least_n.of[0]",
        "criteria.all[2].at_least_n.of[1].not",
    ]


@pytest.mark.parametrize(
    ("fact", "test", "answer"),
    [
        ("jobs", {"is": 1}, Exact("1")),
        ("jobs", {"is": 1}, Exact(value=True)),
        ("jobs", {"is": 1}, Many(frozenset({"1"}))),
        ("form", {"is": "coop"}, Range(1, 2)),
        ("form", {"is": "coop"}, Many(frozenset({"coop"}))),
        ("services", {"contains": "care"}, Exact("care")),
        ("place", {"within": ["640"]}, Exact(640)),
    ],
)
def test_an_answer_of_another_kind_is_refused(fact: str, test: dict[str, object], answer: Answer) -> None:
    node = parse({"fact": fact, **test}, variables=VARIABLES)
    with pytest.raises(TypeError):
        evaluate(node, {fact: answer}, places=PLACES)


def test_answers_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="range-reversed"):
        Range(2, 1)
    with pytest.raises(ValueError, match="one-of-nothing"):
        OneOf(frozenset())


def test_a_place_within_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="place-within-itself: a, b"):
        PlaceTree({"a": ["b"], "b": ["a"], "c": []})
