"""What must not be kept is thrown away when the platform starts, then once a day, by a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from essor.project.tidying import Daily

CLONE = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_process_starts_at_once_then_when_a_day_has_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "ESSOR_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "essor.project.settings",
        "PYTHONPATH": str(CLONE / "src"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    subprocess.run([sys.executable, "-m", "essor", "migrate", "-v0"], check=True, timeout=120)
    forgotten = tmp_path / "imports" / "forgotten"
    forgotten.mkdir(parents=True)
    os.utime(forgotten, (time.time() - 2 * 86_400,) * 2)
    daily = Daily()
    daily.look()
    first = daily.process
    assert first is not None
    assert first.wait(60) == 0
    assert not forgotten.exists()
    daily.look()
    assert daily.process is first, "a day has not passed"
