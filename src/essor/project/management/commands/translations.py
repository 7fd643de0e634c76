from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from essor.project.translations import add_missing_entries, compare_translations, compile_translations


class Command(BaseCommand):
    help = (
        "Dit quelles phrases n’ont pas d’anglais, et lesquelles ne servent plus. Code de sortie 1 s’il en manque. / "
        "Says which sentences have no English, and which are not used any more. Exit code 1 when any is missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--write",
            action="store_true",
            help="ajoute une entrée vide pour chaque phrase sans anglais · adds an empty entry for each one missing",
        )

    def handle(self, *_args: Any, write: bool, **_options: Any) -> None:
        if write:
            self.stdout.write(f"{add_missing_entries()} entrées ajoutées.")
        findings = compare_translations()
        for finding in findings:
            self.stdout.write(f"{finding.kind:12} {finding.where} : {finding.sentence}")
        compile_translations()
        if findings:
            raise CommandError(f"{len(findings)} phrases à revoir.")
        self.stdout.write("L’anglais est complet.")
