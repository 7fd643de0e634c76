"""What must be kept is kept: no number of results or of other counters pushes a counter out before its time."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache, caches
from django.core.management import call_command

from essor.project import keeping
from essor.project.keeping import CountersCache, Kept


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(str(tmp_path), {})


def count_files(folder: Path) -> int:
    return len(list(folder.rglob("*.djcache")))


@pytest.mark.parametrize("other", ["allauth:rl:", "observatory.portrait."])
def test_a_counter_outlives_all_the_others(kept: Kept, other: str) -> None:
    mine = [f"allauth:rl:login_failed:{number}" for number in range(20)]
    for key in mine:
        kept.set(key, [1.0], 300)
    for number in range(400):
        kept.set(f"{other}{number}", "x", 3600)
    assert [kept.get(key) for key in mine] == [[1.0]] * 20


def test_results_are_few_whatever_is_asked(kept: Kept, tmp_path: Path) -> None:
    for number in range(keeping.MOST_RESULTS + 50):
        kept.set(f"observatory.portrait.{number}", "x", 3600)
    assert count_files(tmp_path) <= keeping.MOST_RESULTS


def test_what_has_expired_goes_first_where_there_is_no_room(tmp_path: Path) -> None:
    most, new = 3 * keeping.SETS_BETWEEN_LOOKS, [f"new:{number}" for number in range(2 * keeping.SETS_BETWEEN_LOOKS)]
    counters = CountersCache(str(tmp_path), {"OPTIONS": {"MAX_ENTRIES": most}})
    with time_machine.travel("2026-03-02 15:00:00Z", tick=False) as now:
        for number in range(most):
            counters.set(f"old:{number}", 1, 60)
        now.shift(120)
        for key in new:
            counters.set(key, 1, 60)
        assert all(counters.get(key) for key in new)
        assert count_files(tmp_path) == len(new)


def test_the_name_of_a_counter_leads_back_to_nobody_without_the_secret(tmp_path: Path, settings: Any) -> None:
    names = []
    for secret in ("first-secret-of-thirty-two-letters", "other-secret-of-thirty-two-letters"):
        settings.SECRET_KEY = secret
        CountersCache(str(tmp_path / secret), {}).set("allauth:rl:login_failed:192.0.2.1", [1.0], 60)
        names.append({file.name for file in (tmp_path / secret).rglob("*.djcache")})
    assert len(names[0]) == len(names[1]) == 1
    assert names[0] != names[1]


def test_one_alone_adds(tmp_path: Path) -> None:
    counters, together, won = CountersCache(str(tmp_path), {}), threading.Barrier(8), []

    def try_all() -> None:
        together.wait()
        won.extend(number for number in range(60) if counters.add(f"lock:{number}", 1, 10))

    tries = [threading.Thread(target=try_all) for _ in range(8)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert sorted(won) == list(range(60))
    assert not list(tmp_path.glob("tmp*")), "nothing half written is left"


def test_it_is_a_cache_like_another(kept: Kept) -> None:
    kept.set("a", 1)
    assert (kept.get("a"), kept.has_key("a"), kept.touch("a", 5), kept.add("a", 2)) == (1, True, True, False)
    assert kept.get_many(["a", "b"]) == {"a": 1}
    assert (kept.incr("a"), kept.delete("a"), kept.get("a", "none")) == (2, True, "none")
    kept.set("observatory.x", 1)
    kept.clear()
    assert kept.get("observatory.x") is None


def test_expired_counters_are_cleared_by_tidying(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert isinstance(caches["default"], Kept)
    cache.set("gone", 1, timeout=-1)
    cache.set("there", 1, timeout=60)
    before = count_files(Path(settings.CACHES["default"]["LOCATION"]))
    call_command("tidy")
    assert count_files(Path(settings.CACHES["default"]["LOCATION"])) == before - 1
    assert cache.get("there") == 1
