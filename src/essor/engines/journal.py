from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper


def empty_journal(connection: BaseDatabaseWrapper) -> bool:
    """Whether SQLite's journal of former pages was emptied: what was erased is in it until then.

    Does nothing, and says no, inside a transaction or on another database (PostgreSQL: VACUUM), or while somebody has
    been reading for longer than the database waits; to be asked again later.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy, *_pages = cursor.fetchone()
    return not is_busy
