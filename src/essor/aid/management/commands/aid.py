from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from essor.aid.actions import check_links, import_aids
from essor.aid.actions.links import NothingAnswers
from essor.aid.answers import answer_found
from essor.aid.flou_pictures import answer_flou, say_flou
from essor.aid.planning import answer_plan, plan_project, read_project
from essor.aid.queries import find_for, get_questionnaire, list_aid_names
from essor.aid.queries.flou import MOST_DAYS, read_flou
from essor.aid.queries.known_answers import read_known
from essor.aid.queries.serving import answer_serving
from essor.aid.receipts import read_receipt
from essor.aid.rules import GROUPS, AidError, Found
from essor.aid.wording import explain, say_serving, say_verdict
from essor.knowledge import DefinitionRefused
from essor.territories.queries import get_name, list_names

WRONG_REQUEST = 2
NOTHING_ANSWERS = gettext_noop(
    "Aucune page n’a répondu, pas même celles qui répondaient : cette machine est sans doute coupée du Web. Rien n’est "
    "noté ; recommencez plus tard."
)


class Command(BaseCommand):
    help = "L’aide : pour un profil, un projet, un endroit. / Aid: for a profile, a project, a place."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True, metavar="find|plan|import|who-serves|…")
        find = words.add_parser("find", help="le verdict de chaque programme / the verdict of each programme")
        asked = find.add_mutually_exclusive_group(required=True)
        asked.add_argument("--profile", help="fichier JSON des réponses / JSON file of answers")
        asked.add_argument("--receipt", help="reçu en JSON, par les règles d’alors / receipt, by the rules of then")
        asked.add_argument("--organisation", help="sa clé dans l’annuaire / its key in the directory")
        find.add_argument("--on", help="le jour où l’on demande (aujourd’hui) / the day of asking (today)")
        find.add_argument("--json", action="store_true", dest="as_json", help="répond en JSON / answers in JSON")
        find.add_argument("--language", choices=("fr", "en"), default="fr")

        plan = words.add_parser("plan", help="l’ensemble d’aides qui couvre le plus / the set of aids that covers most")
        plan.add_argument("--project", required=True, help="fichier JSON du projet / JSON file of the project")
        plan.add_argument("--on", help="le jour où l’on demande (aujourd’hui) / the day of asking (today)")
        plan.add_argument("--json", action="store_true", dest="as_json", help="répond en JSON / answers in JSON")
        plan.add_argument("--language", choices=("fr", "en"), default="fr")

        bring = words.add_parser("import", help="publie les programmes d’un fichier / publishes a file's programmes")
        bring.add_argument("file", help="fichier YAML de programmes / YAML file of programmes")
        bring.add_argument("--language", choices=("fr", "en"), default="fr")

        serves = words.add_parser("who-serves", help="qui sert un endroit, un jour / who serves a place on a day")
        serves.add_argument(
            "--place", required=True, help="le code du lieu (Mascouche : 64015) / the code of the place"
        )
        serves.add_argument("--on", help="le jour (aujourd’hui) / the day (today)")
        serves.add_argument("--aid", default="", help="pour un seul programme / for one programme only")
        serves.add_argument("--json", action="store_true", dest="as_json", help="répond en JSON / answers in JSON")
        serves.add_argument("--language", choices=("fr", "en"), default="fr")

        flou = words.add_parser("flou", help="ce qui manque aux aides d’un lieu / what a place's aids lack")
        flou.add_argument("--territory", required=True, help="le code du lieu (Les Moulins : 640) / its code")
        flou.add_argument("--on", help="le jour (aujourd’hui) / the day (today)")
        flou.add_argument("--json", action="store_true", dest="as_json", help="répond en JSON / answers in JSON")
        flou.add_argument("--language", choices=("fr", "en"), default="fr")

        look = words.add_parser("check-links", help="regarde si les liens répondent / looks whether links answer")
        look.add_argument("--aid", help="d’un seul programme / of one programme only")
        look.add_argument("--language", choices=("fr", "en"), default="fr")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            try:
                getattr(self, "_" + options["word"].replace("-", "_"))(options)
            except AidError as error:
                raise CommandError(explain(error), returncode=WRONG_REQUEST) from error
            except DefinitionRefused as error:
                raise CommandError(str(error), returncode=WRONG_REQUEST) from error

    def _plan(self, options: dict[str, Any]) -> None:
        on = read_day("--on", options["on"]) if options["on"] else timezone.localdate()
        questionnaire, language = get_questionnaire(on), options["language"]
        costs = questionnaire.variables["project_types"]
        asked = read_project(read_json(Path(options["project"])), kinds=costs.values, on=on)
        found = find_for(asked.profile, on=on, language=language)
        kind_names = {code: costs.value_label(code, language) for code in costs.values}
        told = answer_plan(plan_project(asked, found, on=on), found, language=language, kind_names=kind_names)
        if options["as_json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(told["words"]))

    def _import(self, options: dict[str, Any]) -> None:
        told = import_aids(file=Path(options["file"]), by=None, now=timezone.now())
        said = {"new": _("nouvelle"), "changed": _("changée"), "same": _("déjà dite ainsi")}
        for slug, code in told.items():
            self.stdout.write(f"{slug} : {said[code]}")

    def _who_serves(self, options: dict[str, Any]) -> None:
        on = read_day("--on", options["on"]) if options["on"] else timezone.localdate()
        told = answer_serving(place=options["place"], on=on, language=options["language"], aid=options["aid"])
        if options["as_json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(say_serving(told)))

    def _flou(self, options: dict[str, Any]) -> None:
        on = read_day("--on", options["on"]) if options["on"] else timezone.localdate()
        place, language = options["territory"], options["language"]
        flou = read_flou(place, on=on)
        if options["as_json"]:
            told = answer_flou(flou, place=place, on=on, most_days=MOST_DAYS)
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(say_flou(flou, place=get_name(place, on, language), on=on)))

    def _check_links(self, options: dict[str, Any]) -> None:
        if options["aid"] and options["aid"] not in list_aid_names():
            raise AidError("aid-unknown", aid=options["aid"])
        try:
            done = check_links(now=timezone.now(), slugs=[options["aid"]] if options["aid"] else None)
        except NothingAnswers:
            raise CommandError(_(NOTHING_ANSWERS), returncode=WRONG_REQUEST) from None
        self.stdout.write(_("{looked} liens regardés, {failing} sans réponse.").format(**asdict(done)))

    def _find(self, options: dict[str, Any]) -> None:
        on = read_day("--on", options["on"]) if options["on"] else timezone.localdate()
        language, known_at = options["language"], None
        if options["receipt"]:
            receipt = read_receipt(read_json(Path(options["receipt"])))
            said, on, known_at = receipt.said, receipt.on, receipt.known_at
        elif options["organisation"]:
            known = read_known(options["organisation"], on=on, known_at=timezone.now())
            if known is None:
                raise AidError("organisation-unknown", key=options["organisation"])
            said = {name: answer.value for name, answer in known.answers.items()}
        else:
            said = read_json(Path(options["profile"]))
        names = list_names(on, language)
        found = find_for(said, on=on, language=language, known_at=known_at)
        if options["as_json"]:
            told = [answer_found(item, language=language, place_names=names) for item in found]
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self._say(found, language)

    def _say(self, found: Sequence[Found], language: str) -> None:
        for answer in GROUPS:
            for item in found:
                if item.group != answer:
                    continue
                definition = item.programme.definition
                name = definition.name.en if language == "en" else definition.name.fr
                self.stdout.write(f"{name} — {say_verdict(item, language)}, {item.window.words(language)}")
                for one in item.outcome.requirements:
                    if answer in {"maybe", "no"}:
                        self.stdout.write(f"    {_say_state(one.state)} {getattr(one, language)}")
                for words in item.outcome.judgement:
                    self.stdout.write("    " + _("une personne doit juger :") + f" {words[language]}")


def _say_state(state: str) -> str:
    return {"failed": _("ne va pas :"), "missing": _("il manque :"), "met": _("va :")}[state]


def read_day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise AidError("date-malformed", option=option, value=text) from None


def read_json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AidError("profile-unreadable", file=file.name, problem=error) from None
    if not isinstance(content, dict):
        raise AidError("profile-unreadable", file=file.name, problem=type(content).__name__)
    return content
