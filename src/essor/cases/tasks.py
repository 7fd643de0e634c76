from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.utils import timezone
from django_tasks import task

from essor.cases import actions


class CasesNotReminded(Exception):
    """Cases whose reminders failed, the others being done: each is in the error output."""


class DocumentsNotRemoved(Exception):
    """Documents past their day that could not be removed, the others being done: each is in the error output."""


@task()
def send_letters() -> None:
    """The letters that a deed left, outside the request."""
    actions.send_letters(now=timezone.now())


def remind_late(now: datetime) -> dict[str, int]:
    """A task of each day: reminders and escalations."""
    done = actions.remind_and_escalate(now=now)
    if done.failed:
        raise CasesNotReminded(done.failed)
    return asdict(done)


def remove_expired_documents(now: datetime) -> dict[str, int]:
    """A task of each day: the documents that their label no longer keeps."""
    done = actions.remove_expired(now=now)
    if done.failed:
        raise DocumentsNotRemoved(done.failed)
    return asdict(done)


def follow_bodies(now: datetime) -> dict[str, int]:
    """A task of each day: the files of bodies whose mandate ended that day go to those that have it."""
    return {"moved": actions.follow_reorganisations(now=now)}


def send_waiting_letters(now: datetime) -> dict[str, int]:
    """A task of each day: the letters of the reminders, and those that could not leave before."""
    return actions.send_letters(now=now).tell()
