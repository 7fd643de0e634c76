"""The demonstration's records give the article's figures by computation, and never mix with a real instance."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from essor.accounts.models import AuditEvent, Instance, User
from essor.accounts.queries import get_instance_kind
from essor.aid.moves import MOVES
from essor.aid.queries.folder import read_folder
from essor.cases.models import Case, CaseLetter
from essor.directory.models import LifeEvent, Organisation, Source
from essor.directory.queries import end_of_day
from essor.observatory.models import Base, Edition
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.editions import verify_edition
from essor.observatory.queries.live import build_live_portrait
from essor.programmes.guards import install_guards as install_programme_guards
from essor.programmes.models import Enrolment, LoanSchedule, Programme
from essor.programmes.queries import read_envelopes
from essor.programmes.queries.following import list_followed, read_outcomes
from essor.programmes.queries.growth import find_base, read_growth
from essor.programmes.queries.journeys import read_forecasts
from essor.programmes.queries.loans import read_loan
from essor.project.demonstration.building import PASSWORD, PEOPLE, build_demonstration, publish_demonstration
from tests.pages import StrictClient

CLONE = Path(__file__).resolve().parents[2]
JUNE, LAST = "2014-06-30", "2017-11-29"
MAGAZINE, TABLE = "magazine-2014.1", "table-regionale-2017.1"

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def editions(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[list[Edition]]:
    """The demonstration, built once for the module in a transaction that is undone at its end."""
    folder = tmp_path_factory.mktemp("data")
    around = transaction.atomic()
    around._from_testcase = True  # as the frame of a test: publishing asks to be the outermost transaction otherwise
    with django_db_blocker.unblock(), override_settings(DATA_DIR=folder), around:
        install_programme_guards(connection)  # it is the database that keeps the balances of the ledger
        build_demonstration(now=timezone.now())
        yield publish_demonstration(now=timezone.now())
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def results(editions: list[Edition]) -> dict[str, Any]:
    return editions[2].results


def test_its_files_hold_an_aid_at_each_step_and_leave_no_letter(editions: list[Edition]) -> None:
    last = {line.last.code for case in Case.objects.all() for line in read_folder(case=case)}
    assert last == set(MOVES)
    assert not CaseLetter.objects.exists()
    assert not Case.objects.filter(due_on__lte=timezone.localdate()).exists(), "none is late as it opens"


def figure(results: dict[str, Any], base: str, measure: str, on: str) -> tuple[int, int]:
    found = results["figures"][f"{base}.{measure}.{on}"]
    return found["enterprises"], found["value"]


def classes(results: dict[str, Any]) -> dict[str, list[tuple[str, ...]]]:
    keys = dict(Organisation.objects.values_list("pk", "key"))
    found: dict[str, list[tuple[str, ...]]] = {}
    for unit in results["comparisons"][f"{MAGAZINE}.jobs_headcount.{JUNE}.{LAST}"]["units"]:
        found.setdefault(unit["class"], []).append(tuple(keys[number] for number in unit["organisations"]))
    return found


def test_the_article_s_figures_come_out(results: dict[str, Any]) -> None:
    assert figure(results, MAGAZINE, "jobs_headcount", JUNE) == (30, 625)
    assert figure(results, MAGAZINE, "jobs_headcount", LAST) == (32, 787)
    assert figure(results, TABLE, "jobs_headcount_all", LAST) == (40, 1264)
    grown = results["comparisons"][f"{MAGAZINE}.jobs_headcount.{JUNE}.{LAST}"]
    assert (grown["before"], grown["after"], grown["growth"]) == (625, 787, 0.2592)
    assert grown["before"] + sum(grown["parts"].values()) == grown["after"]
    reading = grown["readings"]["criteria"]
    assert (reading["reserve"], reading["fragile"], reading["growth_range"]) == (None, False, None)
    assert (len(reading["missing"]["units"]), reading["missing"]["jobs"]) == (2, 6 + 16), "one silent, one seen late"


def test_the_bridge_explains_every_job_of_the_difference(results: dict[str, Any]) -> None:
    (bridge,) = (kept for kept in results["bridges"].values() if kept["on"] == LAST)
    assert (bridge["total_a"], bridge["total_b"]) == (787, 1264)
    parts = {name: amount for name, amount in bridge["parts"].items() if amount}
    assert parts == {"only_in_a": -40, "only_in_b": 392, "counted_differently": 125}
    assert sum(parts.values()) == 1264 - 787 == 477


def test_growth_has_births_closures_a_merger_and_a_reclassified_enterprise(results: dict[str, Any]) -> None:
    parts = results["comparisons"][f"{MAGAZINE}.jobs_headcount.{JUNE}.{LAST}"]["parts"]
    found = classes(results)
    assert len(found["births"]) >= 2
    assert parts["births"] > 0
    assert len(found["closures"]) >= 2
    assert parts["closures"] < 0
    assert found["reclassified_in"]
    merger = LifeEvent.objects.get(kind="merged")
    merged = {merger.organisation.key, merger.other.key}
    units = [(name, unit) for name, listed in found.items() for unit in listed if merged & set(unit)]
    assert units == [("continuing_growth", tuple(sorted(merged)))], "one unit before and after, neither born nor closed"


def test_a_late_correction_raises_621_to_625_and_publishes_a_successor(editions: list[Edition]) -> None:
    first, corrected, _portrait = editions
    assert figure(first.results, MAGAZINE, "jobs_headcount", JUNE) == (30, 621)
    assert figure(corrected.results, MAGAZINE, "jobs_headcount", JUNE) == (30, 625)
    assert corrected.predecessor == first
    assert "imprimerie" in corrected.correction_reason
    live = build_live_portrait(
        territory_code="640",
        base_versions=[get_base_version(slug="magazine-2014", number=1)],
        dates=[date(2014, 6, 30)],
        known_at=end_of_day(date(2014, 6, 30)),
    )
    assert figure(live, MAGAZINE, "jobs_headcount", JUNE) == (30, 621)


def test_only_bases_that_speak_of_this_territory_are_there(editions: list[Edition]) -> None:
    """The base of the United Kingdom's file counts whatever is active: here, every organisation of Les Moulins."""
    assert set(Base.objects.values_list("slug", flat=True)) == {"magazine-2014", "table-regionale-2017", "loi-e-1-1-1"}


def test_a_correction_says_when_it_came_and_from_whom(editions: list[Edition]) -> None:
    sources = Source.objects.filter(kind="declaration")
    assert "Correction reçue le 15\u00a0septembre 2014 (fictive)" in {source.title for source in sources}
    assert all(source.publisher for source in sources)


def test_editions_are_published_once(editions: list[Edition]) -> None:
    assert publish_demonstration(now=timezone.now()) == editions
    assert Edition.objects.count() == 3


def test_each_edition_can_be_rebuilt_from_its_folder(editions: list[Edition]) -> None:
    assert all(verify_edition(slug=edition.slug).is_sound for edition in editions)


def test_the_pages_tell_the_article_s_story(editions: list[Edition]) -> None:
    visitor = StrictClient()
    french, english = visitor.get("/").content.decode(), visitor.get("/en/").content.decode()
    for said in ("625", "787", "1\u00a0264", "25,9\u00a0%"):
        assert said in french
    for said in ("625", "787", "1,264", "25.9%"):
        assert said in english
    assert "entreprises fictives" in french
    assert "fictitious enterprises" in english


def test_mascouche_is_answered_before_and_after_the_merger_and_a_dead_link_leads_on(editions: list[Edition]) -> None:
    visitor = StrictClient()
    before = visitor.get("/territoires/64015/organismes/?on=2016-03-31").content.decode()
    today = visitor.get("/territoires/64015/organismes/").content.decode()
    assert "Corporation des Deux-Rives (fictive)" in before
    assert "Organisme de développement local (fictif)" in today
    led = visitor.get("/organismes/corporation-des-deux-rives/", follow=True)
    assert led.redirect_chain[-1][0].startswith("/organismes/organisme-de-developpement-local/")
    assert "réunissent leurs services" in led.content.decode()


def test_the_accounts_open_with_the_word_printed(editions: list[Edition]) -> None:
    assert get_instance_kind() == Instance.Kind.DEMO
    for email, _name, kind in PEOPLE:
        user = User.objects.get(email=email)
        assert user.check_password(PASSWORD)
        assert user.roles.get().kind == kind


def test_all_that_was_entered_left_its_trace(editions: list[Edition]) -> None:
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"create_organisation", "record_facts", "correct_fact", "publish_edition"} <= actions


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    known = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    }
    path = os.pathsep.join([str(CLONE / "src"), known.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return subprocess.run(
        [sys.executable, "-m", "essor", *words],
        cwd=CLONE,
        env=known | {"ESSOR_DATA": str(folder), "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


ASK_SOMEONE = """
from django.utils import timezone
from essor.cases.actions import NewRequest, open_case
said = {"need": "start", "territory_code": "64015", "words": "Une idée", "name": "Sacha", "email": "sacha@exemple.test"}
open_case(request=NewRequest(**said, has_consented=True), now=timezone.now())
"""
"""A visitor of the demonstration leaves a request, of which nothing may be deleted: starting over removes it too."""


def list_editions(folder: Path) -> list[str]:
    return sorted(item.name for item in (folder / "editions").iterdir() if item.is_dir())


def test_the_command_builds_once_starts_over_when_asked_and_says_who_may_enter(tmp_path: Path) -> None:
    built = run(tmp_path, "demo", "--build-only")
    assert built.returncode == 0, built.stderr
    assert all(email in built.stdout for email, _name, _kind in PEOPLE)
    assert PASSWORD in built.stdout
    assert "Public\u00a0: sans compte" in built.stdout
    told, kept = built.stdout.splitlines()[-4:], list_editions(tmp_path)
    assert len(kept) == 3
    again = run(tmp_path, "demo", "--build-only")
    assert again.returncode == 0, again.stderr
    assert (again.stdout.splitlines()[-4:], list_editions(tmp_path)) == (told, kept)
    asked = run(tmp_path, "shell", "-c", ASK_SOMEONE)
    assert asked.returncode == 0, asked.stderr
    reset = run(tmp_path, "demo", "--build-only", "--reset")
    assert reset.returncode == 0, reset.stderr
    assert (reset.stdout.splitlines()[-4:], list_editions(tmp_path)) == (told, kept)
    figures = run(tmp_path, "portrait", "--territory", "640", "--base", "magazine-2014", "--on", LAST, "--json")
    assert '"jobs_headcount": 787' in figures.stdout


def test_the_command_never_touches_a_real_platform(tmp_path: Path) -> None:
    for words in (("migrate", "--verbosity=0"), ("administrator", "quelqu-un@exemple.org")):
        prepared = run(tmp_path, *words)
        assert prepared.returncode == 0, prepared.stderr
    for words in (("demo", "--build-only"), ("demo", "--build-only", "--reset")):
        refused = run(tmp_path, *words)
        assert refused.returncode != 0
        assert "réelle" in refused.stderr
        assert "ESSOR_DATA" in refused.stderr
    with closing(sqlite3.connect(tmp_path / "essor.sqlite3")) as kept:
        assert kept.execute("SELECT email FROM accounts_user").fetchall() == [("quelqu-un@exemple.org",)]
        assert kept.execute("SELECT count(*) FROM directory_organisation").fetchone() == (0,)


def test_its_start_ups_are_those_of_the_article_s_programme(editions: list[Edition]) -> None:
    programme = Programme.objects.get(slug="jec")
    assert Enrolment.objects.filter(programme=programme).count() == 60
    (envelope,) = read_envelopes(programme, on=timezone.localdate()).values()
    assert envelope.promised == 345_000_00
    assert (
        envelope.promised == envelope.free + envelope.offered + envelope.accepted + envelope.paid + envelope.recovered
    )
    assert envelope.paid >= 10 * 23_000_00
    _whole, part = read_forecasts(programme, on=date(2020, 6, 1))
    assert 0 < part.forecast.probability < 1
    assert Programme.objects.filter(slug="moulins-2030").exists()


def test_one_loan_is_three_payments_late(editions: list[Edition]) -> None:
    schedule = LoanSchedule.objects.get()
    loan = read_loan(schedule.offer)
    standing = loan.stand(timezone.localdate())
    assert standing is not None
    assert len(standing.late) == 3
    assert standing.arrears == sum(line.left for line in standing.late) > 0
    (envelope,) = read_envelopes(Programme.objects.get(slug="jec"), on=timezone.localdate()).values()
    assert loan.principal_left + envelope.recovered == schedule.principal_cents


def test_what_became_of_its_start_ups_says_who_is_silent(editions: list[Edition]) -> None:
    programme, on = Programme.objects.get(slug="jec"), date(2026, 3, 1)
    outcomes = read_outcomes(list_followed(programme, on=on), on=on)
    assert outcomes.opened == 13
    year, three, five = outcomes.ages
    assert [(one.count.alive, one.count.closed, one.count.unknown) for one in (year, three, five)] == [
        (10, 1, 2),
        (8, 2, 3),
        (4, 2, 1),
    ]
    assert year.survival.share is not None


def test_the_growth_of_its_start_ups_is_told_from_that_of_the_others(editions: list[Edition]) -> None:
    found = list_followed(Programme.objects.get(slug="jec"), on=date(2026, 3, 1))
    growth = read_growth(
        found,
        base=find_base("magazine-2014"),
        territory_code="640",
        start=date(2019, 1, 1),
        end=date(2023, 1, 1),
        known_at=timezone.now(),
    )
    assert growth.parts["programme"].jobs > 0
    assert growth.before + sum(part.jobs for part in growth.parts.values()) == growth.after
