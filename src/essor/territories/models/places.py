from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Vintage(models.Model):
    """One issue of a list of places or of boundaries, as loaded.

    A short list names some places and never pretends to name them all: nothing vanishes because it is not in it.
    """

    class Kind(models.TextChoices):
        SHORT_LIST = "short_list", _("liste courte")
        OFFICIAL_LIST = "official_list", _("répertoire officiel")
        BOUNDARIES = "boundaries", _("limites")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=200)
    publisher = models.CharField(max_length=200)
    licence = models.CharField(max_length=100)
    dated_on = models.DateField()
    checksum = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["dated_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "checksum"], name="vintage_is_loaded_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["short_list", "official_list", "boundaries"]), name="vintage_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.dated_on})"


class Territory(models.Model):
    """A place with an official code that never changes hands."""

    class Kind(models.TextChoices):
        COUNTRY = "country", _("pays")
        PROVINCE = "province", _("province ou nation")
        REGION = "region", _("région administrative")
        MRC = "mrc", _("MRC ou l’équivalent")
        MUNICIPALITY = "municipality", _("municipalité")

    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "territories"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["country", "province", "region", "mrc", "municipality"]),
                name="territory_kind_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.code


class PeriodQuerySet(models.QuerySet["TerritoryPeriod"]):
    def on(self, day: date) -> PeriodQuerySet:
        """Those that hold on ``day``; a null bound is open."""
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=day)).filter(
            Q(ends_before=None) | Q(ends_before__gt=day)
        )


class TerritoryPeriod(models.Model):
    """What a territory is called, what it is and what it belongs to, from one day to another (half-open).

    ``division``: the geographic division that the official list gives, two digits. ``population``: as the latest list
    that shows the period says, dated ``population_on``. ``vintage``: the list that opened the period.
    """

    territory = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="periods")
    name = models.CharField(max_length=150)
    name_en = models.CharField(max_length=150, blank=True)
    designation = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey(Territory, null=True, blank=True, on_delete=models.PROTECT, related_name="child_periods")
    starts_on = models.DateField(null=True, blank=True)
    ends_before = models.DateField(null=True, blank=True)
    division = models.CharField(max_length=10, blank=True)
    population = models.PositiveIntegerField(null=True, blank=True)
    population_on = models.DateField(null=True, blank=True)
    vintage = models.ForeignKey(Vintage, on_delete=models.PROTECT, related_name="periods")

    objects = PeriodQuerySet.as_manager()

    class Meta:
        ordering = ["territory__code", F("starts_on").asc(nulls_first=True)]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_before=None) | Q(ends_before__gt=F("starts_on")),
                name="territory_period_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["territory"], condition=Q(ends_before=None), name="territory_has_one_current_period"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_name(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class TerritoryEvent(models.Model):
    """What one vintage shows that the one before did not: seen in a list, which is not a birth nor a death.

    ``before``, ``after``: names, designations, or the codes of the parents.
    """

    class Kind(models.TextChoices):
        APPEARED = "appeared", _("apparu dans la liste")
        VANISHED = "vanished", _("disparu de la liste")
        RENAMED = "renamed", _("renommé")
        MOVED = "moved", _("rattaché ailleurs")
        REDESIGNATED = "redesignated", _("changé de désignation")

    territory = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    seen_on = models.DateField()
    before = models.CharField(max_length=150, blank=True)
    after = models.CharField(max_length=150, blank=True)
    vintage = models.ForeignKey(Vintage, on_delete=models.PROTECT, related_name="events")

    class Meta:
        ordering = ["seen_on", "territory__code", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["territory", "kind", "vintage"], name="territory_event_is_seen_once")
        ]

    def __str__(self) -> str:
        return f"{self.territory} {self.kind} {self.seen_on}"


class Boundary(models.Model):
    """A shape in WGS84 (GeoJSON geometry), for maps only: no figure is computed from it."""

    territory = models.OneToOneField(Territory, on_delete=models.CASCADE, related_name="boundary")
    geometry = models.JSONField()
    vintage = models.ForeignKey(Vintage, on_delete=models.PROTECT, related_name="boundaries")

    class Meta:
        verbose_name_plural = "boundaries"

    def __str__(self) -> str:
        return str(self.territory)
