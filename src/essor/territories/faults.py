"""What is wrong in what is said of bodies: lives that overlap, circles of mergers, mandates outside a life."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from essor.territories.lives import (
    CREATED,
    ENDS,
    MERGED,
    NEED,
    RENAMED,
    SITE,
    Event,
    Life,
    Mandate,
    Named,
    Record,
    Register,
    overlap,
)
from essor.territories.rules import fold


@dataclass(frozen=True, slots=True)
class Fault:
    """``record``: the one to correct. ``facts``: what the sentence names."""

    code: str
    record: Record
    facts: Mapping[str, object] = field(default_factory=dict)


class BodyError(ValueError):
    """What is said of bodies cannot stand, with every fault found; nothing was written."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.code for fault in faults[:5]))


@dataclass(frozen=True, slots=True)
class Known:
    """What a mandate may name. ``places``: code → whether it lies in Québec."""

    needs: Collection[str]
    aids: Collection[str]
    places: Mapping[str, bool]


def find_faults(register: Register, known: Known) -> list[Fault]:
    """Every fault, body by body."""
    grouped: dict[str, list[Event]] = defaultdict(list)
    for event in register.events:
        grouped[event.body].append(event)
    found = [fault for events in grouped.values() for fault in _check_life(events)]
    if found:  # what follows reads lives, and these do not hold together
        return found
    return [
        *_check_ends(register),
        *_check_names(register),
        *(fault for mandate in register.mandates for fault in _check_mandate(mandate, register, known)),
        *_check_twice(register),
    ]


def _check_life(events: list[Event]) -> Iterator[Fault]:
    created = [event for event in events if event.kind == CREATED]
    ended = [event for event in events if event.kind in ENDS]
    if not created:
        yield Fault("created-missing", events[0])
    yield from (Fault("created-twice", again) for again in created[1:])
    yield from (Fault("ended-twice", again) for again in ended[1:])
    born, died = created[0].on if created else None, ended[0].on if ended else None
    seen = set[tuple[str, date | None]]()
    for event in events:
        yield from _check_words(event)
        if event.kind != CREATED:
            yield from _check_day(event, born, died)
        if (event.kind, event.on) in seen and event.kind in {RENAMED, SITE}:
            yield Fault("same-day", event)
        seen.add((event.kind, event.on))


def _check_words(event: Event) -> Iterator[Fault]:
    if event.kind in {CREATED, RENAMED} and not event.name:
        yield Fault("name-missing", event)
    if event.kind == MERGED and not event.other:
        yield Fault("other-missing", event)


def _check_day(event: Event, born: date | None, died: date | None) -> Iterator[Fault]:
    if event.on is None:
        yield Fault("event-undated", event)
    elif born is not None and event.on <= born:
        yield Fault("before-creation", event, {"created": born})
    elif event.kind not in ENDS and died is not None and event.on >= died:
        yield Fault("after-end", event, {"ended": died})


def _check_ends(register: Register) -> Iterator[Fault]:
    for body, life in register.lives.items():
        if life.end is None or not life.end.other or life.end.on is None:
            continue
        other = register.lives.get(life.end.other)
        if life.end.other == body:
            yield Fault("other-itself", life.end)
        elif other is None:
            yield Fault("other-unknown", life.end)
        elif _is_circle(register, body):
            yield Fault("circle", life.end)
        elif not other.is_alive(life.end.on):
            yield Fault("other-dead", life.end)


def _is_circle(register: Register, body: str) -> bool:
    seen, here = {body}, register.lives[body].end
    while here is not None and here.other:
        if here.other in seen:
            return here.other == body
        seen.add(here.other)
        life = register.lives.get(here.other)
        here = life.end if life else None
    return False


def _check_names(register: Register) -> Iterator[Fault]:
    """Routing and people know a body by its name: two may not bear one name on one day."""
    bearing: dict[str, list[tuple[Life, Named]]] = defaultdict(list)
    for life in register.lives.values():
        for named in life.names:
            bearing[fold(named.name)].append((life, named))
    for borne in bearing.values():
        for (first, named), (second, other) in combinations(borne, 2):
            if first.body != second.body and overlap(named, other):
                record = next(event for event in register.events if event.body == second.body and event.name)
                yield Fault("name-taken", record, {"name": other.name, "body": first.body})


def _check_mandate(mandate: Mandate, register: Register, known: Known) -> Iterator[Fault]:
    if mandate.subject not in (known.needs if mandate.subject_kind == NEED else known.aids):
        yield Fault(f"{mandate.subject_kind}-unknown", mandate)
    if mandate.place not in known.places:
        yield Fault("place-unknown", mandate)
    elif not known.places[mandate.place]:
        yield Fault("place-outside", mandate)
    if mandate.taken_from and mandate.taken_from not in register.lives:
        yield Fault("from-unknown", mandate)
    life = register.lives.get(mandate.body)
    if life is None:
        yield Fault("created-missing", mandate)
        return
    if mandate.starts_on and mandate.ends_before and mandate.starts_on >= mandate.ends_before:
        yield Fault("mandate-reversed", mandate)
        return
    if life.starts_on and mandate.starts_on and mandate.starts_on < life.starts_on:
        yield Fault("mandate-before-life", mandate, {"created": life.starts_on})
    if life.ends_before and (mandate.ends_before is None or mandate.ends_before > life.ends_before):
        yield Fault("mandate-after-life", mandate, {"ended": life.ends_before})


def _check_twice(register: Register) -> Iterator[Fault]:
    held: dict[tuple[str, ...], list[Mandate]] = defaultdict(list)
    for mandate in register.mandates:
        held[mandate.body, *mandate.matter].append(mandate)
    for mandates in held.values():
        for first, second in combinations(mandates, 2):
            if overlap(first, second):
                yield Fault("mandate-twice", second)
