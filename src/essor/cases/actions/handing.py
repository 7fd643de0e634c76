"""Files change hands together: someone leaves, or has too many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed, may, require
from essor.cases.actions.opening import assign_case
from essor.cases.actions.writing import leave_letter
from essor.cases.hanging import find_barred
from essor.cases.models import Case
from essor.cases.rules import PROMOTER, CaseError


@transaction.atomic
def hand_over(
    *, person: User, receiver: User, cases: Collection[int], words: str, by: User | None, now: datetime
) -> list[Case]:
    """The open files ``cases`` (their numbers) that ``person`` has in charge go to ``receiver``, all or none. Each has
    its line and its letters, to whoever receives it and to its promoter.

    Raises CaseError: ``nothing_to_hand``, ``already_in_charge``, ``assigned_meanwhile``, ``receiver_outside``,
    ``receiver_barred``.
    """
    require(by, "administer", on=timezone.localdate(now))
    if person.pk == receiver.pk:
        raise CaseError("already_in_charge", person=str(receiver))
    # All held before the first trace, in the same order for all: two deeds never wait for each other.
    held = list(Case.objects.select_for_update().open().filter(pk__in=cases).order_by("pk"))
    if not held:
        raise CaseError("nothing_to_hand")
    _check_receiver(held, receiver, by=by, now=now)
    done = []
    for case in held:
        done.append(assign_case(case=case, person=receiver, by=by, now=now, seen=person.pk, words=words))
        leave_letter(case, "handed_over", to=PROMOTER, now=now)
    record_event(
        action="hand_over_files", target_kind="user", target_id=person.pk, by=by, now=now,
        after={"to": receiver.pk, "files": len(done)},
    )  # fmt: skip
    return done


def _check_receiver(cases: Sequence[Case], receiver: User, *, by: User | None, now: datetime) -> None:
    """Told of all files at once, so that they are left out at once. Who has an interest gives nothing to anyone."""
    on = timezone.localdate(now)
    outside = [one.reference for one in cases if not may(receiver, "handle_cases", one.territory_code, on=on)]
    if outside:
        raise CaseError("receiver_outside", person=str(receiver), references=outside)
    if by is not None and find_barred(cases, by, on=on):
        raise NotAllowed("recused")
    closed = find_barred(cases, receiver, on=on)
    barred = [one.reference for one in cases if one.pk in closed]
    if barred:
        raise CaseError("receiver_barred", person=str(receiver), references=barred)
