"""What is known of the enterprises of a programme once they are open: who lives, who fell silent, how many jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from essor.cases.models import Case, CaseEvent, CaseQuerySet
from essor.directory.queries import end_of_day
from essor.knowledge import load_latest_workflow
from essor.methods.survival import Count, Curve, Survival, count_at, draw_curve, find_anniversary, follow
from essor.programmes.models import Declaration, Programme
from essor.programmes.news import (
    LEAD,
    Duty,
    News,
    find_closing,
    find_owed,
    keep_latest,
    list_duties,
    make_life,
)

STARTUP = "startup"
AGES = (1, 3, 5)
FRESH = timedelta(days=365)
"""As long as a number of jobs holds in the directory (``holds_days`` of its variable)."""
FEWEST = 5
"""Fewer enterprises than this are not published."""


@dataclass(frozen=True, slots=True)
class Followed:
    """An enterprise that opened. ``told``: what counts of what was said of it, by day."""

    case: Case
    opened_on: date
    told: list[News] = field(default_factory=list)

    @property
    def closed_on(self) -> date | None:
        return find_closing(self.told)

    def list_duties(self, on: date) -> list[Duty]:
        return list_duties(opened_on=self.opened_on, told=self.told, on=on)

    def find_fresh(self, on: date) -> News | None:
        """The last news by a day, if it is of less than a year before."""
        last = next((one for one in reversed(self.told) if one.about_on <= on), None)
        return last if last is not None and on - last.about_on < FRESH else None


@dataclass(frozen=True, slots=True)
class OwedNews:
    """The latest news that an enterprise owes. ``last_on``: the day of the last that it gave."""

    case: Case
    duty: Duty
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Declared:
    """Jobs as told: a headcount and full-time equivalents, each by how many enterprises; ``closed``, ``silent``: the
    other enterprises, of which the jobs are none or unknown."""

    jobs: int
    told_jobs: int
    fte: Decimal
    told_fte: int
    closed: int
    silent: int


@dataclass(frozen=True, slots=True)
class AtAge:
    """``declared`` speaks of the enterprises old enough, about the year that starts with that anniversary."""

    count: Count
    survival: Survival
    declared: Declared

    @property
    def is_publishable(self) -> bool:
        return self.count.total >= FEWEST and self.survival.at_risk >= FEWEST


@dataclass(frozen=True, slots=True)
class Outcomes:
    """``declared``: on the day itself."""

    opened: int
    curve: Curve
    ages: list[AtAge]
    declared: Declared


def find_openings(**of: Any) -> dict[int, date]:
    """By number of case, the day on which its enterprise opened, as was said when its file first entered the stage of
    an open one. ``of``: which events."""
    opens_at = load_latest_workflow(STARTUP).opens_at
    rows = CaseEvent.objects.filter(kind=CaseEvent.Kind.MOVED, facts__to=opens_at, **of).order_by("happened_at", "pk")
    found: dict[int, date] = {}
    for number, facts, happened_at in rows.values_list("case_id", "facts", "happened_at"):
        found.setdefault(number, read_day_told(facts, happened_at))
    return found


def read_day_told(facts: Mapping[str, Any], happened_at: datetime) -> date:
    """The day that a move says, else that on which it was made."""
    return date.fromisoformat(facts["on"]) if "on" in facts else timezone.localdate(happened_at)


def read_followed(case: Case) -> Followed | None:
    """None while it is not open, or where the file is of no programme."""
    opened_on = find_openings(case=case, case__enrolment__isnull=False).get(case.pk)
    if opened_on is None:
        return None
    return Followed(case, opened_on, keep_latest(one.read() for one in case.declarations.all()))


def list_followed(programme: Programme, *, on: date, among: QuerySet[Case] | None = None) -> list[Followed]:
    """Those opened by a day, with what had been said by its end, in order of opening. In three queries; of each file,
    only what tells which it is.

    ``among``: the only files to look at (None: all of the programme).
    """
    openings = find_openings(case__enrolment__programme=programme, happened_at__lte=end_of_day(on))
    if not openings:
        return []
    said: dict[int, list[News]] = {}
    known = Q(declared_at__lte=end_of_day(on), about_on__lte=on)
    for one in Declaration.objects.filter(known, case__enrolment__programme=programme):
        said.setdefault(one.case_id, []).append(one.read())
    opened = [number for number, opened_on in openings.items() if opened_on <= on]
    cases = (Case.objects.all() if among is None else among).filter(enrolment__programme=programme, pk__in=opened)
    found = [
        Followed(case, openings[case.pk], keep_latest(said.get(case.pk, [])))
        for case in cases.select_related(None).only("reference", "promoter_name", "territory_code", "organisation")
    ]
    return sorted(found, key=lambda one: (one.opened_on, one.case.pk))


def list_owed(cases: CaseQuerySet, *, on: date, most: int) -> list[OwedNews]:
    """Of these files, the enterprises whose news is due, the longest silence first. In three queries; the files are
    read once it is known which."""
    said: dict[int, list[News]] = {}
    for one in Declaration.objects.filter(case__in=cases, about_on__lte=on):
        said.setdefault(one.case_id, []).append(one.read())
    owed = []
    for number, opened_on in find_openings(case__in=cases).items():
        told = keep_latest(said.get(number, []))
        if opened_on <= on and (duty := find_owed(list_duties(opened_on=opened_on, told=told, on=on))):
            owed.append((duty.due_on, number, duty, told[-1].about_on if told else None))
    kept = sorted(owed, key=lambda one: one[:2])[:most]
    found = cases.in_bulk([number for _due_on, number, *_rest in kept])
    return [OwedNews(found[number], duty, last_on) for _due_on, number, duty, last_on in kept]


def count_openings(programme: Programme, *, on: date) -> int:
    """How many enterprises of a programme had opened by a day, as it was said by its end."""
    found = find_openings(case__enrolment__programme=programme, happened_at__lte=end_of_day(on))
    return sum(day <= on for day in found.values())


def read_outcomes(found: Sequence[Followed], *, on: date) -> Outcomes:
    """What has become of these on a day."""
    lives = [make_life(one.told, opened_on=one.opened_on) for one in found]
    curve = draw_curve(follow(lives, on=on))
    ages = [AtAge(count_at(lives, years, on=on), curve.at(years), _sum_at(found, years, on)) for years in AGES]
    return Outcomes(len(found), curve, ages, sum_declared((one.find_fresh(on), one.closed_on) for one in found))


def _sum_at(found: Sequence[Followed], years: int, on: date) -> Declared:
    pairs = []
    for one in found:
        day = find_anniversary(one.opened_on, years)
        if day <= on:
            first, end = day - LEAD, find_anniversary(one.opened_on, years + 1) - LEAD
            news = next((told for told in one.told if first <= told.about_on < end and told.is_alive), None)
            closed_on = one.closed_on
            pairs.append((news, closed_on if closed_on is not None and closed_on <= day else None))
    return sum_declared(pairs)


def sum_declared(pairs: Iterable[tuple[News | None, date | None]]) -> Declared:
    """``pairs``: for each enterprise, the news that counts and the day on which it had closed, if it had."""
    told, closed, silent = list[News](), 0, 0
    for news, closed_on in pairs:
        if closed_on is not None:
            closed += 1
        elif news is None or (news.jobs is None and news.fte is None):
            silent += 1
        else:
            told.append(news)
    jobs = [one.jobs for one in told if one.jobs is not None]
    ftes = [one.fte for one in told if one.fte is not None]
    return Declared(sum(jobs), len(jobs), sum(ftes, Decimal(0)), len(ftes), closed, silent)


def export_news(case: Case) -> list[Mapping[str, Any]]:
    """What the promoter takes away: all that was said, corrections included."""
    return [
        {
            "about_on": one.about_on.isoformat(),
            "is_alive": one.is_alive,
            "closed_on": one.closed_on.isoformat() if one.closed_on else None,
            "jobs": one.jobs,
            "fte": None if one.fte is None else str(one.fte),
            "revenue_cents": one.revenue_cents,
            "declared_at": one.declared_at.isoformat(),
            "by": one.party,
        }
        for one in case.declarations.all()
    ]
