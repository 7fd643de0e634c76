from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from essor.accounts.audit import record_event, verify_chain
from essor.accounts.models import AppendOnly, AuditEvent

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
        with pytest.raises(AppendOnly):
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
