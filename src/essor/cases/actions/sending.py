"""Letters leave, each once; one that fails is tried again at the next run."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q

from essor.cases.letters import write_letter
from essor.cases.models import CaseLetter

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=10)
"""A process that claimed a letter and fell keeps it no longer than this."""

MOST_TRIES = 50
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Sent:
    sent: int = 0
    failed: int = 0


def send_letters(*, now: datetime) -> Sent:
    """Outside any transaction: a slow mail server holds nobody. A letter already claimed by another process is its."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM)
    waiting = CaseLetter.objects.filter(free, sent_at=None, tries__lt=MOST_TRIES)
    sent = failed = 0
    for number in list(waiting.order_by("tries", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        mine = CaseLetter.objects.filter(free, pk=number, sent_at=None)
        if not mine.update(claimed_at=now, tries=F("tries") + 1):
            continue
        if _send(CaseLetter.objects.select_related("case__assigned_to", "recipient").get(pk=number), now=now):
            sent += 1
        else:
            failed += 1
    return Sent(sent, failed)


def _send(letter: CaseLetter, *, now: datetime) -> bool:
    row = CaseLetter.objects.filter(pk=letter.pk)
    try:
        written = write_letter(letter)
        if written is not None:
            send_mail(written.subject, written.text, settings.DEFAULT_FROM_EMAIL, [written.to])
    except Exception as error:  # whatever one letter raises, the next ones leave
        if not isinstance(error, OSError):  # smtplib's own errors are OSErrors: the server's, not ours
            logger.exception("letter %s", letter.pk)
        row.update(claimed_at=None, failure=(str(error) or type(error).__name__)[:200])
        return False
    row.update(sent_at=now, failure="" if written else "nobody to write to")
    return True
