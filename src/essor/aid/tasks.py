from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from essor.aid import actions


@task()
def send_letters() -> None:
    """The letters that a deed left, outside the request."""
    now = timezone.now()
    actions.send_letters(now=now)
    actions.send_alerts(now=now)


def look_at_links(now: datetime) -> dict[str, int]:
    """A task of each day, where the platform is told to ask something of other sites."""
    if not settings.CHECKS_LINKS:
        return {"looked": 0}
    return asdict(actions.check_links(now=now))


def write_to_givers(now: datetime) -> dict[str, int]:
    """A task of each day: what givers must know, then the letters that wait."""
    return actions.write_to_givers(now=now) | actions.send_letters(now=now).tell()


def tell_subscribers(now: datetime) -> dict[str, int]:
    """A task of each day: what changed for those who asked to be told."""
    return actions.tell_subscribers(now=now) | actions.send_alerts(now=now).tell()
