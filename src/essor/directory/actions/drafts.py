"""A census put down on the page: kept, mapped, checked, then written whole by a task."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.directory.actions.imports import ImportReport, compute_checksum, import_census, preview_census
from essor.directory.importing.mapping import parse_mapping
from essor.directory.importing.reading import MAX_BYTES, SHEET_SUFFIXES, TEXT_SUFFIXES, read_table
from essor.directory.importing.suggesting import suggest_columns
from essor.directory.models import ImportDraft
from essor.directory.rules import DirectoryError

KEPT_DAYS = 30


def folder_of(draft: ImportDraft) -> Path:
    return Path(settings.DATA_DIR) / "imports" / draft.token


def file_of(draft: ImportDraft) -> Path:
    return folder_of(draft) / f"census{draft.suffix}"


def open_draft(*, name: str, chunks: Iterable[bytes], size: int, by: User, now: datetime) -> ImportDraft:
    """Keeps an uploaded file under a name of ours and suggests what its columns feed.

    Raises DirectoryError where it is too large, of another kind, or cannot be read; nothing is kept then.
    """
    require(by, "import_facts", on=now.date())
    suffix = Path(name).suffix.lower()
    if suffix not in TEXT_SUFFIXES + SHEET_SUFFIXES:
        raise DirectoryError("file-kind", kind=suffix[:10] or "?", allowed=TEXT_SUFFIXES + SHEET_SUFFIXES)
    if size > MAX_BYTES:
        raise DirectoryError("file-too-large", megabytes=size // 2**20, limit=MAX_BYTES // 2**20)
    sweep_drafts(now=now)
    draft = ImportDraft.objects.create(
        token=secrets.token_urlsafe(24),
        file_name=Path(name).name[:200],
        suffix=suffix,
        size=size,
        created_at=now,
        created_by=by,
        changed_at=now,
    )
    try:
        folder_of(draft).mkdir(parents=True)
        with file_of(draft).open("wb") as out:
            for chunk in chunks:
                out.write(chunk)
        draft.mapping = {
            "columns": suggest_columns(read_table(file_of(draft))),
            "source": {"title": Path(draft.file_name).stem},
        }
        draft.checksum = compute_checksum(file_of(draft))
        draft.save(update_fields=["mapping", "checksum"])
    except DirectoryError:
        remove_draft(draft)
        raise
    return draft


def save_mapping(*, draft: ImportDraft, mapping: dict[str, Any], by: User, now: datetime) -> ImportDraft:
    """Keeps what each column feeds; refused as a whole where the mapping is not sound."""
    require(by, "import_facts", on=now.date())
    kept = parse_mapping(mapping)
    draft.mapping = kept.model_dump(mode="json", exclude_defaults=True)
    draft.stage, draft.failure, draft.changed_at = ImportDraft.Stage.CHECKED, "", now
    draft.save(update_fields=["mapping", "stage", "failure", "changed_at"])
    return draft


def preview_draft(*, draft: ImportDraft, now: datetime) -> ImportReport:
    return preview_census(file=file_of(draft), mapping=parse_mapping(draft.mapping), now=now)


@transaction.atomic
def start_draft(*, draft: ImportDraft, by: User, now: datetime) -> ImportDraft:
    """Marks the draft as running; refused when it already is, or is done."""
    require(by, "import_facts", on=now.date())
    kept = ImportDraft.objects.select_for_update().get(pk=draft.pk)
    if kept.stage in {ImportDraft.Stage.RUNNING, ImportDraft.Stage.DONE}:
        raise DirectoryError("draft-running")
    kept.stage, kept.failure, kept.changed_at = ImportDraft.Stage.RUNNING, "", now
    kept.save(update_fields=["stage", "failure", "changed_at"])
    record_event(action="start_import", target_kind="import_draft", target_id=kept.pk, by=by, now=now)
    return kept


def write_draft(*, draft: ImportDraft, now: datetime) -> ImportReport:
    """Writes the whole file, or nothing; what it became is on the draft. The file is then removed."""
    report = import_census(
        file=file_of(draft),
        mapping=parse_mapping(draft.mapping),
        by=draft.created_by,
        now=now,
        progress=lambda what, done, total: write_progress(draft, what, done, total),
    )
    draft.stage, draft.source, draft.changed_at = ImportDraft.Stage.DONE, report.source, now
    draft.save(update_fields=["stage", "source", "changed_at"])
    shutil.rmtree(folder_of(draft), ignore_errors=True)
    return report


def fail_draft(*, draft: ImportDraft, failure: str) -> None:
    draft.stage, draft.failure = ImportDraft.Stage.FAILED, failure
    draft.save(update_fields=["stage", "failure"])


def write_progress(draft: ImportDraft, what: str, done: int, total: int) -> None:
    """In a file: the large transaction holds the database."""
    folder = folder_of(draft)
    if folder.is_dir():
        unfinished = folder / "progress.tmp"
        unfinished.write_text(json.dumps({"what": what, "done": done, "total": total}), encoding="utf-8")
        unfinished.replace(folder / "progress.json")


def read_progress(draft: ImportDraft) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads((folder_of(draft) / "progress.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {"what": "reading", "done": 0, "total": 1}
    return said


def remove_draft(draft: ImportDraft) -> None:
    shutil.rmtree(folder_of(draft), ignore_errors=True)
    draft.delete()


def sweep_drafts(*, now: datetime) -> None:
    """Removes the files that nobody finished."""
    for draft in ImportDraft.objects.filter(changed_at__lt=now - timedelta(days=KEPT_DAYS)).exclude(stage="done"):
        remove_draft(draft)
