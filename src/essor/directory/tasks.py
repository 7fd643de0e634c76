from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from essor.directory.actions.drafts import fail_draft, write_draft
from essor.directory.actions.imports import ImportRefused
from essor.directory.models import ImportDraft
from essor.directory.rules import DirectoryError
from essor.directory.wording import explain_error


@task()
def run_import(draft_id: int) -> None:
    draft = ImportDraft.objects.select_related("created_by").get(pk=draft_id)
    try:
        write_draft(draft=draft, now=timezone.now())
    except (ImportRefused, DirectoryError) as error:
        fail_draft(draft=draft, failure=explain_error(error))
