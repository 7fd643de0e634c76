"""``definitions/variables/*.yaml`` → the variables that facts may carry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from essor.knowledge.reading import Bilingual, Definition, DefinitionRefused, list_files, name_file, read_model
from essor.methods.variables import DEFAULT_SCALE, Kind, Variable

CHOICES = ("choice", "choice_many")


class ChoiceDefinition(Definition):
    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Bilingual
    definition: Bilingual | None = None


def _distinct(choices: tuple[ChoiceDefinition, ...]) -> tuple[ChoiceDefinition, ...]:
    codes = [choice.code for choice in choices]
    if len(codes) != len(set(codes)):
        raise ValueError("un même code est donné à deux choix")
    return choices


class VariableDefinition(Definition):
    """One variable, as written by an expert. ``is_derived``: computed by Essor from life events, never imported."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    kind: Kind
    label: Bilingual
    definition: Bilingual
    unit: str | None = None
    scale: int | None = Field(default=None, ge=0, le=6)
    minimum: int | None = None
    maximum: int | None = None
    holds_days: int | None = Field(default=None, ge=1)
    sensitive: bool = False
    source: str = Field(min_length=1)
    is_derived: bool = False
    choices: Annotated[tuple[ChoiceDefinition, ...], AfterValidator(_distinct), Field(strict=False)] = ()
    reviewed_on: date

    @model_validator(mode="after")
    def _keeps_to_its_kind(self) -> Self:
        if (self.kind in CHOICES) != bool(self.choices):
            raise ValueError("« choices » va avec les genres « choice » et « choice_many », et seulement avec eux")
        if self.kind not in DEFAULT_SCALE and (self.scale, self.minimum, self.maximum) != (None, None, None):
            raise ValueError("« scale », « minimum » et « maximum » vont avec un nombre, une part ou un montant")
        return self

    def to_variable(self) -> Variable:
        default_scale = DEFAULT_SCALE.get(self.kind, 0)
        return Variable(
            id=self.id,
            kind=self.kind,
            label_fr=self.label.fr,
            label_en=self.label.en,
            unit=self.unit,
            values=tuple(choice.code for choice in self.choices),
            scale=default_scale if self.scale is None else self.scale,
            minimum=None if self.minimum is None else Decimal(self.minimum),
            maximum=None if self.maximum is None else Decimal(self.maximum),
            holds_days=self.holds_days,
            sensitive=self.sensitive,
            definition_fr=self.definition.fr,
            definition_en=self.definition.en,
            source=self.source,
            value_labels={choice.code: (choice.label.fr, choice.label.en) for choice in self.choices} or None,
        )


class VariableFile(Definition):
    variables: Annotated[tuple[VariableDefinition, ...], Field(strict=False, min_length=1)]


@cache
def load_variable_definitions() -> Mapping[str, VariableDefinition]:
    """Every variable with all that its file says (review date, definitions of choices), in the order of the files."""
    found: dict[str, VariableDefinition] = {}
    for file in list_files("variables"):
        for index, variable in enumerate(read_model(file, VariableFile).variables):
            if variable.id in found:
                raise DefinitionRefused(
                    file=name_file(file),
                    path=f"variables.{index}.id",
                    problem=f"la variable « {variable.id} » est déjà définie.",
                    remedy="Donnez-lui un autre nom, ou retirez l’une des deux.",
                )
            found[variable.id] = variable
    return MappingProxyType(found)


@cache
def load_variables() -> Mapping[str, Variable]:
    """Every variable by its id, as the methods want it."""
    return MappingProxyType({key: definition.to_variable() for key, definition in load_variable_definitions().items()})


@cache
def list_derived_variables() -> frozenset[str]:
    """The ids that Essor computes itself (from life events): no file or form may fill them."""
    return frozenset(key for key, definition in load_variable_definitions().items() if definition.is_derived)
