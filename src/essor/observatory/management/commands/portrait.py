from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from essor.design.wording import write_day, write_unknown, write_whole
from essor.methods.bases import FULL_TIME
from essor.observatory.answers import answer_portrait
from essor.observatory.console import ObservatoryCommand, lay_out, read_day, read_known, read_territory
from essor.observatory.labels import label_code, label_dimension, label_indicator, label_territory
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.gathering import gather_definitions, list_silent_days
from essor.observatory.queries.live import build_live_portrait
from essor.observatory.sentences import find_amount, find_figure, say_gaps, say_headline, write_amount


class Command(ObservatoryCommand):
    help = (
        "Dit combien d’entreprises et d’emplois, sur une base, un jour donné. / "
        "Says how many enterprises and jobs, on one base, on one day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--territory", help="code du territoire, par exemple 640")
        parser.add_argument("--base", required=True, help="nom de la base, par exemple magazine-2014")
        parser.add_argument("--on", required=True, help="jour dont parlent les chiffres (2017-11-29)")
        parser.add_argument("--base-version", type=int, help="numéro de version (celle qui vaut ce jour-là)")
        parser.add_argument("--known-on", help="avec ce qu’on savait ce jour-là (aujourd’hui)")

    def tell(self, options: dict[str, Any], now: datetime) -> None:
        on = read_day("--on", options["on"])
        known_on, known_at = read_known(options["known_on"], now)
        version = get_base_version(slug=options["base"], number=options["base_version"], on=on)
        asked: dict[str, Any] = {
            "territory_code": read_territory(options, on=on, known_at=known_at),
            "base_versions": [version],
            "dates": [on],
            "known_at": known_at,
        }
        results, definitions = build_live_portrait(**asked), gather_definitions(**asked)
        is_known = not list_silent_days(
            territory_code=asked["territory_code"], dates=[on], known_at=known_at, results=results
        )
        if options["as_json"]:
            self.say_json(answer_portrait(results, definitions, on=on, known_on=known_on, is_known=is_known))
        elif not is_known:
            said = {
                "territory": label_territory(results["territory"]),
                "day": write_day(on),
                "known": write_day(known_on),
            }
            self.say(
                _("%(territory)s, %(day)s : aucun fait connu. Avec ce qu’on savait le %(known)s, rien ne se compte.")
                % said
            )
        else:
            self._say_portrait(results, definitions, on=on, known_on=known_on)

    def _say_portrait(
        self, results: Mapping[str, Any], definitions: Mapping[str, Any], *, on: date, known_on: date
    ) -> None:
        base, day = results["bases"][0], on.isoformat()
        jobs = find_figure(results, base, "jobs", day)
        self.say(say_headline(results, base, day))
        if gaps := say_gaps(jobs):
            self.say(gaps)
        full_time = find_figure(results, base, FULL_TIME, day)
        self.say(_("Équivalents temps plein : %(amount)s.") % {"amount": find_amount(full_time) or write_unknown()})
        for name, lines in jobs["tables"].items():
            self.say()
            heading = [label_dimension(name), _("entreprises"), label_indicator(jobs["indicator"], results["measures"])]
            rows = [
                [
                    label_code(name, line["code"], definitions),
                    write_whole(line["enterprises"]),
                    write_amount(line | {"scale": jobs["scale"]}),
                ]
                for line in lines
                if line["enterprises"] or line["code"] == "unknown"
            ]
            for text in lay_out([heading, *rows]):
                self.say(text)
        self.say()
        self.say(_("Ce qu’on savait le %(day)s. Empreinte : %(code)s.") % {
            "day": write_day(known_on), "code": jobs["fingerprint"]["code"],
        })  # fmt: skip
