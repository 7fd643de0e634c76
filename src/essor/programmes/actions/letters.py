"""The letters that wait leave: to who is invited to write an application, to who is called to a sitting."""

from __future__ import annotations

from datetime import datetime

from essor.accounts.sending import Sent, send_waiting
from essor.programmes.invitations import write_invitation
from essor.programmes.models import CoApplicant, SittingLetter
from essor.programmes.sitting_letters import write_call


def send_invitations(*, now: datetime) -> Sent:
    return send_waiting(CoApplicant.objects.select_related("application__case"), write=write_invitation, now=now)


def send_calls(*, now: datetime) -> Sent:
    letters = SittingLetter.objects.select_related("sitting__programme", "recipient")
    return send_waiting(letters, write=write_call, now=now)
