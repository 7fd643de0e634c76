"""What the database itself refuses: changing or deleting what a case recorded, except by a privacy erasure.

Called by a migration; a later migration that rebuilds one of these tables on SQLite (which drops its triggers) must
call :func:`install_guards` again. On PostgreSQL the function that refuses is the directory's.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from essor.engines.triggers import Erasure, differ, refuse

ERASURE = Erasure("essor_refuse_unless_case_erased", "cases_case", "case_id")


@dataclass(frozen=True, slots=True)
class Guard:
    """``fixed``: columns that never change. ``erasable``: that change only once the case is erased.
    ``closing``: that change once, from empty."""

    table: str
    fixed: tuple[str, ...]
    erasable: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()


GUARDS = (
    Guard(
        "cases_case",
        ("reference", "workflow", "workflow_version", "need", "territory_code", "consent_at", "opened_at"),
        closing=("closed_at", "erased_at", "answered_at"),
    ),
    Guard(
        "cases_caseevent", ("case_id", "kind", "party", "facts", "once", "happened_at"), erasable=("words",)
    ),
    Guard(
        "cases_casemessage", ("case_id", "party", "is_note", "minutes", "written_at"), erasable=("text",)
    ),
    Guard("cases_casetask", ("case_id", "due_on", "created_at"), erasable=("label",), closing=("done_at",)),
    Guard(
        "cases_casedocument",
        ("case_id", "party", "version", "sha256", "size", "media_type", "deposited_at"),
        erasable=("name",),
    ),
)  # fmt: skip


def install_guards(connection: BaseDatabaseWrapper) -> None:
    """Adds the triggers (those of the same name are replaced)."""
    with connection.cursor() as cursor:
        for statement in list_statements(connection.vendor):
            cursor.execute(statement)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for guard in GUARDS:
            names = ["fixed", "erasable", "kept", "ended", *(f"once_{column}" for column in guard.closing)]
            for name in names:
                table = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.table}_{name}{table}")


def list_statements(vendor: str) -> list[str]:
    statements = [ERASURE.write_function()] if vendor == "postgresql" else []
    for guard in GUARDS:
        statements += refuse(vendor, guard.table, "fixed", "UPDATE", when=differ(vendor, guard.fixed))
        for column in guard.closing:
            changed = f"OLD.{column} IS NOT NULL AND ({differ(vendor, (column,))})"
            statements += refuse(vendor, guard.table, f"once_{column}", "UPDATE", when=changed)
        if guard.erasable:
            changed = differ(vendor, guard.erasable)
            statements += refuse(vendor, guard.table, "erasable", "UPDATE", when=changed, lifted_by=ERASURE)
        statements += refuse(vendor, guard.table, "kept", "DELETE")
    said = differ(vendor, ("stage", "outcome_code", "outcome_words"))
    ended = f"OLD.closed_at IS NOT NULL AND NEW.erased_at IS NULL AND ({said})"
    return statements + refuse(vendor, GUARDS[0].table, "ended", "UPDATE", when=ended)
