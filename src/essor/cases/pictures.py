"""Tables of cases, ready to be drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from essor.cases.load import Load
from essor.cases.models import Case, CaseEvent
from essor.cases.wording import describe_event, in_language, write_minutes, write_need
from essor.design.tables import Column, Link, Row, Table
from essor.knowledge import WorkflowDefinition, load_workflows


def build_cases_table(cases: Iterable[Case], *, caption: str, places: Mapping[str, str]) -> Table:
    """The term of those open."""
    columns = [
        Column(_("Dossier")), Column(_("Échéance"), "day"), Column(_("Personne")), Column(_("Besoin")),
        Column(_("Lieu")), Column(_("Responsable")), Column(_("Étape")),
    ]  # fmt: skip
    return Table(caption, columns, [_write_open(case, places) for case in cases])


def build_closed_table(cases: Iterable[Case], *, places: Mapping[str, str]) -> Table:
    """Each with its outcome, and its day."""
    columns = [
        Column(_("Dossier")), Column(_("Clos le"), "day"), Column(_("Issue")), Column(_("Personne")),
        Column(_("Besoin")), Column(_("Lieu")), Column(_("Responsable")),
    ]  # fmt: skip
    return Table(_("Dossiers clos"), columns, [_write_closed(case, places) for case in cases])


def build_load_table(loads: Iterable[Load], *, may_hand: bool) -> Table:
    """``may_hand``: whether a name leads to handing that person's files over."""
    columns = [
        Column(_("Personne")), Column(_("Ouverts"), "whole"), Column(_("En retard"), "whole"),
        Column(_("En attente de la personne"), "whole"), Column(_("Temps noté, 90 jours")), Column(_("Étapes")),
    ]  # fmt: skip
    return Table(_("Qui a quoi en charge"), columns, [_write_load(one, may_hand=may_hand) for one in loads])


def _write_load(load: Load, *, may_hand: bool) -> Row:
    name: str | Link = _("personne encore") if load.person is None else str(load.person)
    if load.person is not None and load.open_files and may_hand:
        name = Link(str(load.person), reverse("case_hand_over", args=[load.person.pk]))
    stages: Counter[str] = Counter()
    for (workflow, version, stage), n in load.stages.items():
        stages[in_language(load_workflows()[workflow, version].get_stage(stage).label)] += n
    said = ", ".join(f"{label} {n}" for label, n in stages.most_common())
    cells = [name, load.open_files, load.late, load.waiting, write_minutes(load.minutes), said or "—"]
    return Row(cells, note="" if load.has_role else _("sans rôle aujourd’hui"))


def _write_open(case: Case, places: Mapping[str, str]) -> Row:
    stage = _find_workflow(case).get_stage(case.stage)
    cells = [_link(case), case.due_on, *_say_who_and_what(case, places), in_language(stage.label)]
    return Row(cells, note=_("Retard signalé à l’administration") if case.escalated_at else "")


def _write_closed(case: Case, places: Mapping[str, str]) -> Row:
    closed_on = timezone.localdate(case.closed_at) if case.closed_at else None
    outcome = _find_workflow(case).get_outcome(case.outcome_code)
    return Row([_link(case), closed_on, in_language(outcome.label), *_say_who_and_what(case, places)])


def _find_workflow(case: Case) -> WorkflowDefinition:
    return load_workflows()[case.workflow, case.workflow_version]


def _link(case: Case) -> Link:
    return Link(case.reference, reverse("case", args=[case.reference]))


def _say_who_and_what(case: Case, places: Mapping[str, str]) -> list[str]:
    return [
        _("effacé") if case.erased_at else case.promoter_name,
        write_need(case.need),
        places.get(case.territory_code, case.territory_code),
        str(case.assigned_to) if case.assigned_to else _("personne encore"),
    ]


def build_timeline(events: Iterable[CaseEvent], workflow: WorkflowDefinition) -> Table:
    columns = [Column(_("Ce qui est arrivé")), Column(_("Qui")), Column(_("Quand"), "day")]
    rows = [
        Row(
            [capfirst(describe_event(event, workflow)), _write_actor(event), timezone.localdate(event.happened_at)],
            event.words,
        )
        for event in events
    ]
    return Table(_("Le fil du dossier"), columns, rows)


def _write_actor(event: CaseEvent) -> str:
    return str(event.actor) if event.actor else str(event.get_party_display())
