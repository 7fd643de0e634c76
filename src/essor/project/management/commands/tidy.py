from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from essor.project.tidying import tidy


class Command(BaseCommand):
    help = "Jette ce qui ne doit plus être gardé : fichiers déposés il y a plus de trente jours, sessions finies."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write("Versements jetés : {drafts}.".format(**tidy(timezone.now())))
