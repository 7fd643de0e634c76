"""``definitions/checklists/*.yaml`` → the steps to open an enterprise, by legal form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, model_validator

from essor.knowledge.needs import load_needs
from essor.knowledge.reading import Bilingual, Definition, list_files, read_model

Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]


class KindDefinition(Definition):
    code: Code
    label: Bilingual


class ChecklistStep(Definition):
    """``usual``: when it is usually done. ``need``: whoever has its mandate helps; ``helps``: in words, where nobody
    has. ``only``: the kinds that it is for; empty: all. ``source`` None: Essor's own assumption."""

    code: Code
    label: Bilingual
    what: Bilingual
    papers: Annotated[tuple[Bilingual, ...], Field(strict=False)] = ()
    usual: Bilingual
    need: str
    helps: Bilingual
    only: Annotated[tuple[Code, ...], Field(strict=False)] = ()
    source: Bilingual | None = None


class ChecklistDefinition(Definition):
    id: Code
    version: int = Field(ge=1)
    label: Bilingual
    lede: Bilingual
    reviewed_on: date
    kinds: Annotated[tuple[KindDefinition, ...], Field(strict=False)] = ()
    steps: Annotated[tuple[ChecklistStep, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        codes, kinds = [step.code for step in self.steps], {kind.code for kind in self.kinds}
        if len(set(codes)) < len(codes):
            raise ValueError("deux étapes portent le même code")
        for step in self.steps:
            if not set(step.only) <= kinds:
                raise ValueError(f"l’étape « {step.code} » est pour un genre inconnu")
            if step.need not in load_needs():
                raise ValueError(f"l’étape « {step.code} » nomme un besoin inconnu : « {step.need} »")
        return self

    def list_steps(self, kind: str = "") -> list[ChecklistStep]:
        """Those of a kind; without one, those of all."""
        return [step for step in self.steps if not step.only or not kind or kind in step.only]

    def name_kind(self, kind: str) -> Bilingual:
        return next((one.label for one in self.kinds if one.code == kind), self.label)


@cache
def load_checklists() -> Mapping[str, ChecklistDefinition]:
    """By legal form, in the order of their names."""
    found = (read_model(file, ChecklistDefinition) for file in list_files("checklists"))
    return MappingProxyType({one.id: one for one in found})
