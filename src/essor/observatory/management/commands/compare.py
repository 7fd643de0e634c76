from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from essor.design.wording import is_english, write_day, write_decimal, write_percent, write_signed
from essor.observatory.answers import answer_comparison, plain
from essor.observatory.console import (
    REFUSED_COMPARISON,
    ObservatoryCommand,
    lay_out,
    read_day,
    read_known,
    read_territory,
)
from essor.observatory.growths import say_growth, say_missing
from essor.observatory.labels import FATES, label_base, label_bridge_part, label_fate, label_part, label_reading
from essor.observatory.models import BaseVersion
from essor.observatory.previewing import say_difference
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.comparisons import BasesDiffer, compare_dates, refuse_bases, refuse_versions
from essor.observatory.rules import ObservatoryError
from essor.observatory.sentences import find_amount, say_left_out, say_shaky, say_undecided, say_unknown

READINGS = ("criteria", "cohort", "survivors")


class Command(ObservatoryCommand):
    help = (
        "Compare une base entre deux jours ; refuse de comparer deux bases, et donne le pont. / "
        "Compares one base between two days; refuses to compare two bases, and gives the bridge."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--base", required=True, help="nom de la base, par exemple magazine-2014")
        parser.add_argument("--from", dest="before_on", help="premier jour (2014-06-30)")
        parser.add_argument("--to", dest="after_on", help="deuxième jour (2017-11-29)")
        parser.add_argument("--on", help="le jour où l’on compare deux bases (2017-11-29)")
        parser.add_argument("--with", dest="other", help="l’autre base")
        parser.add_argument("--territory", help="code du territoire, par exemple 640")
        parser.add_argument("--reading", choices=READINGS, default="criteria", help="le sens de « même base »")
        parser.add_argument("--base-version", type=int, help="numéro de version")
        parser.add_argument("--known-on", help="avec ce qu’on savait ce jour-là (aujourd’hui)")
        parser.add_argument("--before-known-on", help="le premier chiffre comme on le savait ce jour-là")

    def tell(self, options: dict[str, Any], now: datetime) -> None:
        if options["other"]:
            self._refuse(self._compare_bases(options, now), options)
        if not options["before_on"] or not options["after_on"]:
            raise ObservatoryError("dates-missing")
        before_on, after_on = read_day("--from", options["before_on"]), read_day("--to", options["after_on"])
        known_on, known_at = read_known(options["known_on"], now)
        territory = read_territory(options, on=after_on, known_at=known_at)
        if options["base_version"] is None:
            refused = refuse_versions(
                slug=options["base"],
                territory_code=territory,
                before_on=before_on,
                after_on=after_on,
                known_at=known_at,
            )
            if refused is not None:
                self._refuse(refused, options)
        version = get_base_version(slug=options["base"], number=options["base_version"], on=after_on)
        told = compare_dates(
            base_version=version,
            territory_code=territory,
            before_on=before_on,
            after_on=after_on,
            known_at=known_at,
            before_known_at=read_known(options["before_known_on"], now)[1] if options["before_known_on"] else None,
        )
        reading = options["reading"]
        answer = answer_comparison(told, territory_code=territory, known_on=known_on, reading=reading)
        if options["as_json"]:
            self.say_json(answer)
            return
        self._say_told(told, version, answer, known_on=known_on)

    def _say_told(
        self, told: Mapping[str, Any], version: BaseVersion, answer: Mapping[str, Any], *, known_on: date
    ) -> None:
        words = {"label_fr": version.label_fr, "label_en": version.label_en}
        if told["unknown_on"]:
            self.say("\n".join(say_unknown(told, label_base(words))))
            return
        self.say(say_growth(told, words, reading=answer["reading"]))
        cautions = say_missing(told["readings"][answer["reading"]], told["scale"])
        for sentence in filter(None, (*cautions, *say_undecided(told), say_shaky(told))):
            self.say(sentence)
        self._say_comparison(told, words, answer)
        self.say(_("Ce qu’on savait le %(day)s. Empreinte : %(code)s.") % {
            "day": write_day(known_on), "code": told["fingerprint"],
        })  # fmt: skip

    def _compare_bases(self, options: dict[str, Any], now: datetime) -> BasesDiffer:
        last = options["after_on"] or options["on"]
        if not last:
            raise ObservatoryError("with-needs-a-date")
        on = read_day("--to" if options["after_on"] else "--on", last)
        before_on = read_day("--from", options["before_on"]) if options["before_on"] else None
        if before_on is not None and before_on > on:
            raise ObservatoryError("dates-not-in-order", before=before_on, after=on)
        _known_on, known_at = read_known(options["known_on"], now)
        return refuse_bases(
            first=get_base_version(slug=options["base"], number=options["base_version"], on=before_on or on),
            second=get_base_version(slug=options["other"], on=on),
            territory_code=read_territory(options, on=on, known_at=known_at),
            on=on,
            known_at=known_at,
            before_on=None if before_on == on else before_on,
        )

    def _refuse(self, refused: BasesDiffer, options: dict[str, Any]) -> None:
        problem = refused.as_problem(options["language"])
        if options["as_json"]:
            self.say_json(problem)
        elif refused.bridge is not None:
            bridge = refused.bridge
            self.say(_("Le pont, le même jour (%(day)s) :") % {"day": write_day(_day(bridge["on"]))})
            rows = [[label_bridge_part(name), write_signed(amount)] for name, amount in bridge["parts"].items()]
            totals = [[bridge["from"]["base"], str(bridge["total_a"])], [bridge["to"]["base"], str(bridge["total_b"])]]
            for line in lay_out([totals[0], *rows, totals[1]]):
                self.say(line)
            if left_out := say_left_out(bridge):
                self.say(left_out)
            for item in refused.warnings:
                self.say(_("Attention. %(sentence)s") % {"sentence": say_difference(item, {})})
        raise CommandError(f"{problem['title']} {_say_refusal(refused)}", returncode=REFUSED_COMPARISON)

    def _say_comparison(self, told: Mapping[str, Any], base: Mapping[str, str], answer: Mapping[str, Any]) -> None:
        self.say()
        parts = answer["parts"]
        named = {**{name: label_part(name) for name in told["parts"]}, **{name: label_fate(name) for name in FATES}}
        rows = [[named[name], write_signed(amount)] for name, amount in parts.items() if amount]
        change = plain(0, told["scale"]) if not rows else answer["after"] - answer["before"]
        for line in lay_out([*rows, [_("Changement"), write_signed(change)]]):
            self.say(line)
        self.say()
        for name in told["readings"]:
            if name != answer["reading"]:
                self.say(say_growth(told, base, reading=name))
        places = 1 if told["scale"] else 0
        self.say(
            _("Création %(creation)s, destruction %(destruction)s, réallocation %(reallocation)s ; "
              "qui est compté ou connu %(recounted)s ; taux symétrique %(dhs)s (%(reading)s).") % {
                **{name: write_decimal(answer[name], places) for name in ("creation", "destruction", "reallocation")},
                "recounted": write_signed(answer["recounted"], places),
                "dhs": write_percent(told["readings"][answer["reading"]]["symmetric"], 1),
                "reading": label_reading(answer["reading"]),
            }
        )  # fmt: skip


def _say_refusal(refused: BasesDiffer) -> str:
    """Why two figures are not compared, in the words of the page, and what to do instead."""
    first, second = refused.versions
    before, after = refused.figures
    said = {
        "label": _name(first, beside=second),
        "second_label": _name(second, beside=first),
        "before": find_amount(before) or _("un nombre inconnu"),
        "after": find_amount(after) or _("un nombre inconnu"),
        "from": write_day(_day(before["on"])),
        "to": write_day(_day(after["on"])),
    }
    words = _(
        "« %(label)s » compte %(before)s emplois (au %(from)s), « %(second_label)s » en compte %(after)s (au %(to)s). "
        "Ce sont deux définitions : leur différence ne serait pas une croissance."
    )
    instead = (
        _("Comparez deux dates sur une même base.")
        if refused.bridge is None
        else _("Comparez deux dates sur une même base, ou lisez le pont.")
    )
    return f"{words % said} {instead}"


def _name(version: BaseVersion, *, beside: BaseVersion) -> str:
    """The base's name; with its version where the other is one of the same base."""
    label = version.label_en if is_english() else version.label_fr
    if version.base_id != beside.base_id:
        return label
    return _("%(base)s, version %(number)s") % {"base": label, "number": version.number}


def _day(text: str) -> Any:
    return read_day("--on", text)
