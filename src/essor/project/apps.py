from __future__ import annotations

import shutil

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "essor.project"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Some rooms stand below what they must be told of: only here may one be told about the other."""
        from django.utils import timezone

        from essor.accounts.permissions import learn_places
        from essor.aid.hanging import FOLDER
        from essor.aid.queries import list_aid_names
        from essor.cases.hanging import learn_hanging
        from essor.directory.copies import learn_copies
        from essor.programmes.hanging import PROGRAMME
        from essor.territories.queries import ancestors
        from essor.territories.subjects import offer_aids

        learn_places(lambda code: ancestors(code, timezone.localdate()))
        learn_copies(_remove_documents)
        learn_hanging(FOLDER)
        learn_hanging(PROGRAMME)
        offer_aids(list_aid_names)


def _remove_documents() -> None:
    """Printed portraits name organisations; each is set again, without those erased, when it is next asked for."""
    from essor.observatory.downloads.printing import documents_folder

    shutil.rmtree(documents_folder("any").parent, ignore_errors=True)
