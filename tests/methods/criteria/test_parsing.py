from __future__ import annotations

from typing import Any

import pytest
import yaml

from essor.methods.criteria import CriterionError, criterion_sentence, parse, variable_from_question, variables_of
from essor.methods.criteria.error_words import SENTENCES
from tests.methods.criteria.worlds import VARIABLES

JOBS = {"fact": "jobs", "at_least": 5}


def nested(depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = JOBS
    for _ in range(depth - 1):
        tree = {"not": tree}
    return tree


FAULTS: list[tuple[object, str, str]] = [
    ([], "wrong-type", "criteria"),
    (None, "wrong-type", "criteria"),
    ({}, "not-a-criterion", "criteria"),
    ({"al": [JOBS]}, "not-a-criterion", "criteria"),
    ({"all": [JOBS], "any": [JOBS]}, "not-a-criterion", "criteria"),
    ({"all": [JOBS], "note": "x"}, "extra-key", "criteria.note"),
    ({"all": []}, "empty-list", "criteria.all"),
    ({"all": JOBS}, "wrong-type", "criteria.all"),
    ({"not": [JOBS]}, "wrong-type", "criteria.not"),
    ({"any": [JOBS, "jobs"]}, "wrong-type", "criteria.any[1]"),
    ({"at_least_n": {"n": 1}}, "missing-key", "criteria.at_least_n"),
    ({"at_least_n": {"n": 0, "of": [JOBS]}}, "n-out-of-range", "criteria.at_least_n.n"),
    ({"at_least_n": {"n": 2, "of": [JOBS]}}, "n-out-of-range", "criteria.at_least_n.n"),
    ({"at_least_n": {"n": True, "of": [JOBS]}}, "wrong-type", "criteria.at_least_n.n"),
    ({"at_least_n": {"n": 1, "of": [JOBS], "among": 2}}, "extra-key", "criteria.at_least_n.among"),
    ({"fact": "jbos", "at_least": 5}, "unknown-variable", "criteria.fact"),
    ({"fact": ["jobs"], "at_least": 5}, "wrong-type", "criteria.fact"),
    ({"fact": "jobs"}, "no-operator", "criteria"),
    ({"fact": "jobs", "at_least": 5, "at_most": 9}, "several-operators", "criteria"),
    ({"fact": "jobs", "equals": 5}, "extra-key", "criteria.equals"),
    ({"all": [JOBS, {"fact": "jobs", "within": ["640"]}]}, "operator-not-allowed", "criteria.all[1].within"),
    ({"fact": "place", "is": "640"}, "operator-not-allowed", "criteria.is"),
    ({"fact": "form", "in": ["coop", "cop"]}, "unknown-value", "criteria.in"),
    ({"fact": "form", "in": []}, "empty-list", "criteria.in"),
    ({"fact": "form", "in": "coop"}, "wrong-type", "criteria.in"),
    ({"fact": "form", "is": True}, "wrong-type", "criteria.is"),
    ({"fact": "place", "within": [640]}, "wrong-type", "criteria.within"),
    ({"fact": "place", "within": ["640|641"]}, "not-a-code", "criteria.within"),
    ({"fact": "place", "within": [" "]}, "not-a-code", "criteria.within"),
    ({"fact": "sells", "is": "yes"}, "wrong-type", "criteria.is"),
    ({"fact": "sells", "is": 1}, "wrong-type", "criteria.is"),
    ({"fact": "jobs", "at_least": True}, "wrong-type", "criteria.at_least"),
    ({"fact": "jobs", "at_least": "5"}, "wrong-type", "criteria.at_least"),
    ({"fact": "jobs", "at_least": None}, "wrong-type", "criteria.at_least"),
    ({"fact": "jobs", "at_least": 5.5}, "too-precise", "criteria.at_least"),
    ({"fact": "jobs", "at_least": float("nan")}, "not-a-number", "criteria.at_least"),
    ({"fact": "jobs", "at_least": float("inf")}, "not-a-number", "criteria.at_least"),
    ({"fact": "jobs", "at_least": 10**16}, "too-large", "criteria.at_least"),
    ({"fact": "jobs", "at_least": 1 << 20_000}, "too-large", "criteria.at_least"),
    ({"fact": "jobs", "at_least": -(10**16)}, "too-small", "criteria.at_least"),
    ({"fact": "revenue", "at_least": 10**14}, "too-large", "criteria.at_least"),
    ({"fact": "rate", "at_least": 20}, "too-large", "criteria.at_least"),
    ({"fact": "rate", "at_least": -0.2}, "too-small", "criteria.at_least"),
    ({"fact": "jobs", "between": [9, 1]}, "bounds-reversed", "criteria.between"),
    ({"fact": "jobs", "between": [1]}, "not-two-bounds", "criteria.between"),
    ({"fact": "jobs", "at_least": 5, "certainty": "sure"}, "unknown-value", "criteria.certainty"),
    ({"fact": "jobs", "at_least": 5, "fr": ""}, "wrong-type", "criteria.fr"),
    (nested(21), "too-deep", "criteria" + ".not" * 20),
    ({"all": [JOBS] * 500}, "too-many-nodes", "criteria.all[499]"),
]
RATE = variable_from_question({"id": "rate", "type": "ratio", "fr": "Quelle part?", "en": "What share?"})
KNOWN = {**VARIABLES, "rate": RATE}


@pytest.mark.parametrize(("tree", "code", "path"), FAULTS)
def test_each_fault_is_named_and_placed(tree: object, code: str, path: str) -> None:
    with pytest.raises(CriterionError) as caught:
        parse(tree, variables=KNOWN)
    assert (caught.value.code, caught.value.path) == (code, path)
    for language in ("fr", "en"):
        sentence = criterion_sentence(caught.value, language)
        assert path in sentence
        assert "{" not in sentence.removeprefix(path)
        assert sentence.endswith((".", "?"))


def test_every_sentence_is_earned_by_a_fault() -> None:
    assert {code for _, code, _ in FAULTS} | {"needs-quotes"} == set(SENTENCES)


def test_the_limits_themselves_are_accepted() -> None:
    parse(nested(20), variables=KNOWN)
    parse({"all": [JOBS] * 499}, variables=KNOWN)
    parse({"fact": "jobs", "at_least": 10**15}, variables=KNOWN)


def test_a_list_that_holds_itself_is_refused() -> None:
    with pytest.raises(CriterionError) as caught:
        parse(yaml.safe_load("&loop {all: [*loop]}"), variables=KNOWN)
    assert caught.value.code == "too-deep"


def test_sentences_say_the_place_and_the_remedy() -> None:
    with pytest.raises(CriterionError) as caught:
        parse({"all": [JOBS, {"fact": "form", "in": ["cop"]}]}, variables=KNOWN, path="conditions")
    french, english = criterion_sentence(caught.value, "fr"), criterion_sentence(caught.value, "en-CA")
    assert french.replace("\u00a0", " ").startswith(
        "À l’endroit conditions.all[1].in, « cop » n’est pas une valeur permise. Choisissez parmi « coop », « npo »,"
    )
    assert english.startswith("At conditions.all[1].in, “cop” is not an allowed value. Choose among “coop”, “npo”,")


def test_yaml_that_reads_a_code_as_a_number_is_told_to_quote_it() -> None:
    with pytest.raises(CriterionError) as caught:
        parse(yaml.safe_load("{fact: place, within: [640]}"), variables=KNOWN)
    assert criterion_sentence(caught.value, "en").endswith('Put the code in straight quotes, such as "640".')


def test_plain_data_is_canonical() -> None:
    tree = {"any": [{"fact": "jobs", "in": [7, 3, 3], "certainty": "sourced"}, {"fact": "share", "between": [0.2, 1]}]}
    node = parse(tree, variables=KNOWN)
    assert node.to_data() == {"any": [{"fact": "jobs", "in": [3, 7]}, {"fact": "share", "between": [0.2, 1]}]}
    assert variables_of(node) == ("jobs", "share")


@pytest.mark.parametrize(
    ("question", "code", "path"),
    [
        ({"id": "x", "type": "number", "fr": "X?"}, "missing-key", "facts"),
        ({"id": "x", "type": "date", "fr": "X?", "en": "X?"}, "unknown-value", "facts.x.type"),
        ({"id": "x", "type": "choice", "fr": "X?", "en": "X?"}, "empty-list", "facts.x.values"),
        ({"id": "x", "type": "choice", "values": [True], "fr": "X?", "en": "X?"}, "wrong-type", "facts.x.values"),
    ],
)
def test_a_faulty_question_is_refused(question: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(CriterionError) as caught:
        variable_from_question(question)
    assert (caught.value.code, caught.value.path) == (code, path)
