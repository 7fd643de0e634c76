"""What a reorganisation writes: a body renamed, several merged into one, one dissolved, mandates moved on a day.

Nothing of what held before the day changes. From the day on, a mandate is held by whoever takes it, once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from essor.territories.lives import CREATED, DISSOLVED, MERGED, RENAMED, Event, Mandate, Register, order_mandate

RENAME, MERGE, DISSOLVE, MOVE = "rename", "merge", "dissolve", "move"
REORGANISATIONS = (RENAME, MERGE, DISSOLVE, MOVE)

Period = tuple[date | None, date | None]


class ReorganisationRefused(ValueError):
    """``code``: ``body-unknown``, ``bodies-missing``, ``into-missing``, ``into-itself``, ``name-missing``, ``ended``,
    ``nothing-moves``."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorganisation:
    """``bodies``: those that it happens to. ``into``: what takes their mandates, created that day under ``name`` where
    it is not known yet. ``name``, ``site``: of a body renamed or created. ``matters``: of the mandates that move."""

    kind: str
    on: date
    bodies: tuple[str, ...]
    into: str = ""
    name: str = ""
    site: str = ""
    matters: frozenset[tuple[str, str, str]] = frozenset()
    reason: str = ""
    source: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is written: events, mandates believed no more, mandates believed from now on."""

    events: tuple[Event, ...] = ()
    closed: tuple[Mandate, ...] = ()
    added: tuple[Mandate, ...] = ()

    def apply(self, register: Register) -> Register:
        closed = set(self.closed)
        kept = tuple(one for one in register.mandates if one not in closed)
        return Register((*register.events, *self.events), (*kept, *self.added))


@dataclass(slots=True)
class _Draft:
    closed: list[Mandate] = field(default_factory=list)
    added: list[Mandate] = field(default_factory=list)


def plan_reorganisation(register: Register, asked: Reorganisation) -> Plan:
    """Raises ReorganisationRefused."""
    _refuse_impossible(register, asked)
    ending = [body for body in asked.bodies if body != asked.into]
    if asked.kind == RENAME:
        return Plan(events=(_tell(asked, asked.bodies[0], RENAMED, name=asked.name, site=asked.site),))
    events = list[Event]()
    if asked.into and asked.into not in register.lives:
        events.append(_tell(asked, asked.into, CREATED, name=asked.name, site=asked.site))
    if asked.kind == MERGE:
        events += [_tell(asked, body, MERGED, other=asked.into) for body in ending]
    elif asked.kind == DISSOLVE:
        events += [_tell(asked, body, DISSOLVED, other=asked.into) for body in ending]
    draft = _Draft()
    held = [one for one in register.mandates if one.body == asked.into]
    for mandate in sorted(register.mandates, key=order_mandate):
        is_concerned = mandate.body in ending and (asked.kind != MOVE or mandate.matter in asked.matters)
        if is_concerned and mandate.lasts_beyond(asked.on):
            _move(mandate, asked, draft, held)
    if asked.kind == MOVE and not draft.closed:
        raise ReorganisationRefused("nothing-moves")
    return Plan(tuple(events), tuple(draft.closed), tuple(draft.added))


def _refuse_impossible(register: Register, asked: Reorganisation) -> None:
    unknown = [body for body in asked.bodies if body not in register.lives]
    if unknown:
        raise ReorganisationRefused("body-unknown", body=unknown[0])
    ended = [body for body in asked.bodies if not register.lives[body].is_alive(asked.on)]
    if ended:
        raise ReorganisationRefused("ended", body=ended[0])
    if not asked.bodies or (asked.kind == MERGE and len({*asked.bodies, asked.into}) < 2):
        raise ReorganisationRefused("bodies-missing")
    if asked.kind == RENAME and not asked.name:
        raise ReorganisationRefused("name-missing")
    if asked.kind in {MERGE, MOVE} and not asked.into:
        raise ReorganisationRefused("into-missing")
    if asked.into and asked.into not in register.lives and not asked.name:
        raise ReorganisationRefused("name-missing")
    if asked.into in asked.bodies and (asked.kind != MERGE or len(asked.bodies) < 2):
        raise ReorganisationRefused("into-itself")


def _tell(asked: Reorganisation, body: str, kind: str, *, name: str = "", site: str = "", other: str = "") -> Event:
    return Event(
        body=body, kind=kind, on=asked.on, name=name, site=site, other=other, reason=asked.reason,
        source=asked.source, source_url=asked.source_url,
    )  # fmt: skip


def _move(mandate: Mandate, asked: Reorganisation, draft: _Draft, held: list[Mandate]) -> None:
    """Ends the mandate on the day, and gives what is left of it to whoever takes it and does not hold it already."""
    draft.closed.append(mandate)
    begins_before = mandate.starts_on is None or mandate.starts_on < asked.on
    if begins_before:
        draft.added.append(replace(mandate, ends_before=asked.on))
    if not asked.into:
        return
    left = (asked.on if begins_before else mandate.starts_on, mandate.ends_before)
    taken = [(one.starts_on, one.ends_before) for one in held if one.matter == mandate.matter]
    for starts_on, ends_before in list_free_parts(left, taken):
        given = replace(
            mandate, body=asked.into, starts_on=starts_on, ends_before=ends_before, taken_from=mandate.body,
            reason=asked.reason, source=asked.source, source_url=asked.source_url,
        )  # fmt: skip
        draft.added.append(given)
        held.append(given)


def list_free_parts(period: Period, taken: Iterable[Period]) -> list[Period]:
    """What is left of a half-open period once others are taken out of it, in order; None is an open bound.

    >>> list_free_parts((date(2018, 1, 1), None), [(date(2019, 1, 1), date(2020, 1, 1))])
    [(datetime.date(2018, 1, 1), datetime.date(2019, 1, 1)), (datetime.date(2020, 1, 1), None)]
    """
    left = [period]
    for starts_on, ends_before in taken:
        parts = list[Period]()
        for begin, end in left:
            if (ends_before and begin and ends_before <= begin) or (end and starts_on and end <= starts_on):
                parts.append((begin, end))
                continue
            if starts_on and (begin is None or begin < starts_on):
                parts.append((begin, starts_on))
            if ends_before and (end is None or ends_before < end):
                parts.append((ends_before, end))
        left = parts
    return left
