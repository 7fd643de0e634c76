"""A census file becomes facts: all of it, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl
from django.db import transaction

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.directory.actions.reach import find_elsewhere, find_places_elsewhere, split_codes
from essor.directory.actions.writing import Progress, write_plan
from essor.directory.importing.mapping import FileMapping
from essor.directory.importing.planning import Plan, make_plan
from essor.directory.importing.problems import Problem
from essor.directory.importing.reading import LINE, Table, read_table
from essor.directory.models import Source
from essor.directory.rules import DirectoryError


class ImportRefused(DirectoryError):
    """The file has errors: ``problems`` names each one; nothing was written."""

    def __init__(self, *, problems: list[Problem], errors: int) -> None:
        super().__init__("import-refused", errors=errors)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``source`` None: a rehearsal. ``is_repeated``: that file was imported already with that mapping.

    ``titles``: the columns of the file, used or not.
    """

    source: Source | None
    counts: Mapping[str, int]
    problems: list[Problem]
    is_repeated: bool = False
    titles: tuple[str, ...] = ()


def _silent(_what: str, _done: int, _total: int) -> None:
    """Progress nobody looks at."""


def preview_census(
    *, file: Path, mapping: FileMapping, now: datetime, suffix: str | None = None, by: User | None = None
) -> ImportReport:
    """What an import by that person would do, and every problem; writes nothing."""
    found = find_imported(checksum=compute_checksum(file), mapping=mapping)
    if found is not None:
        return ImportReport(found, {}, [], is_repeated=True)
    plan = _plan(read_table(file, suffix=suffix), mapping, by=by, now=now)
    return ImportReport(None, plan.counts, plan.problems.in_order(), titles=plan.titles)


def import_census(
    *,
    file: Path,
    mapping: FileMapping,
    by: User | None,
    now: datetime,
    suffix: str | None = None,
    progress: Progress = _silent,
) -> ImportReport:
    """Reads, checks, matches and writes the whole file in one transaction.

    Raises DirectoryError where the file or the mapping cannot be read, ImportRefused where a row has an error.
    """
    checksum = compute_checksum(file)
    progress("reading", 0, 1)
    table = read_table(file, suffix=suffix)
    progress("reading", 1, 1)
    with transaction.atomic():
        found = find_imported(checksum=checksum, mapping=mapping)
        if found is not None:
            return ImportReport(found, {}, [], is_repeated=True)
        source = _create_source(table, mapping, checksum=checksum, by=by, now=now)
        record_event(
            action="import_census",
            target_kind="source",
            target_id=source.pk,
            by=by,
            now=now,
            after={"checksum": checksum, "rows": len(table)},
        )
        progress("checking", 0, 1)
        plan = _plan(table, mapping, by=by, now=now)
        _require_ready(plan)
        progress("checking", 1, 1)
        write_plan(plan, source=source, by=by, now=now, progress=progress)
    return ImportReport(source, plan.counts, plan.problems.in_order(), titles=plan.titles)


def compute_checksum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def find_imported(*, checksum: str, mapping: FileMapping) -> Source | None:
    """The standing source made of that very file with a mapping that says the same."""
    return Source.objects.filter(checksum=checksum, mapping_checksum=mapping.checksum(), withdrawn_at=None).first()


def _require_ready(plan: Plan) -> None:
    if not plan.is_ready:
        raise ImportRefused(problems=plan.problems.in_order(), errors=plan.problems.errors)
    if plan.counts["rows"] == 0:
        raise DirectoryError("file-no-row")


def _plan(table: Table, mapping: FileMapping, *, by: User | None, now: datetime) -> Plan:
    """What the file would do, and why not: what it says of, or puts in, other people's territories is an error."""
    plan = make_plan(table, mapping, now=now)
    plan.problems.add_all(_list_elsewhere(plan, by=by, now=now))
    plan.problems.add_all(_list_put_elsewhere(plan, table, mapping, by=by, now=now))
    return replace(plan, counts={**plan.counts, "errors": plan.problems.errors})


def _list_elsewhere(plan: Plan, *, by: User | None, now: datetime) -> Iterator[Problem]:
    """The known organisations of the file that stand where this person may not act."""
    known = plan.groups.filter(pl.col("organisation").is_not_null())
    elsewhere = find_elsewhere(organisations=known["organisation"].to_list(), action="import_facts", by=by, now=now)
    for line, organisation in known.select("line", "organisation").iter_rows():
        if organisation in elsewhere:
            yield Problem(line, "", "", "row-elsewhere", "error")


def _list_put_elsewhere(
    plan: Plan, table: Table, mapping: FileMapping, *, by: User | None, now: datetime
) -> Iterator[Problem]:
    """The rows that would put an organisation, new or known, where this person may not act."""
    is_written = pl.col("id").is_null() & (pl.col("variable") == "municipality")
    written = plan.facts.timeline.filter(is_written).select("line", "codes")
    codes = {code for said in written["codes"].unique() for code in split_codes(said)}
    outside = find_places_elsewhere(codes=codes, action="import_facts", by=by, now=now)
    if not outside:
        return
    column = next((name for name, rule in mapping.columns_to("variable") if rule.variable == "municipality"), "")
    texts = dict(table.frame.select(LINE, column).iter_rows()) if column else {}
    for line, said in written.sort("line").iter_rows():
        if not outside.isdisjoint(split_codes(said)):
            yield Problem(line, column, texts.get(line) or said, "place-elsewhere", "error")


def _create_source(table: Table, mapping: FileMapping, *, checksum: str, by: User | None, now: datetime) -> Source:
    rule = mapping.source
    return Source.objects.create(
        kind=rule.kind,
        title=rule.title[:200],
        publisher=rule.publisher[:200],
        licence=rule.licence[:100],
        series=mapping.series(),
        retrieved_on=rule.retrieved_on,
        checksum=checksum,
        mapping=mapping.model_dump(mode="json", exclude_defaults=True),
        mapping_checksum=mapping.checksum(),
        rows=len(table),
        recorded_at=now,
        recorded_by=by,
    )
