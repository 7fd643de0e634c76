"""Needs and workflows load, in both languages; a workflow in which a file could die in silence is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from essor.knowledge import DefinitionRefused, load_latest_workflow, load_needs, load_workflows
from essor.knowledge.reading import list_files
from essor.knowledge.workflows import read_workflow


def test_needs_are_those_that_requests_are_routed_by() -> None:
    assert set(load_needs()) == {
        "start", "growth", "financing", "digital", "governance", "training", "premises", "recovery",
    }  # fmt: skip
    assert load_needs()["start"].get_label("en") == "Start a collective enterprise"


def test_the_first_workflow_is_the_request() -> None:
    request = load_latest_workflow("request")
    assert load_workflows()["request", 1] is request
    assert [stage.code for stage in request.stages] == [
        "received", "assigned", "in_conversation", "waiting_promoter", "closed",
    ]  # fmt: skip
    assert request.get_outcome("helped").asks.en
    with pytest.raises(KeyError):
        load_latest_workflow("miracle")


def _drop_last_reminder(content: dict[str, Any]) -> None:
    content["stages"][0]["reminders"].pop()


def _drop_term(content: dict[str, Any]) -> None:
    del content["stages"][1]["days_allowed"]


def _forbid_closing(content: dict[str, Any]) -> None:
    content["moves"] = [move for move in content["moves"] if move["code"] != "close"]


def _lead_nowhere(content: dict[str, Any]) -> None:
    content["moves"][0]["to"] = "limbo"


def _leave_the_end(content: dict[str, Any]) -> None:
    content["moves"][0]["from"] = ["closed"]


def _say_twice(content: dict[str, Any]) -> None:
    content["outcomes"][1]["code"] = "helped"


def _never_stop(content: dict[str, Any]) -> None:
    content["stages"][3]["stops_clock"] = False


@pytest.mark.parametrize(
    ("spoil", "sign"),
    [
        (_drop_last_reminder, "administrateurs"),
        (_drop_term, "délai"),
        (_forbid_closing, "rien ne permet de clore"),
        (_lead_nowhere, "limbo"),
        (_leave_the_end, "étape finale"),
        (_say_twice, "deux fois"),
        (_never_stop, "délai s’arrête"),
    ],
)
def test_a_workflow_that_could_forget_a_file_is_refused(
    spoil: Callable[[dict[str, Any]], None], sign: str, tmp_path: Path
) -> None:
    content = yaml.safe_load(next(iter(list_files("workflows"))).read_text(encoding="utf-8"))
    spoil(content)
    file = tmp_path / "request.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DefinitionRefused, match=sign):
        read_workflow(file)
