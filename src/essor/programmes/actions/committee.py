"""Interests, sittings, scores, votes and decisions: a person with an interest opens, scores and votes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import may, require
from essor.cases.actions import close_case, move_case
from essor.cases.actions.writing import leave_letter
from essor.cases.models import Case
from essor.cases.rules import PROMOTER
from essor.directory.models import Organisation
from essor.methods.bases import canonical_json
from essor.methods.committee import ACCEPTED, CHOICES, POINTS, REFUSED, CommitteeError
from essor.programmes.actions.writing import require_free, trace
from essor.programmes.models import Enrolment, Interest, Programme, Score, Sitting, SittingItem, SittingLetter, Vote
from essor.programmes.queries.sittings import (
    ItemState,
    is_at_committee,
    list_called,
    list_committee,
    may_adopt,
    name_interests,
    read_item,
    read_items,
    write_minutes,
)
from essor.programmes.rules import LAST_DAY, REFUSAL, ProgrammeError

DECIDE = "decide"


@transaction.atomic
def declare_interest(
    *,
    person: User,
    kind: str,
    starts_on: date,
    words: str,
    case: Case | None = None,
    organisation: Organisation | None = None,
    now: datetime,
) -> Interest:
    """By whoever has it. Raises ProgrammeError ``interest-unclear``."""
    is_one = (case is None) != (organisation is None) and kind in Interest.Kind.values
    if not is_one or (case is not None and Case.objects.get(pk=case.pk).erased_at is not None):
        raise ProgrammeError("interest-unclear")
    made = Interest.objects.create(
        person=person, kind=kind, case=case, organisation=organisation, words=words.strip()[:200],
        starts_on=starts_on, declared_at=now,
    )  # fmt: skip
    trace("declare_interest", made, person, now, {"kind": kind})
    return made


@transaction.atomic
def end_interest(*, interest: Interest, on: date, by: User, now: datetime) -> Interest:
    """``on``: its last day. Raises ProgrammeError: ``interest-ended``, ``interest-day``."""
    held = Interest.objects.select_for_update().get(pk=interest.pk)
    if held.person_id != by.pk:
        require(by, "administer", on=timezone.localdate(now))
    if held.ends_before is not None:
        raise ProgrammeError("interest-ended")
    if on < max(held.starts_on, timezone.localdate(now)) or on > LAST_DAY:
        raise ProgrammeError("interest-day")
    held.ends_before = on + timedelta(days=1)
    held.save(update_fields=["ends_before"])
    trace("end_interest", held, by, now, {"on": on})
    return held


@transaction.atomic
def call_sitting(
    *, programme: Programme, held_on: date, quorum: int, members: Sequence[User], cases: Sequence[Case], by: User,
    now: datetime, hour_and_place: str = "",
) -> Sitting:  # fmt: skip
    """A letter calls each member; ``hour_and_place``: in words.

    Raises ProgrammeError: ``sitting-empty``, ``quorum-too-large``, ``sitting-past``, ``not-at-committee``,
    ``already-called``, ``not-of-committee``.
    """
    if not members or not cases or quorum < 1:
        raise ProgrammeError("sitting-empty")
    if quorum > len(members):
        raise ProgrammeError("quorum-too-large", quorum=quorum, members=len(members))
    if held_on < timezone.localdate(now):
        raise ProgrammeError("sitting-past")
    held = list(Case.objects.select_for_update().filter(pk__in=[case.pk for case in cases]).order_by("pk"))
    called = set(list_called())
    for case in held:
        require(by, "handle_cases", case.territory_code, on=timezone.localdate(now))
        if not Enrolment.objects.filter(programme=programme, case=case).exists() or not is_at_committee(case):
            raise ProgrammeError("not-at-committee", reference=case.reference)
        if case.pk in called:
            raise ProgrammeError("already-called", reference=case.reference)
        able = list_committee(case.territory_code, on=held_on)
        if stranger := next((one for one in members if one not in able), None):
            raise ProgrammeError("not-of-committee", person=str(stranger))
    sitting = Sitting.objects.create(
        programme=programme, held_on=held_on, hour_and_place=hour_and_place.strip(), quorum=quorum, called_at=now,
        called_by=by,
    )  # fmt: skip
    sitting.members.set(members)
    SittingLetter.objects.bulk_create(
        SittingLetter(sitting=sitting, recipient=member, created_at=now) for member in members
    )
    SittingItem.objects.bulk_create(SittingItem(sitting=sitting, case=case) for case in held)
    trace("call_sitting", sitting, by, now, {"members": len(members), "files": len(held), "quorum": quorum})
    return sitting


def open_item(*, item: SittingItem, by: User) -> ItemState:
    """What a member reads of a file before a sitting, while their role covers its place.

    Raises ProgrammeError: ``not-called``, ``recused``, ``not-of-committee``.
    """
    state = read_item(item)
    if by.pk not in {one.pk for one in state.members}:
        raise ProgrammeError("not-called")
    if not may(by, "decide_files", item.case.territory_code, on=timezone.localdate()):
        raise ProgrammeError("not-of-committee", person=str(by))
    if state.is_closed_to(by):
        raise ProgrammeError("recused", why=name_interests(state.recusals.get(by.pk, ())))
    return state


@transaction.atomic
def score_item(*, item: SittingItem, points: Mapping[str, int], by: User, now: datetime) -> None:
    """``points``: of each criterion that the member scores; what they leave out stays unknown.

    Raises ProgrammeError: those of :func:`open_item`, ``item-decided``, ``points-unknown``.
    """
    held = _hold(item)
    state = open_item(item=held, by=by)
    known = {str(one["code"]) for one in state.item.sitting.programme.scoresheet}
    if not points or any(name not in known or given not in POINTS for name, given in points.items()):
        raise ProgrammeError("points-unknown")
    Score.objects.bulk_create(
        Score(item=held, member=by, criterion=name, points=given, scored_at=now) for name, given in points.items()
    )
    trace("score_file", held, by, now, {"criteria": len(points)})


@transaction.atomic
def vote_on(*, item: SittingItem, choice: str, by: User, now: datetime) -> Vote:
    """Raises ProgrammeError: those of :func:`open_item`, ``item-decided``, ``already-voted``, ``vote-unknown``."""
    held = _hold(item)
    open_item(item=held, by=by)
    if choice not in CHOICES:
        raise ProgrammeError("vote-unknown")
    if Vote.objects.filter(item=held, member=by).exists():
        raise ProgrammeError("already-voted")
    vote = Vote.objects.create(item=held, member=by, choice=choice, voted_at=now)
    trace("vote_on_file", held, by, now, {})
    return vote


@transaction.atomic
def decide_item(
    *, item: SittingItem, said: Mapping[str, str], conditions: Sequence[str], by: User | None, now: datetime
) -> SittingItem:
    """What the votes say: the file goes to the decision, is closed with its reasons, or waits for another sitting.

    ``said``: ``reasons``, and for a refusal all of :data:`essor.programmes.rules.REFUSAL`. Raises ProgrammeError:
    ``item-decided``, ``not-at-committee``, ``sitting-adopted``, ``sitting-to-come``, ``recused``, ``no-quorum``,
    ``reasons-missing``, ``refusal-incomplete``; CaseError.
    """
    held = _hold(item)
    require(by, "handle_cases", held.case.territory_code, on=timezone.localdate(now))
    require_free(by, held.case, now)
    if timezone.localdate(now) < held.sitting.held_on:
        raise ProgrammeError("sitting-to-come", on=held.sitting.held_on)
    state = read_item(held)
    try:
        result = state.tally.result
    except CommitteeError as error:
        raise ProgrammeError(error.code, **error.facts) from error
    if not said.get("reasons", "").strip():
        raise ProgrammeError("reasons-missing")
    if result == REFUSED and not all(said.get(name, "").strip() for name in REFUSAL):
        raise ProgrammeError("refusal-incomplete")
    words = "\n\n".join(said[name].strip() for name in REFUSAL if said.get(name, "").strip())
    held.result, held.reasons, held.conditions = result, words, list(conditions)
    held.recused, held.decided_at, held.decided_by = list(state.tally.recused), now, by
    held.save()
    if result == ACCEPTED:
        move_case(case=held.case, move=DECIDE, words=words, by=by, now=now, is_deed=True)
    elif result == REFUSED:
        close_case(case=held.case, outcome="refused", words=words, by=by, now=now)  # whose letter says so
    if result != REFUSED:
        leave_letter(held.case, "decided", to=PROMOTER, now=now)
    trace("decide_file", held, by, now, {"case": held.case.reference, "result": result})
    return held


@transaction.atomic
def adopt_minutes(*, sitting: Sitting, by: User, now: datetime) -> Sitting:
    """Once every file is decided, by someone who was called: the mark of the minutes is kept.

    Raises ProgrammeError: ``item-open``, ``sitting-adopted``, ``not-called``, ``adopter-withdrawn``: they leave
    it to whoever withdrew from no file, where there is someone.
    """
    list(Case.objects.select_for_update().filter(pk__in=sitting.items.values("case_id")).order_by("pk"))
    held = Sitting.objects.select_for_update().get(pk=sitting.pk)
    if held.adopted_at is not None:
        raise ProgrammeError("sitting-adopted")
    if not held.members.filter(pk=by.pk).exists():
        raise ProgrammeError("not-called")
    states = read_items(held)
    if any(not state.outcome for state in states):
        raise ProgrammeError("item-open")
    if not may_adopt(states, by):
        raise ProgrammeError("adopter-withdrawn")
    for state in states:
        if not state.item.result:
            state.item.recused = list(state.tally.recused)
            state.item.save(update_fields=["recused"])
    held.minutes_hash = hashlib.sha256(canonical_json(write_minutes(held, states))).hexdigest()
    held.adopted_at, held.adopted_by = now, by
    held.save(update_fields=["minutes_hash", "adopted_at", "adopted_by"])
    trace("adopt_minutes", held, by, now, {"sha256": held.minutes_hash})
    return held


def _hold(item: SittingItem) -> SittingItem:
    """The file before the sitting, held after its case: two people who decide at once decide once.

    Raises ProgrammeError: ``item-decided``, ``sitting-adopted``, ``not-at-committee``.
    """
    case = Case.objects.select_for_update().get(pk=item.case_id)
    items = SittingItem.objects.select_for_update(of=("self", "sitting")).select_related("sitting__programme")
    held = items.get(pk=item.pk)
    held.case = case
    if held.result:
        raise ProgrammeError("item-decided")
    if held.sitting.adopted_at is not None:
        raise ProgrammeError("sitting-adopted")
    if not is_at_committee(case):
        raise ProgrammeError("not-at-committee", reference=case.reference)
    return held
