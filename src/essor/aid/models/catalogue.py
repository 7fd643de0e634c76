"""The catalogue: each programme, and all that was ever said of it."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from essor.accounts.models import AppendOnlyQuerySet


class Aid(models.Model):
    """One programme. It is never taken out: what it was still answers for the days when it was."""

    slug = models.SlugField(max_length=100, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.slug


class AidRevisionQuerySet(AppendOnlyQuerySet["AidRevision"]):
    def current(self) -> Self:
        return self.filter(published_at__isnull=False, known_to=None)

    def known_at(self, moment: datetime) -> Self:
        """What the catalogue showed at a moment."""
        return self.filter(published_at__lte=moment).filter(Q(known_to=None) | Q(known_to__gt=moment))

    def drafts(self) -> Self:
        return self.filter(published_at=None, set_aside_at=None)


class AidRevision(models.Model):
    """All that is said of a programme, from one publication to the next: a text and its rules, in the grammar of
    :class:`essor.knowledge.aids.AidDefinition`.

    ``content_hash``: SHA-256 of ``content`` as canonical JSON. ``read_on``: the day its sources were read.
    A draft becomes, once, published by a second person (``approved_by``) or set aside. ``known_to``: when the next
    one took its place. ``drafted_by`` None: the operator's console, which needs no second person.
    """

    aid = models.ForeignKey(Aid, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    read_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    known_to = models.DateTimeField(null=True, blank=True)
    set_aside_at = models.DateTimeField(null=True, blank=True)

    objects = AidRevisionQuerySet.as_manager()

    class Meta:
        ordering = ["aid_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["aid", "number"], name="aid_revision_number_is_used_once"),
            models.UniqueConstraint(
                fields=["aid"],
                condition=Q(published_at__isnull=False, known_to=None),
                name="aid_has_one_current_revision",
            ),
            models.UniqueConstraint(
                fields=["aid"], condition=Q(published_at=None, set_aside_at=None), name="aid_has_one_open_draft"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(set_aside_at=None), name="aid_revision_is_published_or_set_aside"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=False) | Q(known_to=None, approved_by=None),
                name="aid_draft_was_never_current",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None)
                | Q(drafted_by=None)
                | (Q(approved_by__isnull=False) & ~Q(approved_by=F("drafted_by"))),
                name="aid_revision_is_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.aid}, {self.number}"
