"""What the database itself refuses: changing or deleting an event of the trace, whoever asks.

Called by a migration; a later migration that rebuilds the table on SQLite (which drops its triggers) must call
:func:`install_guards` again.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "accounts_auditevent"
MESSAGE = "append-only: an event of the trace is written once"
FUNCTION = "essor_refuse_trace_change"
REFUSED = {
    "fixed": "UPDATE ON {table} FOR EACH ROW",
    "kept": "DELETE ON {table} FOR EACH ROW",
    "whole": "TRUNCATE ON {table} FOR EACH STATEMENT",
}


def install_guards(connection: BaseDatabaseWrapper) -> None:
    """Adds the triggers (those of the same name are replaced)."""
    with connection.cursor() as cursor:
        for statement in list_statements(connection.vendor):
            cursor.execute(statement)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name in REFUSED:
            cursor.execute(_drop(name, connection.vendor))


def list_statements(vendor: str) -> list[str]:
    if vendor == "postgresql":
        function = (
            f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        refusals = dict.fromkeys(REFUSED, f"EXECUTE FUNCTION {FUNCTION}()")
        return [function, *_create(refusals, vendor)]
    refusal = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    return _create({"fixed": refusal, "kept": refusal}, vendor)  # SQLite knows no TRUNCATE


def _create(refusals: dict[str, str], vendor: str) -> list[str]:
    return [
        statement
        for name, refusal in refusals.items()
        for statement in (
            _drop(name, vendor),
            f"CREATE TRIGGER {TABLE}_{name} BEFORE {REFUSED[name].format(table=TABLE)} {refusal}",
        )
    ]


def _drop(name: str, vendor: str) -> str:
    return f"DROP TRIGGER IF EXISTS {TABLE}_{name}" + (f" ON {TABLE}" if vendor == "postgresql" else "")
