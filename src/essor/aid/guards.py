"""What the database itself refuses: changing or deleting what the catalogue said.

Called by a migration; a later migration that rebuilds one of these tables on SQLite (which drops its triggers) must
call :func:`install_guards` again. On PostgreSQL the function that refuses is the directory's.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from essor.directory.guards import differ, refuse


@dataclass(frozen=True, slots=True)
class Guard:
    """``fixed``: columns that never change. ``once``: that change once, from empty."""

    table: str
    fixed: tuple[str, ...]
    once: tuple[str, ...] = ()


GUARDS = (
    Guard("aid_aid", ("slug", "created_at")),
    Guard(
        "aid_aidrevision",
        ("aid_id", "number", "content", "content_hash", "read_on", "reason", "drafted_at", "drafted_by_id"),
        once=("published_at", "approved_by_id", "known_to", "set_aside_at"),
    ),
)


def install_guards(connection: BaseDatabaseWrapper) -> None:
    """Adds the triggers of the tables that are there (those of the same name are replaced)."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for statement in (
            one for guard in GUARDS if guard.table in present for one in _guard(connection.vendor, guard)
        ):
            cursor.execute(statement)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for guard in GUARDS:
            if guard.table not in present:
                continue
            table = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
            for name in ("fixed", "kept", *(f"once_{column}" for column in guard.once)):
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.table}_{name}{table}")


def _guard(vendor: str, guard: Guard) -> list[str]:
    statements = refuse(vendor, guard.table, "fixed", "UPDATE", when=differ(vendor, guard.fixed))
    for column in guard.once:
        changed = f"OLD.{column} IS NOT NULL AND ({differ(vendor, (column,))})"
        statements += refuse(vendor, guard.table, f"once_{column}", "UPDATE", when=changed)
    return statements + refuse(vendor, guard.table, "kept", "DELETE")
