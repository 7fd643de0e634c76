"""Past files from a spreadsheet: each a file of the programme, with its days. All or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
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
from essor.programmes.rules import PastFile, ProgrammeError, read_past_files
from essor.territories.queries import find_codes

NEED = "start"
NOON = time(12)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many files were entered, and how many of them had opened."""

    files: int
    opened: int


def import_files(
    *, programme: Programme, rows: Sequence[Mapping[str, str]], name: str, by: User | None, now: datetime
) -> Imported:
    """``rows``: what each line of the spreadsheet says, by heading; ``name``: of the spreadsheet.

    Raises ProgrammeError ``import-refused``, with every fault: (line, code, facts).
    """
    require(by, "administer", on=timezone.localdate(now))
    workflow, on = load_latest_workflow("startup"), timezone.localdate(now)
    places = find_codes([row.get("place", "").strip() for row in rows], on)
    files, faults = read_past_files(rows, workflow=workflow, places=places, on=on)
    keys = [_key_of(programme, file) for file in files]
    there = set(Case.objects.filter(opening_key__in=keys).values_list("opening_key", flat=True))
    seen: set[str] = set()
    for file, key in zip(files, keys, strict=True):
        if key in there or key in seen:
            faults.append((file.line, "already-there", {"name": file.name}))
        seen.add(key)
    if faults:
        raise ProgrammeError("import-refused", faults=sorted(faults, key=lambda fault: fault[0]))
    _write(programme, files, keys, workflow=workflow, name=name, by=by, now=now)
    return Imported(len(files), sum(file.has_reached(str(workflow.opens_at)) for file in files))


@transaction.atomic
def _write(
    programme: Programme,
    files: Sequence[PastFile],
    keys: Sequence[str],
    *,
    workflow: WorkflowDefinition,
    name: str,
    by: User | None,
    now: datetime,
) -> None:
    cases = Case.objects.bulk_create(
        _make_case(file, key, workflow=workflow, name=name, on=timezone.localdate(now))
        for file, key in zip(files, keys, strict=True)
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


def _key_of(programme: Programme, file: PastFile) -> str:
    said = [programme.slug, file.name.casefold(), file.territory_code, file.moves[0][1].isoformat()]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:40]


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
