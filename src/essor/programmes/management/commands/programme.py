from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from essor.methods.forecast import ForecastError
from essor.programmes.actions import import_files
from essor.programmes.journal import write_journal
from essor.programmes.pictures import say_envelopes, say_forecasts, say_trials
from essor.programmes.queries import (
    answer_envelope,
    get_programme,
    read_day,
    read_envelopes,
    read_journal,
    sum_envelopes,
)
from essor.programmes.queries.awards import list_awards
from essor.programmes.queries.journeys import answer_forecasts, answer_trials, read_forecasts, try_forecasts
from essor.programmes.register import prepare_telling, tell_awards, write_register
from essor.programmes.rules import ProgrammeError
from essor.programmes.spreadsheets import read_rows
from essor.programmes.wording import explain, explain_forecast

WRONG_REQUEST = 2
REFUSED = 1


class Command(BaseCommand):
    help = "Les programmes : leur argent, leur cible, leurs dossiers. / Programmes: their money, target and files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(
            dest="word", required=True, metavar="envelope | forecast | journal | register | import"
        )
        envelope = words.add_parser("envelope", help="l’argent de chaque partenaire / each partner's money")
        ahead = words.add_parser("forecast", help="la cible sera-t-elle atteinte ? / will the target be met?")
        journal = words.add_parser("journal", help="les écritures, en CSV / entries for accounting, as CSV")
        awards = words.add_parser("register", help="ce qui fut donné (360Giving) / what was given (360Giving)")
        past = words.add_parser("import", help="des dossiers passés, d’un chiffrier / past files, from a spreadsheet")
        for one in (envelope, ahead, journal, awards, past):
            one.add_argument("--programme", default="jec", help="son nom court / its short name")
            one.add_argument("--language", choices=("fr", "en"), default="fr")
        for one in (envelope, ahead):
            one.add_argument("--on", help="le jour (aujourd’hui) / the day (today)")
        for one in (envelope, ahead, awards):
            one.add_argument("--json", action="store_true", dest="as_json", help="répond en JSON / answers in JSON")
        ahead.add_argument("--back-test", action="store_true", help="essaie dix jours passés / tries ten past days")
        journal.add_argument("--from", dest="first", default="0001-01-01", help="le premier jour / the first day")
        journal.add_argument("--to", dest="last", default="9999-12-31", help="le dernier jour / the last day")
        past.add_argument("file", type=Path, metavar="FILE", help="CSV, TSV, XLSX, ODS")

    def handle(self, *args: Any, **options: Any) -> None:
        deeds = {"envelope": self._envelope, "forecast": self._forecast, "journal": self._journal}
        deeds |= {"register": self._register, "import": self._import}
        with translation.override(options["language"]):
            try:
                deeds[options["word"]](options)
            except ProgrammeError as error:
                code = REFUSED if error.code == "import-refused" else WRONG_REQUEST
                raise CommandError(explain(error), returncode=code) from error
            except ForecastError as error:
                raise CommandError(explain_forecast(error), returncode=WRONG_REQUEST) from error

    def _envelope(self, options: dict[str, Any]) -> None:
        on = read_day(options["on"]) if options["on"] else timezone.localdate()
        envelopes = read_envelopes(get_programme(options["programme"]), on=on)
        if options["as_json"]:
            total = answer_envelope(sum_envelopes(list(envelopes.values())))
            partners = [
                {"partner": agreement.partner, "agreement": agreement.code, **answer_envelope(envelope)}
                for agreement, envelope in envelopes.items()
            ]
            self._tell({"programme": options["programme"], "on": on.isoformat(), **total, "partners": partners})
        else:
            self.stdout.write("\n".join(say_envelopes(envelopes, on=on)))

    def _forecast(self, options: dict[str, Any]) -> None:
        on = read_day(options["on"]) if options["on"] else timezone.localdate()
        programme = get_programme(options["programme"])
        found = read_forecasts(programme, on=on)
        trials = try_forecasts(programme, on=on) if options["back_test"] else None
        if not options["as_json"]:
            lines = say_forecasts(found, on=on) + (say_trials(trials) if trials else [])
            self.stdout.write("\n".join(lines))
            return
        parts = answer_forecasts(found)
        told = {"programme": programme.slug, "on": on.isoformat(), **parts[0], "targets": parts}
        self._tell(told | ({"back_test": answer_trials(trials)} if trials else {}))

    def _journal(self, options: dict[str, Any]) -> None:
        first, last = read_day(options["first"]), read_day(options["last"])
        lines = read_journal(get_programme(options["programme"]), first=first, last=last)
        self.stdout.write(write_journal(lines), ending="")

    def _register(self, options: dict[str, Any]) -> None:
        """As ``/programmes/…/octrois.csv`` and ``.json``."""
        programme, now = get_programme(options["programme"]), timezone.now()
        awards = list_awards(programme, now=now)
        telling = prepare_telling(programme, language=options["language"], now=now)
        if options["as_json"]:
            self._tell(tell_awards(awards, telling=telling))
        else:
            self.stdout.write(write_register(awards, telling=telling), ending="")

    def _import(self, options: dict[str, Any]) -> None:
        programme, file = get_programme(options["programme"]), options["file"]
        done = import_files(programme=programme, rows=read_rows(file), name=file.name, by=None, now=timezone.now())
        said = _("Dossiers entrés : {files}. Entreprises ouvertes : {opened}.")
        self.stdout.write(said.format(files=done.files, opened=done.opened))

    def _tell(self, told: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
