from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from essor.accounts.actions import set_up_instance
from essor.accounts.models import Instance
from essor.accounts.queries import get_instance_kind
from essor.project import holding, serving
from essor.project.environment import require_email
from essor.project.shipped import load_shipped


class Command(BaseCommand):
    help = (
        "Met la base de données à jour, puis sert les pages et fait les tâches longues, jusqu’à Ctrl-C. / "
        "Brings the database up to date, then serves the pages and does the long tasks, until Ctrl-C."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8000, metavar="N", help="port d’écoute · the port to listen on (8000)"
        )
        parser.add_argument(
            "--host", default="127.0.0.1", metavar="ADRESSE", help="adresse d’écoute · the address (127.0.0.1)"
        )

    def handle(self, *_args: Any, port: int, host: str, **_options: Any) -> None:
        require_email(settings.ENVIRONMENT)
        try:
            with holding.hold_folder(settings.DATA_DIR, said=f"processus {os.getpid()}, port {port}") as lock:
                self._serve(host, port, lock)
        except holding.FolderTaken as error:
            raise CommandError(
                f"Le dossier de données {settings.DATA_DIR} est déjà servi ({error.holder or 'processus inconnu'}). "
                "Arrêtez ce processus, ou donnez un autre dossier : ESSOR_DATA=…"
            ) from error
        except serving.PortTaken as error:
            raise CommandError(
                f"On ne peut pas écouter au port {port} ({error.reason}). Un autre programme s’en sert peut-être : "
                f"arrêtez-le, ou choisissez un autre port, par exemple --port {min(port + 1, 65535)}"
            ) from error
        except serving.WebEnded as error:
            raise CommandError(f"Le serveur de pages s’est arrêté seul (code {error.code}).") from error
        self.stdout.write("Essor est arrêté.")

    def _serve(self, host: str, port: int, lock: int) -> None:
        serving.require_free_port(host, port)
        call_command("migrate", verbosity=0, interactive=False)
        now = timezone.now()
        load_shipped(now=now)
        if not get_instance_kind():
            set_up_instance(kind=Instance.Kind.REAL, by=None, now=now)
        connection.close()  # it serves no one from here on, and a database that restarts would find it open
        self.stdout.write(
            f"Essor : http://{'localhost' if host == '127.0.0.1' else host}:{port}/ (Ctrl-C pour arrêter)"
        )
        self.stdout.flush()
        serving.run_until_stopped(
            host=host, port=port, workers=settings.WEB_WORKERS, lock=lock, tell=self._tell_of_worker
        )

    def _tell_of_worker(self, code: int, pause: float) -> None:
        self.stderr.write(
            f"Le processus des tâches longues s’est arrêté (code {code}) ; les pages restent servies. "
            f"Il repart dans {pause:.0f} s."
        )
