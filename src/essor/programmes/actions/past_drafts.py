"""A spreadsheet of past files on its way: kept, mapped, checked, then entered. Nothing of it is written before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.directory.actions import drafts
from essor.directory.importing import storage
from essor.directory.importing.reading import Table
from essor.directory.models import ImportDraft
from essor.directory.rules import DirectoryError
from essor.programmes.actions.importing import Imported, import_files
from essor.programmes.models import Programme
from essor.programmes.queries.past_files import list_drafts, name_purpose
from essor.programmes.rules import ProgrammeError
from essor.programmes.spreadsheets import PastMapping, guess_columns, read_rows


def put_down(*, programme: Programme, file_name: str, chunks: Iterable[bytes], by: User, now: datetime) -> ImportDraft:
    """Raises DirectoryError where the file does not read; nothing of it is kept then."""
    require(by, "administer", on=timezone.localdate(now))
    return drafts.create_draft(
        file_name=file_name, chunks=chunks, by=by, now=now, purpose=name_purpose(programme),
        suggest=partial(_suggest, programme, by),
    )  # fmt: skip


def _suggest(programme: Programme, by: User, table: Table, _title: str) -> dict[str, Any]:
    """What the person said of the latest file that has the same columns, or of some of them; the rest is guessed."""
    guessed = guess_columns(table.columns)
    for draft in list_drafts(programme, by=by):
        earlier = PastMapping.parse(draft.mapping)
        used = {title: target for title, target in earlier.columns.items() if target}
        if used and used.keys() <= set(table.columns):
            known = {title: earlier.columns[title] for title in table.columns if title in earlier.columns}
            free = {title: "" if target in used.values() else target for title, target in guessed.items()}
            return PastMapping(free | known, earlier.outcomes).tell()
    return PastMapping(guessed).tell()


def map_draft(*, draft: ImportDraft, mapping: PastMapping, by: User, now: datetime) -> None:
    """Keeps what was chosen, even where it cannot be read so. Raises ProgrammeError as ``read_rows`` does."""
    require(by, "administer", on=timezone.localdate(now))
    drafts.keep_mapping(draft, mapping.tell(), now=now)
    read_rows(storage.file_of(draft), mapping)
    drafts.pass_checks(draft, by=by, now=now)


def replace_draft(*, draft: ImportDraft, file_name: str, chunks: Iterable[bytes], by: User, now: datetime) -> None:
    """The mended file, with the mapping of the one before, which has to fit it. Raises DirectoryError."""
    require(by, "administer", on=timezone.localdate(now))
    mapping = PastMapping.parse(draft.mapping)

    def fits(titles: tuple[str, ...]) -> None:
        used = [title for title, target in mapping.columns.items() if target]
        if missing := [title for title in used if title not in titles]:
            raise DirectoryError("mapping-columns-absent", titles=missing, allowed=titles)

    drafts.replace_file(draft=draft, file_name=file_name, chunks=chunks, by=by, now=now, check=fits)
    map_draft(draft=draft, mapping=mapping, by=by, now=now)


def enter_draft(*, programme: Programme, draft: ImportDraft, by: User, now: datetime) -> Imported:
    """All of it or nothing; its file is thrown away once it is in.

    Raises ProgrammeError: ``draft-entered``, and as ``read_rows`` and ``import_files`` do.
    """
    require(by, "administer", on=timezone.localdate(now))
    with transaction.atomic():
        held = ImportDraft.objects.select_for_update().get(pk=draft.pk)
        if held.stage == ImportDraft.Stage.DONE:
            raise ProgrammeError("draft-entered")
        rows = read_rows(storage.file_of(held), PastMapping.parse(held.mapping))
        done = import_files(programme=programme, rows=rows, name=held.file_name, by=by, now=now)
        held.stage, held.changed_at = ImportDraft.Stage.DONE, now
        held.save()
        transaction.on_commit(lambda: storage.remove_folder(held.token))
    return done
