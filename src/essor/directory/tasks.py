from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from essor.directory.actions import drafts
from essor.directory.models import ImportDraft


@task()
def import_draft(draft: int) -> None:
    """The long work of an import, outside the request."""
    found = ImportDraft.objects.select_related("created_by").get(pk=draft)
    drafts.run_import(draft=found, now=timezone.now(), clock=timezone.now)
