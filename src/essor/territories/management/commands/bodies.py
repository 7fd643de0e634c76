from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from essor.territories.body_files import write_bodies
from essor.territories.queries.bodies import read_register


class Command(BaseCommand):
    help = "Les organismes, leur vie et leurs mandats, en CSV. / Bodies, their lives and their mandates, as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True, metavar="export")
        export = words.add_parser(
            "export", help="ce que « ./essor import bodies » relit / what that command reads back"
        )
        export.add_argument("--to", type=Path, help="le fichier (la sortie du terminal) / the file (standard output)")

    def handle(self, *args: Any, to: Path | None, **options: Any) -> None:
        register = read_register()
        if not register.events:
            raise CommandError(_("rien n’est écrit : cette plateforme n’a encore aucun organisme."))
        if to:
            to.write_bytes(write_bodies(register).encode())
        else:
            self.stdout.write(write_bodies(register).replace("\r\n", "\n"), ending="")
