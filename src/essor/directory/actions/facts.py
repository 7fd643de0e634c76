from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Unpack

from django.db import transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.directory.actions.reach import require_places, split_codes
from essor.directory.models import Fact, Organisation, Source
from essor.directory.rules import (
    TRUST_BY_STATUS,
    DirectoryError,
    Said,
    check_content,
    check_day,
    default_end,
)
from essor.knowledge import list_derived_variables, load_variables
from essor.methods.variables import Variable


@transaction.atomic
def record_fact(
    *,
    organisation: Organisation,
    source: Source,
    by: User | None,
    now: datetime,
    label: str = "console",
    **said: Unpack[Said],
) -> Fact:
    """Adds one fact. ``known_from``: ``now`` unless the source said it earlier; ``ends_before``: the variable's own."""
    fact = _build_fact(organisation=organisation, source=source, by=by, now=now, said=said)
    _require_places([fact], by=by, now=now)
    fact.save(force_insert=True)
    record_event(
        action="record_fact", target_kind="fact", target_id=fact.pk, by=by, now=now, after=_trace(fact), label=label
    )  # fmt: skip
    return fact


@transaction.atomic
def record_facts(*, facts: Iterable[tuple[Organisation, Said]], source: Source, by: User | None, now: datetime) -> int:
    """Adds many facts of one source, all or none; one audit event for all."""
    rows = [_build_fact(organisation=who, source=source, by=by, now=now, said=said) for who, said in facts]
    _require_places(rows, by=by, now=now)
    Fact.objects.bulk_create(rows, batch_size=2000)
    record_event(
        action="record_facts", target_kind="source", target_id=source.pk, by=by, now=now, after={"facts": len(rows)}
    )
    return len(rows)


@transaction.atomic
def correct_fact(
    *, fact: Fact, reason: str, source: Source, by: User | None, now: datetime, **said: Unpack[Said]
) -> Fact:
    """Closes ``fact`` and adds what is right of the same variable, from ``known_from`` on (``now`` unless said)."""
    fact = Fact.objects.select_for_update().select_related("organisation").get(pk=fact.pk)
    if fact.known_to is not None:
        raise DirectoryError("fact-already-closed", variable=fact.variable)
    if said["variable"] != fact.variable:
        raise DirectoryError("corrected-other-variable", variable=fact.variable)
    if not reason.strip():
        raise DirectoryError("reason-missing")
    known_from = said.get("known_from", now)
    if known_from < fact.known_from:
        raise DirectoryError("corrected-before-known", variable=fact.variable)
    corrected = _build_fact(organisation=fact.organisation, source=source, by=by, now=now, said=said)
    _require_places([corrected], by=by, now=now)
    corrected.replaces, corrected.reason = fact, reason.strip()[:300]
    Fact.objects.filter(pk=fact.pk).close(now=known_from)
    corrected.save(force_insert=True)
    record_event(
        action="correct_fact",
        target_kind="fact",
        target_id=corrected.pk,
        by=by,
        now=now,
        before=_trace(fact),
        after=_trace(corrected),
    )
    return corrected


def _require_places(facts: Iterable[Fact], *, by: User | None, now: datetime) -> None:
    """A fact puts no organisation outside the territory of whoever says it."""
    codes = [code for fact in facts if fact.variable == "municipality" for code in split_codes(fact.codes)]
    require_places(codes=codes, action="record_facts", by=by, now=now)


@transaction.atomic
def withdraw_fact(*, fact: Fact, reason: str, by: User | None, now: datetime) -> Fact:
    """Stops believing ``fact`` and puts nothing in its place: what it said is unknown from ``now`` on."""
    fact = Fact.objects.select_for_update().get(pk=fact.pk)
    if fact.known_to is not None:
        raise DirectoryError("fact-already-closed", variable=fact.variable)
    if not reason.strip():
        raise DirectoryError("reason-missing")
    Fact.objects.filter(pk=fact.pk).close(now=now, closing_reason=reason.strip()[:300])
    record_event(
        action="withdraw_fact",
        target_kind="fact",
        target_id=fact.pk,
        by=by,
        now=now,
        before=_trace(fact),
        after={"known_to": now.isoformat()},
    )
    fact.refresh_from_db()
    return fact


def find_variable(name: str) -> Variable:
    """The variable that facts may carry; refuses one that is unknown, or computed by Essor itself."""
    variables = load_variables()
    if name not in variables:
        raise DirectoryError("variable-unknown", variable=name, allowed=tuple(sorted(variables)))
    if name in list_derived_variables():
        raise DirectoryError("variable-derived", variable=name)
    return variables[name]


def _build_fact(*, organisation: Organisation, source: Source, by: User | None, now: datetime, said: Said) -> Fact:
    variable = find_variable(said["variable"])
    content = check_content(said, variable)
    starts_on = check_day(said["starts_on"], today=timezone.localdate(now), field="starts_on")
    ends_before = said["ends_before"] if "ends_before" in said else default_end(starts_on, variable)
    if ends_before is not None and ends_before <= starts_on:
        raise DirectoryError("period-out-of-order", variable=variable.id)
    known_from = said.get("known_from", now)
    if known_from > now:
        raise DirectoryError("known-in-the-future", value=known_from.isoformat())
    if source.withdrawn_at is not None:
        raise DirectoryError("source-already-withdrawn", source=source.title)
    if organisation.erased_at is not None:
        raise DirectoryError("organisation-erased", organisation=organisation.key)
    status = said.get("status", "reported")
    if status not in TRUST_BY_STATUS:
        raise DirectoryError("status-unknown", value=status, allowed=tuple(TRUST_BY_STATUS))
    return Fact(
        organisation=organisation,
        variable=variable.id,
        starts_on=starts_on,
        ends_before=ends_before,
        low=content.low,
        high=content.high,
        codes=content.codes,
        status=status,
        trust=said.get("trust", TRUST_BY_STATUS[status]),
        source=source,
        known_from=known_from,
        reason=said.get("note", "")[:300],
        recorded_at=now,
        recorded_by=by,
    )


def _trace(fact: Fact) -> dict[str, Any]:
    """What the audit keeps: no name and no free text, so that a privacy erasure leaves it as it is."""
    return {
        "organisation": fact.organisation_id,
        "variable": fact.variable,
        "starts_on": fact.starts_on.isoformat(),
        "ends_before": fact.ends_before.isoformat() if fact.ends_before else None,
        "low": fact.low,
        "high": fact.high,
        "codes": fact.codes,
        "status": fact.status,
        "source": fact.source_id,
        "known_from": fact.known_from.isoformat(),
    }
