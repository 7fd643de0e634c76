"""What ``.ci/run`` says and leaves behind on a machine that lacks something. (Whole, it takes many minutes.)"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]
PROGRAMS = ("bash", "cat", "dirname", "id", "mkdir", "mktemp", "readlink", "rm")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A clone with large sample files beside it, on a machine that has the programs above and no other."""
    (tmp_path / "clone/.ci").mkdir(parents=True)
    shutil.copy(CLONE / ".ci/run", tmp_path / "clone/.ci/run")
    (tmp_path / "shared/data").mkdir(parents=True)
    for name in ("bin", "tmp", "postgresql"):
        (tmp_path / name).mkdir()
    for name in PROGRAMS:
        found = shutil.which(name)
        assert found
        (tmp_path / "bin" / name).symlink_to(found)
    for name in ("chromium", "chown", "sqlite3"):
        write_program(tmp_path / "bin" / name, "")
    write_program(tmp_path / "bin/runuser", 'shift 3; exec "$@"')
    return tmp_path


def write_program(file: Path, text: str) -> None:
    file.write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
    file.chmod(0o755)


def run_integration(machine: Path, **said: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(machine / "bin"), "TMPDIR": str(machine / "tmp"), **said}
    words = [str(machine / "bin/bash"), str(machine / "clone/.ci/run")]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=30)


def test_without_the_large_sample_files_it_says_so_and_stops(machine: Path) -> None:
    shutil.rmtree(machine / "shared")
    ended = run_integration(machine)
    assert ended.returncode == 2
    assert str(machine / "shared") in ended.stderr
    assert "./essor test" in ended.stderr


def test_without_postgresql_it_says_so_and_stops(machine: Path) -> None:
    ended = run_integration(machine)
    assert ended.returncode == 2
    assert "initdb" in ended.stderr
    assert list((machine / "tmp").iterdir()) == []


def test_postgresql_is_found_without_pg_config_and_a_failure_leaves_nothing(machine: Path) -> None:
    write_program(machine / "postgresql/pg_ctl", "")
    (machine / "bin/initdb").symlink_to(machine / "postgresql/initdb")
    write_program(machine / "postgresql/initdb", "echo reached >&2; exit 3")
    ended = run_integration(machine)
    assert ended.returncode == 3
    assert "reached" in ended.stderr
    assert list((machine / "tmp").iterdir()) == []
