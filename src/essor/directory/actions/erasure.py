"""Privacy erasure: what names an organisation goes for good, wherever it was written; what counts stays."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.directory.actions.drafts import is_stalled
from essor.directory.copies import forget_copies
from essor.directory.importing import storage
from essor.directory.models import (
    Establishment,
    Fact,
    Identifier,
    ImportDraft,
    LifeEvent,
    Organisation,
    OrganisationName,
    Source,
)
from essor.directory.naming import Marks, clean_mapping
from essor.directory.queries.traces import Traces, find_traces
from essor.directory.rules import DirectoryError
from essor.engines.journal import empty_journal


def erase_organisation(*, organisation: Organisation, reason: str, by: User | None, now: datetime) -> Organisation:
    """Privacy erasure (Act respecting the protection of personal information in the private sector, ss. 23 and 28.1).

    Names, numbers, names of establishments, notes and reasons are erased for good, with the words of sources, the
    decisions kept in mappings and the waiting files that name it; what counts (figures, codes, dates) is kept under a
    key that says nothing, so that published figures are still rebuilt. The trace holds no content.

    Raises NotAllowed; DirectoryError ``reason-missing``, ``reason-names``, ``organisation-erased``, ``import-names``
    while an import that names it is running.
    """
    with transaction.atomic():
        require(by, "erase_organisation", on=timezone.localdate(now))
        held = Organisation.objects.select_for_update().get(pk=organisation.pk)
        traces = _require_erasable(held, reason, now=now)
        held.erased_at, held.key = now, f"erased-{secrets.token_hex(6)}"
        held.save(update_fields=["erased_at", "key"])
        erased = _erase_rows(held) | _erase_words(traces)
        after = {"reason": reason.strip(), "erased": erased}
        record_event(
            action="erase_organisation", target_kind="organisation", target_id=held.pk, by=by, now=now, after=after
        )
    for draft in traces.drafts:
        storage.remove_folder(draft.token)
    forget_copies()
    empty_journal(connection)
    return held


def _require_erasable(organisation: Organisation, reason: str, *, now: datetime) -> Traces:
    if not reason.strip():
        raise DirectoryError("reason-missing")
    if organisation.erased_at is not None:
        raise DirectoryError("organisation-erased", organisation=organisation.key)
    traces = find_traces(organisation)
    if traces.marks.are_in(reason):
        raise DirectoryError("reason-names")
    running = [draft for draft in traces.drafts if draft.stage == ImportDraft.Stage.RUNNING]
    if not all(is_stalled(draft, now=now) for draft in running):
        raise DirectoryError("import-names")
    return traces


def _erase_rows(organisation: Organisation) -> dict[str, int]:
    return {
        "names": OrganisationName.objects.filter(organisation=organisation).erase_rows(),
        "identifiers": Identifier.objects.filter(organisation=organisation).erase_rows(),
        "establishments": Establishment.objects.filter(organisation=organisation).erase(blanked=("name",)),
        "events": LifeEvent.objects.filter(organisation=organisation).erase(blanked=("note",)),
        "facts": Fact.objects.filter(organisation=organisation).erase(blanked=("reason", "closing_reason")),
    }


def _erase_words(traces: Traces) -> dict[str, int]:
    """Sources keep their rows under a number; a file on its way is thrown away, one imported loses its words."""
    for source in traces.sources:
        Source.objects.filter(pk=source.pk).update(**_clean_source(source, traces.marks))
    for draft in traces.drafts:
        if draft.stage == ImportDraft.Stage.DONE:
            draft.mapping = clean_mapping(draft.mapping, traces.marks)
            draft.file_name = f"{draft.token[:8]}{draft.suffix}"
            draft.save(update_fields=["mapping", "file_name"])
        else:
            draft.delete()
    return {"sources": len(traces.sources), "drafts": len(traces.drafts)}


def _clean_source(source: Source, marks: Marks) -> dict[str, Any]:
    """The title that replaces one is the same in every language; the database accepts no other."""
    words = {"title": f"Source {source.pk}", "publisher": "", "series": "", "withdrawal_reason": "…"}
    cleaned: dict[str, Any] = {name: word for name, word in words.items() if marks.are_in(getattr(source, name))}
    if source.mapping:
        cleaned["mapping"] = clean_mapping(source.mapping, marks)
    return cleaned
