"""What the database itself refuses: changing or deleting what the catalogue said.

Called by a migration; a later migration that rebuilds one of these tables on SQLite (which drops its triggers) must
call :func:`install_guards` again. On PostgreSQL the function that refuses is the directory's.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from essor.cases.guards import ERASURE
from essor.directory.guards import differ, refuse


@dataclass(frozen=True, slots=True)
class Guard:
    """``fixed``: columns that never change. ``once``: that change once, from empty. ``erasable``: that change only once
    the case is erased."""

    table: str
    fixed: tuple[str, ...]
    once: tuple[str, ...] = ()
    erasable: tuple[str, ...] = ()


GUARDS = (
    Guard("aid_aid", ("slug", "created_at")),
    Guard(
        "aid_aidrevision",
        ("aid_id", "number", "content", "content_hash", "read_on", "reason", "drafted_at", "drafted_by_id"),
        once=("published_at", "approved_by_id", "known_to", "set_aside_at"),
    ),
    Guard("aid_folderitem", ("case_id", "aid_id", "revision_id", "added_at")),
    Guard(
        "aid_folderstep",
        (
            "item_id", "case_id", "code", "happened_on", "amount_cad", "replaces_id", "is_void", "party", "recorded_at",
        ),
        erasable=("words",),
    ),
)  # fmt: skip


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
            for name in ("fixed", "erasable", "kept", *(f"once_{column}" for column in guard.once)):
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.table}_{name}{table}")


def _guard(vendor: str, guard: Guard) -> list[str]:
    statements = refuse(vendor, guard.table, "fixed", "UPDATE", when=differ(vendor, guard.fixed))
    for column in guard.once:
        changed = f"OLD.{column} IS NOT NULL AND ({differ(vendor, (column,))})"
        statements += refuse(vendor, guard.table, f"once_{column}", "UPDATE", when=changed)
    if guard.erasable:
        changed = differ(vendor, guard.erasable)
        statements += refuse(vendor, guard.table, "erasable", "UPDATE", when=changed, lifted_by=ERASURE)
    return statements + refuse(vendor, guard.table, "kept", "DELETE")
