"""The real migrations on a real file: what was there is kept, and the guards stand at the end."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from essor.directory.guards import list_statements

SRC = str(Path(__file__).resolve().parents[2] / "src")
OLD_ROWS = """
INSERT INTO directory_source VALUES
  (1, 'entry', 'Saisie', '', '', '', NULL, '', NULL, '', NULL, '2026-01-01', NULL, '', NULL);
INSERT INTO directory_organisation (id, key, created_at) VALUES
  (1, 'ruche', '2026-01-01'), (2, 'nord', '2026-01-01'), (3, 'sud', '2026-01-01');
"""
EVENT = (
    "INSERT INTO directory_lifeevent (known_from, known_to, kind, happened_on, note, organisation_id, other_id,"
    " source_id) VALUES ('2026-01-01', NULL, ?, '2025-01-01', '', 1, ?, 1)"
)


def migrate(folder: Path, *words: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {
        "ESSOR_DATA": str(folder),
        "PYTHONPATH": SRC,
        "DJANGO_SETTINGS_MODULE": "essor.project.settings",
    }
    command = [sys.executable, "-m", "essor", "migrate", "-v0", *words]
    subprocess.run(command, env=environment, check=True, timeout=120)


@pytest.mark.slow
def test_an_upgrade_keeps_the_rows_and_puts_the_guards_back(tmp_path: Path) -> None:
    migrate(tmp_path, "directory", "0002")
    (file,) = tmp_path.glob("*.sqlite3")
    with closing(sqlite3.connect(file)) as database:
        database.executescript(OLD_ROWS)
        database.execute(EVENT, ("split", 2))
        database.commit()
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(EVENT, ("split", 3))
    migrate(tmp_path)
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA foreign_keys = ON")
        assert database.execute("SELECT kind, other_id FROM directory_lifeevent").fetchall() == [("split", 2)]
        triggers = database.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'directory%'"
        )
        assert triggers.fetchone() == (sum("CREATE TRIGGER" in one for one in list_statements("sqlite")),)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("DELETE FROM directory_lifeevent")
        database.execute(EVENT, ("split", 3))
        for kind, other, rule in (
            ("exploded", None, "kind_is_known"),
            ("split", 3, "UNIQUE"),
            ("closed", 3, "successor"),
        ):
            with pytest.raises(sqlite3.IntegrityError, match=rule):
                database.execute(EVENT, (kind, other))
