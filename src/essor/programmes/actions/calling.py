from __future__ import annotations

from datetime import datetime

from essor.accounts.sending import Sent, send_waiting
from essor.programmes.models import SittingLetter
from essor.programmes.sitting_letters import write_call


def send_calls(*, now: datetime) -> Sent:
    """The letters that wait about sittings."""
    letters = SittingLetter.objects.select_related("sitting__programme", "recipient")
    return send_waiting(letters, write=write_call, now=now)
