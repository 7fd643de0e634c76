"""Records a reorganisation with all that it moves, at once or not at all."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.aid.queries.reorganising import preview_reorganisation
from essor.aid.rules import AidError
from essor.cases.actions import follow_reorganisations
from essor.territories.actions import reorganise
from essor.territories.reorganisations import Reorganisation


@transaction.atomic
def record_reorganisation(*, asked: Reorganisation, seen: str, by: User, now: datetime) -> int:
    """How many open files moved; those of a day to come move on that day, by the daily task.

    ``seen``: the fingerprint of what the person was shown. Raises AidError: ``preview-changed``; what
    :func:`essor.territories.actions.reorganise` raises.
    """
    today = timezone.localdate(now)
    if preview_reorganisation(asked=asked, by=by, today=today).fingerprint != seen:
        raise AidError("preview-changed")
    reorganise(asked=asked, by=by, now=now)
    return follow_reorganisations(now=now, by=by, bodies=asked.bodies) if asked.on <= today else 0
