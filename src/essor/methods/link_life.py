"""Whether a page of the web is still there, from what looking for it gave, day after day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

GONE = frozenset({404, 410})
"""RFC 9110, 15.5.5 and 15.5.11: the server answers, and says that the page is not there."""

GUARDED = frozenset({401, 403, 405, 407, 429})
"""The server answers, and will not show the page to a program: it says nothing against a reader."""


@dataclass(frozen=True, slots=True)
class Check:
    """``status``: what the server answered (RFC 9110); None: no answer."""

    on: date
    status: int | None

    @property
    def is_alive(self) -> bool:
        return self.status is not None and (self.status < 400 or self.status in GUARDED)


@dataclass(frozen=True, slots=True)
class LinkLife:
    """``is_dead``: None: never looked at, or failing for too short a time to say. ``since``: of the dead, the first day
    on which it no longer answered. ``checked_on``: the last look."""

    is_dead: bool | None
    since: date | None = None
    checked_on: date | None = None


def read_life(checks: Iterable[Check]) -> LinkLife:
    """``checks``: in the order of time. A page said gone is dead at once; a server that fails, or answers nothing, must
    do so on two different days, with no success between.

    >>> monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    >>> read_life([Check(monday, 200), Check(tuesday, 404)]).is_dead
    True
    >>> read_life([Check(monday, 200), Check(tuesday, None)]).is_dead is None
    True
    """
    checks = list(checks)
    if not checks:
        return LinkLife(None)
    last, failing = checks[-1], []
    for check in reversed(checks):
        if check.is_alive:
            break
        failing.append(check)
    if not failing:
        return LinkLife(is_dead=False, checked_on=last.on)
    since = failing[-1].on
    if last.status in GONE or any(check.on != since for check in failing):
        return LinkLife(is_dead=True, since=since, checked_on=last.on)
    return LinkLife(None, checked_on=last.on)
