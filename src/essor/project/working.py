"""The process of the long tasks, as ``serve`` starts it: one at a time for each data folder."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import Any

import django
from django.core.management import call_command
from django.db import DatabaseError


class WorkerStopped(Exception):
    """What is kept on a task whose process was stopped before its end."""


def release_interrupted_work(*, now: datetime) -> int:
    """Marks as stopped what was being done by a worker that is gone, and returns how many tasks that is.

    Only the one worker may call it, before it takes a task: whatever is said to be running then, nobody runs.
    An import that waits to be done again is left alone.
    """
    from django_tasks_db.models import DBTaskResult

    from essor.directory.actions.drafts import interrupt_import
    from essor.directory.models import ImportDraft
    from essor.directory.tasks import import_draft

    imports = DBTaskResult.objects.filter(task_path=import_draft.module_path)
    waiting = {_draft_of(result.args_kwargs) for result in imports.ready()}
    stopped = list(DBTaskResult.objects.running())
    for result in stopped:
        result.set_failed(WorkerStopped())
        if result.task_path == import_draft.module_path and _draft_of(result.args_kwargs) not in waiting:
            for draft in ImportDraft.objects.filter(pk=_draft_of(result.args_kwargs)):
                interrupt_import(draft=draft, now=now)
    return len(stopped)


def _draft_of(said: dict[str, Any]) -> int:
    """The one argument of ``import_draft``, as the task keeps it."""
    return int(said["args"][0])


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "essor.project.settings")
    from django.utils import timezone

    from essor.project import environment, starting

    environment.make_files_private()
    django.setup()
    try:
        release_interrupted_work(now=timezone.now())
        call_command("db_worker", reload=False)
    except DatabaseError as error:
        if sentence := starting.describe_database_error(error):
            starting.say(sentence)
            return starting.WRONG
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
