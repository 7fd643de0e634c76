"""On the real rules of 25 aids: the order of questions is worth its computing, and no rule decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

import numpy as np
import pytest

from essor.methods.criteria import (
    Answer,
    Exact,
    Many,
    Node,
    Question,
    Truth,
    count_answers,
    find_always_true,
    find_impossible,
    nearest_change,
    rank_questions,
    settle_by_cases,
)
from tests.methods.criteria.test_aids import FILE, PROFILES, content, places, rules, variables

pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the aids file is not beside the clone (ESSOR_SHARED)")

SEED, ENTERPRISES, KNOWN_ALREADY = 2017, 30, 100
Profile = Mapping[str, Answer]
Choose = Callable[[tuple[Question, ...]], str]


@cache
def criteria() -> dict[str, Node]:
    return {aid: versions[-1] for aid, versions in rules().items()}


@cache
def effort() -> dict[str, int]:
    return {fact["id"]: fact["ask_cost"] for fact in content()["facts"]}


def enterprise(chance: np.random.Generator) -> Profile:
    """A made-up enterprise: most are co-operatives or non-profits of the social economy, everything else is drawn."""
    found: dict[str, Answer] = {}
    towns = sorted(code for code in places().codes if places().inside([code]) == {code})
    for name, variable in variables().items():
        if variable.kind == "boolean":
            share = {"social_economy": 0.85, "insolvent": 0.05}.get(name, 0.5)
            found[name] = Exact("true" if chance.random() < share else "false")
        elif variable.kind == "choice":
            weights = np.array([6 if code in {"coop", "npo"} else 1 for code in variable.values])
            found[name] = Exact(str(chance.choice(variable.values, p=weights / weights.sum())))
        elif variable.kind == "choice_many":
            found[name] = Many(frozenset(code for code in variable.values if chance.random() < 0.2))
        elif variable.kind == "place":
            found[name] = Exact(str(chance.choice(towns)))
        elif variable.kind == "ratio":
            found[name] = Exact(int(chance.integers(10_001)))
        else:
            powers = (3, 7) if variable.kind == "money" else (0, 2.5)
            found[name] = Exact(round(10 ** chance.uniform(*powers)) * 100)
    return found


def ask(full: Profile, choose: Choose, priors: Mapping[str, Mapping[Answer, int]]) -> tuple[int, int, int]:
    """How many questions until every aid is settled, their effort, and how many aids the first settles."""
    known: dict[str, Answer] = {}
    first = spent = 0
    while found := rank_questions(criteria(), known, places=places(), effort=effort(), priors=priors):
        name = choose(found)
        known[name] = full[name]
        spent += effort()[name]
        if len(known) == 1:
            settled = [settle_by_cases(node, known, places=places()) for node in criteria().values()]
            first = len(settled) - settled.count(Truth.UNKNOWN)
    return len(known), spent, first


def total(asked: Iterable[tuple[int, int, int]]) -> list[int]:
    return [sum(column) for column in zip(*asked, strict=True)]


def in_file_order(found: tuple[Question, ...]) -> str:
    open_questions = {question.variable.id for question in found}
    return next(name for name in effort() if name in open_questions)


def test_the_order_needs_no_more_questions_than_the_file() -> None:
    chance = np.random.default_rng(SEED)
    priors = count_answers(enterprise(chance) for _ in range(KNOWN_ALREADY))
    asked = [enterprise(chance) for _ in range(ENTERPRISES)]
    ours = [ask(full, lambda found: found[0].variable.id, priors) for full in asked]
    theirs = [ask(full, in_file_order, priors) for full in asked]
    questions, efforts, settled_first = zip(total(ours), total(theirs), strict=True)
    assert questions[0] <= questions[1]
    assert efforts[0] <= efforts[1]
    assert settled_first[0] > settled_first[1]


def test_the_sensitive_question_comes_last() -> None:
    found = rank_questions(criteria(), {}, places=places(), effort=effort(), sensitive={"insolvent"})
    assert len(found) == 19
    assert found[-1].variable.id == "insolvent"


def test_every_rule_can_be_true_and_can_be_false() -> None:
    for versions in rules().values():
        for node in versions:
            assert find_impossible(node, places=places()) == ()
            assert find_always_true(node, places=places()) == ()


def test_a_change_is_found_for_a_refusal_that_facts_allow() -> None:
    profile = PROFILES["young co-operative in Les Moulins"]
    fixed = {"territory", "legal_form"}
    growth = nearest_change(criteria()["risq_transition_2021"], profile, places=places(), fixed=fixed)
    assert growth is not None
    assert [(step.variable.id, step.accepted.to_data()) for step in growth.steps] == [
        ("stage", {"fact": "stage", "in": ["growth", "consolidation", "recovery"]})
    ]
    assert nearest_change(criteria()["pcan_2022"], profile, places=places(), fixed=fixed) is None
    assert nearest_change(criteria()["jec_montreal_2016"], profile, places=places(), fixed=fixed) is None
