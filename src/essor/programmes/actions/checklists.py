"""The steps to open an enterprise: which list is followed, what is done. All of it stands in the timeline."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from essor.cases.actions import By
from essor.cases.actions.writing import add_event, hold_case
from essor.cases.models import Case, CaseEvent
from essor.programmes.actions.writing import require_for
from essor.programmes.queries.checklists import CHOSEN, DONE, UNDONE, list_choices, read_checklist
from essor.programmes.rules import ProgrammeError

MOST_TICKS = 300
"""Of one file: whoever holds a link writes without an account."""


@transaction.atomic
def choose_checklist(*, case: Case, form: str, kind: str, by: By, now: datetime) -> CaseEvent | None:
    """None: it was that one already. Raises ProgrammeError: ``checklist-unknown``, ``recused``; CaseError."""
    require_for(case, by, now)
    held = hold_case(case, by=by, now=now)
    found = next((one for of, named, one in list_choices() if (of, named) == (form, kind)), None)
    if found is None:
        raise ProgrammeError("checklist-unknown")
    now_followed = read_checklist(held)
    if now_followed is not None and (now_followed.definition.id, now_followed.kind) == (form, kind):
        return None
    _refuse_more(held)
    label = found.name_kind(kind)
    facts = {"deed": CHOSEN, "form": form, "kind": kind, "version": found.version, "fr": label.fr, "en": label.en}
    return add_event(held, CaseEvent.Kind.PROGRAMME, by=by, now=now, facts=facts)


@transaction.atomic
def tick_step(*, case: Case, step: str, is_done: bool, by: By, now: datetime) -> CaseEvent | None:
    """None: it was so already. Raises ProgrammeError: ``checklist-unknown``, ``recused``; CaseError."""
    require_for(case, by, now)
    held = hold_case(case, by=by, now=now)
    checklist = read_checklist(held)
    found = next((one for one in checklist.steps if one.code == step), None) if checklist else None
    if checklist is None or found is None:
        raise ProgrammeError("checklist-unknown")
    if checklist.is_done(step) == is_done:
        return None
    _refuse_more(held)
    facts = {
        "deed": DONE if is_done else UNDONE, "form": checklist.definition.id, "step": step,
        "fr": found.label.fr, "en": found.label.en,
    }  # fmt: skip
    return add_event(held, CaseEvent.Kind.PROGRAMME, by=by, now=now, facts=facts)


def _refuse_more(case: Case) -> None:
    if case.events.filter(kind=CaseEvent.Kind.PROGRAMME, facts__deed__in=[CHOSEN, DONE, UNDONE]).count() >= MOST_TICKS:
        raise ProgrammeError("checklist-full", most=MOST_TICKS)
