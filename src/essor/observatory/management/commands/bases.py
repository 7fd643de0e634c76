from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from essor.design.wording import is_english, write_day
from essor.observatory.actions import import_base, publish_base_version
from essor.observatory.console import ObservatoryCommand
from essor.observatory.models import BaseVersion
from essor.observatory.queries.bases import definition_content, describe_base, get_base_version, list_base_versions


class Command(ObservatoryCommand):
    help = "Les bases : lister, lire, importer, publier. / Bases: list, show, import, publish."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True, metavar="list|show|import|publish")
        for word in ("list", "show", "import", "publish"):
            one = words.add_parser(word)
            super().add_arguments(one)
            if word == "import":
                one.add_argument("file", type=Path, help="une définition en YAML")
            elif word != "list":
                one.add_argument("slug", help="nom de la base, par exemple magazine-2014")
                one.add_argument("--base-version", type=int, required=word == "publish", help="numéro de version")
            if word == "publish":
                one.add_argument("--replaces", type=int, help="numéro de la version que celle-ci remplace")

    def tell(self, options: dict[str, Any], now: datetime) -> None:
        getattr(self, f"_{options['word']}")(options, now)

    def _list(self, options: dict[str, Any], _now: datetime) -> None:
        versions = list(list_base_versions())
        if options["as_json"]:
            self.say_json([_summarise(version) for version in versions])
            return
        if not versions:
            self.say(_("Aucune base n’est chargée. « bases import FICHIER » en ajoute une."))
        for version in versions:
            label = version.label_en if is_english() else version.label_fr
            self.say(f"{version.base.slug}  v{version.number}  {version.get_status_display()}  {label}")

    def _show(self, options: dict[str, Any], now: datetime) -> None:
        version = get_base_version(slug=options["slug"], number=options["base_version"])
        if options["as_json"]:
            self.say_json(_summarise(version) | {"criteria": version.criteria, "sources": version.sources})
            return
        self.say(f"{version.label_en if is_english() else version.label_fr} ({version})")
        self.say(version.description_en if is_english() else version.description_fr)
        for line in describe_base(version, language=options["language"], on=timezone.localdate(now)):
            self.say("  " * (line.level + 1) + line.text)
        self.say(_("Responsable : %(owner)s. Emplois : %(measure)s.") % {
            "owner": version.base.owner, "measure": version.jobs_variable,
        })  # fmt: skip
        if version.published_at:
            said = {"day": write_day(version.published_at), "seal": version.definition_hash}
            self.say(_("Publiée le %(day)s. Sceau : %(seal)s") % said)

    def _import(self, options: dict[str, Any], now: datetime) -> None:
        version = import_base(file=options["file"], by=None, now=now)
        self._say_version(version, options, _("« %(slug)s » version %(number)s : %(status)s."))

    def _publish(self, options: dict[str, Any], now: datetime) -> None:
        version = get_base_version(slug=options["slug"], number=options["base_version"])
        replaced = options["replaces"]
        published = publish_base_version(
            version=version,
            replaces=get_base_version(slug=options["slug"], number=replaced) if replaced else None,
            by=None,
            now=now,
        )
        self._say_version(published, options, _("« %(slug)s » version %(number)s : %(status)s. Elle ne changera plus."))

    def _say_version(self, version: BaseVersion, options: dict[str, Any], sentence: str) -> None:
        if options["as_json"]:
            self.say_json(_summarise(version))
            return
        self.say(sentence % {
            "slug": version.base.slug, "number": version.number, "status": version.get_status_display(),
        })  # fmt: skip


def _summarise(version: BaseVersion) -> dict[str, Any]:
    content = definition_content(version)
    days = {name: content[name].isoformat() if content[name] else None for name in ("starts_on", "ends_before")}
    kept = {name: content[name] for name in ("slug", "number", "owner", "label_fr", "label_en", "jobs_variable")}
    return kept | days | {"status": version.status, "definition_hash": version.definition_hash}
