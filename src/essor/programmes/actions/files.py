"""A file enters a programme: the same file, which goes on under the workflow of start-ups."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.actions import continue_case
from essor.cases.actions.writing import add_event
from essor.cases.models import Case, CaseEvent
from essor.programmes.models import Enrolment, Programme
from essor.programmes.rules import ProgrammeError

STARTUP = "startup"


@transaction.atomic
def enrol(*, programme: Programme, case: Case, by: User | None, now: datetime) -> Enrolment:
    """Raises ProgrammeError ``already-enrolled``; CaseError: ``case_closed``."""
    if Enrolment.objects.filter(case=case).exists():
        raise ProgrammeError("already-enrolled")
    held = continue_case(case=case, workflow=STARTUP, by=by, now=now)
    enrolment = Enrolment.objects.create(
        programme=programme, case=held, entered_on=timezone.localdate(now), entered_at=now, entered_by=by
    )
    facts = {"deed": "enrol", "programme": programme.slug, "fr": programme.name_fr, "en": programme.name_en}
    add_event(held, CaseEvent.Kind.PROGRAMME, by=by, now=now, facts=facts)
    return enrolment
