from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from essor.methods.criteria import describe, describe_sentence, parse
from essor.methods.variables import Variable

VARIABLES = {
    variable.id: variable
    for variable in (
        Variable(
            "form",
            "choice",
            "Forme juridique",
            "Legal form",
            values=("coop", "npo"),
            value_labels={"coop": ("coopérative", "co-operative"), "npo": ("OBNL", "non-profit")},
        ),
        Variable("age", "number", "Âge", "Age", unit="years", minimum=Decimal(0)),
        Variable("jobs", "number", "Emplois", "Jobs", unit="jobs"),
        Variable("share", "ratio", "Part des ventes", "Share of sales", scale=4),
        Variable("cost", "money", "Quel est le coût?", "What is the cost?", scale=2),
        Variable("sells", "boolean", "Vend", "Sells"),
        Variable("place", "place", "Municipalité", "Municipality"),
        Variable("uses", "choice_many", "Projet", "Project", values=("site", "study")),
    )
}
NAMES = {"640": "Les Moulins", "64008": "Terrebonne"}


LEAVES: list[tuple[dict[str, Any], str, str]] = [
    (
        {"fact": "form", "in": ["coop", "npo"]},
        "Forme juridique_: coopérative ou OBNL",
        "Legal form: co-operative or non-profit",
    ),
    (
        {"fact": "place", "within": ["640", "64008", "x"]},
        "Municipalité_: dans Les Moulins, Terrebonne ou x",
        "Municipality: within Les Moulins, Terrebonne or x",
    ),
    ({"fact": "jobs", "more_than": 1264}, "Emplois_: plus de 1_264", "Jobs: more than 1,264"),
    ({"fact": "age", "at_least": 1}, "Âge_: au moins 1_an", "Age: at least 1 year"),
    ({"fact": "age", "less_than": 0}, "Âge_: moins de 0_an", "Age: less than 0 years"),
    ({"fact": "age", "between": [2, 5]}, "Âge_: de 2 à 5_ans", "Age: from 2 to 5 years"),
    ({"fact": "age", "in": [2, 5]}, "Âge_: 2 ou 5_ans", "Age: 2 or 5 years"),
    ({"fact": "share", "at_least": 0.125}, "Part des ventes_: au moins 12,5_%", "Share of sales: at least 12.5%"),
    ({"fact": "cost", "at_most": 345000}, "Quel est le coût? au plus 345_000_$", "What is the cost? at most $345,000"),
    ({"fact": "cost", "is": 1234.5}, "Quel est le coût? 1_234,50_$", "What is the cost? $1,234.50"),
    ({"fact": "sells", "is": False}, "Vend_: non", "Sells: no"),
    (
        {"fact": "uses", "any_of": ["site", "study"]},
        "Projet_: comprend site ou study",
        "Project: includes site or study",
    ),
    (
        {"fact": "sells", "is": True, "certainty": "inferred"},
        "Vend_: oui (déduit de la source)",
        "Sells: yes (inferred from the source)",
    ),
    (
        {"fact": "sells", "is": True, "fr": "Il faut vendre", "certainty": "unclear"},
        "Il faut vendre (à vérifier)",
        "Sells: yes (to be checked)",
    ),
]


@pytest.mark.parametrize(("tree", "french", "english"), LEAVES)
def test_a_leaf_in_words(tree: dict[str, Any], french: str, english: str) -> None:
    node = parse(tree, variables=VARIABLES)
    assert describe_sentence(node, language="fr", place_names=NAMES) == french.replace("_", "\u00a0")
    assert describe_sentence(node, language="en", place_names=NAMES) == english
    assert [line.text for line in describe(node, language="en", place_names=NAMES)] == [english]


TREE = {
    "all": [
        {"fact": "sells", "is": True},
        {"any": [{"fact": "jobs", "at_least": 5}, {"fact": "share", "at_least": 0.2}]},
        {"not": {"fact": "form", "is": "npo"}},
        {"at_least_n": {"n": 1, "of": [{"fact": "age", "at_least": 3}, {"fact": "jobs", "is": 2}]}},
    ]
}


def test_a_tree_as_nested_lines() -> None:
    lines = describe(parse(TREE, variables=VARIABLES), language="fr")
    assert ["  " * line.level + line.text.replace("\u00a0", " ") for line in lines] == [
        "Tous les énoncés suivants :",
        "  Vend : oui",
        "  Au moins un des énoncés suivants :",
        "    Emplois : au moins 5",
        "    Part des ventes : au moins 20 %",
        "  Ne doit pas être vrai :",
        "    Forme juridique : OBNL",
        "  Au moins 1 des 2 énoncés suivants :",
        "    Âge : au moins 3 ans",
        "    Emplois : 2",
    ]
    assert lines[4].path == "criteria.all[1].any[1]"


def test_a_tree_as_one_sentence() -> None:
    assert describe_sentence(parse(TREE, variables=VARIABLES), language="en") == (
        "Sells: yes and (Jobs: at least 5 or Share of sales: at least 20%) and not (Legal form: non-profit)"
        " and at least 1 of (Age: at least 3 years; Jobs: 2)"
    )


def test_newer_labels_replace_those_read() -> None:
    newer = {"sells": Variable("sells", "boolean", "Vend des biens", "Sells goods")}
    node = parse({"fact": "sells", "is": True}, variables=VARIABLES)
    assert describe_sentence(node, language="en", variables=newer) == "Sells goods: yes"
