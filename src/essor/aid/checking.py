"""What is verified of a programme before it is shown: its rules can be true, its places exist, its examples hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from essor.aid.rules import PAGES, AidError, Programme, Questionnaire, find_aids
from essor.knowledge.aids import ExampleDefinition
from essor.knowledge.reading import Bilingual
from essor.methods.criteria import ANSWER_WORDS, PlaceTree, find_impossible, leaves_of


@dataclass(frozen=True, slots=True)
class Tried:
    """An example and the verdict found on its day; ``fault``: why its profile could not be read."""

    example: ExampleDefinition
    found: str
    fault: AidError | None = None

    @property
    def holds(self) -> bool:
        return self.fault is None and self.found == self.example.expected


def name_verdict(code: str) -> Bilingual:
    """``yes``, ``maybe`` or ``no`` in words."""
    french, english = ANSWER_WORDS[code]
    return Bilingual(fr=french, en=english)


def check_programme(programme: Programme, *, places: PlaceTree, questionnaire: Questionnaire) -> None:
    """Raises AidError: ``name-is-a-page``, ``never-true`` (the version, and the paths of the conditions in conflict),
    ``place-outside``.

    A place is known if a list that was loaded holds it, or if the questions name it.
    """
    if programme.slug in PAGES:
        raise AidError("name-is-a-page", aid=programme.slug)
    known = questionnaire.known_places.union(*questionnaire.place_codes.values())
    for ruled in programme.versions:
        for leaf in leaves_of(ruled.criteria):
            outside = sorted(leaf.codes - known) if leaf.operator == "within" else []
            if outside:
                raise AidError("place-outside", path=leaf.path, value=outside[0])
        if conflict := find_impossible(ruled.criteria, places=places):
            raise AidError("never-true", aid=programme.slug, version=ruled.number, paths=conflict)


def try_examples(
    programme: Programme, *, on: date, places: Mapping[date, PlaceTree], questionnaire: Questionnaire
) -> list[Tried]:
    """Each example on its own day (``on`` where it names none). ``places``: those of each day asked."""
    tried = []
    for example in programme.definition.examples:
        day = example.day or on
        try:
            profile = questionnaire.read_profile(example.profile)
        except AidError as error:
            tried.append(Tried(example, "", error))
            continue
        (found,) = find_aids([programme], profile, on=day, places=places[day], questionnaire=questionnaire)
        tried.append(Tried(example, found.outcome.answer))
    return tried
