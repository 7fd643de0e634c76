"""What the database itself refuses: changing what is published, and publishing what contradicts it.

A published base version and an edition are never changed nor deleted; an edition takes no base version that its results
do not use; two versions of one base never cover the same day, unless one replaces the other.

Called by migrations; a later migration that rebuilds one of these tables on SQLite (which drops its triggers) must call
:func:`install_guards` again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

KEPT = "published for good: publish a successor, this row is never changed or deleted"
OTHER_BASE = "published for good: this edition does not use that version of a base"
SAME_DAYS = "published versions of one base never cover the same day, unless one replaces the other"
SEALED_COLUMNS = (
    "base_id", "number", "status", "label_fr", "label_en", "description_fr", "description_en", "criteria",
    "jobs_variable", "sources", "is_demo", "starts_on", "ends_before", "definition_hash", "replaces_id", "published_at",
)  # fmt: skip
EDITION_COLUMNS = (
    "slug", "title_fr", "title_en", "territory_code", "last_reference_on", "known_at", "snapshot_hash", "manifest_hash",
    "results", "predecessor_id", "correction_reason", "changes", "published_at",
)  # fmt: skip
IS_SEALED = "OLD.status = 'published'"
_USED = {
    "sqlite": "json_each(edition.results, '$.bases') AS used",
    "postgresql": "jsonb_array_elements(edition.results -> 'bases') AS used(value)",
}
_SLUG = {"sqlite": "json_extract(used.value, '$.slug')", "postgresql": "used.value ->> 'slug'"}
_NUMBER = {"sqlite": "json_extract(used.value, '$.version')", "postgresql": "(used.value ->> 'version')::integer"}
IS_NOT_USED = {
    vendor: f"""NOT EXISTS (
        SELECT 1 FROM observatory_edition AS edition, {_USED[vendor]}, observatory_baseversion AS version
        JOIN observatory_base AS base ON base.id = version.base_id
        WHERE edition.id = NEW.edition_id AND version.id = NEW.baseversion_id
          AND {_SLUG[vendor]} = base.slug AND {_NUMBER[vendor]} = version.number)"""  # noqa: S608  our own words
    for vendor in ("sqlite", "postgresql")
}
OVERLAPS = """NEW.status = 'published' AND EXISTS (
    SELECT 1 FROM observatory_baseversion AS other
    WHERE other.base_id = NEW.base_id AND other.id <> NEW.id AND other.status = 'published'
      AND (NEW.replaces_id IS NULL OR other.id <> NEW.replaces_id)
      AND NOT EXISTS (
          SELECT 1 FROM observatory_baseversion AS later
          WHERE later.replaces_id = other.id AND later.status = 'published' AND later.id <> NEW.id)
      AND (other.starts_on IS NULL OR NEW.ends_before IS NULL OR other.starts_on < NEW.ends_before)
      AND (NEW.starts_on IS NULL OR other.ends_before IS NULL OR NEW.starts_on < other.ends_before))"""
"""Days are half-open, and an open bound is null: see :class:`essor.observatory.rules.Days`."""
_ALONE = "PERFORM 1 FROM observatory_base WHERE id = NEW.base_id FOR UPDATE; "
"""On PostgreSQL two publications of one base wait for each other, so that neither overlooks the other."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One refusal: of which ``event`` on which ``table``, ``when`` (a condition, by vendor or the same for all)."""

    name: str
    table: str
    event: str
    when: str | Mapping[str, str] = ""
    message: str = KEPT
    lock: str = ""
    moment: str = "BEFORE"

    @property
    def trigger(self) -> str:
        return f"observatory_{self.name}"

    @property
    def function(self) -> str:
        return f"essor_refuse_{self.name}"


GUARDS = (
    Guard("version_sealed", "observatory_baseversion", f"UPDATE OF {', '.join(SEALED_COLUMNS)}", IS_SEALED),
    Guard("version_kept", "observatory_baseversion", "DELETE", IS_SEALED),
    Guard("version_alone_added", "observatory_baseversion", "INSERT", OVERLAPS, SAME_DAYS, _ALONE, "AFTER"),
    Guard("version_alone", "observatory_baseversion", "UPDATE OF status", OVERLAPS, SAME_DAYS, _ALONE, "AFTER"),
    Guard("edition_fixed", "observatory_edition", f"UPDATE OF {', '.join(EDITION_COLUMNS)}"),
    Guard("edition_kept", "observatory_edition", "DELETE"),
    Guard("edition_bases_used", "observatory_edition_base_versions", "INSERT", IS_NOT_USED, OTHER_BASE),
    Guard("edition_bases_fixed", "observatory_edition_base_versions", "UPDATE"),
    Guard("edition_bases_kept", "observatory_edition_base_versions", "DELETE"),
)
"""Who published may be forgotten (a deleted account), nothing else."""


def install_guards(connection: BaseDatabaseWrapper) -> None:
    """Adds the triggers (those of the same name are replaced)."""
    with connection.cursor() as cursor:
        for statement in list_statements(connection.vendor):
            cursor.execute(statement)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for guard in GUARDS:
            cursor.execute(_drop(guard, connection.vendor))


def list_statements(vendor: str) -> list[str]:
    return [statement for guard in GUARDS for statement in _write(guard, vendor)]


def _write(guard: Guard, vendor: str) -> Iterator[str]:
    when = guard.when if isinstance(guard.when, str) else guard.when[vendor]
    moment = f"{guard.moment} {guard.event} ON {guard.table} FOR EACH ROW"
    if vendor == "postgresql":
        yield _refusing_function(guard, when)
        yield _drop(guard, vendor)
        yield f"CREATE TRIGGER {guard.trigger} {moment} EXECUTE FUNCTION {guard.function}()"
        return
    condition = f" WHEN ({when})" if when else ""
    yield _drop(guard, vendor)
    yield f"CREATE TRIGGER {guard.trigger} {moment}{condition} BEGIN SELECT RAISE(ABORT, '{guard.message}'); END"


def _drop(guard: Guard, vendor: str) -> str:
    place = f" ON {guard.table}" if vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {guard.trigger}{place}"


def _refusing_function(guard: Guard, when: str) -> str:
    row = "OLD" if guard.event == "DELETE" else "NEW"
    return (
        f"CREATE OR REPLACE FUNCTION {guard.function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {guard.lock}IF {when or 'TRUE'} THEN "
        f"RAISE EXCEPTION '{guard.message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {row}; END $$"
    )
