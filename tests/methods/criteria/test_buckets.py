from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from essor.methods.criteria import Answer, Exact, Node, PlaceTree, Range, TooManyCases, Truth, leaves_of, parse
from essor.methods.criteria.buckets import Bucket, buckets_of, leaves_by_variable
from essor.methods.criteria.evaluation import leaf_truth
from essor.methods.variables import Variable
from tests.methods.criteria.small import FULL, PLACES, VALUES, VARIABLES, nodes, possible, profiles


@given(st.lists(nodes, min_size=1, max_size=3), profiles)
@settings(max_examples=200, deadline=None)
def test_buckets_are_what_the_tests_tell_apart(trees: list[Node], profile: dict[str, Answer]) -> None:
    """The same tests are passed by some bucket and by some exact value, and by no other."""
    for name, leaves in leaves_by_variable(trees).items():
        exact = possible(name, profile.get(name))
        assume(exact)
        met = {frozenset(leaf.test for leaf in leaves if leaf_truth(leaf, value, FULL) == Truth.YES) for value in exact}
        assert {bucket.passes for bucket in buckets_of(leaves, profile.get(name), PLACES)} == met


@given(nodes, profiles)
@settings(max_examples=200, deadline=None)
def test_a_leaf_known_is_the_same_in_every_bucket(tree: Node, profile: dict[str, Answer]) -> None:
    for leaf in leaves_of(tree):
        answer = profile.get(leaf.variable.id)
        found = {bucket.truths([leaf.test])[leaf.test] for bucket in buckets_of([leaf], answer, PLACES)}
        truth = leaf_truth(leaf, answer, PLACES)
        assert truth in (Truth.UNKNOWN, *found)
        assert truth == Truth.UNKNOWN or len(found) == 1


def buckets(tree: object, answer: Answer | None = None) -> tuple[Bucket, ...]:
    return buckets_of(tuple(leaves_of(parse(tree, variables=VARIABLES))), answer, PLACES)


def test_the_table_of_the_method_page() -> None:
    jobs = {"any": [{"fact": "jobs", "at_least": 5}, {"fact": "jobs", "is": 2}]}
    form = {"fact": "form", "in": ["coop", "npo"]}
    uses = {"any": [{"fact": "uses", "contains": "site"}, {"fact": "uses", "contains": "shop"}]}
    place = {"any": [{"fact": "place", "within": ["640"]}, {"fact": "place", "within": ["14"]}]}
    assert [bucket.interval for bucket in buckets(jobs)] == [(None, 1), (2, 2), (3, 4), (5, None)]
    assert [bucket.codes for bucket in buckets(form)] == [("coop", "npo"), ("other",)]
    assert sorted(len(bucket.passes) for bucket in buckets(uses)) == [0, 1, 1, 2]
    assert [bucket.codes for bucket in buckets(place)] == [(), ("14",), ("14", "640")]


def test_numbers_keep_to_their_bounds_unless_the_answer_does_not() -> None:
    tree = {"fact": "age", "at_least": 0}
    assert [bucket.interval for bucket in buckets(tree)] == [(0, None)]
    assert [bucket.interval for bucket in buckets(tree, Exact(-2))] == [(-2, -2)]


def test_a_place_may_lie_between_the_places_listed() -> None:
    tree = {"all": [{"fact": "place", "within": [code]} for code in ("640", "14", "qc")]}
    assert [bucket.codes for bucket in buckets(tree)] == [(), ("qc",), ("qc", "14"), ("qc", "14", "640")]
    assert [bucket.codes for bucket in buckets(tree, Exact("cmm"))] == [("qc",), ("qc", "14"), ("qc", "14", "640")]
    assert [bucket.codes for bucket in buckets(tree, Exact("06"))] == [("qc",)]


def test_a_place_of_another_date_may_be_anywhere() -> None:
    assert len(buckets({"fact": "place", "within": ["640"]}, Exact("vanished"))) == 2


def test_more_lists_than_can_be_tried_are_refused() -> None:
    codes = tuple(f"c{number}" for number in range(13))
    many = Variable("many", "choice_many", "Liste", "List", values=codes)
    leaves = [parse({"fact": "many", "contains": code}, variables={"many": many}) for code in codes]
    with pytest.raises(TooManyCases, match="too-many-cases"):
        buckets_of(tuple(leaf for node in leaves for leaf in leaves_of(node)), None, PlaceTree({}))


def test_the_world_of_these_tests_reaches_every_side() -> None:
    assert len(VALUES["place"]) == len(set(VALUES["place"]))
    assert possible("jobs", Range(3, None)) == (Exact(3), Exact(4))
    assert Exact("new") in possible("place", None)
    assert Exact("new") not in possible("place", Exact("qc"))
