from __future__ import annotations

from datetime import datetime

from essor.accounts.sending import Sent, send_waiting
from essor.cases.letters import write_letter
from essor.cases.models import CaseLetter


def send_letters(*, now: datetime) -> Sent:
    """The letters that wait about files."""
    letters = CaseLetter.objects.select_related("case__assigned_to", "recipient")
    return send_waiting(letters, write=write_letter, now=now)
