"""What the database itself refuses: changing or deleting what a case recorded, except by a privacy erasure.

Called by a migration; a later migration that rebuilds one of these tables on SQLite (which drops its triggers) must
call :func:`install_guards` again.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from essor.engines.triggers import Erasure, WrittenOnce, differ, drop, install, refuse, remove

ERASURE = Erasure("essor_refuse_unless_case_erased", "cases_case", "case_id")


GUARDS = (
    WrittenOnce(
        "cases_case",
        ("reference", "need", "territory_code", "consent_at", "opened_at"),
        once=("closed_at", "erased_at", "answered_at"),
    ),
    WrittenOnce(
        "cases_caseevent",
        ("case_id", "kind", "party", "facts", "once", "happened_at"),
        erasable=("words",),
        lifted_by=ERASURE,
    ),
    WrittenOnce(
        "cases_casemessage",
        ("case_id", "party", "is_note", "minutes", "written_at"),
        erasable=("text",),
        lifted_by=ERASURE,
    ),
    WrittenOnce(
        "cases_casetask",
        ("case_id", "due_on", "created_at"),
        once=("done_at",),
        erasable=("label",),
        lifted_by=ERASURE,
    ),
    WrittenOnce(
        "cases_casedocument",
        ("case_id", "party", "version", "sha256", "size", "media_type", "retention", "deposited_at"),
        once=("removed_at",),
        erasable=("name",),
        lifted_by=ERASURE,
    ),
)
SAID = ("stage", "outcome_code", "outcome_words")
"""Where a case stands and how it ended: said for good once it is closed, but for its erasure."""


def install_guards(connection: BaseDatabaseWrapper) -> None:
    install(connection, GUARDS)
    with connection.cursor() as cursor:
        for statement in list_endings(connection.vendor):
            cursor.execute(statement)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    remove(connection, GUARDS)
    with connection.cursor() as cursor:
        cursor.execute(drop(connection.vendor, GUARDS[0].table, "ended"))


def list_endings(vendor: str) -> list[str]:
    ended = f"OLD.closed_at IS NOT NULL AND NEW.erased_at IS NULL AND ({differ(vendor, SAID)})"
    return refuse(vendor, GUARDS[0].table, "ended", "UPDATE", when=ended)
