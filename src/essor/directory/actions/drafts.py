"""A file on its way: kept, mapped, checked, then imported. Nothing of it is in the facts before the import."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.utils.text import get_valid_filename

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.directory.actions.imports import ImportRefused, import_census, preview_census
from essor.directory.importing import storage
from essor.directory.importing.mapping import FileMapping, check_columns, parse_mapping
from essor.directory.importing.reading import SHEET_SUFFIXES, TEXT_SUFFIXES, Table, read_table
from essor.directory.importing.suggesting import suggest_columns
from essor.directory.models import ImportDraft, Source
from essor.directory.rules import DirectoryError

KEPT_DAYS = 30
STALLED_AFTER = timedelta(minutes=5)
INTERRUPTED = "interrupted"
ORPHANED_AFTER = timedelta(days=1)


Suggest = Callable[[Table, str], dict[str, Any]]
"""A table and the name of its file, without its ending → a mapping to begin with."""


def create_draft(
    *, file_name: str, chunks: Iterable[bytes], by: User, now: datetime, purpose: str = ImportDraft.CENSUS,
    suggest: Suggest | None = None,
) -> ImportDraft:  # fmt: skip
    """Keeps the file and suggests what its columns feed; refuses one that does not read, and keeps nothing of it."""
    discard_old_drafts(now=now)
    token, suffix = secrets.token_hex(12), _suffix_of(file_name)
    name = get_valid_filename(PurePath(file_name.replace("\\", "/")).name)[-200:]
    try:
        size, checksum = storage.store_file(token, suffix, chunks)
        draft = ImportDraft(
            token=token, purpose=purpose, file_name=name, suffix=suffix, size=size, checksum=checksum,
            created_at=now, created_by=by, changed_at=now,
        )  # fmt: skip
        table = read_table(storage.file_of(draft))
        draft.mapping = (suggest or suggest_mapping)(table, PurePath(name).stem)
    except DirectoryError:
        storage.remove_folder(token)
        raise
    with transaction.atomic():
        draft.save(force_insert=True)
        _trace("create_import_draft", draft, by=by, now=now)
    return draft


def suggest_mapping(table: Table, title: str) -> dict[str, Any]:
    """What an earlier file said of the columns that it shares with this one, and what the other titles suggest.

    The earlier file is the one that shares the most columns, the latest of them; all that it used must be there.
    """
    best: Mapping[str, Any] = {}
    for source in Source.objects.exclude(mapping=None).order_by("-id")[:50]:
        known = source.mapping or {}
        if _count_shared(known, table) > _count_shared(best, table):
            best = known
    columns = suggest_columns(table, known=best.get("columns"))
    return {"columns": columns, "source": best.get("source", {}) | {"title": title}}


def _count_shared(known: Mapping[str, Any], table: Table) -> int:
    """How many of the columns it speaks of are in the table; none where one that it used is missing."""
    columns = known.get("columns", {})
    wanted = {name for name, rule in columns.items() if rule.get("to") != "ignore"}
    return len(columns.keys() & set(table.columns)) if wanted and wanted <= set(table.columns) else 0


def replace_file(
    *, draft: ImportDraft, file_name: str, chunks: Iterable[bytes], by: User, now: datetime,
    check: Callable[[tuple[str, ...]], None] | None = None,
) -> None:  # fmt: skip
    """The mended file takes the place of the one before; the mapping stays. One that does not read changes nothing.

    ``check``: refuses the columns that the mapping does not fit (DirectoryError).
    """
    _require_idle(draft)
    fits = check or partial(check_columns, FileMapping.model_validate(draft.mapping))
    suffix = _suffix_of(file_name)
    draft.size, draft.checksum = storage.store_file(
        draft.token, suffix, chunks, check=lambda file: fits(read_table(file).columns)
    )
    draft.suffix, draft.stage, draft.changed_at = suffix, ImportDraft.Stage.MAPPING, now
    with transaction.atomic():
        draft.save()
        _trace("replace_import_file", draft, by=by, now=now)


def save_mapping(*, draft: ImportDraft, content: Mapping[str, Any], by: User, now: datetime) -> FileMapping:
    """Keeps the mapping and checks the whole file with it; the preview is kept beside the file."""
    keep_mapping(draft, content, now=now)
    mapping = parse_mapping(content)
    preview_draft(draft=draft, mapping=mapping, now=now)
    pass_checks(draft, by=by, now=now)
    return mapping


def keep_mapping(draft: ImportDraft, content: Mapping[str, Any], *, now: datetime) -> None:
    """Not checked yet."""
    _require_idle(draft)
    draft.mapping, draft.stage, draft.changed_at = dict(content), ImportDraft.Stage.MAPPING, now
    draft.save()


def pass_checks(draft: ImportDraft, *, by: User, now: datetime) -> None:
    draft.stage = ImportDraft.Stage.CHECKED
    with transaction.atomic():
        draft.save()
        _trace("map_import_file", draft, by=by, now=now)


def preview_draft(*, draft: ImportDraft, mapping: FileMapping, now: datetime) -> storage.Preview:
    report = preview_census(file=storage.file_of(draft), mapping=mapping, by=draft.created_by, now=now)
    preview = storage.Preview(
        counts=dict(report.counts),
        problems=report.problems,
        source=report.source.pk if report.source else None,
        mapping_checksum=mapping.checksum(),
        checksum=draft.checksum,
    )
    storage.write_preview(draft.token, preview)
    return preview


def decide_organisation(*, draft: ImportDraft, decision: str, choice: str, by: User, now: datetime) -> None:
    """A person says who a name is: the key of an organisation, or ``new``; empty: they take it back."""
    decisions = dict(draft.mapping.get("decisions", {})) | {decision: choice}
    decisions = {name: chosen for name, chosen in decisions.items() if chosen}
    save_mapping(draft=draft, content=dict(draft.mapping) | {"decisions": decisions}, by=by, now=now)


def start_import(*, draft: ImportDraft, by: User, now: datetime) -> None:
    """Marks the draft as running; the caller then enqueues the task. One that stalled may start again."""
    with transaction.atomic():
        locked = ImportDraft.objects.select_for_update().get(pk=draft.pk)
        if locked.stage == ImportDraft.Stage.DONE or (
            locked.stage == ImportDraft.Stage.RUNNING and not is_stalled(locked, now=now)
        ):
            raise DirectoryError("draft-running")
        if locked.stage == ImportDraft.Stage.MAPPING:
            raise DirectoryError("draft-unchecked")
        locked.stage, locked.failure, locked.changed_at = ImportDraft.Stage.RUNNING, "", now
        locked.save()
        _trace("start_import", locked, by=by, now=now)
    storage.write_progress(draft.token, storage.Progress("waiting", 0, 1, now))


def is_stalled(draft: ImportDraft, *, now: datetime) -> bool:
    """Said to be running, and silent for long: its process was stopped."""
    progress = storage.read_progress(draft.token)
    latest = max(draft.changed_at, progress.at) if progress else draft.changed_at
    return draft.stage == ImportDraft.Stage.RUNNING and now - latest > STALLED_AFTER


def run_import(*, draft: ImportDraft, now: datetime, clock: Callable[[], datetime]) -> None:
    """Imports the checked file; what stops it is kept on the draft as a code. ``clock``: dates the progress."""

    def tell(what: str, done: int, total: int) -> None:
        storage.write_progress(draft.token, storage.Progress(what, done, total, clock()))

    try:
        mapping = parse_mapping(draft.mapping)
        report = import_census(
            file=storage.file_of(draft), mapping=mapping, by=draft.created_by, now=now, progress=tell
        )
    except ImportRefused as refusal:
        preview_draft(draft=draft, mapping=mapping, now=now)
        _finish(draft, ImportDraft.Stage.FAILED, failure=refusal.code, now=now)
    except DirectoryError as error:
        _finish(draft, ImportDraft.Stage.FAILED, failure=error.code, now=now)
    else:
        draft.source = report.source
        _finish(draft, ImportDraft.Stage.DONE, now=now)
        storage.remove_folder(draft.token)


def interrupt_import(*, draft: ImportDraft, now: datetime) -> None:
    """Its process is gone, and all that it wrote with it: the draft may start again at once."""
    if draft.stage == ImportDraft.Stage.RUNNING:
        _finish(draft, ImportDraft.Stage.FAILED, failure=INTERRUPTED, now=now)


def discard_draft(*, draft: ImportDraft, by: User, now: datetime) -> None:
    """Forgets the draft and its file; one that stalled may go, one that runs or was imported may not."""
    if not is_stalled(draft, now=now):
        _require_idle(draft)
    with transaction.atomic():
        _trace("discard_import_draft", draft, by=by, now=now)
        draft.delete()
    storage.remove_folder(draft.token)


def discard_old_drafts(*, now: datetime) -> int:
    """Uploaded files are kept thirty days at most; what was imported is in the facts, with its checksum.

    A folder that no draft names (a process stopped at the wrong moment) goes after a day.
    """
    old = ImportDraft.objects.filter(changed_at__lt=now - timedelta(days=KEPT_DAYS))
    tokens = list(old.values_list("token", flat=True))
    for token in tokens:
        storage.remove_folder(token)
    old.delete()
    known = set(ImportDraft.objects.values_list("token", flat=True))
    return len(tokens) + storage.remove_orphans(known, before=now - ORPHANED_AFTER)


def _require_idle(draft: ImportDraft) -> None:
    if draft.stage in (ImportDraft.Stage.RUNNING, ImportDraft.Stage.DONE):
        raise DirectoryError("draft-running")


def _finish(draft: ImportDraft, stage: str, *, now: datetime, failure: str = "") -> None:
    draft.stage, draft.failure, draft.changed_at = stage, failure, now
    draft.save()


def _suffix_of(file_name: str) -> str:
    suffix = PurePath(file_name).suffix.lower()
    if suffix not in TEXT_SUFFIXES + SHEET_SUFFIXES:
        raise DirectoryError("file-kind", kind=suffix[:20] or "?", allowed=TEXT_SUFFIXES + SHEET_SUFFIXES)
    return suffix


def _trace(action: str, draft: ImportDraft, *, by: User, now: datetime) -> None:
    after = {"checksum": draft.checksum, "stage": draft.stage}
    record_event(action=action, target_kind="import_draft", target_id=draft.token, by=by, now=now, after=after)
