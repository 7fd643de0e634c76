"""A document is deposited: its content is kept once under its hash, its name again is another version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from django.db import transaction
from django.db.models import Max
from django.utils.text import get_valid_filename

from essor.cases import storage
from essor.cases.actions.moving import take_answer
from essor.cases.actions.writing import THE_PROMOTER, By, Promoter, add_event, hold_case, leave_letter, user_of
from essor.cases.models import Case, CaseDocument, CaseEvent, Party
from essor.cases.rules import ADVISER, PROMOTER, CaseError
from essor.cases.sniffing import is_named_for, sniff_media_type
from essor.knowledge import load_retention, usual_retention

MOST_DOCUMENTS = 100
LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class Received:
    """A file read whole: what it is called here, and what it is by its content."""

    name: str
    media_type: str
    sha256: str
    size: int


@contextmanager
def receive_document(*, name: str, chunks: Iterable[bytes]) -> Iterator[Received]:
    """One transaction: the block writes the row of the document, and its content is kept once the block has ended well.

    Raises CaseError: ``document_empty``, ``document_too_large``, ``document_kind``, ``document_name``,
    ``document_not_kept``.
    """
    incoming, kept = storage.receive(chunks), clean_name(name)
    try:
        media_type = sniff_media_type(incoming.path)
        if media_type is None:
            raise CaseError("document_kind", name=name)
        if not is_named_for(media_type, kept):
            raise CaseError("document_name", name=name)
        with storage.hold_documents(), transaction.atomic():
            yield Received(kept, media_type, incoming.sha256, incoming.size)
            storage.keep(incoming)
    finally:
        incoming.path.unlink(missing_ok=True)


def attach_document(
    *, case: Case, name: str, chunks: Iterable[bytes], by: By, now: datetime, retention: str = ""
) -> CaseDocument:
    """From a promoter who is waited for, it is their answer. ``retention``: the label; none: the usual one.

    Raises CaseError: ``case_closed``, ``too_many_documents``, ``retention_unknown``, and those of
    :func:`receive_document`.
    """
    label = retention or usual_retention()
    if label not in load_retention():
        raise CaseError("retention_unknown", allowed=tuple(load_retention()))
    with receive_document(name=name, chunks=chunks) as received:
        return _write(case, received, label=label, by=by, now=now)


def _write(case: Case, received: Received, *, label: str, by: By, now: datetime) -> CaseDocument:
    held, kept = hold_case(case, by=by, now=now), received.name
    documents = CaseDocument.objects.filter(case=held)
    if documents.count() >= MOST_DOCUMENTS:
        raise CaseError("too_many_documents", limit=MOST_DOCUMENTS)
    last = documents.filter(name=kept).aggregate(last=Max("version"))["last"] or 0
    party = Party.PROMOTER if isinstance(by, Promoter) else Party.ADVISER
    document = CaseDocument.objects.create(
        case=held, party=party, deposited_by=user_of(by), name=kept, version=last + 1, sha256=received.sha256,
        size=received.size, media_type=received.media_type, retention=label,
        deposited_at=now,
    )  # fmt: skip
    facts = {"document": document.pk, "sha256": document.sha256, "version": document.version}
    add_event(held, CaseEvent.Kind.DOCUMENT, by=by, now=now, words=f"{kept} ({document.version})", facts=facts)
    if by is THE_PROMOTER:  # whoever was invited to write with them answers nothing in their place
        take_answer(held, now=now)
        held.save()
    leave_letter(held, "document", to=ADVISER if isinstance(by, Promoter) else PROMOTER, now=now)
    return document


def clean_name(name: str) -> str:
    """The last part of what the person's file was called, without a sign that a path or a header would read."""
    last = PurePath(name.replace("\\", "/")).name
    try:
        kept = get_valid_filename(last)
    except ValueError:
        kept = "document"
    return kept[-LONGEST_NAME:].lstrip(".") or "document"
