"""Observations and life events → the profile of one organisation, or of many, at (reference date T, known at K).

Many at once is computed here the slow and obvious way; the engines do the same in SQL and tests hold them equal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from essor.methods.population import CodedColumn, Column, NumericColumn, Population
from essor.methods.variables import Variable


@dataclass(frozen=True, slots=True)
class Observation:
    """One fact: what a source says of one variable of one organisation, for a period, and since when we know it.

    Reference period ``[starts_on, ends_before)`` in days (``ends_before`` None: still true). Knowledge interval
    ``[known_from, known_to)`` in instants with a time zone (``known_to`` None: still believed).
    Numeric variables fill ``low`` and ``high`` (equal for an exact value; one None for an open-ended band; integers
    at the variable's scale). Others fill ``codes``: the codes, sorted, joined by ``|``. For ``choice``, ``place`` and
    ``boolean`` several codes mean « one of these, not known which »; for ``choice_many`` they are the exact set
    (empty string: none of them).
    ``trust``: higher is believed first. ``sequence``: order of recording, unique.
    """

    organisation: int
    variable: str
    starts_on: date
    ends_before: date | None
    low: int | None
    high: int | None
    codes: str | None
    status: str
    trust: int
    known_from: datetime
    known_to: datetime | None
    sequence: int


@dataclass(frozen=True, slots=True)
class Event:
    """One life event: ``kind`` in EVENT_KINDS; ``other`` is the successor (merged, split, replaced)."""

    organisation: int
    kind: str
    happened_on: date
    other: int | None
    known_from: datetime
    known_to: datetime | None


EVENT_KINDS = ("created", "renamed", "merged", "split", "replaced", "moved", "form_changed", "closed", "reopened")
"""``merged``: ceases into ``other``. ``split``: ``other`` comes out of it. ``replaced``: same enterprise, new one."""


def is_known(item: Observation | Event, known_at: datetime) -> bool:
    """Whether it was believed at ``known_at``: ``known_from <= known_at < known_to``."""
    return item.known_from <= known_at and (item.known_to is None or known_at < item.known_to)


def profile(observations: Iterable[Observation], *, on: date, known_at: datetime) -> Mapping[str, Observation]:
    """The answer to each variable of ONE organisation on day ``on``, with what was known at ``known_at``.

    For each variable, the observation chosen is the most trusted, then the latest by reference start, then the
    latest known, then the latest recorded, among those known at ``known_at`` whose reference period covers ``on``.
    A variable with no such observation is absent: unknown, never zero.
    """
    chosen: dict[str, Observation] = {}
    for item in observations:
        covers = item.starts_on <= on and (item.ends_before is None or on < item.ends_before)
        if not covers or not is_known(item, known_at):
            continue
        best = chosen.get(item.variable)
        if best is None or _rank(item) > _rank(best):
            chosen[item.variable] = item
    return chosen


def _rank(item: Observation) -> tuple[int, date, datetime, int]:
    return (item.trust, item.starts_on, item.known_from, item.sequence)


class LifeStatus(StrEnum):
    """What life events say of an organisation on a day."""

    ACTIVE = "active"
    CLOSED = "closed"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Life:
    """One organisation on one day. ``status`` None: nothing says whether it exists.

    ``closed_by``: the kind of event that ended it (``closed``, ``merged``, ``replaced``), None unless it is closed.
    Only ``closed`` is a closure in a comparison: after a merger or a new record, the enterprise lives on elsewhere.
    """

    status: LifeStatus | None
    created_on: date | None
    closed_on: date | None
    closed_by: str | None = None


ENDINGS = frozenset({"closed", "merged", "replaced"})


def life_on(
    events: Iterable[Event], *, on: date, known_at: datetime, organisation: int | None = None, observed: bool = False
) -> Life:
    """The life of ONE organisation on day ``on``, with what was known at ``known_at``.

    ``events``: those of the organisation and those that name it as ``other``; ``organisation`` tells them apart
    (None: all are its own), each counting from its own day. ``observed``: whether a fact about it covers ``on``. Rules,
    in this order:

    - created after ``on`` → ``not_yet``;
    - taking over by a ``replaced`` event after ``on``, or coming out of a split after ``on`` with no creation of its
      own, when neither a fact that covers ``on`` nor an earlier event shows it before → ``not_yet``. A creation date
      does not show it: a new record keeps the creation date of the enterprise that it takes over;
    - closed, merged away or replaced on ``on`` or before → ``closed``, unless since then it was reopened, created
      again, or named as the one into which another merged, split or was replaced;
    - created or seen in any event on ``on`` or before, or observed → ``active``; otherwise unknown (``status`` None).

    >>> from datetime import UTC
    >>> start = datetime(2012, 1, 1, tzinfo=UTC)
    >>> events = [Event(1, "created", date(2003, 5, 2), None, start, None),
    ...           Event(1, "closed", date(2015, 8, 31), None, start, None)]
    >>> str(life_on(events, on=date(2014, 6, 1), known_at=start).status)
    'active'
    >>> str(life_on(events, on=date(2015, 8, 31), known_at=start).status)
    'closed'
    """
    known = [event for event in events if is_known(event, known_at)]
    own = [event for event in known if organisation is None or event.organisation == organisation]
    arriving = [event for event in known if organisation is not None and event.other == organisation]
    created_on = min((event.happened_on for event in own if event.kind == "created"), default=None)
    if created_on is not None and created_on > on:
        return Life(LifeStatus.NOT_YET, created_on, None)
    if not observed and _starts_after(on, created_on, own, arriving):
        return Life(LifeStatus.NOT_YET, created_on, None)
    ending = _find_ending(on, own, arriving)
    if ending is not None:
        return Life(LifeStatus.CLOSED, created_on, ending.happened_on, ending.kind)
    if observed or any(event.happened_on <= on for event in (*own, *arriving)):
        return Life(LifeStatus.ACTIVE, created_on, None)
    return Life(None, created_on, None)


def _starts_after(on: date, created_on: date | None, own: Iterable[Event], arriving: Sequence[Event]) -> bool:
    """Whether it appears after ``on``, by taking over or coming out of another, and no event shows it before that."""
    kinds = {"replaced"} if created_on is not None else {"replaced", "split"}
    appears_on = min((event.happened_on for event in arriving if event.kind in kinds), default=None)
    if appears_on is None or appears_on <= on:
        return False
    others = [event for event in own if event.kind != "created"]
    others += [event for event in arriving if event.kind not in kinds]
    return not any(event.happened_on < appears_on for event in others)


def _find_ending(on: date, own: Sequence[Event], arriving: Iterable[Event]) -> Event | None:
    """The last ending on ``on`` or before, unless something since then shows the organisation alive again."""
    past = [event for event in own if event.kind in ENDINGS and event.happened_on <= on]
    ending = max(past, key=lambda event: (event.happened_on, event.kind), default=None)
    if ending is None:
        return None
    reopened = [event.happened_on for event in own if event.kind == "reopened"]
    shown = [event.happened_on for event in own if event.kind == "created"]
    shown += [event.happened_on for event in arriving]
    is_back = any(ending.happened_on <= day <= on for day in reopened)
    return None if is_back or any(ending.happened_on < day <= on for day in shown) else ending


def lives_on(
    events: Iterable[Event], *, on: date, known_at: datetime, observed: Collection[int] = frozenset()
) -> dict[int, Life]:
    """The life of each organisation that a known event names, in either role: id → :class:`Life`.

    ``observed``: ids of the organisations of which a fact covers ``on``.
    """
    by_organisation: dict[int, list[Event]] = {}
    for event in events:
        if not is_known(event, known_at):
            continue
        by_organisation.setdefault(event.organisation, []).append(event)
        if event.other is not None and event.other != event.organisation:
            by_organisation.setdefault(event.other, []).append(event)
    return {
        organisation: life_on(
            group, on=on, known_at=known_at, organisation=organisation, observed=organisation in observed
        )
        for organisation, group in by_organisation.items()
    }


def alive_by_events(events: Iterable[Event], *, on: date, known_at: datetime) -> frozenset[int]:
    """The organisations that known events alone show active on ``on``, whatever facts say or do not say of that day."""
    lives = lives_on(events, on=on, known_at=known_at)
    return frozenset(organisation for organisation, life in lives.items() if life.status == LifeStatus.ACTIVE)


def completed_years(start: date, end: date) -> int:
    """Whole years from ``start`` to ``end`` (a person's way of saying an age); negative before ``start``.

    >>> completed_years(date(2012, 2, 29), date(2017, 2, 28))
    4
    """
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


LIFE_STATUS, AGE_YEARS = "life_status", "age_years"
DERIVED: frozenset[str] = frozenset({LIFE_STATUS, AGE_YEARS})
"""Columns computed from life events, never imported."""


def population_of(
    observations: Iterable[Observation], *, on: date, known_at: datetime, variables: Mapping[str, Variable]
) -> Population:
    """The profiles on day ``on`` of every organisation that has one, with what was known at ``known_at``.

    ``observations``: any number of organisations, any order; those of a variable absent from ``variables`` are left
    aside. Result: organisations ascending, those with at least one answer; one column per variable of ``variables``
    that someone answers, its categories sorted. Life columns are added by :func:`add_life`.
    """
    by_organisation: dict[int, list[Observation]] = {}
    for item in observations:
        if item.variable in variables and item.variable not in DERIVED:
            by_organisation.setdefault(item.organisation, []).append(item)
    profiles = {
        organisation: chosen
        for organisation, items in sorted(by_organisation.items())
        if (chosen := profile(items, on=on, known_at=known_at))
    }
    answers = list(profiles.values())
    columns: dict[str, Column] = {}
    for identifier in sorted({name for chosen in answers for name in chosen}):
        column = [chosen.get(identifier) for chosen in answers]
        numeric = variables[identifier].is_numeric
        columns[identifier] = _numeric_column(column) if numeric else _coded_column(column)
    return Population(np.fromiter(profiles, dtype=np.int64, count=len(profiles)), columns)


def _numeric_column(column: Sequence[Observation | None]) -> NumericColumn:
    lows = [None if item is None else item.low for item in column]
    highs = [None if item is None else item.high for item in column]
    return NumericColumn(
        np.array([low or 0 for low in lows], dtype=np.int64),
        np.array([high or 0 for high in highs], dtype=np.int64),
        np.array([low is not None for low in lows], dtype=np.bool_),
        np.array([high is not None for high in highs], dtype=np.bool_),
    )


def _coded_column(column: Sequence[Observation | None]) -> CodedColumn:
    texts = [None if item is None else item.codes for item in column]
    categories = tuple(sorted({text for text in texts if text is not None}))
    position = {text: index for index, text in enumerate(categories)}
    index = np.array([-1 if text is None else position[text] for text in texts], dtype=np.int32)
    return CodedColumn(index, categories)


def known_rows(population: Population, *, among: Collection[str] | None = None) -> NDArray[np.bool_]:
    """For each organisation, whether at least one of its own answers is known (columns derived from events apart).

    ``among``: the only variables to look at (None: all that the population carries).
    """
    seen = np.zeros(len(population), dtype=np.bool_)
    for identifier, column in population.columns.items():
        if identifier in DERIVED or (among is not None and identifier not in among):
            continue
        seen |= column.index >= 0 if isinstance(column, CodedColumn) else column.has_low | column.has_high
    return seen


def add_life(population: Population, events: Iterable[Event], *, on: date, known_at: datetime) -> Population:
    """The same population with ``life_status`` (coded) and ``age_years`` (completed years since creation, exact).

    An organisation with no event is active where at least one of its answers is known, unknown otherwise. Age is
    unknown without a creation event, and before it. Columns of these names are replaced.
    """
    seen = known_rows(population)
    lives = lives_on(events, on=on, known_at=known_at, observed=frozenset(population.organisations[seen].tolist()))
    statuses = tuple(sorted(LifeStatus))
    status = np.where(seen, statuses.index(LifeStatus.ACTIVE), -1).astype(np.int32)
    ages = np.zeros(len(population), dtype=np.int64)
    aged = np.zeros(len(population), dtype=np.bool_)
    for row, organisation in _rows_of(population, lives):
        life = lives[organisation]
        if life.status is not None:
            status[row] = statuses.index(life.status)
        if life.created_on is not None and life.created_on <= on:
            ages[row], aged[row] = completed_years(life.created_on, on), True
    columns = dict(population.columns)
    columns[LIFE_STATUS] = CodedColumn(status, tuple(str(item) for item in statuses))
    columns[AGE_YEARS] = NumericColumn(ages, ages, aged, aged)
    return Population(population.organisations, columns)


def _rows_of(population: Population, lives: Mapping[int, Life]) -> Iterable[tuple[int, int]]:
    named = np.fromiter(lives, dtype=np.int64, count=len(lives))
    _, rows, positions = np.intersect1d(population.organisations, named, return_indices=True)
    return zip(rows.tolist(), named[positions].tolist(), strict=True)
