"""The tasks of each day: once each whatever runs them, one failure alone, and said to whoever watches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from essor.accounts.audit import verify_chain
from essor.accounts.models import AuditEvent
from essor.cases.actions import NewRequest, open_case
from essor.cases.models import CaseEvent, CaseLetter
from essor.cases.tasks import send_waiting_letters
from essor.project.daily import ABANDONED, LATE, TASKS, DailyTask, list_states, run_due
from essor.project.models import DailyRun
from essor.project.serving import Hourly
from tests.databases import EACH, open_platform
from tests.pages import StrictClient

MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""Ten o’clock in Mascouche."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def count_one(_now: datetime) -> dict[str, int]:
    return {"done": 1}


def fall(_now: datetime) -> dict[str, int]:
    raise OSError("someone@exemple.test refused")


def at(now: datetime) -> Callable[[], datetime]:
    return lambda: now


def run(*tasks: DailyTask, now: datetime = MORNING) -> list[tuple[str, str]]:
    return [(ran.task, ran.outcome) for ran in run_due(clock=at(now), tasks=tasks)]


def task(name: str, work: Callable[[datetime], dict[str, int]] = count_one, from_hour: int = 0) -> DailyTask:
    return DailyTask(name, TASKS[0].label, work, from_hour)


@pytest.mark.django_db
def test_each_is_done_once_a_day_and_again_the_next() -> None:
    assert run(task("one"), task("two")) == [("one", "done"), ("two", "done")]
    assert run(task("one"), task("two"), now=MORNING + HOUR) == []
    assert run(task("one"), now=MORNING + DAY) == [("one", "done")]
    assert [event.after for event in AuditEvent.objects.filter(target_id="one").order_by("sequence")] == [
        {"day": "2026-03-02", "tries": 1, "failure": "", "done": 1},
        {"day": "2026-03-03", "tries": 1, "failure": "", "done": 1},
    ]
    assert verify_chain().is_whole


@pytest.mark.django_db
def test_a_day_is_that_of_the_platform_and_an_hour_too() -> None:
    night = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)  # nine in the evening, still the second of March
    early = datetime(2026, 3, 3, 12, 59, tzinfo=UTC)
    assert run(task("one", from_hour=8), now=night) == [("one", "done")]
    assert run(task("one", from_hour=8), now=early) == [], "7:59"
    assert run(task("one", from_hour=8), now=early + timedelta(minutes=1)) == [("one", "done")]
    assert [str(ran.day) for ran in DailyRun.objects.order_by("day")] == ["2026-03-02", "2026-03-03"]


@pytest.mark.django_db
def test_a_failure_leaves_the_others_and_is_tried_again_without_its_words_being_kept() -> None:
    assert run(task("bad", fall), task("good")) == [("bad", "failed"), ("good", "done")]
    kept = DailyRun.objects.get(task="bad")
    assert (kept.failure, kept.tries) == ("OSError", 1)
    assert "exemple.test" not in json.dumps([event.after for event in AuditEvent.objects.all()])
    assert run(task("bad", fall), task("good"), now=MORNING + HOUR) == [("bad", "failed")]
    assert run(task("bad"), now=MORNING + 2 * HOUR) == [("bad", "done")]
    kept.refresh_from_db()
    assert (kept.failure, kept.tries, kept.counts) == ("", 3, {"done": 1})


@pytest.mark.django_db
def test_what_another_does_is_left_to_it_until_it_is_known_to_have_fallen() -> None:
    DailyRun.objects.create(task="one", day=MORNING.date(), started_at=MORNING)
    assert run(task("one"), now=MORNING + ABANDONED) == []
    assert run(task("one"), now=MORNING + ABANDONED + timedelta(seconds=1)) == [("one", "done")]


@pytest.mark.django_db
def test_states_say_never_done_failed_and_late() -> None:
    tasks = [task("never"), task("bad", fall), task("good")]
    run(tasks[1], tasks[2])

    def say(now: datetime) -> list[str]:
        return [state.code for state in list_states(now=now, tasks=tasks)]

    assert say(MORNING + HOUR) == ["never", "failed", "done"]
    assert say(MORNING + LATE + HOUR) == ["never", "failed", "late"]
    run(task("bad"), now=MORNING + DAY)
    assert say(MORNING + DAY + HOUR)[1] == "done"
    DailyRun.objects.create(task="never", day=MORNING.date(), started_at=MORNING)
    assert say(MORNING + ABANDONED)[0] == "running"
    assert say(MORNING + ABANDONED + timedelta(seconds=1))[0] == "late", "whoever took it fell"


@pytest.mark.django_db
def test_whoever_watches_over_the_server_reads_when_each_was_done(public: StrictClient) -> None:
    assert set(public.get("/sante/").json()["daily"]) == {one.name for one in TASKS}
    with time_machine.travel(MORNING, tick=False):
        call_command("daily", stdout=StringIO())
        health, listed = public.get("/sante/").json()["daily"], StringIO()
        call_command("daily", "--list", "--json", stdout=listed)
    assert {said["state"] for said in health.values()} == {"done"}
    assert json.loads(listed.getvalue()) == health


@pytest.mark.django_db
def test_letters_that_did_not_leave_are_a_failure_that_the_command_says(
    administrator: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from essor.territories.actions import load_shipped_territories

    load_shipped_territories(by=None, now=MORNING)
    asked = NewRequest(
        need="start", territory_code="64015", words="Une épicerie", name="M", email="m@exemple.test", has_consented=True
    )
    open_case(request=asked, now=MORNING - 30 * DAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    with time_machine.travel(MORNING, tick=False):
        with pytest.raises(CommandError, match="case_letters"):
            call_command("daily", stdout=StringIO())
        listed = StringIO()
        call_command("daily", "--list", stdout=listed)
        assert "LettersWaiting" in listed.getvalue()
        assert set(CaseEvent.objects.filter(kind__in=["reminded", "escalated"]).values_list("kind", flat=True)) == {
            "reminded", "escalated",
        }  # fmt: skip
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(MORNING + HOUR, tick=False):
        call_command("daily", stdout=StringIO())
    assert len(mail.outbox) == CaseLetter.objects.exclude(sent_at=None).count() > 0
    assert send_waiting_letters(MORNING + DAY) == {"sent": 0, "failed": 0}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_that_begin_together_do_a_task_once() -> None:
    together, done = threading.Barrier(4), list[int]()

    def work(_now: datetime) -> dict[str, int]:
        done.append(1)
        return {}

    def begin() -> None:
        try:
            together.wait()
            run(task("one", work))
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert DailyRun.objects.get().tries == 1


@pytest.fixture(params=EACH)
def platform(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    with open_platform(request.param, tmp_path) as environment:
        subprocess.run([sys.executable, "-m", "essor", "migrate", "-v0"], check=True, timeout=300, env=environment)
        yield environment


@pytest.mark.slow
def test_processes_that_run_the_list_at_once_do_each_task_once(platform: dict[str, str]) -> None:
    words = [sys.executable, "-m", "essor", "daily", "--json"]
    started = [subprocess.Popen(words, env=platform, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [json.loads(one.communicate(timeout=120)[0]) for one in started]
    assert [one.returncode for one in started] == [0, 0, 0]
    ran = [run["task"] for runs in said for run in runs]
    assert ran.count("tidy") == 1
    assert len(ran) == len(set(ran)), "the others have their hour, which may not have come"


@pytest.mark.slow
def test_serving_starts_the_list_at_once_then_when_an_hour_has_passed(
    platform: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in platform.items():
        monkeypatch.setenv(name, value)
    if "DATABASE_URL" not in platform:
        monkeypatch.delenv("DATABASE_URL", raising=False)
    forgotten = tmp_path / "imports" / "forgotten"
    forgotten.mkdir(parents=True)
    os.utime(forgotten, (time.time() - 2 * 86_400,) * 2)
    hourly = Hourly("essor", "daily")
    hourly.look()
    first = hourly.process
    assert first is not None
    assert first.wait(60) == 0
    assert not forgotten.exists()
    hourly.look()
    assert hourly.process is first, "an hour has not passed"
