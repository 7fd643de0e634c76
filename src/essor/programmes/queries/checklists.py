"""The steps to open an enterprise, as its file says where they stand; who may help with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from essor.cases.models import Case, CaseEvent
from essor.knowledge.checklists import ChecklistDefinition, ChecklistStep, load_checklists
from essor.territories.lives import NEED, Register, list_serving
from essor.territories.queries.bodies import list_chain, read_register

CHOSEN, DONE, UNDONE = "checklist", "step_done", "step_undone"
MOST_HELPERS = 3


@dataclass(frozen=True, slots=True)
class Checklist:
    """``ticks``: by step, the last event that says whether it is done. Those of a list that is no longer followed, or
    of a step that is no longer in it, wait there for whoever comes back to it."""

    definition: ChecklistDefinition
    kind: str
    ticks: Mapping[str, CaseEvent] = field(default_factory=dict)

    @property
    def steps(self) -> list[ChecklistStep]:
        return self.definition.list_steps(self.kind)

    def is_done(self, step: str) -> bool:
        return step in self.ticks and self.ticks[step].facts["deed"] == DONE

    @property
    def done(self) -> int:
        return sum(self.is_done(step.code) for step in self.steps)


def read_checklist(case: Case) -> Checklist | None:
    """None: no form is chosen yet. In one query."""
    events = CaseEvent.objects.filter(
        case=case, kind=CaseEvent.Kind.PROGRAMME, facts__deed__in=[CHOSEN, DONE, UNDONE]
    ).select_related("actor")
    form, kind, ticks = "", "", dict[tuple[str, str], CaseEvent]()
    for event in events.order_by("pk"):
        if event.facts["deed"] == CHOSEN:
            form, kind = str(event.facts["form"]), str(event.facts["kind"])
        else:
            ticks[str(event.facts["form"]), str(event.facts["step"])] = event
    definition = load_checklists().get(form)
    if definition is None:
        return None
    return Checklist(definition, kind, {step: event for (of, step), event in ticks.items() if of == form})


def list_choices() -> list[tuple[str, str, ChecklistDefinition]]:
    """The forms that may be chosen, each with its kind or none."""
    return [
        (one.id, kind, one)
        for one in load_checklists().values()
        for kind in ([named.code for named in one.kinds] or [""])
    ]


def find_helpers(checklist: Checklist, *, place: str, on: date) -> Mapping[str, list[tuple[str, str]]]:
    """By need, the bodies that have its mandate that day where the project is, the nearest first: slug and name. In a
    fixed number of queries."""
    register, places = read_register(), list_chain(place, on)
    needs = {step.need for step in checklist.steps}
    return {need: _name(register, places, need, on) for need in needs}


def _name(register: Register, places: list[str], need: str, on: date) -> list[tuple[str, str]]:
    found = list_serving(register, places=places, on=on, subject_kind=NEED, subject=need)
    bodies = dict.fromkeys(one.body for one in found)
    return [(body, register.lives[body].named_on(on).name) for body in list(bodies)[:MOST_HELPERS]]
