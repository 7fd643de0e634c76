"""What the database itself refuses: rewriting what was said of bodies.

Called by a migration; a later migration that rebuilds one of these tables on SQLite (which drops its triggers) must
call :func:`install_guards` again.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from essor.engines.triggers import WrittenOnce, install, remove

GUARDS = (
    WrittenOnce("territories_body", ("slug", "created_at")),
    WrittenOnce(
        "territories_bodyevent",
        ("body_id", "kind", "happened_on", "name", "site", "other_id", "reason", "source", "source_url", "known_from"),
        once=("known_to",),
    ),
    WrittenOnce(
        "territories_bodymandate",
        (
            "body_id", "subject_kind", "subject", "territory_id", "starts_on", "ends_before", "taken_from_id",
            "agreement", "reason", "source", "source_url", "known_from",
        ),
        once=("known_to",),
    ),
)  # fmt: skip


def install_guards(connection: BaseDatabaseWrapper) -> None:
    install(connection, GUARDS)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    remove(connection, GUARDS)
