"""What a person enters by hand. Each entry is a source of its own, so that it may be withdrawn alone."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from django.db import transaction

from essor.accounts.models import User
from essor.directory.actions.facts import correct_fact, find_variable, record_fact
from essor.directory.actions.sources import create_source
from essor.directory.models import Fact, Organisation
from essor.directory.queries import observations
from essor.directory.rules import Content, DirectoryError, Said, check_content, default_end
from essor.methods.facts import Observation, profile


@transaction.atomic
def enter_fact(*, organisation: Organisation, title: str, by: User | None, now: datetime, **said: Unpack[Said]) -> Fact:
    """Adds a fact, unless it is what is believed already. ``title``: of its source."""
    variable = find_variable(said["variable"])
    content, starts_on = check_content(said, variable), said["starts_on"]
    known = observations(organisations=[organisation.pk], variables=[variable.id], known_at=now)
    believed = profile(known, on=starts_on, known_at=now).get(variable.id)
    if believed is not None and _says(believed, content):
        ends_before = said["ends_before"] if "ends_before" in said else default_end(starts_on, variable)
        if believed.ends_before is None or (ends_before is not None and ends_before <= believed.ends_before):
            raise DirectoryError("fact-already-believed", variable=variable.id, day=believed.starts_on)
    source = create_source(title=title, by=by, now=now)
    return record_fact(organisation=organisation, source=source, by=by, now=now, **said)


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


def _says(said: Fact | Observation, content: Content) -> bool:
    return (said.low, said.high, said.codes) == (content.low, content.high, content.codes)
