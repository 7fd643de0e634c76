"""The real migrations on a real file: a document deposited before labels were there, and the guards at the end."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from essor.cases.guards import GUARDS
from tests.directory.test_migrations import migrate

OLD_ROWS = """
INSERT INTO cases_case (id, reference, workflow, workflow_version, stage, need, territory_code, promoter_name,
  promoter_email, promoter_phone, language, imported_from, access_hash, assigned_body, routing_reason, consent_at,
  opened_at, due_on, came_from, outcome_code, outcome_words) VALUES
  (1, 'AAAA-BBBB', 'request', 1, 'received', 'start', '64015', 'Maude', 'm@exemple.test', '', 'fr', '', 'x', '', '[]',
  '2026-01-01', '2026-01-01', '2026-02-01', '', '', '');
INSERT INTO cases_casedocument (id, case_id, party, name, version, sha256, size, media_type, deposited_at) VALUES
  (1, 1, 'promoter', 'plan.pdf', 1, 'a', 3, 'application/pdf', '2026-01-02');
INSERT INTO cases_caseevent (id, case_id, kind, party, words, facts, once, happened_at) VALUES
  (1, 1, 'document', 'promoter', 'plan.pdf (1)', '{}', '', '2026-01-02');
"""


@pytest.mark.slow
def test_an_upgrade_labels_what_was_deposited_and_puts_the_guards_back(tmp_path: Path) -> None:
    migrate(tmp_path, "cases", "0005")
    (file,) = tmp_path.glob("*.sqlite3")
    with closing(sqlite3.connect(file)) as database:
        database.executescript(OLD_ROWS)
    migrate(tmp_path)
    with closing(sqlite3.connect(file)) as database:
        row = database.execute("SELECT name, retention, removed_at FROM cases_casedocument").fetchone()
        assert row == ("plan.pdf", "case_file", None)
        assert database.execute("SELECT words FROM cases_caseevent").fetchone() == ("plan.pdf (1)",)
        for changed in (
            "UPDATE cases_casedocument SET retention = 'working_paper'",
            "UPDATE cases_caseevent SET kind = 'note'",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                database.execute(changed)
        triggers = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        for guard in GUARDS:
            assert all(f"OLD.{column} " in triggers[f"{guard.table}_fixed"] for column in guard.fixed)
            assert all(f"{guard.table}_once_{column}" in triggers for column in guard.once)
