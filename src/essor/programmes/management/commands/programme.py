from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from essor.programmes.pictures import say_envelopes
from essor.programmes.queries import answer_envelope, get_programme, read_envelopes, sum_envelopes
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import explain

WRONG_REQUEST = 2


class Command(BaseCommand):
    help = "Les programmes : où est l’argent des ententes. / Programmes: where the money of agreements is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True, metavar="envelope")
        envelope = words.add_parser("envelope", help="l’argent de chaque partenaire / each partner's money")
        envelope.add_argument("--programme", default="jec", help="son nom court / its short name")
        envelope.add_argument("--on", help="le jour (aujourd’hui) / the day (today)")
        envelope.add_argument("--json", action="store_true", dest="as_json", help="répond en JSON / answers in JSON")
        envelope.add_argument("--language", choices=("fr", "en"), default="fr")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            try:
                self._envelope(options)
            except ProgrammeError as error:
                raise CommandError(explain(error), returncode=WRONG_REQUEST) from error

    def _envelope(self, options: dict[str, Any]) -> None:
        on = read_day(options["on"]) if options["on"] else timezone.localdate()
        envelopes = read_envelopes(get_programme(options["programme"]), on=on)
        if options["as_json"]:
            total = answer_envelope(sum_envelopes(list(envelopes.values())))
            partners = [
                {"partner": agreement.partner, "agreement": agreement.code, **answer_envelope(envelope)}
                for agreement, envelope in envelopes.items()
            ]
            told = {"programme": options["programme"], "on": on.isoformat(), **total, "partners": partners}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(say_envelopes(envelopes, on=on)))


def read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ProgrammeError("date-malformed", value=text) from None
