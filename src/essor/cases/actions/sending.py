"""Letters leave, each once; one that fails is tried again at the next run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q

from essor.cases.letters import write_letter
from essor.cases.models import CaseLetter

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
    written, row = write_letter(letter), CaseLetter.objects.filter(pk=letter.pk)
    if written is None:
        row.update(sent_at=now, failure="nobody to write to")
        return True
    try:
        send_mail(written.subject, written.text, settings.DEFAULT_FROM_EMAIL, [written.to])
    except OSError as error:  # smtplib's own errors are among them
        row.update(claimed_at=None, failure=str(error)[:200])
        return False
    row.update(sent_at=now, failure="")
    return True
