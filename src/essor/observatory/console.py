"""The frame of the observatory's commands: options read, refusals said in one sentence, JSON or text."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext

from essor.directory.queries import end_of_day
from essor.knowledge import DefinitionRefused
from essor.methods.criteria import CriterionError
from essor.methods.criteria.error_words import criterion_sentence
from essor.observatory.queries.territories import choose_territory
from essor.observatory.rules import ObservatoryError
from essor.observatory.wording import explain

WRONG_REQUEST = 2
REFUSED_COMPARISON = 3


class ObservatoryCommand(BaseCommand):
    """``tell`` does the work with the options read; ``now`` is the only reading of the clock."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="répond par un objet JSON")
        parser.add_argument("--language", choices=("fr", "en"), default="fr", help="langue de la réponse (fr)")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002  Django's own signature
        with translation.override(options["language"]):
            try:
                self.tell(options, timezone.now())
            except (ObservatoryError, CriterionError, DefinitionRefused) as error:
                problem = _describe(error, options["language"])
                if options["as_json"]:
                    self.say_json(problem)
                raise CommandError(problem["detail"], returncode=WRONG_REQUEST) from error

    def tell(self, options: dict[str, Any], now: datetime) -> None:
        raise NotImplementedError

    def say(self, line: str = "") -> None:
        self.stdout.write(line)

    def say_json(self, content: Any) -> None:
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2))


def _describe(error: ObservatoryError | CriterionError | DefinitionRefused, language: str) -> dict[str, Any]:
    """A refusal as a problem object (RFC 9457): ``type`` is its code, ``detail`` the sentence that says what to do."""
    title = gettext("Demande refusée")
    match error:
        case ObservatoryError():
            return {"type": error.code, "title": title, "detail": explain(error)}
        case CriterionError():
            return {"type": error.code, "title": title, "detail": criterion_sentence(error, language)}
        case _:
            return {"type": "definition-refused", "title": title, "detail": str(error)}


def read_day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ObservatoryError("date-malformed", option=option, value=text) from error


def read_known(text: str | None, now: datetime) -> tuple[date, datetime]:
    """The day that is named (today without one) and the instant it means: its end, or now if it has not come."""
    if text is None:
        return timezone.localdate(now), now
    day = read_day("--known-on", text)
    if day > timezone.localdate(now):
        raise ObservatoryError("known-day-to-come", known=day)
    return day, min(end_of_day(day), now)


def read_territory(options: dict[str, Any], *, on: date, known_at: datetime) -> str:
    code: str = options["territory"] or choose_territory(on=on, known_at=known_at)
    return code


def lay_out(rows: list[list[str]]) -> list[str]:
    """Rows in columns: the first to the left, the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  " + "  ".join(text.ljust(width) if place == 0 else text.rjust(width)
                         for place, (text, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]  # fmt: skip
