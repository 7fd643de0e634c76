"""Past files from a spreadsheet: each a file of the programme, with its days. All or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.cases.access import hash_token, make_reference, make_token
from essor.cases.models import Case, CaseEvent, Party
from essor.cases.rules import start_clock
from essor.knowledge import WorkflowDefinition, load_latest_workflow
from essor.programmes.models import Enrolment, Programme
from essor.programmes.queries.past_files import check_past_files
from essor.programmes.rules import PastFile, PastRows, ProgrammeError

NEED = "start"
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many files were entered, and how many of them had opened."""

    files: int
    opened: int


def import_files(*, programme: Programme, rows: PastRows, name: str, by: User | None, now: datetime) -> Imported:
    """``name``: of the spreadsheet. Two at once: the second waits, and finds the files there.

    Raises ProgrammeError ``import-refused``, with every fault: (line, code, facts).
    """
    require(by, "administer", on=timezone.localdate(now))
    with transaction.atomic():
        held = Programme.objects.select_for_update().get(pk=programme.pk)
        checked = check_past_files(held, rows, on=timezone.localdate(now))
        if checked.faults:
            raise ProgrammeError("import-refused", faults=checked.faults)
        _write(held, checked.files, name=name, by=by, now=now)
    return Imported(len(checked.files), checked.opened)


def _write(programme: Programme, keyed: Mapping[str, PastFile], *, name: str, by: User | None, now: datetime) -> None:
    workflow, files = load_latest_workflow("startup"), keyed.values()
    cases = Case.objects.bulk_create(
        _make_case(file, key, workflow=workflow, name=name, on=timezone.localdate(now)) for key, file in keyed.items()
    )
    Enrolment.objects.bulk_create(
        Enrolment(programme=programme, case=case, entered_on=file.moves[0][1], entered_at=now, entered_by=by)
        for case, file in zip(cases, files, strict=True)
    )
    CaseEvent.objects.bulk_create(
        event
        for case, file in zip(cases, files, strict=True)
        for event in _list_events(case, file, workflow=workflow, programme=programme)
    )
    record_event(
        action="import_files", target_kind="programme", target_id=programme.slug, by=by, now=now,
        after={"files": len(files), "name": name[:100]},
    )  # fmt: skip


def _at(day: date) -> datetime:
    """Only the day is known: noon keeps it that day everywhere."""
    return datetime.combine(day, NOON, tzinfo=timezone.get_default_timezone())


def _make_case(file: PastFile, key: str, *, workflow: WorkflowDefinition, name: str, on: date) -> Case:
    reference, stage = make_reference(), file.moves[-1][0]
    closed_at = _at(file.closed_on) if file.closed_on else None
    final = next(one.code for one in workflow.stages if one.is_final)
    return Case(
        reference=reference, workflow=workflow.id, workflow_version=workflow.version,
        stage=final if closed_at else stage, need=NEED, territory_code=file.territory_code, promoter_name=file.name,
        imported_from=name[:100], opening_key=key, access_hash=hash_token(make_token(reference)),
        opened_at=_at(file.moves[0][1]), due_on=None if closed_at else start_clock(workflow, stage=stage, on=on).due_on,
        outcome_code=file.outcome, outcome_words=file.words, closed_at=closed_at,
    )  # fmt: skip


def _list_events(
    case: Case, file: PastFile, *, workflow: WorkflowDefinition, programme: Programme
) -> Iterable[CaseEvent]:
    def make(kind: str, day: date, facts: dict[str, Any], words: str = "") -> CaseEvent:
        return CaseEvent(case=case, kind=kind, party=Party.PLATFORM, facts=facts, words=words, happened_at=_at(day))

    (first, opened_on), *others = file.moves
    yield make("opened", opened_on, {"need": NEED, "place": case.territory_code})
    named = {"fr": programme.name_fr, "en": programme.name_en}
    yield make("programme", opened_on, {"deed": "enrol", "programme": programme.slug, **named})
    before = workflow.first_stage
    for stage, day in [*([(first, opened_on)] if first != before else []), *others]:
        yield make("moved", day, {"move": "", "from": before, "to": stage})
        before = stage
    if file.closed_on:
        yield make("closed", file.closed_on, {"outcome": file.outcome, "from": before}, file.words)
