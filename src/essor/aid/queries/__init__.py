"""Reads of programmes, questions and places: what finding needs."""

from __future__ import annotations

from datetime import date
from functools import cache

from essor.aid.reading import read_programmes
from essor.aid.rules import Programme, Questionnaire
from essor.knowledge.aids import load_aids, load_read_on
from essor.knowledge.plain import load_mappings
from essor.knowledge.questions import load_question_variables, load_questions
from essor.territories.queries import place_tree


@cache
def list_shipped_programmes() -> tuple[Programme, ...]:
    return read_programmes(load_aids(), variables=load_question_variables(), read_on=load_read_on())


def get_questionnaire(on: date) -> Questionnaire:
    """The questions, and the places that an answer may name on that day."""
    return Questionnaire(
        questions=load_questions(),
        variables=load_question_variables(),
        place_codes=load_mappings("aid-places")["places"],
        known_places=frozenset(place_tree(on).codes),
    )
