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
from essor.aid.rules import AidError, find_aids
from essor.methods.financing import Plan
from essor.territories.queries import place_tree

ON = date(2018, 5, 1)
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
