"""Fifty offers at once on one envelope, and processes killed in the midst: it is never overdrawn, nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import EACH, open_platform

PROCESSES, OFFERS_EACH = 10, 5
HELD_BY_ENVELOPE = 15
PREPARE = """
import django; django.setup()
from datetime import timedelta
from django.core.management import call_command
from django.utils import timezone
from essor.accounts.models import User
from essor.cases.actions import NewRequest, assign_case, move_case, open_case
from essor.knowledge.programmes import ProgrammeDefinition
from essor.programmes.actions import enrol, open_programme
from essor.programmes.models import Programme
from essor.territories.actions import load_shipped_territories
call_command("migrate", verbosity=0)
now = timezone.now()
load_shipped_territories(by=None, now=now)
today = timezone.localdate(now)
adviser = User.objects.create_user("a@exemple.test", "un mot de passe long")
adviser.roles.create(kind="adviser", body="CLD", territory_code="640", starts_on=today - timedelta(days=9))
case = open_case(request=NewRequest(
    need="start", territory_code="64015", words="Une épicerie", name="M", email="m@exemple.test", has_consented=True,
), now=now).case
name = {"fr": "Essai", "en": "Trial"}
open_programme(definition=ProgrammeDefinition.model_validate({
    "id": "essai", "name": name, "starts_on": today, "ends_on": today + timedelta(days=900),
    "target": {"code": "tout", "name": name, "startups": 15},
    "agreements": [{
        "id": "caisse", "partner": "Caisse", "target": "tout", "starts_on": today,
        "ends_on": today + timedelta(days=900), "envelope_cad": 345_000, "clauses": {"floor_cad": 23_000},
    }],
}), by=None, now=now)
assign_case(case=case, person=adviser, by=adviser, now=now)
enrol(programme=Programme.objects.get(), case=case, by=adviser, now=now)
for move in ("begin", "to_prestart", "to_plan", "file", "to_analysis", "to_committee", "decide"):
    move_case(case=case, move=move, words="Oui.", by=adviser, now=now, is_deed=move == "decide")
"""
OFFER = """
import collections, json, sys
import django; django.setup()
from django.db import OperationalError
from django.utils import timezone
from essor.accounts.models import User
from essor.cases.models import Case
from essor.programmes.actions import make_offer
from essor.programmes.models import Agreement
from essor.programmes.rules import NewOffer, ProgrammeError
agreement, case, adviser = Agreement.objects.get(code="caisse"), Case.objects.get(), User.objects.get()
now, ends = timezone.now(), collections.Counter()
asked = NewOffer(23_000_00, 0, timezone.localdate(now), timezone.localdate(now))
print("ready", flush=True)
sys.stdin.readline()
for _offer in range(int(sys.argv[1])):
    while True:  # SQLite tells a writer that waited too long to come back
        try:
            make_offer(agreement=agreement, case=case, asked=asked, by=adviser, now=now)
            ends["done"] += 1
        except OperationalError:
            continue
        except ProgrammeError as error:
            ends[error.code] += 1
        break
print(json.dumps(ends))
"""
PREPARE_CONDITION = """
import django; django.setup()
from django.utils import timezone
from essor.cases.models import Case
from essor.programmes.actions import accept_offer, make_offer
from essor.programmes.models import Agreement
from essor.programmes.rules import NewOffer
now = timezone.now()
today = timezone.localdate(now)
asked = NewOffer(23_000_00, 0, today, today, ("Un bail",))
agreement, case = Agreement.objects.get(code="caisse"), Case.objects.get()
offer = make_offer(agreement=agreement, case=case, asked=asked, by=None, now=now)
accept_offer(offer=offer, on=today, words="Signé", by=None, now=now)
"""
MEET = """
import json, sys
import django; django.setup()
from django.db import OperationalError
from django.utils import timezone
from essor.accounts.models import User
from essor.programmes.actions import meet_condition
from essor.programmes.models import Offer
from essor.programmes.rules import ProgrammeError
offer, adviser, now, end = Offer.objects.get(), User.objects.get(), timezone.now(), ""
print("ready", flush=True)
sys.stdin.readline()
while not end:
    try:
        meet_condition(offer=offer, number=1, on=timezone.localdate(now), words="Vu", by=adviser, now=now)
        end = "done"
    except OperationalError:
        continue
    except ProgrammeError as error:
        end = error.code
print(json.dumps(end))
"""
REPORT = """
import json
import django; django.setup()
from django.db.models import Sum
from essor.accounts.audit import verify_chain
from essor.accounts.models import AuditEvent
from essor.methods.ledger import ACCOUNTS
from essor.programmes.models import Agreement, LedgerBalance, LedgerMove, Offer
agreement = Agreement.objects.get(code="caisse")
moves = LedgerMove.objects.filter(agreement=agreement)
def total(**said):
    return moves.filter(**said).aggregate(cents=Sum("cents"))["cents"] or 0
print(json.dumps({
    "balances": dict(LedgerBalance.objects.filter(agreement=agreement).values_list("account", "cents")),
    "sums": {name: total(target_account=name) - total(source_account=name) for name in ACCOUNTS},
    "offers": Offer.objects.count(),
    "moves": moves.filter(kind="offer").count(),
    "traced": AuditEvent.objects.filter(action="make_offer").count(),
    "is_whole": verify_chain().is_whole,
}))
"""
Platform = dict[str, str]


def start(code: str, platform: Platform, *words: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], env=platform, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


def report(platform: Platform) -> dict[str, object]:
    out, error = start(REPORT, platform).communicate(timeout=120)
    assert out, error
    found: dict[str, object] = json.loads(out)
    assert found["balances"] == found["sums"]
    assert found["offers"] == found["moves"] == found["traced"]
    assert found["is_whole"]
    return found


@pytest.fixture(params=EACH)
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Platform]:
    with open_platform(request.param, tmp_path) as environment:
        prepared = start(PREPARE, environment)
        _out, error = prepared.communicate(timeout=300)
        assert prepared.returncode == 0, error
        yield environment


def start_offering(platform: Platform) -> list[subprocess.Popen[str]]:
    return start_together(OFFER, platform, str(OFFERS_EACH), n=PROCESSES)


def start_together(code: str, platform: Platform, *words: str, n: int) -> list[subprocess.Popen[str]]:
    """Processes that wait for one another, then do their deeds all at once."""
    started = [start(code, platform, *words) for _process in range(n)]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    return started


@pytest.mark.slow
def test_fifty_offers_at_once_never_overdraw(platform: Platform) -> None:
    ends = [json.loads(process.communicate(timeout=300)[0]) for process in start_offering(platform)]
    assert sum(end.get("done", 0) for end in ends) == HELD_BY_ENVELOPE
    assert sum(end.get("over-free", 0) for end in ends) == PROCESSES * OFFERS_EACH - HELD_BY_ENVELOPE
    found = report(platform)
    assert found["offers"] == HELD_BY_ENVELOPE
    assert found["balances"] == {
        "partner": -345_000_00, "free": 0, "offered": 345_000_00, "accepted": 0, "paid": 0, "recovered": 0,
    }  # fmt: skip


@pytest.mark.slow
def test_a_condition_that_several_say_at_once_is_met_once(platform: Platform) -> None:
    prepared = start(PREPARE_CONDITION, platform)
    _out, error = prepared.communicate(timeout=300)
    assert prepared.returncode == 0, error
    ends = [json.loads(process.communicate(timeout=300)[0]) for process in start_together(MEET, platform, n=4)]
    assert sorted(ends) == ["condition-met", "condition-met", "condition-met", "done"]


@pytest.mark.slow
def test_processes_killed_in_the_midst_leave_whole_offers_only(platform: Platform) -> None:
    offering = start_offering(platform)
    time.sleep(0.05)
    for process in offering:
        process.kill()
        process.communicate(timeout=60)
    left = report(platform)
    assert isinstance(left["offers"], int)
    assert left["offers"] <= HELD_BY_ENVELOPE
    for process in start_offering(platform):
        process.communicate(timeout=300)
    assert report(platform)["offers"] == HELD_BY_ENVELOPE


IMPORT = """
import json, sys
import django; django.setup()
from django.db import OperationalError
from django.utils import timezone
from essor.cases.models import Case
from essor.programmes.actions import import_files
from essor.programmes.models import Programme
from essor.programmes.rules import PastRows, ProgrammeError
day = timezone.localdate().isoformat()
rows = PastRows([(2 + n, {"name": f"Projet {n}", "place": "Mascouche", "received": day}) for n in range(3)])
print("ready", flush=True)
sys.stdin.readline()
while True:
    try:
        import_files(programme=Programme.objects.get(), rows=rows, name="x.csv", by=None, now=timezone.now())
        end = "done"
    except OperationalError:
        continue
    except ProgrammeError as error:
        end = error.code
    break
print(json.dumps([end, Case.objects.exclude(imported_from="").count()]))
"""


@pytest.mark.slow
def test_a_spreadsheet_confirmed_by_many_at_once_enters_once(platform: Platform) -> None:
    entering = [start(IMPORT, platform) for _process in range(5)]
    for process in entering:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in entering:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    ends = [json.loads(process.communicate(timeout=300)[0]) for process in entering]
    assert sorted(end for end, _files in ends) == ["done", *["import-refused"] * 4]
    assert {files for _end, files in ends} == {3}
