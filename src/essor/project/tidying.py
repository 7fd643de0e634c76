"""What must not be kept is thrown away: by ``essor tidy``, and each day with the other daily tasks."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import caches
from django.core.management import call_command
from django.db import connection

from essor.cases.actions import sweep_documents
from essor.directory.actions.drafts import discard_old_drafts
from essor.engines.journal import empty_journal
from essor.project.keeping import Kept


def tidy(now: datetime) -> dict[str, int]:
    """How many import drafts, cached files and erased documents were thrown away; ended sessions go too, uncounted."""
    discarded = discard_old_drafts(now=now)
    call_command("clearsessions")
    kept = caches["default"]
    expired = kept.clear_expired() if isinstance(kept, Kept) else 0
    empty_journal(connection)
    return {"drafts": discarded, "expired": expired, "documents": sweep_documents(now=now)}
