"""A financing plan from the real programmes: who pays what, the steps of a funder, and what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from essor.aid.planning import plan_project, read_project
from essor.aid.queries import get_questionnaire, list_programmes
from essor.aid.reading import read_programme
from essor.aid.rules import AidError, find_aids
from essor.knowledge.aids import check_aid, load_aids
from essor.knowledge.reading import DefinitionRefused
from essor.methods.financing import Plan
from essor.territories.queries import place_tree

ON = date(2018, 5, 1)
EVERYONE = {"all": [{"fact": "project_cost", "at_least": 0, "source": "x"}]}
COOP = {"legal_form": "coop", "social_economy": True, "territory": "64015", "stage": "startup"}


def make_plan(only: str = "", **said: Any) -> Plan:
    questionnaire = get_questionnaire(ON)
    asked = read_project(said, kinds=questionnaire.variables["project_types"].values, on=ON)
    programmes = [one for one in list_programmes() if only in ("", one.slug)]
    profile = questionnaire.read_profile(asked.profile)
    found = find_aids(programmes, profile, on=ON, places=place_tree(ON), questionnaire=questionnaire)
    return plan_project(asked, found, on=ON)


def test_a_plan_covers_most_and_sums(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "project.json"
    costs = {"equipment": 20_000, "consulting": 10_000}
    file.write_text(json.dumps({"costs": costs, "own_cash": 6000, "profile": COOP}), encoding="utf-8")
    call_command("aid", "plan", "--project", str(file), "--on", ON.isoformat(), "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["covered_cad"], told["own_required_cad"], told["gap_cad"]) == (24_000, 6000, 0)
    assert sum(one["amount_cad"] for one in told["chosen"]) == told["covered_cad"]
    for kind, dollars in costs.items():
        assert sum(one["by_cost_kind_cad"].get(kind, 0) for one in told["chosen"]) <= dollars
    assert {one["verdict"] for one in told["chosen"]} <= {"yes", "maybe"}
    assert told["binding"]
    call_command("aid", "plan", "--project", str(file), "--on", ON.isoformat(), "--language", "en")
    assert "equipment" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cost", "covered"),
    [
        (5000, 4500),  # up to 5 000 $ asked, the enterprise brings a tenth
        (5555, 4999),  # one more dollar of cost, and still a tenth
        (8000, 5000),  # beyond 5 000 $ it would need another funder: it is alone here
    ],
)
def test_a_funder_s_steps_are_kept(cost: int, covered: int) -> None:
    """RISQ, technical assistance: 10 % of own money up to 5 000 $; beyond, 20 % and another funder."""
    plan = make_plan("risq_technical_assistance", costs={"consulting": cost}, profile=COOP)
    assert plan.covered // 100 == covered


def test_what_a_page_does_not_say_is_not_counted_on() -> None:
    laval = COOP | {"territory": "13", "down_payment_share": 0.5}
    plan = make_plan("fes_laval", costs={"equipment": 50_000}, profile=laval)
    assert (plan.covered, plan.chosen) == (0, ())


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "project-refused"),
        ({"costs": {}}, "project-refused"),
        ({"costs": {"yacht": 5}}, "cost-kind-unknown"),
        ({"costs": {"equipment": -1}}, "project-refused"),
        ({"costs": {"equipment": 1e30}}, "project-refused"),
        ({"costs": {"equipment": "beaucoup"}}, "project-refused"),
        ({"costs": {"equipment": 10}, "own_cash": 11}, "project-refused"),
        ({"costs": {"equipment": 10}, "colour": "blue"}, "project-key-unknown"),
        ({"costs": {"equipment": 10}, "starts_on": "demain"}, "date-malformed"),
    ],
)
def test_a_project_that_cannot_be_is_refused_with_its_place(said: dict[str, Any], code: str, tmp_path: Path) -> None:
    with pytest.raises(AidError) as refused:
        make_plan(**said)
    assert refused.value.code == code
    file = tmp_path / "project.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(CommandError) as told:
        call_command("aid", "plan", "--project", str(file), "--on", ON.isoformat())
    assert told.value.returncode == 2
    assert "{" not in str(told.value).replace("{}", "")


def plan_for(costs: dict[str, Any], **said: Any) -> Plan:
    """Of a programme alone, whose rules everyone meets."""
    first = next(aid for aid in load_aids() if aid.id == "risq_technical_assistance")
    rules = [{"valid_from": "2018-01-01", "valid_to": None, "status_as_read": "open", "conditions": EVERYONE}]
    content = first.model_dump(mode="json") | {"versions": rules, "project_types": [], "examples": []} | said
    questionnaire = get_questionnaire(ON)
    programme = read_programme(check_aid(content), variables=questionnaire.variables)
    asked = read_project({"costs": costs}, kinds=questionnaire.variables["project_types"].values, on=ON)
    profile = questionnaire.read_profile(asked.profile)
    found = find_aids([programme], profile, on=ON, places=place_tree(ON), questionnaire=questionnaire)
    return plan_project(asked, found, on=ON)


def test_a_guarantee_brings_no_dollar() -> None:
    plan = plan_for({"equipment": 20_000}, forms=["guarantee"], amount={"min": 1000, "max": 15_000})
    assert (plan.covered, plan.beside) == (0, ("risq_technical_assistance",))


def test_an_own_share_holds_for_the_steps_that_say_none() -> None:
    plan = plan_for({"equipment": 20_000}, forms=["grant"], amount={"own_share": 0.5, "steps": [{"max": 20_000}]})
    assert (plan.covered, plan.own_required) == (10_000_00, 10_000_00)


def test_what_opens_later_is_told_as_left_out() -> None:
    later = [{"valid_from": "2018-06-01", "valid_to": None, "status_as_read": "open", "conditions": EVERYONE}]
    plan = plan_for({"equipment": 9000}, forms=["grant"], amount={"max": 9000}, versions=later)
    assert (plan.covered, [one.aid for one in plan.left_out]) == (0, ["risq_technical_assistance"])


def test_a_cost_of_nothing_is_no_kind_of_project() -> None:
    kinds = get_questionnaire(ON).variables["project_types"].values
    profile = {"project_cost": 999_999}
    asked = read_project({"costs": {"equipment": 0, "consulting": 1000}, "profile": profile}, kinds=kinds, on=ON)
    assert asked.profile == {"project_types": ["consulting"], "project_cost": 1000}
    for said, words in (
        ({"costs": {"study": float("nan")}}, "costs.study"),
        ({"costs": {"study": 1}, "own_cash": -1}, "own_cash"),
        ({"costs": {"study": 1}, "profile": [1]}, "profile"),
        ({"costs": {"study": 1}, "decides_by": "demain"}, "decides_by"),
    ):
        with pytest.raises(AidError) as refused:
            read_project(said, kinds=kinds, on=ON)
        assert words in refused.value.facts.values()


@pytest.mark.parametrize(
    "said",
    [
        {"amount": {"max": 5000, "steps": [{"min": 5001}]}},
        {"amount": {"max": 5000, "steps": [{"min": 4000, "max": 100}]}},
        {"amount": {"min": 5000, "steps": [{"max": 100}]}},
        {"excludes": ["risq_technical_assistance"]},
    ],
)
def test_what_no_plan_could_read_is_not_defined(said: dict[str, Any]) -> None:
    with pytest.raises(DefinitionRefused):
        plan_for({"equipment": 1}, **said)
