from __future__ import annotations

from datetime import datetime

from essor.accounts.sending import Sent, send_waiting
from essor.programmes.invitations import write_invitation
from essor.programmes.models import CoApplicant


def send_invitations(*, now: datetime) -> Sent:
    """The letters to co-applicants that wait."""
    return send_waiting(CoApplicant.objects.select_related("application__case"), write=write_invitation, now=now)
