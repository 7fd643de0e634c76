"""A real directory of co-operatives: both of its files, entered by the command."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from essor.directory.models import Fact, LifeEvent, Organisation

SHARED = Path(os.environ.get("ESSOR_SHARED") or Path(__file__).resolve().parents[3] / "shared")
FILES = SHARED / "data" / "coops-uk-2016"

pytestmark = pytest.mark.skipif(not FILES.is_dir(), reason="the co-operatives' files are not here (ESSOR_SHARED)")


def enter(name: str, capsys: Any) -> dict[str, Any]:
    file = FILES / f"{name}.csv"
    call_command("import", "census", str(file), mapping=f"coops-uk-2016-{name}", as_json=True)
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return said


def test_both_files_are_entered_and_the_second_time_adds_nothing(db: None, capsys: Any) -> None:
    call_command("import", "territories", "united-kingdom")
    capsys.readouterr()
    organisations = enter("organisations", capsys)
    assert (organisations["rows"], organisations["errors"]) == (8037, 0)
    assert Organisation.objects.count() == organisations["new_organisations"]
    assert LifeEvent.objects.filter(kind="closed").exists()
    economy = enter("economy", capsys)
    assert economy["errors"] == 0
    assert economy["new_organisations"] == 0
    assert economy["already_known"] > economy["new_facts"], "figures are carried forward from edition to edition"
    jobs = Fact.objects.filter(variable="jobs_headcount")
    assert not jobs.filter(low=None, high=None).exists()
    written = Fact.objects.count()
    assert enter("economy", capsys)["is_repeated"]
    assert Fact.objects.count() == written
