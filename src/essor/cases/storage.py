"""The content of documents, by its hash, never rewritten: received aside on this machine, judged, then kept where the
settings say: ``DATA_DIR/documents`` or a bucket (``ESSOR_DOCUMENTS``)."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from essor.cases.rules import CaseError
from essor.cases.shelves import Bucket, Disk, Shelf, ShelfClosed

MAX_BYTES = 10 * 1024 * 1024
INCOMING = "incoming-"
PIECE = 64 * 1024
LOCK = 0x6573736F72
"""Of this platform's documents, in a database that others may share."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file read whole, not yet kept."""

    path: Path
    sha256: str
    size: int


def documents_folder() -> Path:
    return Path(settings.DATA_DIR) / "documents"


def find_path(sha256: str) -> Path:
    """On this machine's disk."""
    return Disk(documents_folder()).find_path(sha256)


def _shelf() -> Shelf:
    return _open_bucket(settings.DOCUMENTS) if settings.DOCUMENTS else Disk(documents_folder())


@cache
def _open_bucket(address: str) -> Bucket:
    """Once for each process: preparing a client takes a tenth of a second."""
    return Bucket(address)


@contextmanager
def hold_documents() -> Iterator[None]:
    """One process at a time keeps documents or removes some: what one keeps again, another does not throw away. On
    PostgreSQL, whatever the machine."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        return
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


def keep(incoming: Incoming) -> None:
    """Under its hash; the same content is kept once. Raises CaseError ``document_not_kept``."""
    try:
        _shelf().keep(incoming.sha256, incoming.path)
    except ShelfClosed as closed:
        raise CaseError("document_not_kept") from closed
    incoming.path.unlink(missing_ok=True)


def open_content(sha256: str) -> IO[bytes] | None:
    """To be read piece by piece, then closed; None: it is not there. Raises CaseError ``document_out_of_reach``."""
    try:
        return _shelf().find(sha256)
    except ShelfClosed as closed:
        raise CaseError("document_out_of_reach") from closed


def is_whole(sha256: str) -> bool:
    """Is the content there, as its name says?"""
    content, digest = open_content(sha256), hashlib.sha256()
    if content is None:
        return False
    with content:
        while piece := content.read(PIECE):
            digest.update(piece)
    return digest.hexdigest() == sha256


def remove_all(hashes: Iterable[str]) -> None:
    shelf = _shelf()
    for sha256 in hashes:
        shelf.remove(sha256)


def sweep(gone: Collection[str], *, before: datetime) -> int:
    """How many contents were removed: of ``gone``, those put there before an instant, and files half received then."""
    shelf = _shelf()
    left = [sha256 for sha256 in shelf.list_older(before) if sha256 in gone]
    remove_all(left)
    halves = [path for path in documents_folder().glob(f"{INCOMING}*") if path.stat().st_mtime < before.timestamp()]
    for path in halves:
        path.unlink(missing_ok=True)
    return len(left) + len(halves)
