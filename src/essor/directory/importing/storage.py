"""What an import keeps outside the database, under ``DATA_DIR/imports/<token>/``: the file, its preview, its progress.

The progress is a file because the long transaction of an import would hold it back in the database.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from essor.directory.importing.problems import Problem
from essor.directory.importing.reading import MAX_BYTES
from essor.directory.models import ImportDraft
from essor.directory.rules import DirectoryError


@dataclass(frozen=True, slots=True)
class Progress:
    """``what``: a word of ``wording.STEPS``. ``at``: when it was written."""

    what: str
    done: int
    total: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    counts: Mapping[str, int]
    problems: list[Problem]
    source: int | None
    mapping_checksum: str
    checksum: str


def folder_of(token: str) -> Path:
    return Path(settings.DATA_DIR) / "imports" / token


def file_of(draft: ImportDraft) -> Path:
    """The name is ours: what the person's file was called never becomes a path."""
    return folder_of(draft.token) / f"file{draft.suffix}"


def store_file(
    token: str, suffix: str, chunks: Iterable[bytes], *, check: Callable[[Path], None] | None = None
) -> tuple[int, str]:
    """Size and SHA-256 of what was written; refuses, and keeps nothing of, a file beyond the limit.

    ``check``: refuses the file (DirectoryError) before it takes the place of the one that is there.
    """
    folder = folder_of(token)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    waiting, size, digest = folder / f"incoming{suffix}", 0, hashlib.sha256()
    with waiting.open("wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES:
                break
            digest.update(chunk)
            out.write(chunk)
    if size > MAX_BYTES:
        waiting.unlink()
        raise DirectoryError("file-too-large", megabytes=size // 2**20, limit=MAX_BYTES // 2**20)
    try:
        if check is not None:
            check(waiting)
    except DirectoryError:
        waiting.unlink()
        raise
    for old in folder.glob("file.*"):
        old.unlink()
    waiting.replace(folder / f"file{suffix}")
    return size, digest.hexdigest()


def remove_folder(token: str) -> None:
    shutil.rmtree(folder_of(token), ignore_errors=True)


def remove_orphans(known: Collection[str], *, before: datetime) -> int:
    """How many folders were removed that no known token names and that nothing was written to since."""
    place = folder_of("any").parent
    orphans = [folder for folder in place.glob("*") if folder.name not in known and folder.is_dir()]
    old = [folder for folder in orphans if folder.stat().st_mtime < before.timestamp()]
    for folder in old:
        remove_folder(folder.name)
    return len(old)


def write_progress(token: str, progress: Progress) -> None:
    _write(folder_of(token) / "progress.json", asdict(progress) | {"at": progress.at.isoformat()})


def read_progress(token: str) -> Progress | None:
    found = _read(folder_of(token) / "progress.json")
    return None if found is None else Progress(**(found | {"at": datetime.fromisoformat(found["at"])}))


def write_preview(token: str, preview: Preview) -> None:
    _write(folder_of(token) / "preview.json", asdict(preview))


def read_preview(draft: ImportDraft, *, mapping_checksum: str) -> Preview | None:
    """The preview of that very file with that very mapping."""
    found = _read(folder_of(draft.token) / "preview.json")
    if found is None or (found["mapping_checksum"], found["checksum"]) != (mapping_checksum, draft.checksum):
        return None
    return Preview(**(found | {"problems": [Problem(**problem) for problem in found["problems"]]}))


def _write(file: Path, content: Mapping[str, Any]) -> None:
    """Replaced whole, so that no reader sees half of it."""
    waiting = file.with_suffix(f".{os.getpid()}")
    waiting.write_text(json.dumps(content, default=str), encoding="utf-8")
    waiting.replace(file)


def _read(file: Path) -> dict[str, Any] | None:
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return content
