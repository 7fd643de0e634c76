"""What a reorganisation moves, before it is saved: mandates, agreements, aids and open files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from essor.accounts.models import User
from essor.accounts.permissions import may
from essor.aid.handlers import Handling, decide_handling
from essor.aid.queries import list_programmes
from essor.aid.queries.serving import load_form_needs
from essor.aid.rules import Programme
from essor.cases.models import Case
from essor.cases.queries import list_visible_cases
from essor.cases.routing import read_bodies
from essor.territories.actions import Foreseen, foresee_reorganisation
from essor.territories.lives import Life, Mandate, Register
from essor.territories.queries.bodies import list_chain
from essor.territories.reorganisations import RENAME, Reorganisation


@dataclass(frozen=True, slots=True)
class MovedMandate:
    """``after``: what its taker holds of it from the day on; empty where it ends."""

    before: Mandate
    after: tuple[Mandate, ...]


@dataclass(frozen=True, slots=True)
class MovedAid:
    """A programme whose answer to « who handles it there? » changes on the day."""

    programme: Programme
    place: str
    before: Handling
    after: Handling


@dataclass(frozen=True, slots=True)
class MovedFile:
    """``after``: the body that will follow it; empty where none has the mandate any more."""

    case: Case
    after: str


@dataclass(frozen=True, slots=True)
class Preview:
    """``fingerprint``: of all that is shown, so that what is saved is what was seen."""

    foreseen: Foreseen
    mandates: tuple[MovedMandate, ...]
    aids: tuple[MovedAid, ...]
    files: tuple[MovedFile, ...]

    @property
    def agreements(self) -> tuple[MovedMandate, ...]:
        return tuple(one for one in self.mandates if one.before.agreement)

    @property
    def fingerprint(self) -> str:
        shown = [
            repr(self.foreseen.plan),
            *(f"{one.programme.slug} {one.place} {one.before.bodies} {one.after.bodies}" for one in self.aids),
            *(f"{one.case.reference} {one.after}" for one in self.files),
        ]
        return hashlib.sha256("\n".join(shown).encode()).hexdigest()


def preview_reorganisation(*, asked: Reorganisation, by: User, today: date) -> Preview:
    """Writes nothing. Raises ReorganisationRefused, or BodyError with every fault."""
    foreseen = foresee_reorganisation(asked=asked)
    return Preview(
        foreseen,
        tuple(_pair_mandates(foreseen, asked)),
        tuple(_list_aids(foreseen, asked)),
        tuple(_list_files(foreseen, asked, by=by, today=today)),
    )


def _pair_mandates(foreseen: Foreseen, asked: Reorganisation) -> Iterable[MovedMandate]:
    """A body renamed keeps its mandates, which are all shown: they will be read under its new name."""
    if asked.kind == RENAME:
        held = foreseen.before.mandates_of(asked.bodies[0])
        return [MovedMandate(one, (one,)) for one in held if one.lasts_beyond(asked.on)]
    return [MovedMandate(one, tuple(_list_taken(one, foreseen.after, asked))) for one in foreseen.plan.closed]


def _list_taken(before: Mandate, register: Register, asked: Reorganisation) -> Iterable[Mandate]:
    return (
        one
        for one in register.mandates
        if one.body == asked.into and one.matter == before.matter and one.lasts_beyond(asked.on)
    )


def _list_aids(foreseen: Foreseen, asked: Reorganisation) -> Iterable[MovedAid]:
    places = sorted(
        {one.place for one in foreseen.before.mandates if one.body in asked.bodies and one.lasts_beyond(asked.on)}
    )
    chains = {place: list_chain(place, asked.on) for place in places}
    for programme in list_programmes():
        for place, chain in chains.items():
            before, after = (
                _decide(programme, register, chain, asked.on) for register in (foreseen.before, foreseen.after)
            )
            is_renamed = asked.kind == RENAME and asked.bodies[0] in before.bodies
            if before.bodies != after.bodies or is_renamed:
                yield MovedAid(programme, place, before, after)


def _decide(programme: Programme, register: Register, chain: list[str], on: date) -> Handling:
    return decide_handling(programme.definition, register=register, places=chain, on=on, needs=load_form_needs())


def _list_files(foreseen: Foreseen, asked: Reorganisation, *, by: User, today: date) -> Iterable[MovedFile]:
    """Those routed to one of the bodies, in the person's territory, whose body loses the mandate on the day."""
    if asked.kind == RENAME:
        return
    find, day = read_bodies(foreseen.after), max(asked.on, today)
    cases = list_visible_cases(user=by, on=today).open().filter(assigned_body__in=asked.bodies)
    for case in cases.order_by("opened_at", "pk"):
        found = [body.slug for body in find(case.need, case.territory_code, day)]
        if case.assigned_body not in found:
            yield MovedFile(case, found[0] if found else "")


def list_reachable(register: Register, *, by: User, on: date) -> list[Life]:
    """The bodies that have not ended and that the person may reorganise, by name: those that have a mandate only where
    the person may act."""
    allowed = dict[str, bool]()
    for place in {one.place for one in register.mandates} | {""}:
        allowed[place] = may(by, "reorganise_bodies", place, on=on)
    found = []
    for body, life in register.lives.items():
        places = {one.place for one in register.mandates_of(body) if one.lasts_beyond(on)} or {""}
        if life.end is None and all(allowed[place] for place in places):
            found.append(life)
    return sorted(found, key=lambda one: one.names[-1].name.casefold())
