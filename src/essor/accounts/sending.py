"""Letters that wait leave, each once; one that fails is tried again at the next run. One way for every room."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F, Q, QuerySet
from django.urls import reverse

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


class LettersWaiting(Exception):
    """Letters that the mail server did not take: the task of the day failed, and is taken up again later."""


@dataclass(frozen=True, slots=True)
class Sent:
    sent: int = 0
    failed: int = 0

    def tell(self) -> dict[str, int]:
        """As a task of each day tells it. Raises LettersWaiting where some did not leave."""
        if self.failed:
            raise LettersWaiting(self.failed)
        return {"sent": self.sent, "failed": self.failed}


def send_waiting(rows: QuerySet[LetterT], *, write: Callable[[LetterT], WrittenLetter | None], now: datetime) -> Sent:
    """Outside any transaction: a slow mail server holds nobody. A letter already claimed by another process is its.

    ``write``: the words of a letter, made when it leaves; None where there is nobody to write to any more.
    """
    started, sent, failed = time.monotonic(), 0, 0
    waiting = rows.filter(_free_at(now), sent_at=None, tries__lt=MOST_TRIES)
    for number in list(waiting.order_by("tries", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        moment = now + timedelta(seconds=time.monotonic() - started)  # a batch may last longer than a claim
        if not rows.filter(_free_at(moment), pk=number, sent_at=None).update(claimed_at=moment, tries=F("tries") + 1):
            continue
        if _send(rows.filter(pk=number, claimed_at=moment), write, moment):
            sent += 1
        else:
            failed += 1
    return Sent(sent, failed)


def _free_at(moment: datetime) -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=moment - CLAIM)


def _send(row: QuerySet[LetterT], write: Callable[[LetterT], WrittenLetter | None], now: datetime) -> bool:
    letter = row.get()
    try:
        written = write(letter)
        if written is not None:
            _hand_over(written)
    except Exception as error:  # whatever one letter raises, the next ones leave
        if not isinstance(error, OSError):  # smtplib's own errors are OSErrors: the server's, not ours
            logger.exception("%s %s", type(letter).__name__, letter.pk)
        row.update(claimed_at=None, failure=_name_failure(error))
        return False
    row.update(sent_at=now, failure="" if written else "nobody to write to")
    return True


def _name_failure(error: Exception) -> str:
    """The kind of error and the server's code; never its words, which repeat the address."""
    return f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()


def _hand_over(written: WrittenLetter) -> None:
    sender, headers = settings.DEFAULT_FROM_EMAIL, dict(written.headers)
    letter = EmailMessage(written.subject, written.text, sender, [written.to], headers=headers)
    for file in written.files:
        letter.attach(file.name, file.content, file.media_type)
    letter.send()


def write_address(name: str, *args: str) -> str:
    """Where a letter leads: the whole address of one of our pages."""
    return str(settings.SITE_URL) + reverse(name, args=args)
