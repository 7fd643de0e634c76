from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class KnownQuerySet(models.QuerySet["models.Model"]):
    """Rows with a knowledge interval ``[known_from, known_to)``."""

    def known_at(self, instant: datetime) -> KnownQuerySet:
        return self.filter(known_from__lte=instant).filter(Q(known_to=None) | Q(known_to__gt=instant))

    def current(self) -> KnownQuerySet:
        return self.filter(known_to=None)


class Known(models.Model):
    """Closing ``known_to`` is the only change that a known row ever sees."""

    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True, blank=True)

    objects = KnownQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(known_to=None) | Q(known_to__gte=F("known_from")), name="%(class)s_is_known_forward"
            )
        ]


class Source(models.Model):
    """Where facts come from: one file, one declaration, one register, with its licence and checksum."""

    class Kind(models.TextChoices):
        CENSUS = "census", _("recensement")
        REGISTER = "register", _("registre")
        DECLARATION = "declaration", _("déclaration")
        ENTRY = "entry", _("saisie")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(_("titre"), max_length=200)
    publisher = models.CharField(_("éditeur"), max_length=200, blank=True)
    licence = models.CharField(_("licence"), max_length=100, blank=True)
    retrieved_on = models.DateField(_("obtenu le"), null=True, blank=True)
    checksum = models.CharField(max_length=64, blank=True)
    mapping = models.JSONField(null=True, blank=True)
    mapping_checksum = models.CharField(max_length=64, blank=True)
    rows = models.PositiveIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["checksum", "mapping_checksum"],
                condition=~Q(checksum="") & Q(withdrawn_at=None),
                name="source_file_is_imported_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawal_reason=""), name="source_withdrawal_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Organisation(models.Model):
    """One enterprise or project of enterprise. All that is said of it is elsewhere, dated and sourced."""

    key = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.key


class OrganisationName(Known):
    """A name, for a period. ``folded``: lower case, without accents or punctuation, for search and matching."""

    class Kind(models.TextChoices):
        LEGAL = "legal", _("nom légal")
        OTHER = "other", _("autre nom")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="names")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.LEGAL)
    name = models.CharField(max_length=300)
    folded = models.CharField(max_length=300, db_index=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_before = models.DateField(null=True, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="names")

    class Meta(Known.Meta):
        ordering = ["organisation_id", "kind", "-starts_on", "-id"]

    def __str__(self) -> str:
        return self.name


class Identifier(Known):
    """A number given by a register. ``is_doubtful``: the check digit disagrees (a warning, never a refusal)."""

    class Scheme(models.TextChoices):
        NEQ = "neq", _("NEQ")
        BN = "bn", _("numéro d’entreprise")
        CHARITY = "charity", _("numéro de bienfaisance")
        OTHER = "other", _("numéro de la source")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="identifiers")
    scheme = models.CharField(max_length=20, choices=Scheme.choices)
    issuer = models.CharField(max_length=60, blank=True)
    value = models.CharField(max_length=60)
    is_doubtful = models.BooleanField(default=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="identifiers")

    class Meta(Known.Meta):
        ordering = ["organisation_id", "scheme", "value"]
        constraints = [
            *Known.Meta.constraints,
            models.UniqueConstraint(
                fields=["scheme", "issuer", "value"], condition=Q(known_to=None), name="identifier_names_one_organisation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.value}"


class LifeEvent(Known):
    """Something that happened to an organisation. ``other``: the successor (merged into, split off, replaced by)."""

    class Kind(models.TextChoices):
        CREATED = "created", _("création")
        RENAMED = "renamed", _("changement de nom")
        MERGED = "merged", _("fusion")
        SPLIT = "split", _("scission")
        REPLACED = "replaced", _("nouveau numéro")
        MOVED = "moved", _("déménagement")
        FORM_CHANGED = "form_changed", _("changement de forme")
        CLOSED = "closed", _("fermeture")
        REOPENED = "reopened", _("réouverture")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    happened_on = models.DateField()
    other = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="events_from")
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="events")

    class Meta(Known.Meta):
        ordering = ["organisation_id", "happened_on", "id"]
        constraints = [
            *Known.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(kind__in=["merged", "split", "replaced"]) & ~Q(other=None))
                | (~Q(kind__in=["merged", "split", "replaced"]) & Q(other=None)),
                name="life_event_names_a_successor_when_it_must",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "happened_on"],
                condition=Q(known_to=None),
                name="life_event_is_said_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.kind} {self.happened_on}"


class Establishment(Known):
    """A place of work of an organisation, other than its head office or the head office itself."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="establishments")
    name = models.CharField(max_length=300, blank=True)
    municipality_code = models.CharField(max_length=20)
    is_head_office = models.BooleanField(default=False)
    starts_on = models.DateField(null=True, blank=True)
    ends_before = models.DateField(null=True, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="establishments")

    class Meta(Known.Meta):
        ordering = ["organisation_id", "-is_head_office", "municipality_code", "id"]

    def __str__(self) -> str:
        return self.name or self.municipality_code


class Fact(Known):
    """What a source says of one variable of an organisation, for a period: see :mod:`essor.methods.facts`."""

    class Status(models.TextChoices):
        REPORTED = "reported", _("déclaré")
        ADMINISTRATIVE = "administrative", _("administratif")
        ESTIMATED = "estimated", _("estimé")
        IMPUTED = "imputed", _("imputé")

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="facts")
    variable = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_before = models.DateField(null=True, blank=True)
    low = models.BigIntegerField(null=True, blank=True)
    high = models.BigIntegerField(null=True, blank=True)
    codes = models.CharField(max_length=300, null=True, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.REPORTED)
    trust = models.PositiveSmallIntegerField(default=50)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="facts")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Known.Meta):
        ordering = ["organisation_id", "variable", "starts_on", "known_from", "id"]
        indexes = [models.Index(fields=["variable", "starts_on"], name="fact_by_variable")]
        constraints = [
            *Known.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gt=F("starts_on")), name="fact_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=(Q(codes=None) & (~Q(low=None) | ~Q(high=None)))
                | (~Q(codes=None) & Q(low=None) & Q(high=None)),
                name="fact_holds_a_number_or_codes",
            ),
            models.CheckConstraint(
                condition=Q(low=None) | Q(high=None) | Q(high__gte=F("low")), name="fact_band_is_in_order"
            ),
            models.UniqueConstraint(
                fields=["organisation", "variable", "starts_on", "source"],
                condition=Q(known_to=None),
                name="fact_is_said_once_by_a_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.variable} {self.starts_on}"
