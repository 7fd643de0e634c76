"""Reads of programmes, questions and places: what finding needs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from essor.aid.links import Asked
from essor.aid.models import AidRevision
from essor.aid.reading import read_programme
from essor.aid.rules import Found, Programme, Questionnaire, find_aids
from essor.knowledge.aids import AidDefinition
from essor.knowledge.plain import load_mappings
from essor.knowledge.questions import load_question_variables, load_questions
from essor.knowledge.reading import Bilingual
from essor.methods.criteria import rank_questions
from essor.territories.models import TerritoryPeriod
from essor.territories.queries import find_codes, list_names, place_tree
from essor.territories.rules import fold

MOST_KEPT = 2000
MOST_NEAR = 6
LEAST_LIKE = 0.75
NEAR_KINDS = ("municipality", "mrc", "region")
_READ: dict[tuple[int, date | None, str], Programme] = {}
"""What was published never changes: each revision is read once by each process."""


def list_programmes(*, known_at: datetime | None = None) -> tuple[Programme, ...]:
    """The catalogue as it is, or as it was at a moment, in the order in which programmes entered it."""
    revisions = AidRevision.objects.known_at(known_at) if known_at else AidRevision.objects.current()
    keys = list(revisions.order_by("aid_id").values_list("pk", "number", "read_on", "content_hash"))
    unread = [key[0] for key in keys if key[1:] not in _READ]
    if unread:
        if len(_READ) > MOST_KEPT:
            _READ.clear()
            unread = [key[0] for key in keys]
        for revision in AidRevision.objects.filter(pk__in=unread):
            _READ[revision.number, revision.read_on, revision.content_hash] = read_revision(revision)
    return tuple(_READ[key[1:]] for key in keys)


def find_programme(slug: str) -> Programme | None:
    """As the catalogue shows it now."""
    return next((one for one in list_programmes() if one.slug == slug), None)


def list_aid_names() -> dict[str, Bilingual]:
    """What each programme of the catalogue is called, by its slug."""
    return {programme.slug: programme.definition.name for programme in list_programmes()}


def read_revision(revision: AidRevision) -> Programme:
    definition = AidDefinition.model_validate_json(json.dumps(revision.content))
    programme = read_programme(definition, variables=load_question_variables(), read_on=revision.read_on)
    return replace(programme, revision=revision.number)


def get_questionnaire(on: date) -> Questionnaire:
    """The questions, and the places that an answer may name on that day."""
    return Questionnaire(
        questions=load_questions(),
        variables=load_question_variables(),
        place_codes=load_mappings("aid-places")["places"],
        known_places=frozenset(place_tree(on).codes),
    )


@dataclass(frozen=True, slots=True)
class Search:
    """What a profile gives on a day. ``next_question``: the one that settles most for least effort, None when nothing
    that may still be asked can change an answer; ``touched``: how many undecided programmes it concerns."""

    found: tuple[Found, ...]
    next_question: str | None
    touched: int


def find_for(
    said: Mapping[str, Any], *, on: date, language: str, known_at: datetime | None = None
) -> tuple[Found, ...]:
    """The verdict of every programme, in the order of the catalogue, as it is or as it was at a moment.

    ``said``: question → answer as plain data. Raises AidError, as :meth:`Questionnaire.read_profile`.
    """
    questionnaire = get_questionnaire(on)
    return find_aids(
        list_programmes(known_at=known_at),
        questionnaire.read_profile(said),
        on=on,
        places=place_tree(on),
        questionnaire=questionnaire,
        place_names=list_names(on, language),
    )


def search_aids(asked: Asked, *, on: date, language: str) -> Search:
    """Programmes that are closed on that day are answered, but nothing more is asked for them."""
    questionnaire, places = get_questionnaire(on), place_tree(on)
    found, questions = find_for(asked.said, on=on, language=language), questionnaire.questions
    ranked = rank_questions(
        {one.programme.slug: one.ruled.criteria for one in found if one.window.state != "closed"},
        questionnaire.read_profile(asked.said),
        places=places,
        effort={name: item.effort for name, item in questions.items() if name not in {*asked.said, *asked.skipped}},
        sensitive=[name for name, item in questions.items() if item.sensitive],
    )
    first = ranked[0] if ranked else None
    return Search(found, first.variable.id if first else None, first.touches if first else 0)


def find_one_place(text: str, on: date) -> str | None:
    """The code of the one place that bears this name or code on that day; the nearest to people where kinds share it
    (a municipality before its MRC). None where there is none, or several of a kind."""
    return find_codes([text], on).get(text)


def list_near_places(text: str, on: date) -> dict[str, str]:
    """Code → name of the places that the words may mean on that day: those that bear one of its parts (« Mascouche,
    Les Moulins »), else those whose name is near; the narrowest first, none where nothing is."""
    parts = [fold(part) for part in (text, *re.split(r"[,(/]", text)) if fold(part)]
    periods = list(TerritoryPeriod.objects.on(on).filter(territory__kind__in=NEAR_KINDS).select_related("territory"))
    named = [one for one in periods if {fold(one.name), fold(one.name_en), one.territory.code} & set(parts)]
    if not named:
        names = {fold(one.name) for one in periods}
        near = {found for part in parts for found in get_close_matches(part, names, n=MOST_NEAR, cutoff=LEAST_LIKE)}
        named = [one for one in periods if fold(one.name) in near]
    named.sort(key=lambda one: (NEAR_KINDS.index(one.territory.kind), one.name))
    return {one.territory.code: f"{one.name} ({one.territory.get_kind_display()})" for one in named[:MOST_NEAR]}
