"""What an agreement asks for in words: which reports, when, and what must be told before it ends."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from essor.methods.business_days import add_business_days
from essor.methods.months import add_months
from essor.programmes.news import State
from essor.programmes.rules import Term

ONE_DAY = timedelta(days=1)
SOON = timedelta(days=30)
"""A report is asked for so many days before it is due. Essor's own."""
ENDS = (30, 90, 180)
"""Days left in an agreement at which its end is told. Essor's own."""


@dataclass(frozen=True, slots=True)
class ReportingClause:
    """A report owed every ``every_months`` of the term, or about the day ``about_on``; ``within``: business days after
    the last day that it speaks of. ``label``: by language."""

    code: str
    label: Mapping[str, str]
    within: int
    every_months: int | None = None
    about_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReportDue:
    """One report: of the days from ``first_on`` (None: of one day only) to ``about_on``, owed by ``due_on``."""

    clause: ReportingClause
    first_on: date | None
    about_on: date
    due_on: date
    state: State

    @property
    def key(self) -> tuple[str, date]:
        return self.clause.code, self.about_on


def read_reporting(said: Mapping[str, Any]) -> list[ReportingClause]:
    """From the clauses that are kept of an agreement; none: it asks for no report, or nobody entered it."""
    return [
        ReportingClause(
            one["code"], one["label"], one["within_days"], one.get("every_months"),
            date.fromisoformat(one["about_on"]) if one.get("about_on") else None,
        )
        for one in said.get("reports", ())
    ]  # fmt: skip


def list_reports_due(
    clauses: Sequence[ReportingClause], *, term: Term, rendered: Collection[tuple[str, date]], on: date
) -> list[ReportDue]:
    """All those of the term, in order of day, as they stand on a day. ``rendered``: the keys of those that came.

    >>> clause = ReportingClause("yearly", {"fr": "Rapport annuel", "en": "Yearly report"}, 20, every_months=12)
    >>> term = Term(date(2020, 4, 1), date(2022, 4, 1))
    >>> found = list_reports_due([clause], term=term, rendered={("yearly", date(2021, 3, 31))}, on=date(2022, 4, 2))
    >>> [(one.about_on.isoformat(), one.due_on.isoformat(), one.state) for one in found]
    [('2021-03-31', '2021-04-30', 'done'), ('2022-03-31', '2022-05-02', 'due')]
    """
    found = []
    for clause in clauses:
        for first_on, about_on in _list_periods(clause, term):
            due_on = add_business_days(about_on, clause.within)
            state: State = "done" if (clause.code, about_on) in rendered else _say_state(about_on, due_on, on)
            found.append(ReportDue(clause, first_on, about_on, due_on, state))
    return sorted(found, key=lambda one: (one.due_on, one.clause.code))


def list_nearest(reports: Sequence[ReportDue]) -> list[ReportDue]:
    """Those that have come, and the next one of each clause."""
    found, seen = list[ReportDue](), set[str]()
    for one in reports:
        if one.state != "to_come" or one.clause.code not in seen:
            found.append(one)
        if one.state == "to_come":
            seen.add(one.clause.code)
    return found


def _list_periods(clause: ReportingClause, term: Term) -> Iterator[tuple[date | None, date]]:
    """Whole periods from the first day of the term; the last one ends with it, however short."""
    if clause.about_on is not None:
        yield None, clause.about_on
    if clause.every_months is not None:
        for turn in count():
            first, end = (add_months(term.starts_on, clause.every_months * n) for n in (turn, turn + 1))
            if first >= term.ends_before:
                return
            yield first, min(end, term.ends_before) - ONE_DAY


def _say_state(about_on: date, due_on: date, on: date) -> State:
    if on > due_on:
        return "late"
    return "due" if on > about_on or on >= due_on - SOON else "to_come"


@dataclass(frozen=True, slots=True)
class Alert:
    """What is told once: ``kind`` ``due`` or ``late`` of the report ``code`` about a day; ``end_30``… of the agreement
    whose last day is ``about_on``, and then ``code`` is empty."""

    kind: str
    code: str
    about_on: date


def find_alerts(reports: Sequence[ReportDue], *, term: Term, sent: Collection[Alert], on: date) -> list[Alert]:
    """The nearest milestone of the end, and of each clause the latest report that has come: whoever owes three is
    asked once. ``reports``: as :func:`list_reports_due` gives them."""
    found = []
    if (left := count_days_left(term, on)) is not None and (passed := [days for days in ENDS if left <= days]):
        found.append(Alert(f"end_{min(passed)}", "", term.ends_before - ONE_DAY))
    latest = {one.clause.code: one for one in reports if one.state != "to_come"}
    found += [Alert(one.state, *one.key) for one in latest.values() if one.state in {"due", "late"}]
    return [one for one in found if one not in sent]


def count_days_left(term: Term, on: date) -> int | None:
    """Until the last day of the term; None once it is past."""
    left = (term.ends_before - ONE_DAY - on).days
    return left if left >= 0 else None


@dataclass(frozen=True, slots=True)
class EnvelopeCheck:
    """Whether what is promised gives each start-up of the target its floor, in cents. ``needed`` None: the agreement
    has no floor, and nothing can be said."""

    startups: int
    floor: int | None
    promised: int

    @property
    def needed(self) -> int | None:
        return None if self.floor is None else self.startups * self.floor

    @property
    def left(self) -> int | None:
        """Under zero: short by so much.

        >>> EnvelopeCheck(15, 23_000_00, 345_000_00).left
        0
        """
        return None if self.needed is None else self.promised - self.needed
