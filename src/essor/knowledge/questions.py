"""``definitions/questions.yaml`` → what is asked of someone who looks for help."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from essor.knowledge.reading import Bilingual, Definition, DefinitionRefused, definitions_folder, name_file, read_model
from essor.knowledge.variables import CHOICES, ChoiceDefinition, load_variables
from essor.methods.criteria import variable_from_question
from essor.methods.variables import Kind, Variable

FILE = "questions.yaml"


class UndecidedDefinition(Definition):
    """An answer that rules nothing out yet: someone without a legal form may still choose one of ``means``."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    means: Annotated[tuple[str, ...], Field(strict=False, min_length=2)]
    label: Bilingual


class QuestionDefinition(Definition):
    """One question: ``words`` ask it, ``label`` names what it asks. ``effort``: 1 from memory, 2 to look up, 3 to
    decide or compute. ``variable``: the directory's variable whose facts answer it, in that variable's decimals.
    ``change``: what may be proposed of it to someone refused: anything, nothing, or only more."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Kind
    label: Bilingual
    words: Bilingual
    effort: int = Field(ge=1, le=3)
    takes_range: bool = False
    sensitive: bool = False
    change: Literal["free", "fixed", "up"] = "free"
    variable: str | None = None
    unit: Bilingual | None = None
    choices: Annotated[tuple[ChoiceDefinition, ...], Field(strict=False)] = ()
    undecided: UndecidedDefinition | None = None

    @model_validator(mode="after")
    def _keeps_to_its_kind(self) -> Self:
        if (self.kind in CHOICES) != bool(self.choices):
            raise ValueError("« choices » va avec les genres « choice » et « choice_many », et seulement avec eux")
        if self.undecided and not set(self.undecided.means) <= {choice.code for choice in self.choices}:
            raise ValueError("« means » ne nomme que des choix de la question")
        return self

    def to_variable(self) -> Variable:
        asked: dict[str, Any] = {
            "id": self.id,
            "type": self.kind,
            "fr": self.label.fr,
            "en": self.label.en,
            "values": [choice.code for choice in self.choices],
            "labels": {choice.code: {"fr": choice.label.fr, "en": choice.label.en} for choice in self.choices},
            "sensitive": self.sensitive,
        }
        if self.variable:
            asked["scale"] = load_variables()[self.variable].scale
        return variable_from_question(asked)


class QuestionFile(Definition):
    reviewed_on: date
    questions: Annotated[tuple[QuestionDefinition, ...], Field(strict=False, min_length=1)]


@cache
def load_questions() -> Mapping[str, QuestionDefinition]:
    """Every question by its id, in the order written; a directory variable that it names exists, of the same kind."""
    file = definitions_folder() / FILE
    found: dict[str, QuestionDefinition] = {}
    for index, question in enumerate(read_model(file, QuestionFile).questions):
        known = load_variables().get(question.variable or "")
        if question.id in found or (question.variable and (known is None or known.kind != question.kind)):
            raise DefinitionRefused(
                file=name_file(file),
                path=f"questions.{index}",
                problem=f"« {question.id} » est écrite deux fois, ou sa variable n’existe pas avec ce genre.",
                remedy="Donnez un autre nom, ou corrigez « variable » et « kind ».",
            )
        found[question.id] = question
    return MappingProxyType(found)


@cache
def load_question_variables() -> Mapping[str, Variable]:
    """Every question by its id, as criteria test it."""
    return MappingProxyType({key: question.to_variable() for key, question in load_questions().items()})
