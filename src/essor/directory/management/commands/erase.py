from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.directory.actions import erase_organisation
from essor.directory.models import Organisation
from essor.directory.queries.traces import Traces, find_traces
from essor.directory.rules import DirectoryError
from essor.directory.wording import explain_error


class Command(BaseCommand):
    help = "Efface pour de bon ce qui nomme une organisation. / Erases for good what names an organisation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="la fin de son adresse : /annuaire/<key>/")
        parser.add_argument("--reason", required=True, help="gardée dans la trace : n’y nommez pas l’organisation")
        parser.add_argument("--dry-run", action="store_true", help="dit ce qui serait effacé, sans rien effacer")

    def handle(self, *args: Any, key: str, reason: str, dry_run: bool, **options: Any) -> None:
        organisation = Organisation.objects.filter(key=key, erased_at=None).first()
        if organisation is None:
            raise CommandError(_("Aucune organisation n’a l’adresse « {key} ».").format(key=key))
        self._tell(find_traces(organisation))
        if dry_run:
            self.stdout.write(_("Rien n’est effacé : c’était une vérification."))
            return
        try:
            erased = erase_organisation(organisation=organisation, reason=reason, by=None, now=timezone.now())
        except DirectoryError as error:
            raise CommandError(explain_error(error)) from error
        self.stdout.write(_("Effacée. Ce qui compte reste sous « {key} ».").format(key=erased.key))

    def _tell(self, traces: Traces) -> None:
        for label, found in (
            (_("Noms"), traces.names),
            (_("Numéros"), traces.identifiers),
            (_("Noms d’établissements"), traces.establishments),
            (_("Mots des sources et de leurs correspondances"), [source.title for source in traces.sources]),
            (_("Fichiers déposés"), [draft.file_name for draft in traces.drafts]),
        ):
            self.stdout.write(f"{label} : {' · '.join(found) or '—'}")
        self.stdout.write(f"{_('Raisons et notes')} : {traces.notes}")
