"""Every write on the aids of a project. Each is one transaction: the row, its line in the timeline, its trace."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from essor.aid.models import FolderItem, FolderStep
from essor.aid.moves import ENDS, SHORTLISTED, Step, check_step, check_steps
from essor.aid.queries.drafts import find_current
from essor.aid.queries.folder import FolderLine, as_rules, read_folder, read_line
from essor.aid.rules import AidError
from essor.cases.actions.writing import By, add_event, hold_case, party_of, user_of
from essor.cases.models import Case, CaseEvent

MOST_STEPS = 500
"""Rows of one folder, corrections with them: twenty-five aids, each corrected and paid many times."""


@transaction.atomic
def add_aid(*, case: Case, slug: str, by: By, now: datetime, on: date | None = None) -> FolderItem:
    """Puts a published programme in the folder, as the catalogue says it now. ``on``: the day it was chosen, today
    by default.

    Raises AidError: ``aid-unknown``, ``aid-already-there``, and those of :func:`essor.aid.moves.check_step`; CaseError:
    ``case_closed``.
    """
    held, today = hold_case(case, by=by, now=now), timezone.localdate(now)
    revision = find_current(slug)
    if revision is None:
        raise AidError("aid-unknown", aid=slug)
    _refuse_twice(held, aid=revision.aid_id)
    step = Step(SHORTLISTED, on or today)
    check_step([], step, cap_cad=None, today=today)
    item = FolderItem.objects.create(case=held, aid=revision.aid, revision=revision, added_at=now)
    _record(item, step, case=held, by=by, now=now)
    return item


@transaction.atomic
def record_step(*, item: FolderItem, step: Step, by: By, now: datetime) -> FolderStep:
    """What happened next. It goes on once the case is closed: an answer and a payment come months later.

    Raises AidError: those of :func:`essor.aid.moves.check_step`, ``aid-taken-back``; CaseError: ``case_erased``.
    """
    held, line = _hold(item, by=by, now=now)
    check_step(as_rules(line.steps), step, cap_cad=line.cap_cad, today=timezone.localdate(now))
    return _record(item, step, case=held, by=by, now=now)


@transaction.atomic
def correct_step(*, item: FolderItem, pk: int, step: Step, by: By, now: datetime) -> FolderStep:
    """The same step with another day, amount or words; ``step.code`` is that of the step corrected.

    Raises AidError: ``step-gone`` (somebody corrected it meanwhile), ``nothing-corrected``, and those of
    :func:`essor.aid.moves.check_steps` on the whole line.
    """
    held, line = _hold(item, by=by, now=now)
    former, rules = _find_standing(line, pk), as_rules(line.steps)
    number = line.steps.index(former)
    if step.code != former.code:
        raise AidError("step-not-from-here", allowed=(former.code,))
    if step == rules[number]:
        raise AidError("nothing-corrected")
    check_steps([*rules[:number], step, *rules[number + 1 :]], cap_cad=line.cap_cad, today=timezone.localdate(now))
    return _record(item, step, case=held, by=by, now=now, replaces=former)


@transaction.atomic
def take_step_back(*, item: FolderItem, pk: int, by: By, now: datetime) -> FolderStep:
    """Says that the last step did not happen; of an aid that was only shortlisted, nothing is left to show.

    Raises AidError: ``step-gone``, ``step-not-last``, ``aid-already-there`` (it came back as another line).
    """
    held, line = _hold(item, by=by, now=now)
    former = _find_standing(line, pk)
    if former != line.last:
        raise AidError("step-not-last")
    _refuse_twice(held, aid=item.aid_id, but=item)
    step = Step(former.code, former.happened_on, former.amount_cad)
    return _record(item, step, case=held, by=by, now=now, replaces=former, is_void=True)


def erase_folder(case: Case) -> int:
    """A part of the erasure of a case, which calls it in its own transaction."""
    return FolderStep.objects.filter(case=case).exclude(words="").erase(words="")


def _refuse_twice(case: Case, *, aid: int, but: FolderItem | None = None) -> None:
    """The same aid is under way once at most in a folder."""
    under_way = [line.item for line in read_folder(case=case) if line.last.code not in ENDS]
    if any(item.aid_id == aid and item != but for item in under_way):
        raise AidError("aid-already-there")


def _hold(item: FolderItem, *, by: By, now: datetime) -> tuple[Case, FolderLine]:
    held, line = hold_case(item.case, by=by, now=now, even_closed=True), read_line(item=item)
    if not line.steps:
        raise AidError("aid-taken-back")
    return held, line


def _find_standing(line: FolderLine, pk: int) -> FolderStep:
    found = next((step for step in line.steps if step.pk == pk), None)
    if found is None:
        raise AidError("step-gone")
    return found


def _refuse_more(case: Case) -> None:
    """Whoever holds a link writes without an account: what a folder keeps has a bound."""
    if FolderStep.objects.filter(case=case).count() >= MOST_STEPS:
        raise AidError("folder-full", limit=MOST_STEPS)


def _record(
    item: FolderItem,
    step: Step,
    *,
    case: Case,
    by: By,
    now: datetime,
    replaces: FolderStep | None = None,
    is_void: bool = False,
) -> FolderStep:
    _refuse_more(case)
    row = FolderStep.objects.create(
        item=item, case=case, code=step.code, happened_on=step.on, amount_cad=step.amount_cad,
        words=step.words.strip(), replaces=replaces, is_void=is_void, party=party_of(by), recorded_by=user_of(by),
        recorded_at=now,
    )  # fmt: skip
    name = item.revision.content["name"]
    facts = {
        "item": item.pk, "step": step.code, "on": step.on.isoformat(), "amount_cad": step.amount_cad,
        "deed": "void" if is_void else "corrected" if replaces else "recorded",
        "name_fr": name["fr"], "name_en": name["en"],
    }  # fmt: skip
    add_event(case, CaseEvent.Kind.AID, by=by, now=now, facts=facts)
    return row
