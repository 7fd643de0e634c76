"""``definitions/retention.yaml`` → how long a document is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from essor.knowledge.reading import Bilingual, Definition, definitions_folder, read_model


class RetentionDefinition(Definition):
    """``years``: after the deposit, or after the closing of the file, whatever its day."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    label: Bilingual
    years: Annotated[int, Field(ge=1, le=100)]
    counted_from: Literal["deposit", "closing"]
    reason: Bilingual


class RetentionFile(Definition):
    """``usual``: the label of a document of which nobody said anything else."""

    source: str = Field(min_length=1)
    reviewed_on: date
    usual: str
    labels: Annotated[tuple[RetentionDefinition, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        codes = [label.code for label in self.labels]
        if len(set(codes)) < len(codes):
            raise ValueError("deux étiquettes portent le même code")
        if self.usual not in codes:
            raise ValueError(f"l’étiquette habituelle est inconnue : « {self.usual} »")
        return self


@cache
def _load() -> RetentionFile:
    return read_model(definitions_folder() / "retention.yaml", RetentionFile)


def load_retention() -> Mapping[str, RetentionDefinition]:
    """Every label by its code, in the order of the file."""
    return MappingProxyType({label.code: label for label in _load().labels})


def usual_retention() -> str:
    """The code of the label of a document of which nobody said anything else."""
    return _load().usual
