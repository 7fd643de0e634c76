"""Records what happened to bodies, from a file or from one reorganisation. Each is one transaction, and its trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.knowledge import list_body_files, load_needs
from essor.territories.body_files import Line, identify, name_column, parse_bodies
from essor.territories.faults import BodyError, Fault, Known, find_faults
from essor.territories.importing import compute_checksum, read_bytes
from essor.territories.lives import Event, Mandate, Record, Register
from essor.territories.models import Body, BodyEvent, BodyMandate, Territory
from essor.territories.problems import FileRefused, Problem
from essor.territories.queries.bodies import map_events, map_mandates, map_places_in_province, read_register
from essor.territories.reorganisations import Plan, Reorganisation, plan_reorganisation
from essor.territories.subjects import list_aids

MOST_LISTED = 50
"""Of the bodies that the trace of a file names."""


@dataclass(frozen=True, slots=True)
class BodyImport:
    """How many lines were new, corrected one that was believed, or said what was believed already."""

    added: int
    corrected: int
    unchanged: int


def import_bodies(*, file: Path, by: User | None, now: datetime) -> BodyImport:
    """The file of bodies (CSV). A line about what is known already corrects it. Raises FileRefused."""
    require(by, "administer", on=timezone.localdate(now))
    content = read_bytes(file)
    return _import_lines(parse_bodies(content, file_name=file.name), file.name, content, by=by, now=now)


@transaction.atomic
def withdraw_lines(*, file: Path, by: User | None, now: datetime) -> int:
    """The lines of a file, exactly as they are believed, are believed no more; how many. Raises FileRefused: a line
    that is not believed, or without which the rest would not stand."""
    require(by, "administer", on=timezone.localdate(now))
    content = read_bytes(file)
    lines = parse_bodies(content, file_name=file.name)
    _hold_bodies()
    register = read_register()
    kept: set[Record] = {*register.events, *register.mandates}
    if unknown := [line for line in lines if line.record not in kept]:
        raise FileRefused(file.name, [Problem("not-believed", line.number, "what") for line in unknown])
    gone = {line.record for line in lines}
    left = Register(
        tuple(one for one in register.events if one not in gone),
        tuple(one for one in register.mandates if one not in gone),
    )
    if faults := find_faults(left, list_known()):
        raise FileRefused(file.name, [as_problem(fault) for fault in faults])
    _write(added=(), closed=gone, now=now)
    record_event(
        action="withdraw_bodies", target_kind="bodies", target_id=file.name[:80], by=by, now=now,
        after={"checksum": compute_checksum(content), "bodies": sorted({one.body for one in gone})[:MOST_LISTED]},
    )  # fmt: skip
    return len(lines)


def load_shipped_bodies(*, now: datetime) -> int:
    """The bodies that ship with the platform, each as it is not there yet: what was written since is left as it is."""
    loaded = 0
    for file in list_body_files():
        content = read_bytes(file)
        known = set(Body.objects.values_list("slug", flat=True))
        lines = [one for one in parse_bodies(content, file_name=file.name) if one.record.body not in known]
        if lines:
            done = _import_lines(lines, file.name, content, action="load_bodies", by=None, now=now)
            loaded += done.added
    return loaded


@transaction.atomic
def _import_lines(
    lines: list[Line], file_name: str, content: bytes, *, by: User | None, now: datetime, action: str = "import_bodies"
) -> BodyImport:
    _hold_bodies()
    kept: list[Record] = [*map_events(), *map_mandates()]
    believed = {identify(one): one for one in kept}
    new = [line for line in lines if believed.get(identify(line.record)) != line.record]
    corrected = [believed[identify(line.record)] for line in new if identify(line.record) in believed]
    said = {**believed, **{identify(line.record): line.record for line in new}}
    register = Register(
        tuple(one for one in said.values() if isinstance(one, Event)),
        tuple(one for one in said.values() if isinstance(one, Mandate)),
    )
    if new and (faults := find_faults(register, list_known())):
        numbers = {line.record: line.number for line in lines}
        raise FileRefused(file_name, [as_problem(fault, numbers.get(fault.record)) for fault in faults])
    _write(added=[line.record for line in new], closed=corrected, now=now)
    done = BodyImport(len(new) - len(corrected), len(corrected), len(lines) - len(new))
    if new:
        bodies = sorted({line.record.body for line in new})
        record_event(
            action=action, target_kind="bodies", target_id=file_name[:80], by=by, now=now,
            after={"checksum": compute_checksum(content), "bodies": bodies[:MOST_LISTED], **asdict(done)},
        )  # fmt: skip
    return done


def as_problem(fault: Fault, number: int | None = None) -> Problem:
    return Problem(fault.code, number, name_column(fault.record, fault.code), write_fact(fault))


def write_fact(fault: Fault) -> str:
    """What the sentence of a fault names: a fact that was found, else what the line itself says."""
    for fact in ("created", "ended", "name"):
        if fact in fault.facts:
            return str(fault.facts[fact])
    record = fault.record
    if isinstance(record, Event):
        is_of_other = fault.code in {"other-unknown", "other-dead"}
        return record.other if is_of_other else record.body
    return {
        "need-unknown": record.subject, "aid-unknown": record.subject, "place-unknown": record.place,
        "place-outside": record.place, "from-unknown": record.taken_from, "mandate-reversed": str(record.ends_before),
    }.get(fault.code, record.body)  # fmt: skip


def list_known() -> Known:
    """What a mandate may name today."""
    return Known(needs=load_needs(), aids=list_aids(), places=map_places_in_province())


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a reorganisation would write: what is believed now, what would be, and the plan between them."""

    before: Register
    after: Register
    plan: Plan


def foresee_reorganisation(*, asked: Reorganisation) -> Foreseen:
    """Raises ReorganisationRefused, or BodyError with every fault; writes nothing."""
    before = read_register()
    plan = plan_reorganisation(before, asked)
    after = plan.apply(before)
    if faults := find_faults(after, list_known()):
        raise BodyError(faults)
    return Foreseen(before, after, plan)


@transaction.atomic
def reorganise(*, asked: Reorganisation, by: User | None, now: datetime) -> Foreseen:
    """Writes what :func:`foresee_reorganisation` shows. Raises the same, and NotAllowed where one mandate is over a
    place where the person may not act."""
    _hold_bodies()
    foreseen = foresee_reorganisation(asked=asked)
    require_reach(foreseen.before, asked, by=by, on=timezone.localdate(now))
    plan = foreseen.plan
    _write(added=[*plan.events, *plan.added], closed=plan.closed, now=now)
    record_event(
        action="reorganise_bodies", target_kind="body", target_id=(asked.into or asked.bodies[0])[:80], by=by, now=now,
        after={
            "kind": asked.kind, "on": asked.on, "bodies": list(asked.bodies), "into": asked.into,
            "reason": asked.reason, "source": asked.source,
            "mandates_closed": len(plan.closed), "mandates_added": len(plan.added),
        },
    )  # fmt: skip
    return foreseen


def require_reach(register: Register, asked: Reorganisation, *, by: User | None, on: date) -> None:
    """The person may act over every place of the bodies concerned that day; over all, where they have no mandate."""
    places = {one.place for one in register.mandates if one.body in asked.bodies and one.lasts_beyond(asked.on)}
    for place in sorted(places) or [""]:
        require(by, "reorganise_bodies", place, on=on)


def _hold_bodies() -> None:
    """One writer at a time, until the transaction ends."""
    list(Body.objects.select_for_update().order_by("pk").values_list("pk", flat=True))


def _write(*, added: Iterable[Record], closed: Iterable[Record], now: datetime) -> None:
    added, gone = list(added), set(closed)
    if gone:
        BodyEvent.objects.filter(pk__in=[key for one, key in map_events().items() if one in gone]).close(now=now)
        BodyMandate.objects.filter(pk__in=[key for one, key in map_mandates().items() if one in gone]).close(now=now)
    ids = dict(Body.objects.values_list("slug", "pk"))
    Body.objects.bulk_create(Body(slug=slug, created_at=now) for slug in sorted({one.body for one in added} - set(ids)))
    ids = dict(Body.objects.values_list("slug", "pk"))
    places = dict(Territory.objects.values_list("code", "pk"))
    events = [one for one in added if isinstance(one, Event)]
    BodyEvent.objects.bulk_create(BodyEvent(**_event_columns(one, ids), known_from=now) for one in events)
    mandates = [one for one in added if isinstance(one, Mandate)]
    BodyMandate.objects.bulk_create(
        BodyMandate(**_mandate_columns(one, ids, places), known_from=now) for one in mandates
    )


def _event_columns(event: Event, ids: Mapping[str, int]) -> dict[str, Any]:
    said = asdict(event)
    body, other, happened_on = said.pop("body"), said.pop("other"), said.pop("on")
    return {**said, "body_id": ids[body], "other_id": ids.get(other), "happened_on": happened_on}


def _mandate_columns(mandate: Mandate, ids: Mapping[str, int], places: Mapping[str, int]) -> dict[str, Any]:
    said = asdict(mandate)
    body, taken_from, place = said.pop("body"), said.pop("taken_from"), said.pop("place")
    return {**said, "body_id": ids[body], "taken_from_id": ids.get(taken_from), "territory_id": places[place]}
