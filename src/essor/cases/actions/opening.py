"""A request arrives, goes to someone, changes hands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.encoding import punycode

from essor.accounts.models import User
from essor.accounts.permissions import may, require
from essor.cases.access import hash_token, make_reference, make_token
from essor.cases.actions.writing import (
    THE_PROMOTER,
    By,
    add_event,
    hold_case,
    leave_letter,
    read_clock,
    set_clock,
    user_of,
    workflow_of,
)
from essor.cases.hanging import is_barred
from essor.cases.models import Case, CaseEvent, CaseMessage, Party
from essor.cases.routing import FindBodies, Route, find_route
from essor.cases.rules import ADVISER, PROMOTER, CaseError, decide_move, move_clock, start_clock
from essor.directory.models import Organisation
from essor.knowledge import load_latest_workflow, load_needs
from essor.territories.queries import find_period

REQUEST = "request"
MOST_IN_A_DAY = 5
"""Requests opened with one e-mail address in a day: beyond, someone is having letters sent to somebody else."""

LONGEST_WORDS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequest:
    """What a promoter says. An e-mail address or a telephone number, or both. ``opening_key``: of the form sent."""

    need: str
    territory_code: str
    words: str
    name: str
    email: str = ""
    phone: str = ""
    language: str = "fr"
    has_consented: bool = False
    profile: dict[str, Any] | None = None
    profile_values: dict[str, Any] | None = None
    organisation: Organisation | None = None
    opening_key: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """``token``: the end of the promoter's link. ``is_new`` False: the same form had already opened it."""

    case: Case
    token: str
    is_new: bool = True


def open_case(
    *, request: NewRequest, now: datetime, by: By = THE_PROMOTER, find_bodies: FindBodies | None = None
) -> OpenedCase:
    """Opens the case and routes it. Raises CaseError: ``need_unknown``, ``place_unknown``, ``words_missing``,
    ``words_too_long``, ``name_missing``, ``contact_missing``, ``email_wrong``, ``consent_missing``, ``too_many``."""
    if user_of(by):
        require(user_of(by), "handle_cases", request.territory_code, on=timezone.localdate(now))
    if found := _find_opened(request):
        return found
    _check_request(request, now=now)
    try:
        return _open_case(request, by=by, now=now, find_bodies=find_bodies)
    except IntegrityError:
        # The same form, sent twice at once: the other one was first.
        if found := _find_opened(request):
            return found
        raise


def _key_of(request: NewRequest) -> str | None:
    """Of the form and of what it says: gone back to, changed and sent, a form makes another request."""
    if not request.opening_key:
        return None
    said = [request.opening_key, request.need, request.territory_code, request.words.strip(), request.name.strip()]
    said += [request.email.strip(), request.phone.strip()]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:40]


def _find_opened(request: NewRequest) -> OpenedCase | None:
    key = _key_of(request)
    found = Case.objects.filter(opening_key=key).first() if key else None
    return OpenedCase(found, make_token(found.reference), is_new=False) if found else None


@transaction.atomic
def _open_case(request: NewRequest, *, by: By, now: datetime, find_bodies: FindBodies | None) -> OpenedCase:
    workflow, reference = load_latest_workflow(REQUEST), make_reference()
    token = make_token(reference)
    case = Case(
        reference=reference, workflow=workflow.id, workflow_version=workflow.version, stage=workflow.first_stage,
        need=request.need, territory_code=request.territory_code, organisation=request.organisation,
        promoter_name=_on_one_line(request.name), promoter_email=request.email.strip(),
        promoter_phone=_on_one_line(request.phone),
        language=request.language, profile=request.profile, profile_values=request.profile_values, consent_at=now,
        opening_key=_key_of(request),
        access_hash=hash_token(token), opened_at=now,
    )  # fmt: skip
    set_clock(case, start_clock(workflow, stage=case.stage, on=timezone.localdate(now)), now=now)
    case.save(force_insert=True)
    CaseMessage.objects.create(case=case, party=Party.PROMOTER, text=request.words.strip(), written_at=now)
    add_event(case, CaseEvent.Kind.OPENED, by=by, now=now, facts={"need": case.need, "place": case.territory_code})
    leave_letter(case, "opened", to=PROMOTER, now=now)
    return OpenedCase(route_case(case=case, by=None, now=now, find_bodies=find_bodies), token)


def _on_one_line(text: str) -> str:
    """A name stands in letters: it adds no line of its own to them."""
    return " ".join(text.split())


def _check_request(request: NewRequest, *, now: datetime) -> None:
    if request.need not in load_needs():
        raise CaseError("need_unknown", need=request.need)
    if find_period(request.territory_code, timezone.localdate(now)) is None:
        raise CaseError("place_unknown", place=request.territory_code)
    if not request.words.strip():
        raise CaseError("words_missing")
    if len(request.words) > LONGEST_WORDS:
        raise CaseError("words_too_long", limit=LONGEST_WORDS)
    if not request.name.strip():
        raise CaseError("name_missing")
    if not request.has_consented:
        raise CaseError("consent_missing")
    _check_contact(request, now=now)


def _check_contact(request: NewRequest, *, now: datetime) -> None:
    email = request.email.strip()
    if not email and not any(sign.isdigit() for sign in request.phone):
        raise CaseError("contact_missing")
    if not email:
        return
    try:
        validate_email(email)
        punycode(email.rpartition("@")[2])
    except (ValidationError, UnicodeError) as error:  # the second: a domain that no name server could hold
        raise CaseError("email_wrong", email=email) from error
    recent = Case.objects.filter(promoter_email__iexact=email, opened_at__gt=now - timedelta(days=1))
    if recent.count() >= MOST_IN_A_DAY:
        raise CaseError("too_many", limit=MOST_IN_A_DAY)


@transaction.atomic
def route_case(*, case: Case, by: User | None, now: datetime, find_bodies: FindBodies | None = None) -> Case:
    """Leads the case to a person or a team, with the reason. ``by`` None: the platform, when the request arrives."""
    held, on = hold_case(case, by=by, now=now), timezone.localdate(now)
    route = find_route(need=held.need, territory_code=held.territory_code, on=on, find_bodies=find_bodies)
    before = held.assigned_to_id
    held.assigned_body, held.routing_reason = route.body[:100], route.reasons
    if route.person is not None:
        put_in_charge(held, route.person, now=now)
    held.save()
    facts = {"person": held.assigned_to_id, "body": held.assigned_body, "codes": _list_codes(route)}
    add_event(held, CaseEvent.Kind.ROUTED, by=by, now=now, facts=facts)
    if held.assigned_to_id is None or held.assigned_to_id != before:
        leave_letter(held, "routed", to=ADVISER, now=now)
    return held


def _list_codes(route: Route) -> list[str]:
    return [str(reason["code"]) for reason in route.reasons]


def put_in_charge(case: Case, person: User, *, now: datetime) -> None:
    """A case just received is now in charge; one that changes hands keeps its stage and its term."""
    workflow, before = workflow_of(case), case.stage
    case.assigned_to = person
    if before == workflow.first_stage:
        case.stage = decide_move(workflow, stage=before, move="assign", by=ADVISER).code
        clock = move_clock(workflow, read_clock(case), before=before, after=case.stage, on=timezone.localdate(now))
        set_clock(case, clock, now=now)


@transaction.atomic
def assign_case(
    *, case: Case, person: User, by: User | None, now: datetime, seen: int | None = None, words: str = ""
) -> Case:
    """Entrusts the case to someone who may handle it there. ``seen``: who was in charge when the choice was made.

    Raises CaseError: ``case_closed``, ``assigned_meanwhile``, ``already_in_charge``, ``person_outside``,
    ``receiver_barred``.
    """
    held = hold_case(case, by=by, now=now)
    if held.assigned_to_id != seen:
        raise CaseError("assigned_meanwhile", person=str(held.assigned_to or ""))
    if held.assigned_to_id == person.pk:
        raise CaseError("already_in_charge", person=str(person))
    if not may(person, "handle_cases", held.territory_code, on=timezone.localdate(now)):
        raise CaseError("person_outside", person=str(person))
    if is_barred(held, person, on=timezone.localdate(now)):
        raise CaseError("receiver_barred", person=str(person), references=[held.reference])
    put_in_charge(held, person, now=now)
    held.assigned_body, held.routing_reason = "", []
    held.save()
    add_event(
        held, CaseEvent.Kind.ASSIGNED, by=by, now=now, words=words.strip(), facts={"person": person.pk, "before": seen}
    )
    if by != person:
        leave_letter(held, "assigned", to=ADVISER, now=now)
    return held
