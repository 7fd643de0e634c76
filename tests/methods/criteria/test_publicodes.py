"""Sixty rules on six sets of answers each, as Publicodes answers them (``tests/methods/spec/publicodes.json``).

All, any and thresholds, nested, some answers missing. Not equalities: where nothing was answered Publicodes says that
they do not hold, and here they are unknown.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from essor.methods.criteria import Exact, PlaceTree, Truth, evaluate, parse
from essor.methods.variables import FALSE, TRUE, Variable

SPEC = json.loads((Path(__file__).parents[1] / "spec/publicodes.json").read_text(encoding="utf-8"))["rules"]
VARIABLES = {name: Variable(name, "boolean", name, name) for name in "abc"} | {
    name: Variable(name, "number", name, name) for name in "xy"
}
SAID = {True: Truth.YES, False: Truth.NO, None: Truth.UNKNOWN}


def read(answers: dict[str, Any]) -> dict[str, Exact]:
    codes = {True: TRUE, False: FALSE}
    return {name: Exact(codes[value] if isinstance(value, bool) else value) for name, value in answers.items()}


@pytest.mark.parametrize("case", SPEC, ids=range(len(SPEC)))
def test_each_rule_answers_as_publicodes(case: dict[str, Any]) -> None:
    rule = parse(case["rule"], variables=VARIABLES)
    found = [evaluate(rule, read(answers), places=PlaceTree({})).truth for answers, _said in case["answers"]]
    assert found == [SAID[said] for _answers, said in case["answers"]]


def test_the_set_holds_each_answer_often() -> None:
    counts = Counter(said for case in SPEC for _answers, said in case["answers"])
    assert min(counts[said] for said in SAID) >= 50
