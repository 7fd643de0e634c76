from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from essor.programmes import actions


class NewsNotAsked(Exception):
    """Files whose reminders failed, the others being done: each is in the error output."""


class LoansNotTold(Exception):
    """Loans whose reminders failed, the others being done: each is in the error output."""


def remind_loans(now: datetime) -> dict[str, int]:
    """A task of each day: instalments are reminded a week before, and told once late."""
    done = actions.remind_loans(now=now)
    if done.failed:
        raise LoansNotTold(done.failed)
    return asdict(done)


def ask_for_news(now: datetime) -> dict[str, int]:
    """A task of each day: news that is due is asked for, silence is told to advisers."""
    done = actions.ask_for_news(now=now)
    if done.failed:
        raise NewsNotAsked(done.failed)
    return asdict(done)
