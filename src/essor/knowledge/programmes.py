"""``definitions/programmes/*.yaml``: what several bodies decided to reach together, and what each promised."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from essor.knowledge.applications import load_applications
from essor.knowledge.reading import Bilingual, Definition, find_file, list_files, read_model

Code = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Dollars = Annotated[int, Field(ge=0, le=10**10)]


class TargetDefinition(Definition):
    """``startups``: how many, in all; ``parts``: how much of it is entrusted to whom."""

    code: Code
    name: Bilingual
    territory: str = ""
    startups: Annotated[int, Field(ge=0, le=100_000)]
    parts: Annotated[tuple[TargetDefinition, ...], Field(strict=False)] = ()

    def list_codes(self) -> list[str]:
        return [self.code, *(code for part in self.parts for code in part.list_codes())]


class ReportDefinition(Definition):
    """A report that the agreement asks for: each ``every_months`` of its term, or about the day ``about_on``, within so
    many business days after."""

    code: Code
    label: Bilingual
    every_months: Annotated[int, Field(ge=1, le=120)] | None = None
    about_on: date | None = None
    within_days: Annotated[int, Field(ge=0, le=250)]

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.every_months is None) == (self.about_on is None):
            raise ValueError(f"le rapport « {self.code} » dit « every_months » ou « about_on », l’un des deux")
        return self


class ClausesDefinition(Definition):
    """For each start-up, in whole dollars. ``most_loan``: the share that may be lent, as « 2/5 ». ``is_public``:
    whether its money is public money. ``reports``: what is owed in words, and when."""

    floor_cad: Dollars | None = None
    cap_cad: Dollars | None = None
    most_loan: Annotated[str, Field(pattern=r"^\d{1,3}(/\d{1,3})?$")] | None = None
    two_people_from_cad: Dollars | None = None
    is_public: bool | None = None
    reports: Annotated[tuple[ReportDefinition, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _names_each_report_once(self) -> Self:
        if len({one.code for one in self.reports}) < len(self.reports):
            raise ValueError("deux rapports portent le même code")
        return self


class ScoredDefinition(Definition):
    """What a committee scores, from 1 to 5, and how much it weighs beside the rest."""

    code: Code
    label: Bilingual
    weight: Annotated[int, Field(ge=1, le=100)]


class AgreementDefinition(Definition):
    """``target``: the code of the part that it serves. Both days are of the term."""

    id: Code
    partner: str = Field(min_length=1, max_length=200)
    target: Code
    territory: str = ""
    starts_on: date
    ends_on: date
    envelope_cad: Annotated[int, Field(gt=0, le=10**10)]
    clauses: ClausesDefinition = Field(default_factory=ClausesDefinition)
    source: str = ""


class ProgrammeDefinition(Definition):
    """Both days are of the programme; the last is its horizon. ``credit``: how partners share a start-up, see
    :mod:`essor.methods.credit`. ``form``: what whoever applies to it fills in, by the id of a form of
    ``definitions/applications/``; empty: nothing."""

    id: Code
    name: Bilingual
    starts_on: date
    ends_on: date
    source: str = ""
    target: TargetDefinition
    credit: Literal["equal", "accepted", "paid"] = "equal"
    form: str = ""
    scoresheet: Annotated[tuple[ScoredDefinition, ...], Field(strict=False)] = ()
    agreements: Annotated[tuple[AgreementDefinition, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        codes = self.target.list_codes()
        if len(set(codes)) < len(codes):
            raise ValueError("deux cibles portent le même code")
        if len({one.code for one in self.scoresheet}) < len(self.scoresheet):
            raise ValueError("deux lignes de la grille portent le même code")
        if self.form and self.form not in {one.id for one in load_applications().values()}:
            raise ValueError(f"aucun formulaire ne s’appelle « {self.form} »")
        for agreement in self.agreements:
            if agreement.target not in codes:
                raise ValueError(f"l’entente « {agreement.id} » sert une cible inconnue : « {agreement.target} »")
            if agreement.ends_on < agreement.starts_on:
                raise ValueError(f"l’entente « {agreement.id} » finit avant de commencer")
        return self


def load_demo_programme(name: str) -> ProgrammeDefinition:
    """``definitions/demo/<name>.yaml``: a fictitious programme."""
    return read_model(find_file("demo", name), ProgrammeDefinition)


@cache
def load_programmes() -> tuple[ProgrammeDefinition, ...]:
    return tuple(read_model(file, ProgrammeDefinition) for file in list_files("programmes"))
