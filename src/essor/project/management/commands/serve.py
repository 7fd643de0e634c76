from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from essor.accounts.actions import set_up_instance
from essor.accounts.models import Instance
from essor.accounts.queries import get_instance_kind
from essor.project import serving
from essor.project.shipped import load_shipped


class Command(BaseCommand):
    help = "Met la base de données à jour, puis sert les pages et fait les tâches longues, jusqu’à Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, metavar="N", help="port d’écoute (8000)")
        parser.add_argument("--host", default="127.0.0.1", metavar="ADRESSE", help="adresse d’écoute (127.0.0.1)")

    def handle(self, *_args: Any, port: int, host: str, **_options: Any) -> None:
        try:
            serving.require_free_port(host, port)
        except serving.PortTaken as error:
            raise CommandError(
                f"On ne peut pas écouter au port {port} ({error.reason}). Un autre programme s’en sert peut-être : "
                f"arrêtez-le, ou choisissez un autre port, par exemple --port {min(port + 1, 65535)}"
            ) from error
        call_command("migrate", verbosity=0, interactive=False)
        now = timezone.now()
        load_shipped(now=now)
        if not get_instance_kind():
            set_up_instance(kind=Instance.Kind.REAL, by=None, now=now)
        self.stdout.write(
            f"Essor : http://{'localhost' if host == '127.0.0.1' else host}:{port}/ (Ctrl-C pour arrêter)"
        )
        self.stdout.flush()
        try:
            serving.run_until_stopped(host=host, port=port, workers=settings.WEB_WORKERS)
        except serving.ProcessEnded as error:
            raise CommandError(f"Le processus « {error.name} » s’est arrêté seul (code {error.code}).") from error
        self.stdout.write("Essor est arrêté.")
