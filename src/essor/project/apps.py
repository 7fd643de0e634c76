from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "essor.project"

    def ready(self) -> None:
        """Accounts stand below territories: only here may one be told about the other."""
        from django.utils import timezone

        from essor.accounts.permissions import learn_places
        from essor.territories.queries import ancestors

        learn_places(lambda code: ancestors(code, timezone.localdate()))
