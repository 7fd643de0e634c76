"""A partner claims a start-up that it helped without an offer of its own, or claims it no more."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.cases.actions.writing import add_event, hold_case
from essor.cases.models import Case, CaseEvent
from essor.programmes.actions.writing import require_for
from essor.programmes.models import Agreement, CreditClaim, Enrolment
from essor.programmes.queries.agreements import KEEP
from essor.programmes.queries.credit import is_claimed
from essor.programmes.rules import ProgrammeError


@transaction.atomic
def claim_startup(*, agreement: Agreement, case: Case, claims: bool, by: User | None, now: datetime) -> CreditClaim:
    """``claims`` False: no more. Its file says so. Raises ProgrammeError: ``claim-unknown``, ``claim-unchanged``, and
    ``recused``."""
    require(by, KEEP, agreement.territory_code, on=timezone.localdate(now))
    require_for(case, by, now)
    held = Agreement.objects.select_for_update().get(pk=agreement.pk)
    file = hold_case(case, by=by, now=now, even_closed=True)
    enrolment = Enrolment.objects.filter(case=file, programme_id=held.programme_id).first()
    if enrolment is None:
        raise ProgrammeError("claim-unknown")
    if is_claimed(held, file) == claims:
        raise ProgrammeError("claim-unchanged", partner=held.partner)
    claim = CreditClaim.objects.create(
        agreement=held, enrolment=enrolment, is_claimed=claims, declared_at=now, declared_by=by
    )
    facts = {"deed": "claim" if claims else "unclaim", "fr": held.partner, "en": held.partner}
    add_event(file, CaseEvent.Kind.PROGRAMME, by=by, now=now, facts=facts)
    return claim
