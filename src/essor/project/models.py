from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DailyRun(models.Model):
    """One daily task on one day: whoever adds the row does the task, and nobody else does.

    A task that failed, or that a process dropped, is taken up again on the same row. ``failure``: the name of the
    exception, never its words, which may hold an address.
    """

    class Outcome(models.TextChoices):
        RUNNING = "running", _("en cours")
        DONE = "done", _("faite")
        FAILED = "failed", _("en échec")

    task = models.CharField(max_length=40)
    day = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    tries = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    failure = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["-day", "task"]
        constraints = [
            models.UniqueConstraint(fields=["task", "day"], name="daily_task_runs_once_a_day"),
            models.CheckConstraint(
                condition=Q(outcome__in=["running", "done", "failed"]), name="daily_run_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=(Q(outcome="running") & Q(ended_at=None)) | (~Q(outcome="running") & ~Q(ended_at=None)),
                name="daily_run_ends_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} · {self.day}"
