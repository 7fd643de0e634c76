from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from essor.methods.criteria import Answer, evaluate, leaves_of, meaning_of, parse
from tests.methods.criteria.worlds import PLACES, VARIABLES, leaves, profiles, trees


def write_otherwise(tree: dict[str, Any], luck: random.Random) -> dict[str, Any]:
    """The same criterion with other words, another certainty, and its keys, codes and parts in another order."""
    written = {name: _write_content(name, content, luck) for name, content in tree.items()}
    if "fact" in written:
        written |= {"fr": "autrement dit", "en": "in other words", "certainty": luck.choice(["inferred", "unclear"])}
    names = list(written)
    luck.shuffle(names)
    return {name: written[name] for name in names}


def _write_content(name: str, content: Any, luck: random.Random) -> Any:
    if name == "not":
        return write_otherwise(content, luck)
    if name == "at_least_n":
        return {"of": _write_content("all", content["of"], luck), "n": content["n"]}
    if not isinstance(content, list) or name == "between":
        return content
    parts = [write_otherwise(part, luck) if isinstance(part, dict) else part for part in content]
    luck.shuffle(parts)
    return parts


@given(trees, st.randoms(use_true_random=False), profiles)
@settings(max_examples=150, deadline=None)
def test_another_writing_has_the_same_meaning_and_truth(
    tree: dict[str, Any], luck: random.Random, found: dict[str, Answer]
) -> None:
    first = parse(tree, variables=VARIABLES)
    second = parse(write_otherwise(tree, luck), variables=VARIABLES)
    assert meaning_of(first) == meaning_of(second)
    assert evaluate(first, found, places=PLACES).truth == evaluate(second, found, places=PLACES).truth
    assert json.loads(json.dumps(meaning_of(first))) == meaning_of(first)


@given(leaves(), leaves())
@settings(max_examples=300, deadline=None)
def test_leaves_mean_the_same_when_and_only_when_they_test_the_same(one: dict[str, Any], two: dict[str, Any]) -> None:
    first, second = (parse(leaf, variables=VARIABLES) for leaf in (one, two))
    (left,), (right,) = leaves_of(first), leaves_of(second)
    assert (meaning_of(first) == meaning_of(second)) == (left.test == right.test)
