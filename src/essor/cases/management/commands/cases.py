from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.cases import actions, queries
from essor.cases.models import Case
from essor.cases.rules import CaseError
from essor.cases.wording import explain_error


class Command(BaseCommand):
    help = "Les dossiers : rappels, lettres, effacement. / Files: reminders, letters, erasure."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True, metavar="remind|erase")
        remind = words.add_parser("remind", help="rappelle les retards, les signale, envoie les lettres en attente")
        remind.add_argument("--json", action="store_true", dest="as_json")
        erase = words.add_parser("erase", help="efface les renseignements personnels d’un dossier clos")
        erase.add_argument("reference")
        erase.add_argument("--reason", required=True)

    def handle(self, *args: Any, word: str, **options: Any) -> None:
        try:
            getattr(self, f"_{word}")(options)
        except CaseError as error:
            raise CommandError(explain_error(error)) from error

    def _remind(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        reminded, sent = actions.remind_and_escalate(now=now), actions.send_letters(now=now)
        done = {**asdict(reminded), **asdict(sent), "failed": reminded.failed + sent.failed}
        if options["as_json"]:
            self.stdout.write(json.dumps(done))
            return
        self.stdout.write(
            _(
                "Dossiers en retard : {late}. Nouveaux rappels : {reminders} ; signalements : {escalations}. "
                "Lettres parties : {sent} ; à retenter : {failed}."
            ).format(**done)
        )

    def _erase(self, options: dict[str, Any]) -> None:
        try:
            case = queries.get_case(reference=options["reference"])
        except Case.DoesNotExist as error:
            raise CommandError(_("Aucun dossier {reference}.").format(reference=options["reference"])) from error
        actions.erase_case(case=case, reason=options["reason"], by=None, now=timezone.now())
        self.stdout.write(_("Les renseignements du dossier {reference} sont effacés.").format(reference=case.reference))
