from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.project.daily import TASKS, TaskState, list_states, run_due
from essor.project.models import DailyRun

SAID = {
    "done": gettext_lazy("à jour"),
    "failed": gettext_lazy("en échec"),
    "running": gettext_lazy("en cours"),
    "late": gettext_lazy("en retard"),
    "never": gettext_lazy("jamais faite"),
}


class Command(BaseCommand):
    help = "Fait les tâches du jour qui ne sont pas encore faites. / Does the day's tasks that are not done yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--list", action="store_true", dest="is_list", help="dit quand chacune a été faite")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *_args: Any, is_list: bool, as_json: bool, **_options: Any) -> None:
        if is_list:
            self._list(as_json=as_json)
            return
        ran, labels = run_due(clock=timezone.now), {task.name: task.label for task in TASKS}
        if as_json:
            said = [{"task": run.task, "outcome": run.outcome, "counts": run.counts} for run in ran]
            self.stdout.write(json.dumps(said))
        for run in ran if not as_json else []:
            counts = ", ".join(f"{name} {number}" for name, number in run.counts.items())
            outcome = run.get_outcome_display()
            self.stdout.write(f"{labels[run.task]} : {outcome}" + (f" ({counts})" if counts else ""))
        if failed := [run.task for run in ran if run.outcome == DailyRun.Outcome.FAILED]:
            raise CommandError(
                _(
                    "En échec : {tasks}. La cause est écrite plus haut ; les autres tâches sont faites, "
                    "et celles-ci seront reprises au prochain passage."
                ).format(tasks=", ".join(failed))
            )

    def _list(self, *, as_json: bool) -> None:
        states = list_states(now=timezone.now())
        if as_json:
            self.stdout.write(json.dumps({state.task.name: _as_data(state) for state in states}))
            return
        for state in states:
            done = timezone.localtime(state.last_done_at).strftime("%Y-%m-%d %H:%M") if state.last_done_at else "—"
            failure = f" ({state.last.failure})" if state.last and state.last.failure else ""
            self.stdout.write(f"{state.task.name:16} {done:16}  {SAID[state.code]}{failure} : {state.task.label}")


def _as_data(state: TaskState) -> dict[str, str | None]:
    return {"state": state.code, "last_done_at": state.last_done_at.isoformat() if state.last_done_at else None}
