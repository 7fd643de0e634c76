"""The bodies that help, as their lives are known: each line is written once, and may be believed no more."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from essor.accounts.models import AppendOnlyQuerySet, RecordT_co
from essor.territories.models.places import Territory


class Body(models.Model):
    """One that helps people of a place: its slug, in addresses, never changes; the rest is told by its events."""

    slug = models.SlugField(max_length=80, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "bodies"

    def __str__(self) -> str:
        return self.slug


class BelievedQuerySet(AppendOnlyQuerySet[RecordT_co]):
    """Lines written once, each believed from an instant to another."""

    def believed(self) -> Self:
        return self.filter(known_to=None)

    def known_at(self, moment: datetime) -> Self:
        return self.filter(known_from__lte=moment).filter(Q(known_to=None) | Q(known_to__gt=moment))

    def close(self, *, now: datetime) -> int:
        return super(AppendOnlyQuerySet, self.filter(known_to=None)).update(known_to=now)


class BodyEvent(models.Model):
    """See :class:`essor.territories.lives.Event`. ``happened_on`` None: created on a day that nobody knows."""

    class Kind(models.TextChoices):
        CREATED = "created", _("création")
        RENAMED = "renamed", _("changement de nom")
        SITE = "site", _("changement de site officiel")
        MERGED = "merged", _("fusion")
        DISSOLVED = "dissolved", _("dissolution")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    happened_on = models.DateField(null=True, blank=True)
    name = models.CharField(max_length=150, blank=True)
    site = models.URLField(max_length=300, blank=True)
    other = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=300)
    source_url = models.URLField(max_length=300, blank=True)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True, blank=True)

    objects = BelievedQuerySet.as_manager()

    class Meta:
        ordering = ["body_id", F("happened_on").asc(nulls_first=True), "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["created", "renamed", "site", "merged", "dissolved"]),
                name="body_event_kind_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(happened_on=None) | Q(kind="created"), name="body_event_is_dated_but_a_creation"
            ),
            models.CheckConstraint(
                condition=~Q(kind="merged") | Q(other__isnull=False), name="body_merges_into_another"
            ),
            models.UniqueConstraint(
                fields=["body"], condition=Q(kind="created", known_to=None), name="body_is_created_once"
            ),
            models.UniqueConstraint(
                fields=["body"], condition=Q(kind__in=["merged", "dissolved"], known_to=None), name="body_ends_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.kind} {self.happened_on}"


class BodyMandate(models.Model):
    """See :class:`essor.territories.lives.Mandate`."""

    class SubjectKind(models.TextChoices):
        NEED = "need", _("besoin")
        AID = "aid", _("programme d’aide")

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="mandates")
    subject_kind = models.CharField(max_length=10, choices=SubjectKind.choices)
    subject = models.CharField(max_length=100)
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="mandates")
    starts_on = models.DateField(null=True, blank=True)
    ends_before = models.DateField(null=True, blank=True)
    taken_from = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    agreement = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=300)
    source_url = models.URLField(max_length=300, blank=True)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True, blank=True)

    objects = BelievedQuerySet.as_manager()

    class Meta:
        ordering = ["body_id", F("starts_on").asc(nulls_first=True), "id"]
        constraints = [
            models.CheckConstraint(condition=Q(subject_kind__in=["need", "aid"]), name="mandate_subject_is_known"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_before=None) | Q(ends_before__gt=F("starts_on")),
                name="mandate_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.subject} {self.territory}"
