"""Letters that wait leave, each once; one that fails is tried again at the next run. One way for every room."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet

from essor.accounts.models import WaitingLetter

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)
"""A process that claimed a letter and fell keeps it no longer than this."""

MOST_TRIES = 50
MOST_AT_ONCE = 200

LetterT = TypeVar("LetterT", bound=WaitingLetter)


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: str
    media_type: str


@dataclass(frozen=True, slots=True)
class WrittenLetter:
    to: str
    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    files: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    sent: int = 0
    failed: int = 0


def send_waiting(rows: QuerySet[LetterT], *, write: Callable[[LetterT], WrittenLetter | None], now: datetime) -> Sent:
    """Outside any transaction: a slow mail server holds nobody. A letter already claimed by another process is its.

    ``write``: the words of a letter, made when it leaves; None where there is nobody to write to any more.
    """
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM)
    waiting = rows.filter(free, sent_at=None, tries__lt=MOST_TRIES)
    sent = failed = 0
    for number in list(waiting.order_by("tries", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        mine = rows.filter(free, pk=number, sent_at=None)
        if not mine.update(claimed_at=now, tries=F("tries") + 1):
            continue
        if _send(rows.filter(pk=number), write, now):
            sent += 1
        else:
            failed += 1
    return Sent(sent, failed)


def _send(row: QuerySet[LetterT], write: Callable[[LetterT], WrittenLetter | None], now: datetime) -> bool:
    letter = row.get()
    try:
        written = write(letter)
        if written is not None:
            _hand_over(written)
    except Exception as error:  # whatever one letter raises, the next ones leave
        if not isinstance(error, OSError):  # smtplib's own errors are OSErrors: the server's, not ours
            logger.exception("letter %s", letter)
        row.update(claimed_at=None, failure=(str(error) or type(error).__name__)[:200])
        return False
    row.update(sent_at=now, failure="" if written else "nobody to write to")
    return True


def _hand_over(written: WrittenLetter) -> None:
    sender, headers = settings.DEFAULT_FROM_EMAIL, dict(written.headers)
    letter = EmailMessage(written.subject, written.text, sender, [written.to], headers=headers)
    for file in written.files:
        letter.attach(file.name, file.content, file.media_type)
    letter.send()
