"""What a database itself refuses: one way to write the triggers of rows that are never changed nor deleted.

Each room says in its ``guards`` which tables and which columns; a migration installs them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.backends.base.base import BaseDatabaseWrapper

MESSAGE = "append-only: close this row with an action, it is never changed or deleted"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What lifts a refusal: the row of ``table`` that the refused row names in ``owner`` is marked as erased.

    ``function``: the name of the PostgreSQL function that asks it.
    """

    function: str
    table: str
    owner: str

    @property
    def is_awaited(self) -> str:
        return f"(SELECT erased_at FROM {self.table} WHERE id = OLD.{self.owner}) IS NULL"  # noqa: S608  our own words

    def write_function(self) -> str:
        return (
            f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {self.is_awaited} THEN "
            f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$"
        )


def write_refusal() -> str:
    """PostgreSQL's function that refuses; SQLite's triggers need none."""
    return (
        "CREATE OR REPLACE FUNCTION essor_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )


def refuse(
    vendor: str, table: str, name: str, event: str, *, when: str | None = None, lifted_by: Erasure | None = None
) -> list[str]:
    """One refusal, on the rows of ``table`` for which ``when``."""
    label = f"{table}_{name}"
    moment = f"BEFORE {event} ON {table} FOR EACH ROW"
    if vendor == "postgresql":
        function = lifted_by.function if lifted_by else "essor_refuse_change"
        condition = f" WHEN ({when})" if when else ""
        return [
            drop(vendor, table, name),
            f"CREATE TRIGGER {label} {moment}{condition} EXECUTE FUNCTION {function}()",
        ]
    if lifted_by:
        when = f"({when}) AND {lifted_by.is_awaited}" if when else lifted_by.is_awaited
    condition = f" WHEN {when}" if when else ""
    return [
        drop(vendor, table, name),
        f"CREATE TRIGGER {label} {moment}{condition} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    ]


def drop(vendor: str, table: str, name: str) -> str:
    return f"DROP TRIGGER IF EXISTS {table}_{name}" + (f" ON {table}" if vendor == "postgresql" else "")


def differ(vendor: str, columns: tuple[str, ...]) -> str:
    """A row saved whole names every column: only those that change count."""
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    return " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)


@dataclass(frozen=True, slots=True)
class WrittenOnce:
    """A table whose rows are kept. ``fixed``: columns that never change. ``once``: that change once, from empty.
    ``handed``: pairs; the first is only ever emptied, into the second. ``erasable``: that change only where
    ``lifted_by`` awaits no more. ``sealed``: that change until ``sealed_by`` is said; ``erasable`` then waits for it
    too."""

    table: str
    fixed: tuple[str, ...]
    once: tuple[str, ...] = ()
    handed: tuple[tuple[str, str], ...] = ()
    erasable: tuple[str, ...] = ()
    lifted_by: Erasure | None = None
    sealed: tuple[str, ...] = ()
    sealed_by: str = ""

    def keep(self, present: Collection[str]) -> WrittenOnce:
        """Without the columns that are not there: an earlier migration installs what a later one completes."""
        return replace(
            self,
            fixed=tuple(one for one in self.fixed if one in present),
            once=tuple(one for one in self.once if one in present),
            handed=tuple(pair for pair in self.handed if set(pair) <= set(present)),
            erasable=tuple(one for one in self.erasable if one in present),
            sealed=tuple(one for one in self.sealed if one in present),
        )


def install(connection: BaseDatabaseWrapper, guards: Sequence[WrittenOnce]) -> None:
    """Adds the triggers of the tables and columns that are there (those of the same name are replaced): an early
    migration installs what its tables have, and the one that adds a column installs again."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        if connection.vendor == "postgresql":
            cursor.execute(write_refusal())
            # Those of another room too, which may not have been installed yet.
            for erasure in {guard.lifted_by for guard in guards if guard.lifted_by}:
                cursor.execute(erasure.write_function())
        for guard in guards:
            if guard.table in present:
                described = connection.introspection.get_table_description(cursor, guard.table)
                kept = guard.keep({column.name for column in described})
                for statement in _guard(connection.vendor, kept):
                    cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper, guards: Iterable[WrittenOnce]) -> None:
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for guard in guards:
            if guard.table not in present:
                continue
            for name in ("fixed", "sealed", "erasable", "kept", *_name_more(guard)):
                cursor.execute(drop(connection.vendor, guard.table, name))


def _name_more(guard: WrittenOnce) -> list[str]:
    return [*(f"once_{column}" for column in guard.once), *(f"handed_{column}" for column, _into in guard.handed)]


def _guard(vendor: str, guard: WrittenOnce) -> list[str]:
    statements = refuse(vendor, guard.table, "fixed", "UPDATE", when=differ(vendor, guard.fixed))
    for column in guard.once:
        changed = f"OLD.{column} IS NOT NULL AND ({differ(vendor, (column,))})"
        statements += refuse(vendor, guard.table, f"once_{column}", "UPDATE", when=changed)
    for column, into in guard.handed:
        is_handed = f"NEW.{column} IS NULL AND COALESCE(NEW.{into}, 0) = OLD.{column}"
        changed = f"({differ(vendor, (column,))}) AND NOT ({is_handed})"
        statements += refuse(vendor, guard.table, f"handed_{column}", "UPDATE", when=changed)
    is_sealed = f"OLD.{guard.sealed_by} IS NOT NULL AND " if guard.sealed_by else ""
    if guard.sealed:
        changed = f"{is_sealed}({differ(vendor, guard.sealed)})"
        statements += refuse(vendor, guard.table, "sealed", "UPDATE", when=changed)
    if guard.erasable:
        changed = f"{is_sealed}({differ(vendor, guard.erasable)})"
        statements += refuse(vendor, guard.table, "erasable", "UPDATE", when=changed, lifted_by=guard.lifted_by)
    return statements + refuse(vendor, guard.table, "kept", "DELETE")
