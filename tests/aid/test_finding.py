"""A promoter without legal form or number asks who helps; the article's own programme answers, then and now."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from essor.aid.queries import get_questionnaire, list_programmes
from essor.aid.reading import read_programme, read_programmes
from essor.aid.rules import AidError, Questionnaire
from essor.knowledge.aids import AidDefinition, load_aids, read_aids, translate_places
from essor.knowledge.questions import load_question_variables, load_questions
from essor.methods.criteria import Exact, Many, OneOf, Range

ARTICLE, THEN, NOW = "jec_lanaudiere_2017", "2018-05-01", "2026-11-26"
PROMOTER: dict[str, Any] = {"legal_form": "none", "territory": "64015", "stage": "prestartup"}


@pytest.fixture
def questionnaire() -> Questionnaire:
    return get_questionnaire(date.fromisoformat(NOW))


def find(tmp_path: Path, capsys: pytest.CaptureFixture[str], profile: Any, *words: str) -> dict[str, Any]:
    file = tmp_path / "profile.json"
    file.write_text(json.dumps(profile), encoding="utf-8")
    call_command("aid", "find", "--profile", str(file), "--json", *words)
    return {aid["id"]: aid for aid in json.loads(capsys.readouterr().out)}


def test_the_article_s_aid_is_found_in_2018_and_told_as_ended_today(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    then = find(tmp_path, capsys, PROMOTER, "--on", THEN)
    assert len(then) == 25
    assert (then[ARTICLE]["verdict"], then[ARTICLE]["window"]) == ("maybe", "open")
    assert then[ARTICLE]["missing"] == ["legal_form", "social_economy"]
    now = find(tmp_path, capsys, PROMOTER, "--on", NOW)
    assert (now[ARTICLE]["window"], now[ARTICLE]["ends_before"]) == ("closed", "2023-01-01")
    assert (then["jec_montreal_2016"]["verdict"], then["jec_montreal_2016"]["reasons"][0]["state"]) == ("no", "failed")
    chosen = PROMOTER | {"legal_form": "coop", "social_economy": True}
    assert find(tmp_path, capsys, chosen, "--on", THEN)[ARTICLE]["verdict"] == "yes"
    elsewhere = find(tmp_path, capsys, chosen | {"territory": "630"}, "--on", THEN)[ARTICLE]
    assert (elsewhere["verdict"], elsewhere["missing"]) == ("no", [])


def test_the_answer_reads_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "profile.json"
    file.write_text(json.dumps(PROMOTER), encoding="utf-8")
    for language, said in (("fr", "Forme juridique"), ("en", "Legal form: co-operative")):
        call_command("aid", "find", "--profile", str(file), "--on", THEN, "--language", language)
        assert said in capsys.readouterr().out


def test_a_file_from_elsewhere_gives_the_rules_that_are_shipped(shared: Path) -> None:
    theirs = {aid.id: aid for aid in read_aids(shared / "content" / "aids.yaml").aids}
    ours = {aid.id: aid for aid in load_aids()}
    assert theirs.keys() == ours.keys()
    for name in ours.keys() - {"montreal_growth_2024"}:  # ours says that its list of places is incomplete
        rules = [
            [translate_places(version.conditions) for version in aid.versions] for aid in (ours[name], theirs[name])
        ]
        assert rules[0] == rules[1], name
    assert len(read_programmes(theirs.values(), variables=load_question_variables())) == 25


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ({"legal_form": "none"}, {"legal_form": OneOf(frozenset({"coop", "npo", "mutual", "for_profit"}))}),
        ({"jobs_headcount": {"at_least": 11, "at_most": 25}}, {"employees": Range(11, 25)}),
        ({"employees": {"at_most": 5}}, {"employees": Range(None, 5)}),
        ({"years_operating": 2.5}, {"years_operating": Range(2, 3)}),
        ({"project_types": ["website", "training"]}, {"project_types": Many(frozenset({"website", "training"}))}),
        ({"territory": "qc.lanaudiere.les_moulins"}, {"territory": Exact("640")}),
        ({"stage": ["idea", "startup"]}, {"stage": OneOf(frozenset({"idea", "startup"}))}),
        ({"social_economy": None}, {}),
    ],
)
def test_answers_may_be_values_ranges_or_sets(
    questionnaire: Questionnaire, said: dict[str, Any], answers: dict[str, Any]
) -> None:
    assert questionnaire.read_profile(said) == answers


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"colour": "blue"}, "question-unknown"),
        ({"stage": "retirement"}, "answer-refused"),
        ({"territory": "99999"}, "place-unknown"),
        ({"territory": "10001 New York"}, "place-unknown"),
        ({"employees": -3}, "answer-refused"),
        ({"employees": True}, "answer-refused"),
        ({"employees": 1e40}, "answer-refused"),
        ({"employees": {"at_least": 5, "at_most": 2}}, "answer-refused"),
        ({"employees": {"least": 5}}, "answer-refused"),
        ({"project_types": "yacht"}, "answer-refused"),
    ],
)
def test_what_answers_nothing_is_refused_with_its_place(
    questionnaire: Questionnaire, said: dict[str, Any], code: str
) -> None:
    with pytest.raises(AidError) as refused:
        questionnaire.read_profile(said)
    assert refused.value.code == code
    assert refused.value.facts["question"] in said


def test_a_profile_or_a_day_that_does_not_read_ends_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "profile.json"
    for text, words, said in (
        ("[1]", (), "Écrivez un objet JSON"),
        ("{", (), "ne se lit pas"),
        ("{}", ("--on", "demain"), "n’est pas une date"),
        ('{"stage": "prestart"}', (), "prestartup"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(CommandError, match=said) as refused:
            call_command("aid", "find", "--profile", str(file), *words)
        assert refused.value.returncode == 2


def change(definition: AidDefinition, **versions: Any) -> AidDefinition:
    content = definition.model_dump()
    content["versions"] = [content["versions"][0] | versions, *content["versions"][1:]]
    return AidDefinition.model_validate(content)


def test_a_rule_or_a_period_that_cannot_be_is_refused() -> None:
    aids, variables = {aid.id: aid for aid in load_aids()}, load_question_variables()
    unknown = change(aids[ARTICLE], conditions={"all": [{"fact": "colour", "is": "blue"}]})
    reversed_ = change(aids[ARTICLE], valid_from=date(2023, 1, 1))
    twice = change(aids["essor_1b"], valid_to=date(2025, 6, 1))
    for wrong, code in ((unknown, "criterion-refused"), (reversed_, "period-reversed"), (twice, "versions-overlap")):
        with pytest.raises(AidError) as refused:
            read_programme(wrong, variables=variables)
        assert refused.value.code == code


def test_every_programme_is_worded_in_both_languages_sourced_and_asks_known_questions() -> None:
    for programme in list_programmes():
        definition = programme.definition
        words = [definition.name, *definition.judgement, *definition.uncertain]
        assert all(one.fr.strip() and one.en.strip() for one in words)
        assert definition.sources
    assert {question.effort for question in load_questions().values()} == {1, 2, 3}


def test_what_would_change_a_no_is_told_and_never_what_cannot_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = {"legal_form": "coop", "social_economy": True, "territory": "64015", "stage": "idea"}
    found = find(tmp_path, capsys, chosen, "--on", THEN)
    assert found[ARTICLE]["nearest"] == ["Étape\u00a0: le prédémarrage ou le démarrage"]
    assert found["jec_montreal_2016"]["nearest"] is None, "nobody moves to Montréal for a grant"
    assert found["risq_emergence"]["nearest"] is None, "not a no"
    sold = find(tmp_path, capsys, chosen | {"project_had_sales": True}, "--on", THEN)["risq_emergence"]
    assert (sold["verdict"], sold["nearest"]) == ("no", None), "what was sold is sold"
