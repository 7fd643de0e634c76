"""A file enters a programme, and leaves one that it entered by mistake: the same file, which goes on under the workflow
of start-ups."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.cases.actions import continue_case
from essor.cases.actions.writing import add_event, hold_case
from essor.cases.models import Case, CaseEvent
from essor.programmes.actions.writing import require_for
from essor.programmes.models import Enrolment, Programme
from essor.programmes.queries.files import may_leave
from essor.programmes.rules import ProgrammeError

STARTUP = "startup"


@transaction.atomic
def enrol(*, programme: Programme, case: Case, by: User | None, now: datetime) -> Enrolment:
    """Raises ProgrammeError: ``already-enrolled``, ``programme-ended``, ``programme-to-come``; CaseError:
    ``case_closed``."""
    on = timezone.localdate(now)
    if on < programme.starts_on:
        raise ProgrammeError("programme-to-come", starts_on=programme.starts_on)
    if not programme.term.holds(on):
        raise ProgrammeError("programme-ended", last=programme.ends_before - timedelta(days=1))
    held = hold_case(case, by=by, now=now)
    if Enrolment.objects.filter(case=held).exists():
        raise ProgrammeError("already-enrolled")
    if held.workflow != STARTUP:
        held = continue_case(case=held, workflow=STARTUP, by=by, now=now)
    enrolment = Enrolment.objects.create(programme=programme, case=held, entered_on=on, entered_at=now, entered_by=by)
    add_event(held, CaseEvent.Kind.PROGRAMME, by=by, now=now, facts=_name("enrol", programme))
    return enrolment


@transaction.atomic
def leave(*, case: Case, words: str, by: User, now: datetime) -> Enrolment:
    """A file entered by mistake leaves, and may enter another programme; ``words``: why.

    Raises ProgrammeError: ``recused``, ``not-in-programme``, ``programme-kept``, ``reasons-missing``; CaseError:
    ``case_closed``.
    """
    require_for(case, by, now)
    held = hold_case(case, by=by, now=now)
    enrolment = Enrolment.objects.select_related("programme").filter(case=held).first()
    if enrolment is None:
        raise ProgrammeError("not-in-programme")
    if not may_leave(held):
        raise ProgrammeError("programme-kept")
    if not words.strip():
        raise ProgrammeError("reasons-missing")
    enrolment.case, enrolment.left_case, enrolment.left_by = None, held, by
    enrolment.left_on = timezone.localdate(now)
    enrolment.save(update_fields=["case", "left_case", "left_on", "left_by"])
    facts = _name("leave", enrolment.programme)
    add_event(held, CaseEvent.Kind.PROGRAMME, by=by, now=now, words=words.strip(), facts=facts)
    return enrolment


def _name(deed: str, programme: Programme) -> dict[str, str]:
    return {"deed": deed, "programme": programme.slug, "fr": programme.name_fr, "en": programme.name_en}
