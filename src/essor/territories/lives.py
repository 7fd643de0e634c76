"""The dated lives of the bodies that help: what each is called, what became of it, what it does, where, on a day.

A body's life is told by events; its names and its end are read from them, so that nothing can contradict them. A
mandate is for a need or for one programme of aid, over a place and all that lies within it, from one day to another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

CREATED, RENAMED, SITE, MERGED, DISSOLVED = "created", "renamed", "site", "merged", "dissolved"
KINDS = (CREATED, RENAMED, SITE, MERGED, DISSOLVED)
ENDS = (MERGED, DISSOLVED)
NEED, AID = "need", "aid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a body. ``on`` None: it was created on a day that nobody knows.

    ``name``, ``site``: what it is called and its official site from then on. ``other``: what it merged into, or, for
    one dissolved, what took over where something did.
    """

    body: str
    kind: str
    on: date | None = None
    name: str = ""
    site: str = ""
    other: str = ""
    reason: str = ""
    source: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """What a body is there for: ``subject``, a need or (``subject_kind``) a programme of aid, over ``place``.

    Half-open period; None: unknown or not ended. ``taken_from``: the body that had it before. ``agreement``: the words
    of the agreement that gives it, where they are known.
    """

    body: str
    subject_kind: str
    subject: str
    place: str
    starts_on: date | None = None
    ends_before: date | None = None
    taken_from: str = ""
    agreement: str = ""
    reason: str = ""
    source: str = ""
    source_url: str = ""

    @property
    def matter(self) -> tuple[str, str, str]:
        """What it is for and where, whoever holds it."""
        return self.subject_kind, self.subject, self.place

    def holds_on(self, day: date) -> bool:
        return is_within(day, self.starts_on, self.ends_before)

    def lasts_beyond(self, day: date) -> bool:
        return self.ends_before is None or self.ends_before > day


Record = Event | Mandate


@dataclass(frozen=True, slots=True)
class Named:
    """What a body is called, and its official site, from one day to another."""

    name: str
    site: str
    starts_on: date | None
    ends_before: date | None


@dataclass(frozen=True, slots=True)
class Life:
    """``end``: the event that ended it; None while it lives."""

    body: str
    starts_on: date | None
    end: Event | None
    names: tuple[Named, ...]

    @property
    def ends_before(self) -> date | None:
        return self.end.on if self.end else None

    def is_alive(self, on: date) -> bool:
        return is_within(on, self.starts_on, self.ends_before)

    def named_on(self, on: date) -> Named:
        """What it is called that day; before its life its first name, after it the last."""
        started = [one for one in self.names if one.starts_on is None or one.starts_on <= on]
        return started[-1] if started else self.names[0]


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a body that ended to what became of it; ``event.other`` empty: nothing took over."""

    event: Event

    @property
    def body(self) -> str:
        return self.event.body

    @property
    def other(self) -> str:
        return self.event.other


@dataclass(frozen=True)
class Register:
    """All that is believed of bodies at one moment."""

    events: tuple[Event, ...] = ()
    mandates: tuple[Mandate, ...] = ()
    lives: dict[str, Life] = field(init=False, compare=False, repr=False)
    held: dict[str, list[Mandate]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        grouped: dict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            grouped[event.body].append(event)
        held: dict[str, list[Mandate]] = defaultdict(list)
        for mandate in sorted(self.mandates, key=order_mandate):
            held[mandate.body].append(mandate)
        object.__setattr__(self, "held", dict(held))
        object.__setattr__(self, "lives", {body: read_life(body, found) for body, found in sorted(grouped.items())})

    def mandates_of(self, body: str) -> list[Mandate]:
        """The oldest first, those whose beginning is unknown before them."""
        return list(self.held.get(body, ()))

    def name_of(self, body: str, on: date) -> str:
        life = self.lives.get(body)
        return life.named_on(on).name if life and life.names else body


def order_mandate(mandate: Mandate) -> tuple[object, ...]:
    return (mandate.starts_on or date.min, *mandate.matter, mandate.body, mandate.ends_before or date.max)


def order_event(event: Event) -> tuple[object, ...]:
    """A creation comes first, an end last, whatever their days."""
    rank = {CREATED: 0, MERGED: 2, DISSOLVED: 2}.get(event.kind, 1)
    return rank, event.on or date.min, KINDS.index(event.kind)


def read_life(body: str, events: Iterable[Event]) -> Life:
    """The life that events tell, in whatever order they come."""
    ordered = sorted(events, key=order_event)
    names = list[Named]()
    for event in ordered:
        if event.kind in ENDS:
            continue
        before = names[-1] if names else Named("", "", None, None)
        site = event.site if event.kind in {CREATED, SITE} else event.site or before.site
        if names:
            names[-1] = Named(before.name, before.site, before.starts_on, event.on)
        names.append(Named(event.name or before.name, site, event.on, None))
    end = next((event for event in ordered if event.kind in ENDS), None)
    if end and names:
        last = names[-1]
        names[-1] = Named(last.name, last.site, last.starts_on, end.on)
    return Life(body, names[0].starts_on if names else None, end, tuple(names))


def is_within(day: date, starts_on: date | None, ends_before: date | None) -> bool:
    """Whether a half-open period holds a day; a null bound is open.

    >>> is_within(date(2018, 4, 1), date(2018, 4, 1), None), is_within(date(2018, 4, 1), None, date(2018, 4, 1))
    (True, False)
    """
    return (starts_on is None or starts_on <= day) and (ends_before is None or day < ends_before)


def overlap(first: Mandate | Named, second: Mandate | Named) -> bool:
    return (first.ends_before is None or second.starts_on is None or second.starts_on < first.ends_before) and (
        second.ends_before is None or first.starts_on is None or first.starts_on < second.ends_before
    )


def find_successors(register: Register, body: str, on: date) -> tuple[Step, ...]:
    """From a body to what stands in its place on a day, step by step; empty while it has not ended."""
    steps, seen, here = list[Step](), {body}, body
    while (life := register.lives.get(here)) and life.end and life.end.on and life.end.on <= on:
        steps.append(Step(life.end))
        here = life.end.other
        if not here or here in seen:
            break
        seen.add(here)
    return tuple(steps)


def list_takers(register: Register, body: str) -> list[str]:
    """The bodies that a mandate of this one went to."""
    return sorted({one.body for one in register.mandates if one.taken_from == body and one.body != body})


def list_team_names(register: Register, body: str) -> frozenset[str]:
    """Every name that the body bore, or that one merged into it did: its people may still be known under them."""
    names, waiting, seen = set[str](), [body], set[str]()
    while waiting:
        here = waiting.pop()
        if here in seen or here not in register.lives:
            continue
        seen.add(here)
        names |= {one.name for one in register.lives[here].names}
        waiting += [one.body for one in register.lives.values() if one.end and one.end.other == here]
    return frozenset(names)


def list_serving(
    register: Register, *, places: Sequence[str], on: date, subject_kind: str | None = None, subject: str | None = None
) -> list[Mandate]:
    """The mandates that hold on a day over a place, the nearest first.

    ``places``: the place, then what contains it that day, the nearest first. Without ``subject``, for everything.
    """
    rank = {code: number for number, code in reversed(list(enumerate(places)))}
    found = [
        one
        for one in register.mandates
        if one.place in rank
        and one.holds_on(on)
        and subject_kind in {None, one.subject_kind}
        and subject in {None, one.subject}
    ]
    return sorted(found, key=lambda one: (rank[one.place], *order_mandate(one)))
