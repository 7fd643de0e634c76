from __future__ import annotations

from typing import Any

from django.core.cache import caches
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from essor.directory.actions.drafts import discard_old_drafts
from essor.engines.journal import empty_journal
from essor.project.keeping import Kept


class Command(BaseCommand):
    help = "Jette ce qui ne doit plus être gardé : fichiers déposés il y a plus de trente jours, sessions finies."

    def handle(self, *_args: Any, **_options: Any) -> None:
        discarded = discard_old_drafts(now=timezone.now())
        call_command("clearsessions")
        if isinstance(kept := caches["default"], Kept):
            kept.clear_expired()
        empty_journal(connection)
        self.stdout.write(f"Versements jetés : {discarded}.")
