"""``definitions/workflows/*.yaml`` → how a file moves: stages with their terms, moves, outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from essor.knowledge.reading import Bilingual, Definition, DefinitionRefused, list_files, name_file, read_model

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Actor = Literal["promoter", "adviser"]
Recipient = Literal["promoter", "adviser", "administrators"]


class ReminderDefinition(Definition):
    """``after_days``: business days after the term of the stage. The last one, to the administrators, escalates."""

    after_days: int = Field(ge=1)
    to: Recipient


class StagePriorDefinition(Definition):
    """Before any file was seen: ``months`` spent in the stage, and the share that ``goes_on`` rather than stops."""

    months: float = Field(gt=0, le=120)
    goes_on: float = Field(gt=0, lt=1)


class StageDefinition(Definition):
    """``acts``: who must do the next thing. ``stops_clock``: the adviser's term stops while the file is here.
    ``prior``: what a forecast believes of it at first.

    ``promoter``, ``adviser``: what this stage means to each of them, in a sentence.
    """

    code: Code
    label: Bilingual
    acts: Literal["promoter", "adviser", "nobody"]
    days_allowed: int | None = Field(default=None, ge=1)
    stops_clock: bool = False
    is_final: bool = False
    promoter: Bilingual
    adviser: Bilingual
    reminders: Annotated[tuple[ReminderDefinition, ...], Field(strict=False)] = ()
    prior: StagePriorDefinition | None = None

    @model_validator(mode="after")
    def _keeps_someone_awake(self) -> Self:
        """No file dies in silence: each stage that is not the last has a term, and ends with the administrators."""
        if self.is_final:
            if (self.days_allowed, self.reminders, self.acts) != (None, (), "nobody"):
                raise ValueError("une étape finale n’a ni délai, ni rappel, ni personne qui agit")
            return self
        if self.days_allowed is None or self.acts == "nobody":
            raise ValueError("une étape qui n’est pas finale a un délai et une personne qui agit")
        days = [reminder.after_days for reminder in self.reminders]
        if not days or days != sorted(set(days)) or self.reminders[-1].to != "administrators":
            raise ValueError("les rappels vont croissant, et le dernier va aux administrateurs")
        if self.stops_clock != (self.acts == "promoter"):
            raise ValueError("le délai s’arrête quand on attend la personne, et seulement alors")
        return self


class MoveDefinition(Definition):
    """``returns``: instead of ``to``, back to the stage from which the file came to wait. ``by_deed``: the deed itself
    makes it (an offer, a payment), never a person by hand. ``asks_day``: it says what happened, and must say on which
    day, today or before: what is asked."""

    code: Code
    label: Bilingual
    from_stages: Annotated[tuple[Code, ...], Field(strict=False, min_length=1, alias="from")]
    to: Code | None = None
    returns: bool = False
    by: Annotated[tuple[Actor, ...], Field(strict=False, min_length=1)]
    needs_reason: bool = False
    by_deed: bool = False
    asks_day: Bilingual | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.returns == (self.to is not None):
            raise ValueError("un mouvement mène à une étape (« to ») ou revient (« returns »), et pas les deux")
        return self


class OutcomeDefinition(Definition):
    """How a file ends. ``asks``: what its words, never empty, must say."""

    code: Code
    by: Annotated[tuple[Actor, ...], Field(strict=False, min_length=1)]
    label: Bilingual
    asks: Bilingual


class WorkflowDefinition(Definition):
    """``continues``: the workflow whose files may go on under this one; it then knows all the codes of that one.
    ``opens_at``: the stage at which what the file is for has opened."""

    id: Code
    version: int = Field(ge=1)
    label: Bilingual
    definition: Bilingual
    source: str = Field(min_length=1)
    reviewed_on: date
    first_stage: Code
    continues: Code | None = None
    opens_at: Code | None = None
    stages: Annotated[tuple[StageDefinition, ...], Field(strict=False, min_length=2)]
    moves: Annotated[tuple[MoveDefinition, ...], Field(strict=False, min_length=1)]
    outcomes: Annotated[tuple[OutcomeDefinition, ...], Field(strict=False, min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        """Codes are said once, moves lead somewhere, and from every stage one can reach an end."""
        for named in (self.stages, self.moves, self.outcomes):
            _require_distinct(item.code for item in named)
        stages = {stage.code: stage for stage in self.stages}
        named_by_moves = {code for move in self.moves for code in (*move.from_stages, move.to) if code}
        named_by_moves |= {self.opens_at} if self.opens_at else set()
        if unknown := {self.first_stage, *named_by_moves} - set(stages):
            raise ValueError(f"étapes inconnues : {', '.join(sorted(unknown))}")
        if any(stages[code].is_final for move in self.moves for code in move.from_stages):
            raise ValueError("aucun mouvement ne part d’une étape finale")
        open_ended = [stage.code for stage in self.stages if not stage.is_final and not self._can_close(stage.code)]
        if open_ended:
            raise ValueError(f"rien ne permet de clore depuis : {', '.join(open_ended)}")
        return self

    def _can_close(self, stage: str) -> bool:
        finals = {one.code for one in self.stages if one.is_final}
        return any(stage in move.from_stages and move.to in finals and "adviser" in move.by for move in self.moves)

    def list_codes(self) -> set[tuple[str, str]]:
        codes = {("stage", stage.code) for stage in self.stages} | {("move", move.code) for move in self.moves}
        return codes | {("outcome", outcome.code) for outcome in self.outcomes}

    def get_stage(self, code: str) -> StageDefinition:
        return next(stage for stage in self.stages if stage.code == code)

    def get_outcome(self, code: str) -> OutcomeDefinition:
        return next(outcome for outcome in self.outcomes if outcome.code == code)


def _require_distinct(codes: Iterable[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise ValueError(f"le code « {code} » est donné deux fois")
        seen.add(code)


@cache
def load_workflows() -> Mapping[tuple[str, int], WorkflowDefinition]:
    """Every version of every workflow: an open file keeps to the version that it began with."""
    found: dict[tuple[str, int], WorkflowDefinition] = {}
    for file in list_files("workflows"):
        workflow = read_workflow(file)
        key = (workflow.id, workflow.version)
        if key in found:
            raise DefinitionRefused(
                file=name_file(file),
                path="version",
                problem=f"la version {workflow.version} de « {workflow.id} » est déjà définie.",
                remedy="Donnez un nouveau numéro à la nouvelle version.",
            )
        found[key] = workflow
    for workflow in found.values():
        continued = [one for (name, _version), one in found.items() if name == workflow.continues]
        left = set().union(*(one.list_codes() for one in continued)) - workflow.list_codes()
        if left or (workflow.continues and not continued):
            raise DefinitionRefused(
                file=f"workflows/{workflow.id}",
                path="continues",
                problem=f"« {workflow.id} » ne connaît pas tout de « {workflow.continues} » : {sorted(left)}.",
                remedy="Un dossier qui continue garde ses étapes : ajoutez celles qui manquent.",
            )
    return MappingProxyType(found)


def read_workflow(file: Path) -> WorkflowDefinition:
    return read_model(file, WorkflowDefinition)


def load_latest_workflow(id_: str) -> WorkflowDefinition:
    """The version that a new file takes; a KeyError when no workflow has this id."""
    versions = [workflow for (name, _), workflow in load_workflows().items() if name == id_]
    if not versions:
        raise KeyError(id_)
    return max(versions, key=lambda workflow: workflow.version)
