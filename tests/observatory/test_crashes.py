"""Publications cut short, and two at once: each in processes of their own, on a data folder of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.databases import EACH, open_platform

Platform = dict[str, str]
"""The environment of the processes that work on it."""
PREPARE = """
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
from essor.project.demonstration.building import build_demonstration
call_command("migrate", verbosity=0)
build_demonstration(now=timezone.now())
"""
PUBLISH = """
import os, signal, sys
from datetime import date
from pathlib import Path
import django; django.setup()
from django.utils import timezone
from essor.directory.queries import end_of_day
from essor.observatory.actions import editions
from essor.observatory.queries.bases import get_base_version

def killed(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

moment, year, known = sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "then"
if moment == "before-rename":
    Path.rename = killed
elif moment == "after-rename":
    editions.keep_entries = lambda folder: killed() if folder.name == "editions" else None
elif moment == "before-commit":
    editions.record_event = killed
elif moment == "while-writing":
    editions.rebuild_results = killed
on = date(year, 11, 29)
editions.publish_edition(
    territory_code="640", base_versions=[get_base_version(slug="magazine-2014")], dates=[on],
    known_at=timezone.now() if known == "now" else end_of_day(date(2018, 1, 1)),
    title_fr="Essai", title_en="Trial", by=None, now=timezone.now(),
)
"""
REPORT = """
import json
import django; django.setup()
from essor.observatory.models import Edition
from essor.observatory.queries.editions import editions_folder, verify_edition
folders = sorted(item.name for item in editions_folder().glob('*') if item.is_dir())
rows = sorted(Edition.objects.values_list("slug", flat=True))
sound = [verify_edition(slug=slug).is_sound for slug in rows]
print(json.dumps({"folders": folders, "rows": rows, "sound": sound}))
"""


def start(code: str, platform: Platform, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        env=platform,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, error = process.communicate(timeout=120)
    return process.returncode, out or error


def report(platform: Platform) -> dict[str, list[str]]:
    code, out = finish(start(REPORT, platform))
    assert code == 0, out
    found: dict[str, list[str]] = json.loads(out)
    return found


@pytest.fixture(scope="module", params=EACH)
def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with open_platform(request.param, tmp_path_factory.mktemp("platform")) as environment:
        code, said = finish(start(PREPARE, environment))
        assert code == 0, said
        yield environment


@pytest.mark.slow
def test_a_killed_publication_leaves_the_state_before_it(platform: Platform) -> None:
    before = report(platform)
    for moment in ("while-writing", "before-rename", "after-rename", "before-commit"):
        code, _said = finish(start(PUBLISH, platform, moment, "2017"))
        assert code == -signal.SIGKILL
        assert report(platform)["rows"] == before["rows"]
    code, said = finish(start(PUBLISH, platform, "never", "2017"))
    assert code == 0, said
    after = report(platform)
    assert len(after["rows"]) == len(before["rows"]) + 1
    assert after["folders"] == after["rows"]
    assert all(after["sound"])


@pytest.mark.slow
def test_two_publications_at_once_both_succeed(platform: Platform) -> None:
    before = set(report(platform)["rows"])
    both = [start(PUBLISH, platform, "never", year) for year in ("2015", "2016")]
    for process in both:
        code, said = finish(process)
        assert code == 0, said
    after = report(platform)
    assert len(set(after["rows"]) - before) == 2
    assert after["folders"] == after["rows"]
    assert all(after["sound"])


@pytest.mark.slow
@pytest.mark.parametrize("words", [("2014",), ("2018", "now")], ids=["at one instant", "each at its own instant"])
def test_one_publication_asked_twice_at_once_is_published_once(platform: Platform, words: tuple[str, ...]) -> None:
    before = set(report(platform)["rows"])
    codes = sorted(finish(process)[0] for process in [start(PUBLISH, platform, "never", *words) for _ in range(2)])
    assert codes == [0, 1]
    assert len(set(report(platform)["rows"]) - before) == 1
