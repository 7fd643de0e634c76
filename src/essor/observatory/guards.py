"""What the database itself refuses: changing or deleting a published base version or an edition.

Called by a migration; a later migration that rebuilds one of these tables on SQLite (which drops its triggers) must
call :func:`install_guards` again.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE = "published for good: publish a successor, this row is never changed or deleted"
FUNCTION = "essor_refuse_published_change"
SEALED_COLUMNS = (
    "base_id", "number", "status", "label_fr", "label_en", "description_fr", "description_en", "criteria",
    "jobs_variable", "sources", "is_demo", "starts_on", "ends_before", "definition_hash", "replaces_id", "published_at",
)  # fmt: skip
EDITION_COLUMNS = (
    "slug", "title_fr", "title_en", "territory_code", "last_reference_on", "known_at", "snapshot_hash", "manifest_hash",
    "results", "predecessor_id", "correction_reason", "changes", "published_at",
)  # fmt: skip
TRIGGERS = (
    ("version_sealed", "observatory_baseversion", f"UPDATE OF {', '.join(SEALED_COLUMNS)}", "OLD.status = 'published'"),
    ("version_kept", "observatory_baseversion", "DELETE", "OLD.status = 'published'"),
    ("edition_fixed", "observatory_edition", f"UPDATE OF {', '.join(EDITION_COLUMNS)}", ""),
    ("edition_kept", "observatory_edition", "DELETE", ""),
    ("edition_bases_fixed", "observatory_edition_base_versions", "UPDATE", ""),
    ("edition_bases_kept", "observatory_edition_base_versions", "DELETE", ""),
)
"""Name, table, what is refused, and when. Who published may be forgotten (a deleted account), nothing else."""


def install_guards(connection: BaseDatabaseWrapper) -> None:
    """Adds the triggers (those of the same name are replaced)."""
    with connection.cursor() as cursor:
        for statement in list_statements(connection.vendor):
            cursor.execute(statement)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for name, table, _event, _when in TRIGGERS:
            place = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS observatory_{name}{place}")


def list_statements(vendor: str) -> list[str]:
    is_postgresql = vendor == "postgresql"
    statements = [_refusing_function()] if is_postgresql else []
    for name, table, event, when in TRIGGERS:
        label = f"observatory_{name}"
        condition = f" WHEN ({when})" if when else ""
        moment = f"BEFORE {event} ON {table} FOR EACH ROW{condition}"
        if is_postgresql:
            statements.append(f"DROP TRIGGER IF EXISTS {label} ON {table}")
            statements.append(f"CREATE TRIGGER {label} {moment} EXECUTE FUNCTION {FUNCTION}()")
        else:
            statements.append(f"DROP TRIGGER IF EXISTS {label}")
            statements.append(f"CREATE TRIGGER {label} {moment} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END")
    return statements


def _refusing_function() -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
