from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from essor.cases import actions


@task()
def send_letters() -> None:
    """The letters that a deed left, outside the request."""
    actions.send_letters(now=timezone.now())


@task()
def remind() -> None:
    """For whoever schedules tasks rather than the command ``cases remind``: the same work."""
    now = timezone.now()
    actions.remind_and_escalate(now=now)
    actions.send_letters(now=now)
