"""How vague what is said of the aids of a place is, on a day, as it was known then."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from essor.aid.handlers import decide_handling
from essor.aid.queries import list_programmes
from essor.aid.queries.care import REMEMBERED, Memory, read_memory
from essor.aid.queries.catalogue import Entry, open_entry
from essor.aid.queries.serving import check_place, load_form_needs
from essor.aid.rules import PLACE
from essor.aid.terms import has_amount
from essor.directory.queries import end_of_day
from essor.methods.criteria import Exact, Truth, evaluate
from essor.methods.flou import Flou, Standing, measure_flou
from essor.territories.lives import AID
from essor.territories.queries import place_tree
from essor.territories.queries.bodies import read_register

MOST_DAYS = 180
"""What was read, or confirmed, longer ago than this is no longer taken as checked."""

MONTHS_SHOWN = 12
EARLIEST = date(2000, 1, 1)
"""No catalogue knew anything before."""

"""A link that nobody looked at for so long is not known any more."""


def read_flou(place: str, *, on: date, memory: Memory | None = None) -> Flou:
    """Of the programmes that may serve the place, or a part of it, and are not known as closed that day.

    By the catalogue, the register of bodies, the links and the confirmations as they were at the end of the day.

    Raises AidError, as :func:`essor.aid.queries.serving.check_place`.
    """
    places, moment = check_place(place, on), end_of_day(on)
    register, needs = read_register(known_at=moment), load_form_needs()
    memory = memory or read_memory(since=max(on, EARLIEST) - REMEMBERED)
    standings = []
    for entry in _list_serving(place, on=on, known_at=moment):
        definition = entry.programme.definition
        handling = decide_handling(definition, register=register, places=places, on=on, needs=needs)
        confirmed = memory.standing(entry.programme, on=on)
        days = [entry.ruled.version.read_on, confirmed.valid_since]
        standings.append(
            Standing(
                definition.id,
                has_holder=handling.by == AID or confirmed.code == "confirmed",
                has_amount=has_amount(definition),
                checked_on=max((day for day in days if day and day <= on), default=None),
                has_dead_link=memory.has_dead_link(entry.programme, on=on),
            )
        )
    return measure_flou(standings, on=on, most_days=MOST_DAYS)


def read_flou_over_time(place: str, *, on: date) -> list[tuple[date, Flou]]:
    """At the end of each of the twelve months before ``on``, then that day. Raises AidError, as :func:`read_flou`."""
    days = list_days(max(on, EARLIEST))
    memory = read_memory(since=days[0] - REMEMBERED)
    return [(day, read_flou(place, on=day, memory=memory)) for day in days]


def list_days(on: date) -> list[date]:
    """
    >>> [str(day) for day in list_days(date(2026, 3, 31))[-3:]]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    days, day = [on], on
    for _month in range(MONTHS_SHOWN):
        day = day.replace(day=1) - timedelta(days=1)
        days.append(day)
    return days[::-1]


def _list_serving(place: str, *, on: date, known_at: datetime) -> list[Entry]:
    answers, places = {PLACE: Exact(place)}, place_tree(on)
    entries = [open_entry(programme, on=on) for programme in list_programmes(known_at=known_at)]
    return [
        entry
        for entry in entries
        if entry.window.state in {"open", "unknown"}
        and evaluate(entry.ruled.criteria, answers, places=places).truth != Truth.NO
    ]
