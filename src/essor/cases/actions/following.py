"""Open files follow their bodies: one whose body lost the mandate goes to the one that has it, which says why."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import may
from essor.cases.actions.opening import put_in_charge
from essor.cases.actions.writing import add_event, hold_case, leave_letter
from essor.cases.models import Case, CaseEvent
from essor.cases.routing import FoundBody, find_route, list_advisers, read_bodies
from essor.cases.rules import ADVISER, PROMOTER
from essor.territories.lives import Register
from essor.territories.queries.bodies import read_register


def follow_reorganisations(*, now: datetime, by: User | None = None, bodies: Collection[str] | None = None) -> int:
    """Leads each open file whose body lost its mandate; how many. ``bodies``: those of these bodies only.
    ``by``: who does it; the files that they may not handle are left to the daily task.

    Done when a reorganisation is recorded, and each day for those whose day has come.
    """
    register, on = read_register(), timezone.localdate(now)
    cases = Case.objects.open().exclude(assigned_body="").order_by("pk")
    if bodies is not None:
        cases = cases.filter(assigned_body__in=bodies)
    reached = [case for case in cases if may(by, "handle_cases", case.territory_code, on=on)]
    return sum(_follow(case, register, by=by, on=on, now=now) for case in reached)


@transaction.atomic
def _follow(case: Case, register: Register, *, by: User | None, on: date, now: datetime) -> bool:
    held = Case.objects.select_for_update().get(pk=case.pk)
    find = read_bodies(register)
    found = find(held.need, held.territory_code, on)
    is_followed = held.assigned_body in {body.slug for body in found}
    if held.closed_at is not None or is_followed or held.assigned_body not in register.lives:
        return False
    held = hold_case(held, by=by, now=now)
    before, person = held.assigned_body, held.assigned_to
    kept = _find_body_of(person, found, held.territory_code, on) if person else None
    route = find_route(need=held.need, territory_code=held.territory_code, on=on, find_bodies=find)
    held.assigned_body, held.routing_reason = (kept.slug if kept else route.body)[:100], route.reasons
    if kept is None and route.person is not None and route.person != person:
        put_in_charge(held, route.person, now=now)
    held.save()
    facts = _tell(held, before, register, on)
    add_event(held, CaseEvent.Kind.REORGANISED, by=by, now=now, words=_say_why(found, before, register), facts=facts)
    leave_letter(held, "reorganised", to=PROMOTER, now=now)
    if held.assigned_to_id != (person.pk if person else None) or held.assigned_to_id is None:
        leave_letter(held, "routed", to=ADVISER, now=now)
    return True


def _find_body_of(person: User, found: Collection[FoundBody], place: str, on: date) -> FoundBody | None:
    """The body, among those found, of whoever has the file in charge: they keep it."""
    theirs = next((one.bodies for one in list_advisers(place, on=on) if one.user == person), frozenset())
    return next((body for body in found if body.folded_names & theirs), None)


def _tell(case: Case, before: str, register: Register, on: date) -> dict[str, Any]:
    after = case.assigned_body
    return {
        "from": before, "to": after, "person": case.assigned_to_id, "before": register.name_of(before, on),
        "after": register.name_of(after, on) if after else "",
    }  # fmt: skip


def _say_why(found: Collection[FoundBody], before: str, register: Register) -> str:
    """The reason of the mandate that took over, else of the end of the body."""
    end = register.lives[before].end
    said = [words for body in found for words in body.reasons] or [end.reason if end else ""]
    return said[-1]
