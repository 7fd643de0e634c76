"""The conditions of an accepted offer: each is said to be met once, before or between payments."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.actions.writing import add_event, hold_case
from essor.cases.models import CaseEvent
from essor.methods.ledger import ACCEPTED, PAID
from essor.programmes.actions.writing import require_for, sum_of
from essor.programmes.models import MetCondition, Offer
from essor.programmes.rules import ProgrammeError


@transaction.atomic
def meet_condition(
    *, offer: Offer, number: int, on: date, words: str, by: User | None, now: datetime
) -> MetCondition:  # fmt: skip
    """``number``: its place among the conditions of the offer, from 1; ``words``: what shows it, kept in the timeline.

    Raises ProgrammeError: ``recused``, ``condition-unknown``, ``offer-not-accepted``, ``condition-met``,
    ``day-to-come``, ``before-the-request``; CaseError: ``case_closed``.
    """
    require_for(offer.case, by, now)
    held = hold_case(offer.case, by=by, now=now)
    if not 1 <= number <= len(offer.conditions):
        raise ProgrammeError("condition-unknown")
    if not any(sum_of(offer, account) for account in (ACCEPTED, PAID)):
        raise ProgrammeError("offer-not-accepted")
    if MetCondition.objects.filter(offer=offer, number=number).exists():
        raise ProgrammeError("condition-met")
    if on > timezone.localdate(now):
        raise ProgrammeError("day-to-come", on=on)
    if on < (asked_on := timezone.localdate(held.opened_at)):
        raise ProgrammeError("before-the-request", on=on, asked_on=asked_on)
    met = MetCondition.objects.create(offer=offer, number=number, met_on=on, recorded_at=now, recorded_by=by)
    facts = {"deed": "condition", "offer": offer.pk, "number": number, "on": on.isoformat()}
    add_event(held, CaseEvent.Kind.PROGRAMME, by=by, now=now, words=words.strip(), facts=facts)
    return met
