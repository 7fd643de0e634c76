"""What a spreadsheet of past files would enter, and what forbids it. Nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from essor.accounts.models import User
from essor.cases.models import Case
from essor.directory.models import ImportDraft
from essor.knowledge import load_latest_workflow
from essor.programmes.models import Programme
from essor.programmes.rules import Fault, PastFile, PastRows, read_past_files
from essor.territories.queries import find_codes

MOST_DRAFTS = 20


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """``files``: by the key that makes each enter once. ``faults``: by line. ``opened``: how many reached the opening
    of their enterprise; ``closed``: how many have ended."""

    files: Mapping[str, PastFile]
    faults: Sequence[Fault]
    opened: int
    closed: int


def check_past_files(programme: Programme, rows: PastRows, *, on: date) -> CheckedFiles:
    workflow = load_latest_workflow("startup")
    places = find_codes([row.get("place", "").strip() for _line, row in rows.lines], on)
    files, faults = read_past_files(rows, workflow=workflow, places=places, on=on)
    keys = [_key_of(programme, file) for file in files]
    there = set(Case.objects.filter(opening_key__in=keys).values_list("opening_key", flat=True))
    keyed: dict[str, PastFile] = {}
    for file, key in zip(files, keys, strict=True):
        if not programme.starts_on <= file.moves[0][1] < programme.ends_before:
            faults.append((file.line, "outside-programme", {"on": file.moves[0][1], "starts_on": programme.starts_on}))
        elif key in there or key in keyed:
            faults.append((file.line, "already-there", {"name": file.name}))
        else:
            keyed[key] = file
    return CheckedFiles(
        files=keyed,
        faults=sorted(faults, key=lambda fault: fault[0]),
        opened=sum(file.has_reached(str(workflow.opens_at)) for file in keyed.values()),
        closed=sum(file.closed_on is not None for file in keyed.values()),
    )


def is_all_there(checked: CheckedFiles) -> bool:
    """Whether each line is a file that was entered already: nothing is left to enter, nor to mend."""
    return not checked.files and {code for _line, code, _facts in checked.faults} == {"already-there"}


def name_purpose(programme: Programme) -> str:
    return f"programme:{programme.slug}"


def list_drafts(programme: Programme, *, by: User) -> QuerySet[ImportDraft]:
    """One's own files on their way, the latest first."""
    return ImportDraft.objects.filter(purpose=name_purpose(programme), created_by=by).order_by("-changed_at", "-pk")[
        :MOST_DRAFTS
    ]


def find_draft(programme: Programme, *, token: str, by: User) -> ImportDraft | None:
    return ImportDraft.objects.filter(purpose=name_purpose(programme), created_by=by, token=token).first()


def is_entered(programme: Programme, *, token: str, by: User) -> bool:
    draft = find_draft(programme, token=token, by=by)
    return draft is not None and draft.stage == ImportDraft.Stage.DONE


def _key_of(programme: Programme, file: PastFile) -> str:
    said = [programme.slug, file.name.casefold(), file.territory_code, file.moves[0][1].isoformat()]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:40]
