from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Base(models.Model):
    """A statistical base: a way of saying who counts, kept by someone.

    ``owner``: who answers for the definition, in words. ``steward``: the body whose advisers may draft and publish its
    versions (that of their roles); empty: administrators alone.
    """

    slug = models.SlugField(max_length=60, unique=True)
    owner = models.CharField(max_length=200)
    steward = models.CharField(max_length=150, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class BaseVersionQuerySet(models.QuerySet["BaseVersion"]):
    def published(self) -> BaseVersionQuerySet:
        return self.filter(status="published")

    def in_force(self) -> BaseVersionQuerySet:
        """Published, and replaced by no other published version."""
        return self.published().exclude(replacement__status="published")

    def on(self, day: date) -> BaseVersionQuerySet:
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=day)).filter(
            Q(ends_before=None) | Q(ends_before__gt=day)
        )


class BaseVersion(models.Model):
    """One wording of a base. Draft until published; then it never changes, and no other covers the same days.

    ``replaces``: the published version that this one corrects; it alone may cover the same days. The replaced one stays
    as it is, and its figures stay its own.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("ébauche")
        PUBLISHED = "published", _("publiée")

    base = models.ForeignKey(Base, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    label_fr = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200)
    description_fr = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    criteria = models.JSONField()
    jobs_variable = models.CharField(max_length=60, default="jobs_headcount")
    sources = models.JSONField(default=list)
    is_demo = models.BooleanField(default=False)
    starts_on = models.DateField(null=True, blank=True)
    ends_before = models.DateField(null=True, blank=True)
    definition_hash = models.CharField(max_length=64, blank=True)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replacement")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    objects = BaseVersionQuerySet.as_manager()

    class Meta:
        ordering = ["base__slug", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["base", "number"], name="base_version_number_is_unique"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_before=None) | Q(ends_before__gt=F("starts_on")),
                name="base_version_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=(Q(status="published") & ~Q(definition_hash="") & ~Q(published_at=None))
                | (Q(status="draft") & Q(published_at=None)),
                name="published_base_version_is_sealed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.base} v{self.number}"


class Edition(models.Model):
    """A published portrait: immutable, in a folder of its own (snapshot, definitions, results).

    A correction is another edition, its successor, which says what changed and why.
    """

    slug = models.SlugField(max_length=120, unique=True)
    title_fr = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    territory_code = models.CharField(max_length=20)
    base_versions = models.ManyToManyField(BaseVersion, related_name="editions")
    last_reference_on = models.DateField()
    known_at = models.DateTimeField()
    snapshot_hash = models.CharField(max_length=64)
    manifest_hash = models.CharField(max_length=64, unique=True)
    results = models.JSONField()
    predecessor = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="successor"
    )
    correction_reason = models.TextField(blank=True)
    changes = models.JSONField(null=True, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-published_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(predecessor=None) | (~Q(correction_reason="") & ~Q(changes=None)),
                name="edition_correction_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.slug
