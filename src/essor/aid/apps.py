from __future__ import annotations

from django.apps import AppConfig


class AidConfig(AppConfig):
    name = "essor.aid"
    label = "aid"
    default_auto_field = "django.db.models.BigAutoField"
