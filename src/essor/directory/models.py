from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from essor.accounts.models import AppendOnlyQuerySet, RecordT_co

ENDS_AFTER_IT_STARTS = Q(starts_on=None) | Q(ends_before=None) | Q(ends_before__gt=F("starts_on"))
"""A period whose two days are known is not empty; either may be open."""


class KnownQuerySet(AppendOnlyQuerySet[RecordT_co]):
    """Rows with a knowledge interval ``[known_from, known_to)``."""

    def known_at(self, instant: datetime) -> Self:
        return self.filter(known_from__lte=instant).filter(Q(known_to=None) | Q(known_to__gt=instant))

    def current(self) -> Self:
        return self.filter(known_to=None)

    def close(self, *, now: datetime, **said: str) -> int:
        """Stops believing these rows from ``now`` on; a row that would only be known later is never believed.

        ``said``: what is written at that moment and never again (``closing_reason`` of a fact).
        """
        known_to = Greatest(Value(now), F("known_from"))
        return super(AppendOnlyQuerySet, self.filter(known_to=None)).update(known_to=known_to, **said)

    def erase(self, *, blanked: tuple[str, ...]) -> int:
        """For privacy erasure only: the database refuses it while the organisation is not marked as erased."""
        return super(AppendOnlyQuerySet, self).update(**dict.fromkeys(blanked, ""))

    def erase_rows(self) -> int:
        """For privacy erasure only: the database refuses it while the organisation is not marked as erased."""
        return super(AppendOnlyQuerySet, self).delete()[0]


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
    """Where facts come from: one file, one declaration, one register, with its licence and checksum.

    ``series``: what successive editions of one source share; a later edition corrects the figures of an earlier one.
    """

    class Kind(models.TextChoices):
        CENSUS = "census", _("recensement")
        REGISTER = "register", _("registre")
        DECLARATION = "declaration", _("déclaration")
        ENTRY = "entry", _("saisie")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(_("titre"), max_length=200)
    publisher = models.CharField(_("éditeur"), max_length=200, blank=True)
    series = models.CharField(_("série"), max_length=100, blank=True, db_index=True)
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
            models.CheckConstraint(
                condition=Q(kind__in=["census", "register", "declaration", "entry"]), name="source_kind_is_known"
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
        constraints = [
            *Known.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=["legal", "other"]), name="organisation_name_kind_is_known"),
            models.CheckConstraint(condition=ENDS_AFTER_IT_STARTS, name="organisation_name_ends_after_it_starts"),
        ]

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
                fields=["scheme", "issuer", "value"],
                condition=Q(known_to=None),
                name="identifier_names_one_organisation",
            ),
            models.CheckConstraint(
                condition=Q(scheme__in=["neq", "bn", "charity", "other"]), name="identifier_scheme_is_known"
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
            models.CheckConstraint(
                condition=Q(other=None) | ~Q(other=F("organisation")), name="life_event_names_another"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "created",
                        "renamed",
                        "merged",
                        "split",
                        "replaced",
                        "moved",
                        "form_changed",
                        "closed",
                        "reopened",
                    ]
                ),
                name="life_event_kind_is_known",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "happened_on"],
                condition=Q(known_to=None, other=None),
                name="life_event_is_said_once",
            ),
            models.UniqueConstraint(
                fields=["organisation", "kind", "happened_on", "other"],
                condition=Q(known_to=None) & ~Q(other=None),
                name="life_event_with_another_is_said_once",
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
        constraints = [
            *Known.Meta.constraints,
            models.CheckConstraint(condition=ENDS_AFTER_IT_STARTS, name="establishment_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return self.name or self.municipality_code


class Fact(Known):
    """What a source says of one variable of an organisation, for a period: see :mod:`essor.methods.facts`.

    ``replaces``: the fact that this one corrects; ``reason``: why. ``closing_reason``: why nothing replaces it.
    """

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
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by", db_index=False
    )
    reason = models.CharField(max_length=300, blank=True, db_default="")
    closing_reason = models.CharField(max_length=300, blank=True, db_default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

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
            models.CheckConstraint(
                condition=Q(status__in=["reported", "administrative", "estimated", "imputed"]),
                name="fact_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(closing_reason="") | ~Q(known_to=None), name="fact_closed_with_a_reason_is_closed"
            ),
            models.UniqueConstraint(
                fields=["organisation", "variable", "starts_on", "source"],
                condition=Q(known_to=None),
                name="fact_is_said_once_by_a_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.variable} {self.starts_on}"


class ImportDraft(models.Model):
    """A file being mapped and checked; nothing of it is written yet. The file is in ``DATA_DIR/imports``.

    ``purpose``: what it is to become: a census of facts, or what a floor above makes of it (« programme:jec »).
    """

    CENSUS = "census"

    class Stage(models.TextChoices):
        MAPPING = "mapping", _("colonnes à relier")
        CHECKED = "checked", _("vérifié")
        RUNNING = "running", _("en cours")
        DONE = "done", _("versé")
        FAILED = "failed", _("interrompu")

    token = models.CharField(max_length=40, unique=True)
    purpose = models.CharField(max_length=80, default=CENSUS)
    file_name = models.CharField(max_length=200)
    suffix = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField()
    checksum = models.CharField(max_length=64)
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.MAPPING)
    mapping = models.JSONField(default=dict)
    failure = models.TextField(blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="drafts")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=["mapping", "checked", "running", "done", "failed"]),
                name="import_draft_stage_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.file_name
