"""Who asked to be told when an answer changes. Nothing here is append-only: whoever leaves is forgotten."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from essor.accounts.models import WaitingLetter


class AlertQuerySet(models.QuerySet["AlertSubscription"]):
    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)


class AlertSubscription(models.Model):
    """``said``: question → answer as plain data, all that the rules need. ``told_at``: up to which moment they were
    told what changed; None: they have not confirmed the address yet."""

    email = models.CharField(max_length=254)
    language = models.CharField(max_length=2)
    said = models.JSONField()
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, told_at=None) | Q(confirmed_at__isnull=False, told_at__isnull=False),
                name="alert_is_told_once_confirmed",
            )
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}"


class AlertLetter(WaitingLetter):
    """``confirm``: the one letter that asks; ``news``: what changed from ``since`` to ``until``. It leaves with its
    subscription."""

    subscription = models.ForeignKey(AlertSubscription, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=20)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="alert_letter_to_send")]

    def __str__(self) -> str:
        return f"alert letter {self.pk}"
