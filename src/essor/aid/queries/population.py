"""The organisations that are known, as the questions of the finder would be answered for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from essor.aid.rules import PLACE, Programme
from essor.directory.queries import events
from essor.engines.running import DatabaseEngine
from essor.knowledge import load_variables
from essor.knowledge.questions import load_question_variables, load_questions
from essor.methods.criteria import evaluate, evaluate_population, parse
from essor.methods.facts import DERIVED, LIFE_STATUS, LifeStatus, add_life
from essor.methods.figures import answers_at
from essor.methods.population import CodedColumn, Population
from essor.territories.queries import place_tree


def list_answered() -> Mapping[str, str]:
    """Question → the variable of the directory whose facts answer it."""
    return {name: question.variable for name, question in load_questions().items() if question.variable}


def read_known_population(*, on: date, known_at: datetime) -> Population:
    """Every organisation active on a day, as known at an instant: one column per question that facts answer."""
    answered = list_answered()
    asked = [load_variables()[name] for name in answered.values() if name not in DERIVED]
    found = DatabaseEngine(connection).read_population(variables=asked, on=on, known_at=known_at)
    living = add_life(found, events(known_at=known_at), on=on, known_at=known_at)
    status = living.columns[LIFE_STATUS]
    if not isinstance(status, CodedColumn):
        raise TypeError(LIFE_STATUS)
    active = status.index == status.categories.index(LifeStatus.ACTIVE)
    columns = {
        question: living.columns[variable] for question, variable in answered.items() if variable in living.columns
    }
    return Population(living.organisations, columns).select(active)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a programme reaches in a territory, by the facts of the directory: ids, ascending. ``asking``: for each of
    those that facts do not decide, the questions that still may, in the order of the rules."""

    yes: Sequence[int]
    maybe: Sequence[int]
    no: Sequence[int]
    asking: Mapping[int, tuple[str, ...]]


def read_reach(programme: Programme, *, territory_code: str, on: date, known_at: datetime) -> Reach:
    """The organisations that surely lie in the territory; questions that no fact answers stay unknown."""
    population, places = read_known_population(on=on, known_at=known_at), place_tree(on)
    rule = parse({"fact": PLACE, "within": [territory_code]}, variables=load_question_variables())
    here = population.select(evaluate_population(rule, population, places=places).yes)
    criteria = programme.rules_on(on, programme.window(on)).criteria
    planes = evaluate_population(criteria, here, places=places)
    asking = {
        int(here.organisations[row]): evaluate(criteria, answers_at(here, row, criteria), places=places).missing
        for row in planes.unknown.nonzero()[0].tolist()
    }
    return Reach(
        yes=here.organisations[planes.yes].tolist(),
        maybe=here.organisations[planes.unknown].tolist(),
        no=here.organisations[planes.no].tolist(),
        asking=asking,
    )
