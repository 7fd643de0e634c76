from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.utils import timezone
from django_tasks import task

from essor.programmes import actions


class AgreementsNotWatched(Exception):
    """Agreements of which nothing could be told, the others being done: each is in the error output."""


class NewsNotAsked(Exception):
    """Files whose reminders failed, the others being done: each is in the error output."""


@task()
def send_invitations() -> None:
    """The letters to co-applicants, outside the request."""
    actions.send_invitations(now=timezone.now())


def send_waiting_invitations(now: datetime) -> dict[str, int]:
    """A task of each day: the letters to co-applicants that could not leave before."""
    return actions.send_invitations(now=now).tell()


class LoansNotTold(Exception):
    """Loans whose reminders failed, the others being done: each is in the error output."""


def remind_loans(now: datetime) -> dict[str, int]:
    """A task of each day: instalments are reminded a week before, and told once late."""
    done = actions.remind_loans(now=now)
    if done.failed:
        raise LoansNotTold(done.failed)
    return asdict(done)


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


def watch_agreements(now: datetime) -> dict[str, int]:
    """A task of each day: agreements that end soon and reports that are due or late are told, once each."""
    done = actions.watch_agreements(now=now)
    sent = actions.send_agreement_letters(now=now)
    if done.failed:
        raise AgreementsNotWatched(done.failed)
    return asdict(done) | sent.tell()
