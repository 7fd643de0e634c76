"""Documents on disk: ``DATA_DIR/documents/<two signs>/<sha-256>``, where no web server looks, never rewritten."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from essor.cases.rules import CaseError

MAX_BYTES = 10 * 1024 * 1024
INCOMING = "incoming-"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file read whole, not yet kept."""

    path: Path
    sha256: str
    size: int


def documents_folder() -> Path:
    return Path(settings.DATA_DIR) / "documents"


def find_path(sha256: str) -> Path:
    return documents_folder() / sha256[:2] / sha256


@contextmanager
def hold_documents() -> Iterator[None]:
    """One process at a time keeps documents or removes some: what one keeps again, another does not throw away."""
    documents_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(documents_folder(), os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def receive(chunks: Iterable[bytes]) -> Incoming:
    """Writes aside and hashes; nothing stays of a file that is empty or beyond the limit."""
    documents_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=INCOMING, dir=documents_folder())
    path, digest, size = Path(name), hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_BYTES:
                    raise CaseError("document_too_large", limit=MAX_BYTES // 2**20)
                digest.update(chunk)
                out.write(chunk)
        if not size:
            raise CaseError("document_empty")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Incoming(path, digest.hexdigest(), size)


def keep(incoming: Incoming) -> Path:
    """Under its hash; the same content is kept once."""
    place = find_path(incoming.sha256)
    place.parent.mkdir(exist_ok=True, mode=0o700)
    if place.exists():
        incoming.path.unlink()
    else:
        incoming.path.replace(place)
    return place


def is_whole(sha256: str) -> bool:
    """Is the file there, with the content that its name says?"""
    place = find_path(sha256)
    if not place.is_file():
        return False
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == sha256


def remove_all(hashes: Iterable[str]) -> None:
    for sha256 in hashes:
        find_path(sha256).unlink(missing_ok=True)


def list_files(*, before: float) -> list[Path]:
    """Those that nobody has written to since that instant (seconds), half received ones too."""
    files = (path for path in documents_folder().rglob("*") if path.is_file())
    return sorted(path for path in files if path.stat().st_mtime < before)
