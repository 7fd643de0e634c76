from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.db.transaction import TransactionManagementError

from essor.accounts import audit
from essor.accounts.audit import record_event, verify_chain
from essor.accounts.guards import install_guards, remove_guards
from essor.accounts.models import AppendOnlyError, AuditEvent, User

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@transaction.atomic
def record(number: int, **content: object) -> AuditEvent:
    after = {"number": number, **content}
    return record_event(action="write", target_kind="thing", target_id=number, by=None, now=NOW, after=after)


def change_row(sql: str, *words: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, words)


@pytest.fixture
def trail(db: None) -> list[AuditEvent]:
    return [record(number) for number in range(1, 6)]


def test_a_trail_that_nobody_touched_is_whole(trail: list[AuditEvent]) -> None:
    check = verify_chain()
    assert (check.is_whole, check.verified_to, check.last_hash) == (True, 5, trail[-1].hash)


def test_no_trail_is_whole_too(db: None) -> None:
    assert verify_chain().is_whole


def test_content_is_hashed_as_the_database_gives_it_back(db: None) -> None:
    record(1, day=date(2026, 3, 2), amount=Decimal("1.50"), text="« été »", nested={"b": 1, "a": [1, 2]})
    record_in_another_zone = NOW.astimezone(timezone(timedelta(hours=-5)))
    with transaction.atomic():
        record_event(action="write", target_kind="thing", target_id="x", by=None, now=record_in_another_zone)
    assert verify_chain().is_whole


@pytest.mark.parametrize("column", ["actor_label", "action", "target_kind", "target_id"])
def test_an_altered_row_is_found(trail: list[AuditEvent], column: str) -> None:
    change_row(f"UPDATE accounts_auditevent SET {column} = 'other' WHERE sequence = %s", 3)  # noqa: S608
    check = verify_chain()
    assert (check.fault, check.fault_at, check.verified_to) == ("altered", 3, 2)


def test_an_act_given_to_someone_else_is_found(trail: list[AuditEvent], adviser: User) -> None:
    change_row("UPDATE accounts_auditevent SET actor_id = %s WHERE sequence = 3", adviser.pk)
    check = verify_chain()
    assert (check.fault, check.fault_at, check.verified_to) == ("altered", 3, 2)


def test_a_chain_begun_before_numbers_were_hashed_is_still_whole(
    db: None, adviser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(audit, "HASH_VERSION", 1)
        before.setattr(audit, "event_hash", hash_of_version_1)
        record(1)
        record(2)
    record(3)
    assert [event.hash_version for event in AuditEvent.objects.order_by("sequence")] == [1, 1, 2]
    assert verify_chain().is_whole
    change_row("UPDATE accounts_auditevent SET hash_version = 1 WHERE sequence = 3")
    assert verify_chain().fault_at == 3
    event = AuditEvent.objects.get(sequence=3)
    change_row("UPDATE accounts_auditevent SET hash = %s WHERE sequence = 3", hash_of_version_1(event))
    assert verify_chain().is_whole, "the last one, whose hash nothing follows"
    record(4)
    change_row("UPDATE accounts_auditevent SET hash_version = 1 WHERE sequence = 4")
    assert verify_chain().fault_at == 4


def hash_of_version_1(event: AuditEvent) -> str:
    """As the first version computed it, written out again."""
    content = [
        event.sequence, event.happened_at.astimezone(UTC).isoformat(), event.actor_label, event.action,
        event.target_kind, event.target_id, event.before, event.after, event.previous_hash,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def test_the_database_refuses_to_change_or_delete_the_trace(trail: list[AuditEvent]) -> None:
    install_guards(connection)
    attempts: list[Callable[[], object]] = [
        lambda: change_row("UPDATE accounts_auditevent SET actor_label = 'other' WHERE sequence = 3"),
        lambda: change_row("DELETE FROM accounts_auditevent WHERE sequence = 5"),
        lambda: AuditEvent.objects.filter(sequence=5)._raw_delete("default"),
        trail[0].save,
        trail[0].delete,
    ]
    if connection.vendor == "postgresql":
        change_row("SET CONSTRAINTS ALL IMMEDIATE")  # what was just written must not be waiting for its own checks
        attempts.append(lambda: change_row("TRUNCATE accounts_auditevent"))
    for attempt in attempts:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()
    record(6)
    assert verify_chain().verified_to == 6
    remove_guards(connection)
    change_row("DELETE FROM accounts_auditevent WHERE sequence = 6")


def test_whoever_acted_is_never_deleted(db: None, adviser: User) -> None:
    with transaction.atomic():
        record_event(action="write", target_kind="thing", target_id=1, by=adviser, now=NOW)
    with pytest.raises(ProtectedError), transaction.atomic():
        adviser.delete()
    assert AuditEvent.objects.get().actor == adviser


@pytest.mark.slow
def test_a_chain_is_whole_and_guarded_after_the_upgrade(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "ESSOR_DATA": str(tmp_path),
        "PYTHONPATH": str(Path(audit.__file__).parents[2]),
        "DJANGO_SETTINGS_MODULE": "essor.project.settings",
    }

    def run(*words: str) -> str:
        ended = subprocess.run(words, env=environment, check=True, timeout=120, capture_output=True, text=True)
        return ended.stdout.strip()

    run(sys.executable, "-m", "essor", "migrate", "accounts", "0001", "-v0")
    event = AuditEvent(
        sequence=1, happened_at=NOW, actor_label="console", action="write", target_kind="thing", target_id="1",
        before=None, after={"number": 1}, previous_hash=audit.FIRST,
    )  # fmt: skip
    database = sqlite3.connect(tmp_path / "essor.sqlite3")
    columns = "sequence, happened_at, actor_label, action, target_kind, target_id, after, previous_hash, hash"
    row = (1, "2026-03-02 15:00:00", "console", "write", "thing", "1", '{"number": 1}', audit.FIRST)
    database.execute(
        f"INSERT INTO accounts_auditevent ({columns}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608
        (*row, hash_of_version_1(event)),
    )
    database.commit()
    run(sys.executable, "-m", "essor", "migrate", "-v0")
    said = "import django; django.setup(); from essor.accounts.audit import verify_chain; print(verify_chain())"
    assert "verified_to=1" in run(sys.executable, "-c", said)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database.execute("DELETE FROM accounts_auditevent")
    database.close()


def test_an_altered_content_is_found(trail: list[AuditEvent]) -> None:
    change_row("UPDATE accounts_auditevent SET after = %s WHERE sequence = 4", '{"number": 40}')
    assert verify_chain().fault == "altered"


def test_a_row_altered_with_its_own_hash_made_again_is_found(trail: list[AuditEvent]) -> None:
    event = AuditEvent.objects.get(sequence=2)
    event.action = "other"
    from essor.accounts.audit import event_hash

    change_row("UPDATE accounts_auditevent SET action = 'other', hash = %s WHERE sequence = 2", event_hash(event))
    assert (verify_chain().fault, verify_chain().fault_at) == ("unlinked", 3)


def test_a_deleted_row_is_found(trail: list[AuditEvent]) -> None:
    change_row("DELETE FROM accounts_auditevent WHERE sequence = %s", 2)
    assert (verify_chain().fault, verify_chain().fault_at) == ("missing", 3)


def test_rows_in_another_order_are_found(trail: list[AuditEvent]) -> None:
    for before, after in ((2, 99), (3, 2), (99, 3)):
        change_row("UPDATE accounts_auditevent SET sequence = %s WHERE sequence = %s", after, before)
    assert (verify_chain().fault, verify_chain().fault_at) == ("unlinked", 2)


def test_the_trace_is_never_changed_from_the_code(trail: list[AuditEvent]) -> None:
    for write in (
        lambda: AuditEvent.objects.update(action="x"),
        lambda: AuditEvent.objects.all().delete(),
        lambda: AuditEvent.objects.bulk_update(trail, ["action"]),
    ):
        with pytest.raises(AppendOnlyError):
            write()


@pytest.mark.django_db(transaction=True)
def test_an_event_is_refused_outside_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        record_event(action="write", target_kind="thing", target_id=1, by=None, now=NOW)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_make_one_chain() -> None:
    together = threading.Barrier(4)

    def write_some(first: int) -> None:
        try:
            together.wait()
            for number in range(first, first + 10):
                record(number)
        finally:
            connection.close()

    writers = [threading.Thread(target=write_some, args=(100 * n,)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert AuditEvent.objects.count() == 40
    assert verify_chain().is_whole
