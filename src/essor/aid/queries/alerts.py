"""What is new for a profile between two moments, and the days to come that matter to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils import timezone

from essor.aid.models import AidRevision
from essor.aid.queries import get_questionnaire, list_programmes
from essor.aid.queries.replaying import Flip, list_flips
from essor.aid.rules import Found, Programme, find_aids
from essor.territories.queries import place_tree

WARN_DAYS = (30, 7)
"""How many days before a deadline one is told of it, once each."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which one may apply."""

    found: Found
    on: date
    days_left: int


@dataclass(frozen=True, slots=True)
class News:
    """``flips``: the answer for a same day is no longer the same, because what is published changed; ``reasons``: why,
    by programme, as its editors said. ``opened``: one may apply now. ``closing``: those that crossed a warning."""

    flips: Sequence[Flip] = ()
    opened: Sequence[Found] = ()
    closing: Sequence[Deadline] = ()
    reasons: Mapping[str, str] | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.flips or self.opened or self.closing)


class Newsreader:
    """Reads what is new up to a moment, for one profile after another: what they share is read once."""

    def __init__(self, *, until: datetime) -> None:
        self.until, self.day = until, timezone.localdate(until)
        self._before: dict[datetime, Mapping[str, Programme]] = {}

    def read(self, said: Mapping[str, Any], *, since: datetime) -> News:
        """Raises AidError, as :meth:`essor.aid.rules.Questionnaire.read_profile`."""
        now = self._find(self._programmes, said)
        fitting = [one for one in now if one.outcome.answer != "no"]
        flips = self._list_flips(said, now, since)
        flipped, before = {flip.after.programme.slug for flip in flips}, timezone.localdate(since)
        return News(
            flips,
            [one for one in fitting if one.programme.slug not in flipped and _opens(one, after=before)],
            [
                one
                for one in list_deadlines(fitting, on=self.day)
                if _comes_near(one, before, as_then=self._as_known(since).get(one.found.programme.slug))
            ],
            {slug: self._reasons.get(slug, "") for slug in flipped},
        )

    def _list_flips(self, said: Mapping[str, Any], now: Sequence[Found], since: datetime) -> list[Flip]:
        then = self._as_known(since)
        kept = {(one.slug, one.revision) for one in then.values()}
        changed = [one for one in now if (one.programme.slug, one.programme.revision) not in kept]
        slugs = {one.programme.slug for one in changed}
        if not changed:
            return []
        flips = list_flips(self._find([one for slug, one in then.items() if slug in slugs], said), changed)
        return [flip for flip in flips if not flip.is_no_still]

    def _as_known(self, since: datetime) -> Mapping[str, Programme]:
        if since not in self._before:
            self._before[since] = {one.slug: one for one in list_programmes(known_at=since)}
        return self._before[since]

    def _find(self, programmes: Iterable[Programme], said: Mapping[str, Any]) -> tuple[Found, ...]:
        profile = self._questionnaire.read_profile(said)
        return find_aids(
            programmes,
            profile,
            on=self.day,
            places=self._places,
            questionnaire=self._questionnaire,
            with_nearest=False,
        )

    @cached_property
    def _programmes(self) -> tuple[Programme, ...]:
        return list_programmes(known_at=self.until)

    @cached_property
    def _questionnaire(self) -> Any:
        return get_questionnaire(self.day)

    @cached_property
    def _places(self) -> Any:
        return place_tree(self.day)

    @cached_property
    def _reasons(self) -> Mapping[str, str]:
        return dict(AidRevision.objects.known_at(self.until).values_list("aid__slug", "reason"))


def list_deadlines(found: Iterable[Found], *, on: date) -> list[Deadline]:
    """Of those for which one may apply on that day, the soonest first."""
    deadlines = []
    for one in found:
        ends_before = one.ruled.version.period.ends_before
        if one.window.state == "open" and ends_before is not None:
            last = ends_before - timedelta(days=1)
            deadlines.append(Deadline(one, last, (last - on).days))
    return sorted(deadlines, key=lambda deadline: (deadline.on, deadline.found.programme.slug))


def list_openings(programmes: Iterable[Programme], *, after: date) -> list[tuple[Programme, date]]:
    """The days to come on which one may begin to apply, the soonest first."""
    starts = [
        (programme, ruled.version.period.starts_on)
        for programme in programmes
        for ruled in programme.versions
        if ruled.version.period.starts_on is not None and ruled.version.period.starts_on > after
    ]
    return sorted(starts, key=lambda start: (start[1], start[0].slug))


def _opens(found: Found, *, after: date) -> bool:
    return found.window.state == "open" and found.programme.window(after).state in {"not_yet", "closed"}


def _comes_near(deadline: Deadline, before: date, *, as_then: Programme | None) -> bool:
    """Whether it crossed one of the warnings since a day. ``as_then``: what was known of the programme that day; a last
    day that was not known, or was further, was not warned of."""
    known = {ruled.version.period.ends_before for ruled in as_then.versions} if as_then else set()
    if deadline.on + timedelta(days=1) not in known:
        return deadline.days_left <= max(WARN_DAYS)
    left_then = (deadline.on - before).days
    return any(deadline.days_left <= days < left_then for days in WARN_DAYS)
