"""What the database itself refuses: changing or deleting what the catalogue said.

Called by a migration; a later migration that rebuilds one of these tables on SQLite (which drops its triggers) must
call :func:`install_guards` again.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from essor.cases.guards import ERASURE
from essor.engines.triggers import WrittenOnce, install, remove

GUARDS = (
    WrittenOnce("aid_aid", ("slug", "created_at")),
    WrittenOnce(
        "aid_aidrevision",
        ("aid_id", "number", "content", "content_hash", "read_on", "reason", "drafted_at", "drafted_by_id"),
        once=("published_at", "approved_by_id", "known_to", "set_aside_at"),
    ),
    WrittenOnce("aid_linkcheck", ("url", "checked_at", "status")),
    WrittenOnce("aid_aidconfirmation", ("revision_id", "confirmed_by", "every_months", "confirmed_at")),
    WrittenOnce(  # but the address of who proposed, which goes once they are answered
        "aid_aidproposal",
        ("aid_id", "revision_id", "words", "source", "language", "proposed_at"),
        once=("is_taken", "answer", "answered_by_id", "answered_at"),
    ),
    WrittenOnce("aid_folderitem", ("case_id", "aid_id", "revision_id", "added_at")),
    WrittenOnce(
        "aid_folderstep",
        (
            "item_id", "case_id", "code", "happened_on", "amount_cad", "replaces_id", "is_void", "party", "recorded_at",
        ),
        erasable=("words",),
        lifted_by=ERASURE,
    ),
)  # fmt: skip


def install_guards(connection: BaseDatabaseWrapper) -> None:
    install(connection, GUARDS)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    remove(connection, GUARDS)
