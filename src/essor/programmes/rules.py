"""What the clauses of an agreement allow: read from data, quoted when they refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from essor.knowledge import WorkflowDefinition

CENTS = 100
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Those of which anything is asked: farther, years are counted that no calendar holds."""
OFFER = "offer"
"""The move that an offer makes."""


class ProgrammeError(ValueError):
    """A refusal: ``code`` and ``facts``; :func:`essor.programmes.wording.explain` makes the sentence."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class Clauses:
    """Amounts in cents, for each start-up; None: the agreement says nothing of it. ``most_loan``: the share of an offer
    that may be lent, 0 to 1. ``two_people_from``: a payment of this much or more is approved by a second person.
    ``is_public``: whether its money is public money."""

    floor: int | None = None
    cap: int | None = None
    most_loan: Fraction | None = None
    two_people_from: int | None = None
    is_public: bool | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """The days of an agreement, half-open."""

    starts_on: date
    ends_before: date

    def holds(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_before


@dataclass(frozen=True, slots=True)
class NewOffer:
    """``grant``, ``loan``: in cents. It may be accepted until ``expires_on``, that day included."""

    grant: int
    loan: int
    offered_on: date
    expires_on: date
    conditions: tuple[str, ...] = ()

    @property
    def cents(self) -> int:
        return self.grant + self.loan


@dataclass(frozen=True, slots=True)
class NewShare:
    """What someone else than the programme brings, in cents. ``instrument``, ``status``: see
    :mod:`essor.methods.funding`. ``aid``: the slug of one of the catalogue, which then says who its funder is and
    whether it is public; ``is_other``: other money of a funder who is already there."""

    instrument: str
    cents: int
    status: str
    funder: str = ""
    aid: str = ""
    is_public: bool | None = None
    is_other: bool = False


def read_clauses(said: Mapping[str, Any]) -> Clauses:
    """From what is kept of an agreement: whole dollars, and shares as text (« 2/5 »)."""
    floor, cap, two = (said.get(name) for name in ("floor_cad", "cap_cad", "two_people_from_cad"))
    loan = said.get("most_loan")
    return Clauses(
        None if floor is None else floor * CENTS,
        None if cap is None else cap * CENTS,
        None if loan is None else Fraction(str(loan)),
        None if two is None else two * CENTS,
        said.get("is_public"),
    )


def check_offer(offer: NewOffer, clauses: Clauses, term: Term, *, held: int = 0) -> None:
    """``held``: in cents, what earlier offers to the same start-up still hold, which the cap counts too.

    Raises ProgrammeError: ``amount-not-positive``, ``under-floor``, ``over-cap``, ``loan-too-large``,
    ``outside-term``, ``expires-before``.
    """
    if offer.grant < 0 or offer.loan < 0 or offer.cents <= 0:
        raise ProgrammeError("amount-not-positive")
    if clauses.floor is not None and offer.cents < clauses.floor:
        raise ProgrammeError("under-floor", asked=offer.cents, floor=clauses.floor)
    if clauses.cap is not None and held + offer.cents > clauses.cap:
        raise ProgrammeError("over-cap", asked=held + offer.cents, cap=clauses.cap)
    lent = Fraction(offer.loan, offer.cents)
    if clauses.most_loan is not None and lent > clauses.most_loan:
        raise ProgrammeError("loan-too-large", share=lent, most=clauses.most_loan)
    if not term.holds(offer.offered_on):
        days = {"starts_on": term.starts_on, "ends_before": term.ends_before}
        raise ProgrammeError("outside-term", on=offer.offered_on, **days)
    if offer.expires_on < offer.offered_on:
        raise ProgrammeError("expires-before", offered_on=offer.offered_on, expires_on=offer.expires_on)


REFUSAL = ("reasons", "would_change", "ask_again")
"""What a refusal says: why, criterion by criterion; what would change the answer; how to ask again."""

Fault = tuple[int, str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PastFile:
    """``moves``: stages and the days on which they were entered, in order; ``closed_on``, ``outcome``, ``words``: how
    it ended, if it did. ``line``: of the spreadsheet, whose headings are line 1."""

    line: int
    name: str
    territory_code: str
    moves: tuple[tuple[str, date], ...]
    closed_on: date | None = None
    outcome: str = ""
    words: str = ""

    def has_reached(self, stage: str) -> bool:
        return any(code == stage for code, _day in self.moves)


@dataclass(frozen=True, slots=True)
class PastRows:
    """Each line of a spreadsheet by name, with its number there; ``faults``: of the lines that do not read."""

    lines: Sequence[tuple[int, Mapping[str, str]]]
    faults: Sequence[Fault] = ()


def list_day_columns(stages: Sequence[str]) -> tuple[str, ...]:
    return (*stages, "closed")


def check_columns(columns: Mapping[str, str], *, stages: Sequence[str]) -> None:
    """``columns``: a heading → what it holds, empty where it is left aside.

    Raises ProgrammeError: ``column-twice``, ``column-missing`` (``what``: ``name``, ``place`` or ``stage``).
    """
    held = [target for target in columns.values() if target]
    if twice := sorted({target for target in held if held.count(target) > 1}):
        titles = [title for title, target in columns.items() if target == twice[0]]
        raise ProgrammeError("column-twice", titles=titles)
    for what, wanted in (("name", {"name"}), ("place", {"place"}), ("stage", set(stages))):
        if not wanted & set(held):
            raise ProgrammeError("column-missing", what=what)


def read_past_files(
    rows: PastRows, *, workflow: WorkflowDefinition, places: Mapping[str, str], on: date
) -> tuple[list[PastFile], list[Fault]]:
    """``rows``: by ``name``, ``place``, ``closed``, ``outcome``, ``words`` and the codes of stages, each a day or
    empty; ``places``: a place as written → its code. The faults, by line: those of the rows, ``name-missing``,
    ``place-unknown``, ``day-malformed``, ``days-missing``, ``days-reversed``, ``file-day-to-come``,
    ``outcome-unknown``, ``outcome-words-missing``."""
    files, faults = list[PastFile](), list(rows.faults)
    for line, row in rows.lines:
        found = _read_past_file(line, row, workflow=workflow, places=places, on=on)
        if isinstance(found, PastFile):
            files.append(found)
        else:
            faults += found
    return files, faults


def _read_past_file(
    line: int, row: Mapping[str, str], *, workflow: WorkflowDefinition, places: Mapping[str, str], on: date
) -> PastFile | list[Fault]:
    said = {heading: (text or "").strip() for heading, text in row.items()}
    faults: list[Fault] = []
    days: dict[str, date] = {}
    for heading in list_day_columns([stage.code for stage in workflow.stages if not stage.is_final]):
        if text := said.get(heading, ""):
            try:
                days[heading] = date.fromisoformat(text)
            except ValueError:
                faults.append((line, "day-malformed", {"value": text}))
    moves = tuple((code, day) for code, day in days.items() if code != "closed")
    if not said.get("name"):
        faults.append((line, "name-missing", {}))
    if said.get("place", "") not in places:
        faults.append((line, "place-unknown", {"value": said.get("place", "")}))
    faults += [(line, code, facts) for code, facts in _check_days(moves, days.get("closed"), on)]
    outcome, words = said.get("outcome", ""), said.get("words", "")
    if ("closed" in days) != bool(outcome) or (outcome and outcome not in {one.code for one in workflow.outcomes}):
        faults.append((line, "outcome-unknown", {"value": outcome}))
    elif outcome and not words:
        faults.append((line, "outcome-words-missing", {}))
    if faults:
        return faults
    return PastFile(line, said["name"], places[said["place"]], moves, days.get("closed"), outcome, words)


def _check_days(
    moves: Sequence[tuple[str, date]], closed_on: date | None, on: date
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not moves:
        yield "days-missing", {}
    days = [day for _code, day in moves] + ([closed_on] if closed_on else [])
    for before, after in pairwise(days):
        if after < before:
            yield "days-reversed", {"before": before, "after": after}
    yield from (("file-day-to-come", {"on": day}) for day in days if day > on)


def has_reached(workflow: WorkflowDefinition, stage: str, wanted: str) -> bool:
    """Whether a stage stands at or after another, in the order of the workflow."""
    order = [one.code for one in workflow.stages]
    return order.index(stage) >= order.index(wanted)


def is_decided(workflow: WorkflowDefinition, stage: str) -> bool:
    """Whether a file is where an offer is made, or further: the committee decided in its favour."""
    decided = next(one for move in workflow.moves if move.code == OFFER for one in move.from_stages)
    return has_reached(workflow, stage, decided)


def check_children(parent: int, children: int) -> None:
    """What the parts of a target ask together is no more than the whole. Raises ProgrammeError ``parts-over-whole``."""
    if children > parent:
        raise ProgrammeError("parts-over-whole", whole=parent, parts=children)
