"""``definitions/needs.yaml`` → the needs for which help is sought."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from essor.knowledge.reading import Bilingual, Definition, DefinitionRefused, definitions_folder, name_file, read_model


class NeedDefinition(Definition):
    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Bilingual
    definition: Bilingual

    def get_label(self, language: str) -> str:
        return self.label.en if language == "en" else self.label.fr


class NeedFile(Definition):
    source: str = Field(min_length=1)
    reviewed_on: date
    needs: Annotated[tuple[NeedDefinition, ...], Field(strict=False, min_length=1)]


@cache
def load_needs() -> Mapping[str, NeedDefinition]:
    """Every need by its code, in the order of the file."""
    file = definitions_folder() / "needs.yaml"
    found: dict[str, NeedDefinition] = {}
    for index, need in enumerate(read_model(file, NeedFile).needs):
        if need.code in found:
            raise DefinitionRefused(
                file=name_file(file),
                path=f"needs.{index}.code",
                problem=f"le besoin « {need.code} » est déjà défini.",
                remedy="Donnez-lui un autre code, ou retirez l’un des deux.",
            )
        found[need.code] = need
    return MappingProxyType(found)
