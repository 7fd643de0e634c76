"""The organisations that are known, as the questions of the finder would be answered for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import connection

from essor.directory.queries import events
from essor.engines.running import DatabaseEngine
from essor.knowledge import load_variables
from essor.knowledge.questions import load_questions
from essor.methods.facts import DERIVED, LIFE_STATUS, LifeStatus, add_life
from essor.methods.population import CodedColumn, Population


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
    assert isinstance(status, CodedColumn)  # noqa: S101  add_life made it
    active = status.index == status.categories.index(LifeStatus.ACTIVE)
    columns = {
        question: living.columns[variable] for question, variable in answered.items() if variable in living.columns
    }
    return Population(living.organisations, columns).select(active)
