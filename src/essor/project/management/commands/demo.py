from __future__ import annotations

import os
import shutil
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from essor.accounts import guards as accounts_guards
from essor.accounts.models import Instance
from essor.aid import guards as aid_guards
from essor.cases import guards as cases_guards
from essor.directory import guards as directory_guards
from essor.directory.models import Organisation
from essor.observatory import guards as observatory_guards
from essor.observatory.models import Edition
from essor.programmes import guards as programmes_guards
from essor.project.demonstration.building import PASSWORD, PEOPLE, build_demonstration, publish_demonstration
from essor.project.shipped import is_untouched
from essor.territories import guards as territories_guards

GUARDS = (
    accounts_guards,
    directory_guards,
    cases_guards,
    aid_guards,
    programmes_guards,
    territories_guards,
    observatory_guards,
)


class Command(BaseCommand):
    help = "Montre la plateforme avec un territoire fictif. / Shows the platform with a fictitious territory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--build-only", action="store_true", help="fait les données sans servir de pages")
        parser.add_argument("--reset", action="store_true", help="recommence la démonstration à neuf")
        parser.add_argument("--port", type=int, default=8000, help="port d’écoute (8000)")

    def handle(self, *args: Any, build_only: bool, reset: bool, port: int, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        kind = Instance.objects.values_list("kind", flat=True).first()
        if kind == Instance.Kind.REAL or (kind is None and not is_untouched()):
            raise CommandError(
                "Ce dossier contient une plateforme réelle : la démonstration ne s’y mêle pas. "
                "Donnez-lui un autre dossier, par exemple ESSOR_DATA=essai ./essor demo"
            )
        if reset and kind == Instance.Kind.DEMO:
            for guards in GUARDS:
                guards.remove_guards(connection)
            call_command("flush", verbosity=0, interactive=False)
            for guards in GUARDS:
                guards.install_guards(connection)
            for folder in ("editions", "documents", "imports"):
                shutil.rmtree(settings.DATA_DIR / folder, ignore_errors=True)
            kind = None
        if kind is None:
            self.stdout.write("Construction d’un territoire fictif : MRC Les Moulins…")
            build_demonstration(now=timezone.now())
        publish_demonstration(now=timezone.now())
        self.stdout.write(
            f"{Organisation.objects.count()} organisations fictives, {Edition.objects.count()} éditions publiées."
        )
        self.stdout.write("  Public : sans compte")
        for email, name, _role in PEOPLE:
            self.stdout.write(f"  {name} : {email} · mot de passe {PASSWORD}")
        if not build_only:
            # The links of letters and of frames lead to this port, here and in the processes that serve.
            os.environ.setdefault("ESSOR_SITE_URL", f"http://localhost:{port}")
            call_command("serve", port=port)
