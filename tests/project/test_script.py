"""The script ``essor`` itself: the environment that it makes, and what it says when it cannot."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

CLONE = Path(__file__).resolve().parents[2]


def run_script(*words: str, **said: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ESSOR_", "DATABASE_"))}
    return subprocess.run(
        [str(CLONE / "essor"), *words], env=kept | said, capture_output=True, text=True, check=False, timeout=60
    )


def test_an_environment_that_cannot_be_made_is_said() -> None:
    ended = run_script("portrait", ESSOR_VENV="/proc/nowhere")
    assert ended.returncode == 2
    assert ended.stderr.startswith("essor\u00a0: ")
    assert "/proc/nowhere" in ended.stderr
    assert "\nessor: " in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_python_that_does_not_run_is_said_and_no_other_is_taken(tmp_path: Path) -> None:
    ended = run_script("portrait", ESSOR_VENV=str(tmp_path / "venv"), ESSOR_PYTHON="/nope/python3")
    assert ended.returncode == 2
    assert ended.stderr.count("/nope/python3") == 2
    assert not list(tmp_path.rglob("python*"))
