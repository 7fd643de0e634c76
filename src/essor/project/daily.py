"""The tasks of each day: one list, whoever runs them (``serve`` by itself, ``essor daily`` from cron or systemd).

A room that has something to do each day writes a function of the instant that returns what it did, as counts, and takes
one line of :data:`TASKS`. Each task succeeds once a day, whatever number of processes run the list; one that raises
leaves the others to run, is said by :func:`list_states`, and is tried again at the next run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from essor.accounts.audit import record_event
from essor.aid.tasks import look_at_links, tell_subscribers, write_to_givers
from essor.cases.tasks import follow_bodies, remind_late, remove_expired_documents, send_waiting_letters
from essor.programmes.tasks import (
    ask_for_news,
    remind_loans,
    send_waiting_calls,
    send_waiting_invitations,
    watch_agreements,
)
from essor.project.models import DailyRun
from essor.project.tidying import tidy

ABANDONED = timedelta(hours=2)
"""A process that took a task and fell keeps it no longer than this."""

LATE = timedelta(hours=36)
"""Once a day, at an hour that may move by some: past this, nobody runs the list."""

OFFICE_OPENS = 8
"""The hour, on the platform's clock, from which letters may leave by themselves."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DailyTask:
    """``name``: kept with each run, never changed. ``from_hour``: not before this hour of the day, 0 to 23."""

    name: str
    label: Promise
    work: Callable[[datetime], Mapping[str, int]]
    from_hour: int = 0


TASKS: tuple[DailyTask, ...] = (
    DailyTask("tidy", _("jeter ce qui ne se garde pas"), tidy),
    DailyTask("case_retention", _("retirer les documents dont le temps de garde est passé"), remove_expired_documents),
    DailyTask("case_bodies", _("confier les dossiers aux organismes qui ont pris la suite"), follow_bodies),
    DailyTask("case_reminders", _("rappeler les échéances des dossiers"), remind_late, OFFICE_OPENS),
    DailyTask("programme_news", _("demander des nouvelles aux entreprises ouvertes"), ask_for_news, OFFICE_OPENS),
    DailyTask("programme_agreements", _("avertir de ce que les ententes attendent"), watch_agreements, OFFICE_OPENS),
    DailyTask("programme_letters", _("envoyer les invitations en attente"), send_waiting_invitations, OFFICE_OPENS),
    DailyTask("programme_loans", _("rappeler les paiements des prêts"), remind_loans, OFFICE_OPENS),
    DailyTask("sitting_letters", _("envoyer les convocations en attente"), send_waiting_calls, OFFICE_OPENS),
    DailyTask("case_letters", _("envoyer les lettres en attente"), send_waiting_letters, OFFICE_OPENS),
    DailyTask("aid_alerts", _("avertir de ce qui change pour leur projet"), tell_subscribers, OFFICE_OPENS),
    DailyTask("aid_links", _("regarder si les liens des aides répondent"), look_at_links),
    DailyTask("aid_givers", _("écrire aux organismes qui donnent de l’aide"), write_to_givers, OFFICE_OPENS),
)


@dataclass(frozen=True, slots=True)
class TaskState:
    """``code``: ``done`` (for less than 36 hours), ``failed`` (its latest run), ``running``, ``late``, ``never``."""

    task: DailyTask
    code: str
    last_done_at: datetime | None
    last: DailyRun | None


def run_due(*, clock: Callable[[], datetime], tasks: Sequence[DailyTask] = TASKS) -> list[DailyRun]:
    """Does, in order, each task whose hour has come and that nobody does or did today; the runs of this call."""
    ran = []
    for task in tasks:
        now = clock()
        if timezone.localtime(now).hour >= task.from_hour and (run := _take(task, now=now)):
            ran.append(_do(task, run, clock=clock))
    return ran


def list_states(*, now: datetime, tasks: Sequence[DailyTask] = TASKS) -> list[TaskState]:
    latest = DailyRun.objects.values("task").annotate(
        done_at=Max("ended_at", filter=Q(outcome=DailyRun.Outcome.DONE)), day=Max("day")
    )
    found = {row["task"]: row for row in latest}
    days = {row["day"] for row in found.values()}
    runs = {(run.task, run.day): run for run in DailyRun.objects.filter(day__in=days)}
    states = []
    for task in tasks:
        row = found.get(task.name)
        last, done_at = (runs[task.name, row["day"]], row["done_at"]) if row else (None, None)
        states.append(TaskState(task, _say_state(last, done_at, now), done_at, last))
    return states


def _say_state(last: DailyRun | None, done_at: datetime | None, now: datetime) -> str:
    if last is None:
        return "never"
    if last.outcome == DailyRun.Outcome.FAILED:
        return "failed"
    if done_at is not None and done_at > now - LATE:
        return "done"
    is_running = last.outcome == DailyRun.Outcome.RUNNING and last.started_at >= now - ABANDONED
    return "running" if is_running else "late"


def _take(task: DailyTask, *, now: datetime) -> DailyRun | None:
    """The row that makes this process the one that does the task today; None where it is another, or done."""
    said = {"started_at": now}
    run, is_new = DailyRun.objects.get_or_create(task=task.name, day=timezone.localdate(now), defaults=said)
    if is_new:
        return run
    dropped = Q(outcome=DailyRun.Outcome.RUNNING, started_at__lt=now - ABANDONED)
    free = DailyRun.objects.filter(Q(outcome=DailyRun.Outcome.FAILED) | dropped, pk=run.pk)
    running = {"outcome": DailyRun.Outcome.RUNNING, "ended_at": None, "failure": "", "tries": F("tries") + 1}
    return DailyRun.objects.get(pk=run.pk) if free.update(**running, **said) else None


def _do(task: DailyTask, run: DailyRun, *, clock: Callable[[], datetime]) -> DailyRun:
    try:
        run.counts, run.outcome = dict(task.work(run.started_at)), DailyRun.Outcome.DONE
    except Exception as error:  # whatever a task of another room raises, those after it still run
        logger.exception("daily task %s", task.name)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        run.outcome, run.failure = DailyRun.Outcome.FAILED, type(error).__name__
    run.ended_at = clock()
    with transaction.atomic():
        run.save()
        record_event(
            action=f"daily_task_{run.outcome}",
            target_kind="daily_task",
            target_id=task.name,
            by=None,
            now=run.ended_at,
            after={"day": run.day, "tries": run.tries, "failure": run.failure, **run.counts},
            label="daily",
        )
    return run
