"""What a person enters by hand. Each entry is a source of its own, so that it may be withdrawn alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.db.models import Q

from essor.accounts.models import User
from essor.directory.actions.facts import correct_fact, find_variable, record_fact
from essor.directory.actions.organisations import add_identifier, add_name, create_organisation, record_life_event
from essor.directory.actions.sources import create_source
from essor.directory.models import Fact, Identifier, LifeEvent, Organisation, OrganisationName
from essor.directory.queries import observations
from essor.directory.rules import Content, DirectoryError, EventSaid, NameSaid, Said, check_content, default_end, fold
from essor.methods.facts import Observation, profile

CHANGED_VARIABLE: Mapping[str, str] = {"moved": "municipality", "form_changed": "legal_form"}
"""The variable that an event changes; a renaming changes a name."""


@transaction.atomic
def enter_fact(*, organisation: Organisation, title: str, by: User | None, now: datetime, **said: Unpack[Said]) -> Fact:
    """Adds a fact, unless it is what is believed already. ``title``: of its source."""
    believed = find_believed(organisation=organisation, said=said, now=now)
    if believed is not None:
        raise DirectoryError("fact-already-believed", variable=believed.variable, day=believed.starts_on)
    source = create_source(title=title, by=by, now=now)
    return record_fact(organisation=organisation, source=source, by=by, now=now, **said)


@transaction.atomic
def enter_organisation(
    *, name: str, neq: str, facts: Iterable[Said], title: str, by: User | None, now: datetime
) -> Organisation:
    """A new organisation with what is known of it: a name is enough. ``neq`` empty: none, or not yet."""
    source = create_source(title=title, by=by, now=now)
    organisation = create_organisation(name=name, source=source, by=by, now=now)
    if neq:
        add_identifier(organisation=organisation, scheme="neq", value=neq, source=source, by=by, now=now)
    for said in facts:
        record_fact(organisation=organisation, source=source, by=by, now=now, **said)
    return organisation


@transaction.atomic
def enter_name(
    *, organisation: Organisation, name: str, title: str, by: User | None, now: datetime, **said: Unpack[NameSaid]
) -> OrganisationName:
    """A name with its dates, unless it is said already for that whole period."""
    told = OrganisationName.objects.filter(organisation=organisation, folded=fold(name), known_to=None)
    starts_on, ends_before = said.get("starts_on"), said.get("ends_before")
    begins = Q(starts_on=None) if starts_on is None else Q(starts_on=None) | Q(starts_on__lte=starts_on)
    ends = Q(ends_before=None) if ends_before is None else Q(ends_before=None) | Q(ends_before__gte=ends_before)
    if told.filter(begins & ends, kind=said.get("kind", OrganisationName.Kind.LEGAL)).exists():
        raise DirectoryError("name-already-said", value=name)
    source = create_source(title=title, by=by, now=now)
    return add_name(organisation=organisation, name=name, source=source, by=by, now=now, **said)


@transaction.atomic
def enter_identifier(
    *, organisation: Organisation, scheme: str, value: str, issuer: str, title: str, by: User | None, now: datetime
) -> Identifier:
    """A number; see ``is_doubtful`` of what is returned: a wrong check digit is a warning, never a refusal."""
    source = create_source(title=title, by=by, now=now)
    return add_identifier(
        organisation=organisation, scheme=scheme, value=value, issuer=issuer, source=source, by=by, now=now
    )


@transaction.atomic
def enter_life_event(
    *,
    organisation: Organisation,
    title: str,
    by: User | None,
    now: datetime,
    other: Organisation | None = None,
    changed: str = "",
    **said: Unpack[EventSaid],
) -> LifeEvent:
    """What happened and, in the same entry, what it changed from that day on.

    ``changed``: the new name, the code of the new municipality or legal form; needed then, and only then.
    """
    kind, day = said["kind"], said["happened_on"]
    if bool(changed) != (kind == LifeEvent.Kind.RENAMED or kind in CHANGED_VARIABLE):
        raise DirectoryError("event-changes-something", kind=kind)
    source = create_source(title=title, by=by, now=now)
    event = record_life_event(organisation=organisation, source=source, other=other, by=by, now=now, **said)
    if kind == LifeEvent.Kind.RENAMED:
        add_name(organisation=organisation, name=changed, source=source, by=by, now=now, starts_on=day)
    if variable := CHANGED_VARIABLE.get(kind):
        fact = Said(variable=variable, value=changed, starts_on=day, note=said.get("note", ""))
        if find_believed(organisation=organisation, said=fact, now=now) is None:
            record_fact(organisation=organisation, source=source, by=by, now=now, **fact)
    return event


@transaction.atomic
def enter_correction(
    *, fact: Fact, reason: str, title: str, by: User | None, now: datetime, **said: Unpack[Said]
) -> Fact:
    """Corrects a fact, unless the correction says the same thing."""
    content = check_content(said, find_variable(said["variable"]))
    if _says(fact, content) and (fact.variable, fact.starts_on) == (said["variable"], said["starts_on"]):
        raise DirectoryError("correction-changes-nothing", variable=fact.variable)
    source = create_source(title=title, by=by, now=now)
    return correct_fact(fact=fact, reason=reason, source=source, by=by, now=now, **said)


def find_believed(*, organisation: Organisation, said: Said, now: datetime) -> Observation | None:
    """What is believed already, where it says the same thing for the whole period of ``said``."""
    variable = find_variable(said["variable"])
    content, starts_on = check_content(said, variable), said["starts_on"]
    known = observations(organisations=[organisation.pk], variables=[variable.id], known_at=now)
    believed = profile(known, on=starts_on, known_at=now).get(variable.id)
    if believed is None or not _says(believed, content):
        return None
    ends_before = said["ends_before"] if "ends_before" in said else default_end(starts_on, variable)
    lasts = believed.ends_before is None or (ends_before is not None and ends_before <= believed.ends_before)
    return believed if lasts else None


def _says(said: Fact | Observation, content: Content) -> bool:
    return (said.low, said.high, said.codes) == (content.low, content.high, content.codes)
