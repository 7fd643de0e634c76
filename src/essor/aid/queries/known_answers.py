"""What the directory already answers for one organisation, among what anyone may read there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from essor.aid.queries import get_questionnaire
from essor.aid.queries.population import list_answered
from essor.aid.rules import AidError
from essor.directory.models import Fact, LifeEvent, Organisation
from essor.directory.queries import events, names_of, observations
from essor.directory.queries.listing import JOBS, size_class
from essor.directory.rules import is_confidential
from essor.knowledge import load_variables
from essor.methods.facts import AGE_YEARS, DERIVED, Observation, completed_years, life_on, profile
from essor.methods.variables import TRUE


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """``value``: plain data, as a profile holds it. ``source``: its title; ``since``: the first day for which it says
    so, for an age the day of the creation."""

    value: Any
    since: date
    source: str


@dataclass(frozen=True, slots=True)
class Known:
    """An organisation and what is known of it. ``name``: empty where it bears none."""

    key: str
    name: str
    answers: Mapping[str, KnownAnswer]


def read_known(key: str, *, on: date, known_at: datetime) -> Known | None:
    """Question → what facts answer on a day: nothing that the public may not read there, the size class of jobs, and
    nothing that the questions would not take. None: no such organisation, or it was erased."""
    organisation = Organisation.objects.filter(key=key, erased_at=None).first()
    if organisation is None:
        return None
    answered = list_answered()
    facts = read_facts(organisation, variables=set(answered.values()), on=on, known_at=known_at)
    found = {question: facts[name] for question, name in answered.items() if name in facts}
    names = names_of(organisations=[organisation.pk], on=on, known_at=known_at)
    return Known(key, names.get(organisation.pk, ""), _keep_readable(found, on))


def read_facts(
    organisation: Organisation, *, variables: Collection[str], on: date, known_at: datetime
) -> dict[str, KnownAnswer]:
    """Variable → what facts answer on a day, as anyone may read it: the size class of jobs, and nothing sensitive."""
    known = load_variables()
    wanted = {name for name in variables if name not in DERIVED}
    said = observations(variables=wanted, organisations=[organisation.pk], known_at=known_at)
    believed = profile(said, on=on, known_at=known_at)
    titles = dict(
        Fact.objects.filter(pk__in=[one.sequence for one in believed.values()]).values_list("pk", "source__title")
    )
    found: dict[str, KnownAnswer] = {}
    for name, one in believed.items():
        if (value := _write(one, known[name])) is not None:
            found[name] = KnownAnswer(value, one.starts_on, titles[one.sequence])
    if AGE_YEARS in variables and (age := _find_age(organisation.pk, on, known_at)) is not None:
        found[AGE_YEARS] = age
    return found


def _write(said: Observation, variable: Any) -> Any:
    """As plain data; None where it may not be shown, or says nothing."""
    if is_confidential(variable):
        size = size_class(said) if variable.id == JOBS else None
        return None if size is None else _range(*size)
    if variable.is_numeric:
        low, high = (None if bound is None else str(variable.from_stored(bound)) for bound in (said.low, said.high))
        return _range(low, high)
    codes = (said.codes or "").split("|")
    if codes == [""]:
        return None
    if variable.kind == "boolean":
        return codes[0] == TRUE if len(codes) == 1 else None
    return codes[0] if len(codes) == 1 else codes


def _range(low: Any, high: Any) -> Any:
    """A number, or the bounds that are known; None where none is."""
    if low == high:
        return low
    bounds = {"at_least": low, "at_most": high}
    return {name: bound for name, bound in bounds.items() if bound is not None} or None


def _find_age(organisation: int, on: date, known_at: datetime) -> KnownAnswer | None:
    life = life_on(
        events(organisations=[organisation], known_at=known_at), on=on, known_at=known_at, organisation=organisation
    )
    if life.created_on is None or life.created_on > on:
        return None
    said = LifeEvent.objects.known_at(known_at).filter(organisation=organisation, happened_on=life.created_on)
    source = said.order_by("-pk").values_list("source__title", flat=True)[0]
    return KnownAnswer(completed_years(life.created_on, on), life.created_on, source)


def _keep_readable(found: Mapping[str, KnownAnswer], on: date) -> dict[str, KnownAnswer]:
    """A code or a place that the questions do not know is asked, not guessed."""
    questionnaire, kept = get_questionnaire(on), {}
    for question, answer in found.items():
        try:
            questionnaire.read_answer(question, answer.value)
        except AidError:
            continue
        kept[question] = answer
    return kept
