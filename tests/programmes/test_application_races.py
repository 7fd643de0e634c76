"""Several write the same box at once, in processes of their own: one is kept, the others are told, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import EACH, open_platform

from .test_races import PREPARE, Platform, start

WRITERS = 8
BEGIN = """
from essor.cases.actions import THE_PROMOTER
from essor.programmes.actions import invite, start_application
Programme.objects.update(form="jec")
case = open_case(request=NewRequest(
    need="start", territory_code="64015", words="Un atelier", name="N", email="n@exemple.test", has_consented=True,
), now=now).case
enrol(programme=Programme.objects.get(), case=case, by=adviser, now=now)
start_application(case=case, by=THE_PROMOTER, now=now)
for number in range(8):
    invite(case=case, name=f"P{number}", email=f"p{number}@exemple.test", by=THE_PROMOTER, now=now)
"""
WRITE = """
import json, sys
import django; django.setup()
from django.db import OperationalError
from django.utils import timezone
from essor.programmes.actions import Invited, save_answers
from essor.programmes.answers import mark
from essor.programmes.models import CoApplicant
person = CoApplicant.objects.select_related("application__case").get(number=int(sys.argv[1]))
case, by, said = person.application.case, Invited(person), f"De {person.name}."
shown = {"name": mark(None), "need": mark(None)}
print("ready", flush=True)
sys.stdin.readline()
while True:  # SQLite tells a writer that waited too long to come back
    try:
        saved = save_answers(
            case=case, answers={"name": said, "need": said}, shown=shown, by=by, now=timezone.now()
        )
    except OperationalError:
        continue
    break
print(json.dumps({"saved": list(saved.fields), "told": [one.value for one in saved.conflicts], "said": said}))
"""
REPORT = """
import json
import django; django.setup()
from essor.accounts.audit import verify_chain
from essor.programmes.models import ApplicationAnswer
rows = ApplicationAnswer.objects.order_by("field", "number").values_list("field", "number", "value")
print(json.dumps({"rows": list(rows), "is_whole": verify_chain().is_whole}))
"""


@pytest.fixture(params=EACH)
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    with open_platform(request.param, tmp_path) as environment:
        prepared = start(PREPARE + BEGIN, environment)
        _out, error = prepared.communicate(timeout=300)
        assert prepared.returncode == 0, error
        yield environment


@pytest.mark.slow
def test_of_those_who_write_at_once_one_is_kept_and_the_others_are_told(platform: Platform) -> None:
    writing = [start(WRITE, platform, str(number + 1)) for number in range(WRITERS)]
    for process in writing:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in writing:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    ends = [json.loads(process.communicate(timeout=300)[0]) for process in writing]
    (kept,) = [end for end in ends if end["saved"]]
    assert (kept["saved"], kept["told"]) == (["name", "need"], [])
    assert all(end["told"] == [kept["said"]] * 2 for end in ends if end is not kept)
    out, error = start(REPORT, platform).communicate(timeout=120)
    assert out, error
    assert json.loads(out) == {"rows": [["name", 1, kept["said"]], ["need", 1, kept["said"]]], "is_whole": True}
