"""What is said of an enterprise once it is open, and the days on which it is owed. Silence says nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from essor.methods.business_days import add_business_days
from essor.methods.months import add_months
from essor.methods.survival import EnterpriseLife
from essor.programmes.rules import ProgrammeError

MONTHS = (6, 12, 24, 36, 48, 60)
"""After the opening: at six months, as the workflow says, then each year for five years."""
LEAD = timedelta(days=30)
"""News of so many days before its day answers a duty."""
DAYS_OF_GRACE, DAYS_TO_ESCALATE = 10, 20
"""Business days after its day: past the first, a duty is late; past the second, the adviser is told. Essor's own."""
MOST_JOBS, MOST_CENTS = 10**6, 10**15
State = Literal["to_come", "due", "late", "missed", "done"]


@dataclass(frozen=True, slots=True)
class News:
    """``about_on``: the day of which it speaks. ``closed_on``: only when it has closed. The rest None: unknown."""

    about_on: date
    is_alive: bool
    closed_on: date | None = None
    jobs: int | None = None
    fte: Decimal | None = None
    revenue_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """News owed ``months`` after the opening, on ``due_on``. ``told``: what answers it."""

    months: int
    due_on: date
    state: State
    told: News | None = None


def keep_latest(told: Iterable[News]) -> list[News]:
    """``told``: in the order in which it was said. Of one day, what was said last; by day."""
    return [one for _day, one in sorted({one.about_on: one for one in told}.items())]


def find_closing(told: Sequence[News]) -> date | None:
    """The day on which it closed, as far as it was said."""
    return min((one.closed_on for one in told if one.closed_on is not None), default=None)


def make_life(told: Sequence[News], *, opened_on: date) -> EnterpriseLife:
    alive = max((one.about_on for one in told if one.is_alive), default=opened_on)
    return EnterpriseLife(opened_on, alive, find_closing(told))


def check_news(news: News, *, opened_on: date, told: Sequence[News], today: date) -> None:
    """``told``: what counts of what was said before, this day's included: news of the same day corrects it.

    Raises ProgrammeError: ``news-before-opening``, ``news-to-come``, ``closing-day-missing``, ``closing-day-unasked``,
    ``closing-before-opening``, ``closing-after-day``, ``closed-with-numbers``, ``number-out-of-reach``,
    ``fte-over-jobs``, ``alive-after-closing``, ``closed-twice``, ``closing-before-alive``.
    """
    if news.about_on < opened_on:
        raise ProgrammeError("news-before-opening", on=news.about_on, opened_on=opened_on)
    if news.about_on > today:
        raise ProgrammeError("news-to-come", on=news.about_on)
    _check_closing(news, opened_on)
    _check_numbers(news)
    others = [one for one in told if one.about_on != news.about_on]
    if (closed_on := find_closing(others)) is not None and (news.about_on >= closed_on or not news.is_alive):
        raise ProgrammeError("alive-after-closing" if news.is_alive else "closed-twice", closed_on=closed_on)
    last = max((one.about_on for one in others if one.is_alive), default=None)
    if news.closed_on is not None and last is not None and news.closed_on <= last:
        raise ProgrammeError("closing-before-alive", closed_on=news.closed_on, last=last)


def _check_closing(news: News, opened_on: date) -> None:
    if news.is_alive:
        if news.closed_on is not None:
            raise ProgrammeError("closing-day-unasked")
        return
    if news.closed_on is None:
        raise ProgrammeError("closing-day-missing")
    if news.closed_on < opened_on:
        raise ProgrammeError("closing-before-opening", closed_on=news.closed_on, opened_on=opened_on)
    if news.closed_on > news.about_on:
        raise ProgrammeError("closing-after-day", closed_on=news.closed_on, on=news.about_on)
    if any(one is not None for one in (news.jobs, news.fte, news.revenue_cents)):
        raise ProgrammeError("closed-with-numbers")


def _check_numbers(news: News) -> None:
    bounds: tuple[tuple[Any, int], ...] = (
        (news.jobs, MOST_JOBS), (news.fte, MOST_JOBS), (news.revenue_cents, MOST_CENTS),
    )  # fmt: skip
    if any(value is not None and not 0 <= value <= most for value, most in bounds):
        raise ProgrammeError("number-out-of-reach")
    if news.jobs is not None and news.fte is not None and news.fte > news.jobs:
        raise ProgrammeError("fte-over-jobs", fte=news.fte, jobs=news.jobs)


def list_duties(*, opened_on: date, told: Sequence[News], on: date) -> list[Duty]:
    """Those of an enterprise, as they stand on a day; none is owed after it closed. One whose days are over is missed:
    the next asks for the same.

    >>> said = [News(date(2020, 6, 25), True)]
    >>> [(one.months, one.state) for one in list_duties(opened_on=date(2020, 1, 1), told=said, on=date(2021, 1, 5))][:3]
    [(6, 'done'), (12, 'due'), (24, 'to_come')]
    """
    closed_on = find_closing(told)
    days = [add_months(opened_on, months) for months in MONTHS]
    ends = [*(day - LEAD for day in days[1:]), date.max]
    duties = []
    for months, due_on, end in zip(MONTHS, days, ends, strict=True):
        answers = [one for one in told if due_on - LEAD <= one.about_on < end]
        if answers:
            duties.append(Duty(months, due_on, "done", answers[0]))
        elif closed_on is None or closed_on > due_on:
            duties.append(Duty(months, due_on, "missed" if on >= end else _say_state(due_on, on)))
    return duties


def find_owed(duties: Sequence[Duty]) -> Duty | None:
    """The latest that has come, unless it is answered: who owes three years is asked for today's news."""
    come = [one for one in duties if one.state != "to_come"]
    return come[-1] if come and come[-1].state != "done" else None


def _say_state(due_on: date, on: date) -> State:
    if on < due_on - LEAD:
        return "to_come"
    return "late" if on > _end_of_grace(due_on) else "due"


@lru_cache(maxsize=4096)
def _end_of_grace(due_on: date) -> date:
    return add_business_days(due_on, DAYS_OF_GRACE)


@dataclass(frozen=True, slots=True)
class Reminder:
    """``code``: what is sent once for a duty: ``soon`` and ``late`` to the promoter, ``silent`` to the adviser."""

    code: str
    duty: Duty


def find_reminder(duties: Sequence[Duty], *, sent: Collection[str], on: date) -> Reminder | None:
    """Only of the latest duty that has come: who owes three years is asked for today's news, once.

    ``sent``: names of those sent (:func:`name_reminder`).
    """
    owed = [one for one in duties if one.due_on - LEAD <= on]
    if not owed or owed[-1].state == "done":
        return None
    duty = owed[-1]
    late = Reminder("late", duty)
    is_silent = on > add_business_days(duty.due_on, DAYS_TO_ESCALATE) and name_reminder(late) in sent
    reminder = Reminder("silent", duty) if is_silent else late if duty.state == "late" else Reminder("soon", duty)
    return None if name_reminder(reminder) in sent else reminder


def name_reminder(reminder: Reminder) -> str:
    return f"news:{reminder.duty.months}:{reminder.code}"
