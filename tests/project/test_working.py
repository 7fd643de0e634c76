"""What a worker that was killed was doing: said to be stopped as soon as another starts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult

from essor.directory.models import ImportDraft, Organisation
from essor.directory.tasks import import_draft
from essor.project.working import release_interrupted_work
from essor.territories.actions import load_shipped_territories
from tests.pages import StrictClient

NOW = datetime(2018, 3, 2, 15, 0, tzinfo=UTC)
CENSUS = "Nom;Municipalité;Forme juridique;Emplois\nAtelier Neuf;Terrebonne;Coopérative;12\n"


@pytest.fixture
def running(adviser_client: StrictClient, settings: Any, tmp_path: Path) -> DBTaskResult[Any, Any]:
    """An import that a worker took, as it is found when that worker was killed."""
    settings.DATA_DIR = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    load_shipped_territories(by=None, now=NOW)
    file = SimpleUploadedFile("recensement.csv", CENSUS.encode())
    columns = adviser_client.post("/importer/", {"file": file})["Location"]
    page = adviser_client.get(columns).content.decode()
    chosen = dict(re.findall(r'<select name="(c\d+)".*?<option value="([^"]*)" selected', page, re.DOTALL))
    asked = {**chosen, "title": "Recensement 2018", "reference_date": "2018-02-01"}
    adviser_client.post(adviser_client.post(columns, asked)["Location"])
    task: DBTaskResult[Any, Any] = DBTaskResult.objects.get()
    task.claim("gone")
    return task


def show(client: StrictClient) -> str:
    return client.get(f"/importer/{ImportDraft.objects.get().token}/progres/").content.decode()


def test_an_import_that_nobody_does_any_more_may_start_again_at_once(
    running: DBTaskResult[Any, Any], adviser_client: StrictClient
) -> None:
    assert "il continuera" in show(adviser_client)
    assert release_interrupted_work(now=NOW) == 1
    assert not DBTaskResult.objects.running().exists()
    page = show(adviser_client)
    assert "il continuera" not in page
    assert "hx-get" not in page, "nothing is left to wait for"
    again = re.search(r'href="([^"]+)">Reprendre', page)
    assert again
    assert adviser_client.post(again[1]).status_code == 302
    import_draft.call(ImportDraft.objects.get().pk)
    assert ImportDraft.objects.get().stage == ImportDraft.Stage.DONE
    assert Organisation.objects.count() == 1


def test_an_import_that_waits_to_be_done_again_is_left_alone(running: DBTaskResult[Any, Any]) -> None:
    import_draft.enqueue(ImportDraft.objects.get().pk)
    release_interrupted_work(now=NOW)
    assert ImportDraft.objects.get().stage == ImportDraft.Stage.RUNNING
    assert DBTaskResult.objects.ready().count() == 1


def test_what_ended_or_never_began_is_left_alone(running: DBTaskResult[Any, Any]) -> None:
    import_draft.call(ImportDraft.objects.get().pk)
    release_interrupted_work(now=NOW)
    assert ImportDraft.objects.get().stage == ImportDraft.Stage.DONE
    assert release_interrupted_work(now=NOW) == 0
