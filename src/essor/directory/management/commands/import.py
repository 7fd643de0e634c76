# ruff: noqa: N999
from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from essor.directory.actions import withdraw_source
from essor.directory.actions.imports import ImportRefused, ImportReport, import_census, preview_census
from essor.directory.console import build_mapping, explain_refusal, list_columns, list_lines
from essor.directory.importing.mapping import FileMapping
from essor.directory.importing.problems import Problem
from essor.directory.models import Source
from essor.directory.rules import DirectoryError
from essor.directory.wording import STEPS, explain_error, explain_problem, list_labels
from essor.knowledge import DefinitionRefused
from essor.territories.actions import ImportReport as PlaceReport
from essor.territories.actions import (
    import_bodies,
    import_boundaries,
    import_municipalities,
    import_territory_list,
    withdraw_lines,
)
from essor.territories.models import Territory, TerritoryEvent
from essor.territories.problems import FileRefused, describe_refusal
from essor.territories.queries import list_names

SHOWN = 20
WRONG_REQUEST = 2
"""The exit code where the request, the mapping or the file does not read; a file that reads and has errors gives 1."""


def read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(_("« {text} » n’est pas une date. Écrivez 2026-03-31.").format(text=text)) from error


class Command(BaseCommand):
    help = (
        "Importe un recensement, des lieux, des contours, des organismes. / Imports a census, places, shapes, bodies."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(
            dest="what", required=True, metavar="census|municipalities|boundaries|territories|bodies|withdraw"
        )
        census = words.add_parser("census", help="un fichier CSV, TSV, XLSX ou ODS")
        census.add_argument("file", type=Path)
        census.add_argument("--mapping", help="fichier YAML, ou nom d’une correspondance fournie")
        for option in ("--source", "--publisher", "--licence"):
            census.add_argument(option, default="")
        census.add_argument("--reference-date", help="date de référence de tout le fichier (2026-03-31)")
        census.add_argument("--known-on", help="jour où ces chiffres ont été connus (aujourd’hui)")
        census.add_argument("--dry-run", action="store_true", help="vérifie sans rien écrire")
        census.add_argument("--json", action="store_true", dest="as_json")
        for name in ("municipalities", "boundaries"):
            places = words.add_parser(name)
            places.add_argument("file", type=Path)
            places.add_argument("--dated", help="jour de la liste (2026-03-31)")
            if name == "boundaries":
                places.add_argument(
                    "--code-property", help="la propriété qui porte le code du lieu (MRC_ID, MUS_CO_GEO…)"
                )
        territories = words.add_parser("territories", help="une courte liste de lieux, ou le nom d’une liste fournie")
        territories.add_argument("file", type=Path)
        bodies = words.add_parser("bodies", help="le fichier CSV des organismes, de leur vie et de leurs mandats")
        bodies.add_argument("file", type=Path)
        bodies.add_argument("--withdraw", action="store_true", help="ces lignes ne sont plus crues")
        withdrawal = words.add_parser("withdraw", help="retire tout ce qu’une source a dit")
        withdrawal.add_argument("source", type=int)
        withdrawal.add_argument("--reason", required=True)

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        try:
            getattr(self, f"_{what}")(options)
        except ImportRefused as refusal:
            self._say_problems(refusal.problems)
            raise CommandError(explain_error(refusal)) from refusal
        except DirectoryError as error:
            code = 1 if error.code == "import-refused" else WRONG_REQUEST
            raise CommandError(explain_refusal(error), returncode=code) from error
        except DefinitionRefused as error:
            raise CommandError(str(error), returncode=WRONG_REQUEST) from error
        except FileRefused as refusal:
            raise CommandError("\n".join(describe_refusal(refusal)), returncode=WRONG_REQUEST) from refusal

    def _census(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        if not options["file"].is_file():
            raise DirectoryError("file-absent", value=str(options["file"]))
        days = {name: read_date(options[name]) if options[name] else None for name in ("reference_date", "known_on")}
        words = {name: options[name] for name in ("source", "publisher", "licence")}
        mapping = build_mapping(file=options["file"], name=options["mapping"], words=words, days=days)
        if options["dry_run"]:
            report = preview_census(file=options["file"], mapping=mapping, now=now)
        else:
            report = import_census(file=options["file"], mapping=mapping, by=None, now=now, progress=self._progress)
        self._tell(report, mapping, as_json=options["as_json"])
        if report.counts.get("errors"):
            raise DirectoryError("import-refused", errors=report.counts["errors"])

    def _municipalities(self, options: dict[str, Any]) -> None:
        dated = read_date(options["dated"]) if options["dated"] else None
        self._tell_places(import_municipalities(file=options["file"], dated_on=dated, by=None, now=timezone.now()))

    def _boundaries(self, options: dict[str, Any]) -> None:
        dated = read_date(options["dated"]) if options["dated"] else None
        report = import_boundaries(
            file=options["file"],
            dated_on=dated,
            code_property=options["code_property"],
            by=None,
            now=timezone.now(),
        )
        self._tell_places(report)

    def _territories(self, options: dict[str, Any]) -> None:
        self._tell_places(import_territory_list(file=options["file"], by=None, now=timezone.now()))

    def _bodies(self, options: dict[str, Any]) -> None:
        if options["withdraw"]:
            withdrawn = withdraw_lines(file=options["file"], by=None, now=timezone.now())
            self.stdout.write(_("Organismes : {count} lignes ne sont plus crues.").format(count=withdrawn))
            return
        done = import_bodies(file=options["file"], by=None, now=timezone.now())
        said = _("Organismes : {added} lignes nouvelles, {corrected} corrigées, {unchanged} déjà connues.")
        self.stdout.write(said.format(added=done.added, corrected=done.corrected, unchanged=done.unchanged))

    def _withdraw(self, options: dict[str, Any]) -> None:
        source = Source.objects.filter(pk=options["source"]).first()
        if source is None:
            raise CommandError(_("Aucune source ne porte le numéro {number}.").format(number=options["source"]))
        closed = withdraw_source(source=source, reason=options["reason"], by=None, now=timezone.now())
        self.stdout.write(_("Source retirée : {facts} faits ne sont plus crus.").format(facts=closed["facts"]))

    def _tell(self, report: ImportReport, mapping: FileMapping, *, as_json: bool) -> None:
        self._say_problems(report.problems)
        if len(report.problems) > SHOWN:
            self.stderr.write(_("… et {count} autres remarques.").format(count=len(report.problems) - SHOWN))
        if as_json:
            source = report.source.pk if report.source else None
            said = {"source": source, "is_repeated": report.is_repeated, "columns": list_columns(report, mapping)}
            self.stdout.write(json.dumps(said | dict(report.counts), ensure_ascii=False))
            return
        for line in list_lines(report, mapping):
            self.stdout.write(line)

    def _say_problems(self, problems: list[Problem]) -> None:
        """The first ones; an organisation is told by its name, and by the address that a decision needs."""
        now, shown = timezone.now(), problems[:SHOWN]
        places = list_names(timezone.localdate(now), get_language() or "fr")
        labels = {key: f"{label} ({key})" for key, label in list_labels(shown, now=now, places=places).items()}
        for problem in shown:
            where = _("Ligne {line}").format(line=problem.line) + (f", « {problem.column} »" if problem.column else "")
            self.stderr.write(f"{where} : {explain_problem(problem, labels=labels)}")

    def _progress(self, what: str, done: int, total: int) -> None:
        what = str(STEPS[what])
        if sys.stderr.isatty():
            self.stderr.write(f"\r{what} {done}/{total}   ", ending="" if done < total else "\n")
        elif done == total:
            self.stderr.write(f"{what} {done}/{total}")

    def _tell_places(self, report: PlaceReport) -> None:
        if not report.is_new:
            self.stdout.write(_("Déjà chargé : rien n’a été ajouté."))
            return
        kinds, happenings = dict(Territory.Kind.choices), dict(TerritoryEvent.Kind.choices)
        places = ", ".join(f"{kinds[kind]} : {count}" for kind, count in report.places.items())
        self.stdout.write(_("{title} : {places}.").format(title=report.vintage, places=places))
        for kind, count in report.count_events().items():
            self.stdout.write(f"  {happenings[kind]} : {count}")
        if report.unmatched:
            codes = ", ".join(report.unmatched[:SHOWN])
            self.stdout.write(_("Sans lieu connu, laissés de côté : {codes}.").format(codes=codes))
