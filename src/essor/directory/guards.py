"""What the database itself refuses: changing or deleting what was recorded, except closing it or a privacy erasure.

Called by a migration; a later migration that rebuilds one of these tables on SQLite (which drops its triggers) must
call :func:`install_guards` again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from essor.engines.triggers import MESSAGE, Erasure, refuse, write_refusal

ERASURE = Erasure("essor_refuse_unless_erased", "directory_organisation", "organisation_id")


@dataclass(frozen=True, slots=True)
class Guard:
    """``fixed``: columns never written again. ``erasable``: those that a privacy erasure may blank.

    ``said_when_closed``: those written at the moment of the closing, never after; an erasure may blank them.
    """

    table: str
    fixed: tuple[str, ...]
    erasable: tuple[str, ...] = ()
    said_when_closed: tuple[str, ...] = ()
    closing: str | None = "known_to"
    is_deleted_by_erasure: bool = False


GUARDS = (
    Guard(
        "directory_fact",
        (
            "organisation_id", "variable", "starts_on", "ends_before", "low", "high", "codes", "status", "trust",
            "source_id", "replaces_id", "known_from", "recorded_at",
        ),
        erasable=("reason",),
        said_when_closed=("closing_reason",),
    ),
    Guard(
        "directory_organisationname",
        ("organisation_id", "kind", "name", "folded", "starts_on", "ends_before", "source_id", "known_from"),
        is_deleted_by_erasure=True,
    ),
    Guard(
        "directory_identifier",
        ("organisation_id", "scheme", "issuer", "value", "is_doubtful", "source_id", "known_from"),
        is_deleted_by_erasure=True,
    ),
    Guard(
        "directory_lifeevent",
        ("organisation_id", "kind", "happened_on", "other_id", "source_id", "known_from"),
        erasable=("note",),
    ),
    Guard(
        "directory_establishment",
        (
            "organisation_id", "municipality_code", "is_head_office", "starts_on", "ends_before", "source_id",
            "known_from",
        ),
        erasable=("name",),
    ),
    Guard(
        "directory_source",
        (
            "kind", "licence", "retrieved_on", "checksum", "mapping_checksum", "recorded_at",
        ),
        closing="withdrawn_at",
    ),
    Guard("directory_organisation", ("created_at",), closing="erased_at"),
)  # fmt: skip


WORDS = {"title": "'Source ' || {row}.id", "publisher": "''", "series": "''"}
"""Of a source: once an organisation was erased, each may become this, and nothing else ever."""


def install_guards(connection: BaseDatabaseWrapper) -> None:
    """Adds the triggers (those of the same name are replaced); a column that is not there yet is not guarded yet."""
    with connection.cursor() as cursor:
        for statement in list_statements(connection.vendor, guards=_list_present(connection, cursor)):
            cursor.execute(statement)


def _list_present(connection: BaseDatabaseWrapper, cursor: Any) -> list[Guard]:
    """The guards without what a later migration adds."""
    found = []
    for guard in GUARDS:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, guard.table)}
        kept = tuple(name for name in guard.said_when_closed if name in columns)
        found.append(replace(guard, said_when_closed=kept))
    return found


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for guard in GUARDS:
            for name in ("fixed", "closed", "erasable", "said", "kept"):
                table = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.table}_{name}{table}")
        table = " ON directory_source" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER IF EXISTS directory_source_words{table}")


def list_statements(vendor: str, *, guards: Iterable[Guard] = GUARDS) -> list[str]:
    statements = []
    if vendor == "postgresql":
        statements.append(write_refusal())
        statements.append(ERASURE.write_function())
    for guard in guards:
        statements += _guard_table(guard, vendor)
    return statements + _guard_words(vendor)


def _guard_table(guard: Guard, vendor: str) -> list[str]:
    table, is_closed = guard.table, f"OLD.{guard.closing} IS NOT NULL"
    statements = refuse(vendor, table, "fixed", _update_of(guard.fixed))
    if guard.closing:
        statements += refuse(vendor, table, "closed", _update_of((guard.closing,)), when=is_closed)
    if guard.erasable:
        statements += refuse(vendor, table, "erasable", _update_of(guard.erasable), lifted_by=ERASURE)
    if guard.said_when_closed:
        event = _update_of(guard.said_when_closed)
        statements += refuse(vendor, table, "said", event, when=is_closed, lifted_by=ERASURE)
    lifted_by = ERASURE if guard.is_deleted_by_erasure else None
    return statements + refuse(vendor, table, "kept", "DELETE", lifted_by=lifted_by)


def _update_of(columns: tuple[str, ...]) -> str:
    return f"UPDATE OF {', '.join(columns)}"


def _guard_words(vendor: str) -> list[str]:
    """A file may be called by the name of an organisation: a privacy erasure replaces it, nobody rewrites it."""
    rewritten = " OR ".join(
        f"(NEW.{name} <> OLD.{name} AND NEW.{name} <> {word.format(row='OLD')})" for name, word in WORDS.items()
    )
    changed = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in WORDS)
    nobody_erased = "NOT EXISTS (SELECT 1 FROM directory_organisation WHERE erased_at IS NOT NULL)"
    refused = f"({rewritten}) OR (({changed}) AND {nobody_erased})"
    moment = f"BEFORE UPDATE OF {', '.join(WORDS)} ON directory_source FOR EACH ROW"
    if vendor == "postgresql":
        function = (
            "CREATE OR REPLACE FUNCTION essor_refuse_other_words() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {refused} THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; RETURN NEW; END $$"
        )
        return [
            function,
            "DROP TRIGGER IF EXISTS directory_source_words ON directory_source",
            f"CREATE TRIGGER directory_source_words {moment} EXECUTE FUNCTION essor_refuse_other_words()",
        ]
    return [
        "DROP TRIGGER IF EXISTS directory_source_words",
        f"CREATE TRIGGER directory_source_words {moment} WHEN {refused} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    ]
