from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.utils import timezone
from django_tasks import task

from essor.programmes import actions


class NewsNotAsked(Exception):
    """Files whose reminders failed, the others being done: each is in the error output."""


@task()
def send_calls() -> None:
    """The letters that call to a sitting, outside the request."""
    actions.send_calls(now=timezone.now())


def send_waiting_calls(now: datetime) -> dict[str, int]:
    """A task of each day: the calls that could not leave before."""
    return actions.send_calls(now=now).tell()


def ask_for_news(now: datetime) -> dict[str, int]:
    """A task of each day: news that is due is asked for, silence is told to advisers."""
    done = actions.ask_for_news(now=now)
    if done.failed:
        raise NewsNotAsked(done.failed)
    return asdict(done)
