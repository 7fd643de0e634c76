"""The recipes of the guide to running Essor are run as they are written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CLONE = Path(__file__).resolve().parents[2]
GUIDE = (CLONE / "docs/guides/operating.md").read_text(encoding="utf-8")


def list_blocks(text: str) -> list[str]:
    """The lines set back by four spaces, block by block."""
    blocks, lines = [], list[str]()
    for line in [*text.splitlines(), "."]:
        if line.startswith("    ") or (not line.strip() and lines):
            lines.append(line[4:])
        elif lines:
            blocks.append("\n".join(lines).strip() + "\n")
            lines = []
    return blocks


def find_block(sign: str) -> str:
    return next(block for block in list_blocks(GUIDE) if sign in block)


def run_essor(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ESSOR_", "DATABASE_"))}
    said = {"PYTHONPATH": str(CLONE / "src"), "ESSOR_DATA": str(data)}
    said["DJANGO_SETTINGS_MODULE"] = "essor.project.settings"
    return subprocess.run(
        [sys.executable, "-m", "essor", *words], env=kept | said, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_the_backup_of_sqlite_is_whole_and_restores(tmp_path: Path) -> None:
    if not shutil.which("sqlite3"):
        pytest.skip("no sqlite3 on this machine")
    held, copy = tmp_path / "srv", tmp_path / "backups"
    assert run_essor(held, "demo", "--build-only").returncode == 0
    recipe = find_block(".backup ").replace("/srv/essor", str(held)).replace("/var/backups/essor", str(copy))
    for _time in range(2):  # a folder that is not there yet stops nothing, and a second backup goes over the first
        subprocess.run(["/bin/sh", "-eu", "-c", recipe], check=True, cwd=tmp_path)
    assert copy.stat().st_mode & 0o077 == 0
    shutil.rmtree(held)
    slugs = [line.split(" ")[0] for line in run_essor(copy, "edition", "list").stdout.splitlines()]
    assert slugs
    for slug in slugs:
        assert run_essor(copy, "edition", "verify", slug).returncode == 0


def test_the_script_runs_every_command_with_the_file_of_settings(tmp_path: Path) -> None:
    """As the account that runs the tests: runuser, which is root's, is left out."""
    (tmp_path / "essor.env").write_text(find_block("ESSOR_EMAIL_FROM="), encoding="utf-8")
    (tmp_path / "told").write_text('#!/bin/sh\nenv; printf "<%s>" "$@"\n', encoding="utf-8")
    (tmp_path / "told").chmod(0o755)
    script = find_block("#!/bin/sh").replace("runuser -u essor -- ", "")
    script = script.replace("/etc/essor.env", str(tmp_path / "essor.env"))
    script = script.replace("/usr/local/share/essor/essor", str(tmp_path / "told"))
    (tmp_path / "essor").write_text(script, encoding="utf-8")
    words = ["/bin/sh", str(tmp_path / "essor"), "administrator", "a b@example.org"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "ESSOR_EMAIL_FROM=Essor <essor@example.org>\n" in told
    assert told.endswith("<administrator><a b@example.org>")


def test_the_trial_of_a_new_version_names_a_copy_of_the_database_and_of_the_folder() -> None:
    """``serve`` migrates what it is given: named alone, the copied folder would go with the real database."""
    trials = [line for line in GUIDE.splitlines() if "serve --port" in line]
    assert len(trials) == 2
    assert all("ESSOR_DATA=/srv/essor-trial " in line for line in trials)
    assert ["/essor_trial " in line for line in trials] == [False, True]
