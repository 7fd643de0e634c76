"""``definitions/applications/*.yaml`` → what is asked of whoever applies to a programme, section by section."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from essor.knowledge.questions import load_questions
from essor.knowledge.reading import (
    Bilingual,
    Definition,
    DefinitionRefused,
    check_model,
    list_files,
    name_file,
    read_model,
)
from essor.knowledge.variables import ChoiceDefinition, load_variables

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
AnswerKind = Literal["text", "long_text", "whole", "decimal", "money", "yes_no", "choice", "day", "file"]
WRITTEN, COUNTED = frozenset({"text", "long_text"}), frozenset({"whole", "decimal", "money"})
KNOWN_AS: Mapping[str, frozenset[str]] = {
    "whole": frozenset({"number"}),
    "decimal": frozenset({"number"}),
    "money": frozenset({"money"}),
    "yes_no": frozenset({"boolean"}),
    "choice": frozenset({"choice"}),
}
"""Which kinds of variables and questions may fill in a field."""


class FieldDefinition(Definition):
    """One thing asked. ``help``: why it is asked. ``is_required``: needed in order to file, never in order to save.

    ``longest``: signs; ``least``, ``most``: both allowed; an amount in whole dollars. ``fact``: the directory's
    variable that may already say it; ``question``: the one of the finder.
    """

    code: Code
    kind: AnswerKind
    label: Bilingual
    help: Bilingual
    is_required: bool = False
    longest: int | None = Field(default=None, ge=1, le=10_000)
    least: int | None = None
    most: int | None = None
    choices: Annotated[tuple[ChoiceDefinition, ...], Field(strict=False)] = ()
    fact: str | None = None
    question: str | None = None

    @model_validator(mode="after")
    def _keeps_to_its_kind(self) -> Self:
        if (self.kind in WRITTEN) != (self.longest is not None):
            raise ValueError("« longest » va avec un texte, et seulement avec lui")
        if (self.kind in COUNTED) != (None not in (self.least, self.most)):
            raise ValueError("« least » et « most » vont ensemble avec un nombre ou un montant, et seulement avec eux")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("« least » dépasse « most »")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError("« choices » va avec un choix, et seulement avec lui")
        if len({one.code for one in self.choices}) < len(self.choices):
            raise ValueError("un même code est donné à deux choix")
        return self


class SectionDefinition(Definition):
    code: Code
    label: Bilingual
    fields: Annotated[tuple[FieldDefinition, ...], Field(strict=False, min_length=1)]


class ApplicationDefinition(Definition):
    """A version of a form. What was started under one keeps to it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    version: int = Field(ge=1)
    label: Bilingual
    definition: Bilingual
    source: str = Field(min_length=1)
    reviewed_on: date
    sections: Annotated[tuple[SectionDefinition, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for codes in ([one.code for one in self.sections], [one.code for one in self.list_fields()]):
            if len(set(codes)) < len(codes):
                raise ValueError("un même code est donné deux fois")
        return self

    def list_fields(self) -> list[FieldDefinition]:
        return [field for section in self.sections for field in section.fields]

    def find_section(self, code: str) -> SectionDefinition | None:
        return next((one for one in self.sections if one.code == code), None)


def read_application(content: Mapping[str, Any]) -> ApplicationDefinition:
    """One that was pinned, as plain data."""
    return ApplicationDefinition.model_validate_json(json.dumps(content))


def check_application(content: Mapping[str, Any], *, file: str) -> ApplicationDefinition:
    """One that is written by hand: what it names in the directory and in the finder is there, and of its kind."""
    found = check_model(content, ApplicationDefinition, file=file)
    _check_known(found, file)
    return found


def _check_known(found: ApplicationDefinition, file: str) -> None:
    variables = {name: one.kind for name, one in load_variables().items()}
    questions = {name: one.kind for name, one in load_questions().items()}
    for field in found.list_fields():
        for key, named, known in (("fact", field.fact, variables), ("question", field.question, questions)):
            if named is not None and known.get(named) not in KNOWN_AS.get(field.kind, frozenset[str]()):
                raise DefinitionRefused(
                    file=file,
                    path=f"{field.code}.{key}",
                    problem=f"« {named} » n’existe pas, ou n’est pas du genre « {field.kind} ».",
                    remedy="Corrigez ce nom, ou retirez cette clé.",
                )


@cache
def load_applications() -> Mapping[tuple[str, int], ApplicationDefinition]:
    """Every version of every form."""
    found: dict[tuple[str, int], ApplicationDefinition] = {}
    for file in list_files("applications"):
        form = read_model(file, ApplicationDefinition)
        _check_known(form, name_file(file))
        if (form.id, form.version) in found:
            raise DefinitionRefused(
                file=name_file(file),
                path="version",
                problem=f"la version {form.version} de « {form.id} » est déjà définie.",
                remedy="Donnez un nouveau numéro à la nouvelle version.",
            )
        found[form.id, form.version] = form
    return MappingProxyType(found)


def load_latest_application(id_: str) -> ApplicationDefinition:
    """The version that a new application takes; a KeyError when no form has this id."""
    return max(_list_versions(id_, load_applications().values()), key=lambda form: form.version)


def _list_versions(id_: str, forms: Iterable[ApplicationDefinition]) -> list[ApplicationDefinition]:
    versions = [form for form in forms if form.id == id_]
    if not versions:
        raise KeyError(id_)
    return versions
