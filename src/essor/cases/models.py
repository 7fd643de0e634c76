from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from essor.accounts.models import AppendOnlyQuerySet, RecordT_co, WaitingLetter
from essor.directory.models import Organisation


class Party(models.TextChoices):
    """Who did or wrote something. ``platform``: reminders, routing, the operator at the console."""

    PROMOTER = "promoter", _("la personne")
    ADVISER = "adviser", _("l’équipe")
    PLATFORM = "platform", _("la plateforme")


EVENT_KINDS = [
    "opened", "routed", "assigned", "moved", "message", "note", "task_added", "task_done", "document", "reminded",
    "escalated", "closed", "erased", "aid", "reorganised", "programme",
    "document_removed",
]  # fmt: skip


class KeptQuerySet(AppendOnlyQuerySet[RecordT_co]):
    """Rows written once. Privacy erasure blanks their words: the database refuses it while the case is not erased."""

    def erase(self, **blanked: Any) -> int:
        return super(AppendOnlyQuerySet, self).update(**blanked)


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def closed(self) -> Self:
        return self.exclude(closed_at=None)


class Case(models.Model):
    """Someone helped through stages by someone accountable.

    ``profile``: what was answered to the finder, in words; ``profile_values``: the same, question → plain data.
    ``access_hash``: SHA-256 of the token in the promoter's link, which is kept nowhere. ``opening_key``: of the form
    that opened it and of what it said, so that the same form sent twice opens one case. ``imported_from``: the file of
    past files that it was read from, which holds nobody's address. ``due_on``: the day by which
    whoever acts must have acted. ``kept_due_on``: the adviser's term while ``waiting_since`` stops it; ``came_from``:
    the stage that the file then left.
    """

    reference = models.CharField(max_length=20, unique=True)
    workflow = models.CharField(max_length=40)
    workflow_version = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=40)
    need = models.CharField(max_length=40)
    territory_code = models.CharField(max_length=20)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    promoter_name = models.CharField(max_length=150, blank=True)
    promoter_email = models.EmailField(blank=True)
    promoter_phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=2, default="fr")
    profile = models.JSONField(null=True, blank=True)
    profile_values = models.JSONField(null=True, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)
    imported_from = models.CharField(max_length=100, blank=True)
    opening_key = models.CharField(max_length=40, null=True, blank=True, unique=True)
    access_hash = models.CharField(max_length=64, unique=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="cases"
    )
    assigned_body = models.CharField(max_length=100, blank=True)
    routing_reason = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    kept_due_on = models.DateField(null=True, blank=True)
    came_from = models.CharField(max_length=40, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    outcome_code = models.CharField(max_length=40, blank=True)
    outcome_words = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(closed_at=None), name="open_case_by_term"),
            models.Index(fields=["territory_code", "closed_at"], name="case_by_place"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(closed_at=None) & Q(outcome_code="")) | (~Q(closed_at=None) & ~Q(outcome_code="")),
                name="case_closes_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | ~Q(outcome_words="") | ~Q(erased_at=None),
                name="case_outcome_is_said_in_words",
            ),
            models.CheckConstraint(
                condition=(Q(closed_at=None) & ~Q(due_on=None)) | (~Q(closed_at=None) & Q(due_on=None)),
                name="open_case_has_a_term",
            ),
            models.CheckConstraint(
                condition=(Q(waiting_since=None) & Q(kept_due_on=None))
                | (~Q(waiting_since=None) & ~Q(kept_due_on=None)),
                name="case_clock_stops_with_a_term_kept",
            ),
            models.CheckConstraint(
                condition=~Q(promoter_email="") | ~Q(promoter_phone="") | ~Q(erased_at=None) | ~Q(imported_from=""),
                name="case_promoter_can_be_reached",
            ),
            models.CheckConstraint(
                condition=~Q(consent_at=None) | ~Q(imported_from=""), name="case_promoter_has_consented"
            ),
            models.CheckConstraint(condition=Q(erased_at=None) | ~Q(closed_at=None), name="erased_case_is_closed"),
            models.CheckConstraint(condition=Q(language__in=["fr", "en"]), name="case_language_is_known"),
        ]

    def __str__(self) -> str:
        return self.reference


class CaseEvent(models.Model):
    """One line of the timeline, never changed. ``words``: what was said of it; ``facts``: codes and numbers only.

    ``once``: where not empty, what makes the event happen once in the life of its case (a reminder and its term).
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("demande reçue")
        ROUTED = "routed", _("demande dirigée")
        ASSIGNED = "assigned", _("dossier confié")
        MOVED = "moved", _("changement d’étape")
        MESSAGE = "message", _("message")
        NOTE = "note", _("note de suivi")
        TASK_ADDED = "task_added", _("tâche ajoutée")
        TASK_DONE = "task_done", _("tâche faite")
        DOCUMENT = "document", _("document déposé")
        DOCUMENT_REMOVED = "document_removed", _("document retiré, son temps de garde étant passé")
        REMINDED = "reminded", _("rappel envoyé")
        ESCALATED = "escalated", _("retard signalé à l’administration")
        CLOSED = "closed", _("dossier clos")
        ERASED = "erased", _("renseignements effacés")
        AID = "aid", _("aide")
        REORGANISED = "reorganised", _("organisme remplacé")
        PROGRAMME = "programme", _("programme")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    party = models.CharField(max_length=10, choices=Party.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    words = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    once = models.CharField(max_length=80, blank=True)
    happened_at = models.DateTimeField()

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "happened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "once"], condition=~Q(once=""), name="case_event_happens_once"),
            models.CheckConstraint(
                condition=Q(kind__in=EVENT_KINDS),
                name="case_event_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(party__in=["promoter", "adviser", "platform"]), name="case_event_party_is_known"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case} · {self.kind}"


class CaseMessage(models.Model):
    """What one side wrote to the other. ``is_note``: for advisers only. ``minutes``: the time that it took them."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    party = models.CharField(max_length=10, choices=Party.choices)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    is_note = models.BooleanField(default=False)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    text = models.TextField(blank=True)
    written_at = models.DateTimeField()

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "written_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(party__in=["promoter", "adviser"]), name="case_message_party_is_known"),
            models.CheckConstraint(
                condition=Q(party="adviser") | (Q(is_note=False) & Q(minutes=None)),
                name="case_note_is_an_adviser_s",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.written_at:%Y-%m-%d}"


class CaseTask(models.Model):
    """A next step, with its day. Done once."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    label = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["case_id", "due_on", "id"]

    def __str__(self) -> str:
        return self.label or f"{self.case} · {self.pk}"


class CaseDocument(models.Model):
    """A file deposited, kept by its content: ``sha256`` names it on disk. The same name again is another version.

    Act to establish a legal framework for information technology (RLRQ, c. C-1.1), ss. 5, 6 and 12: its integrity can
    be shown, and a version is never overwritten. ``retention``: the label that says how long it is kept
    (``definitions/retention.yaml``); ``removed_at``: since when its content is no longer there.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    party = models.CharField(max_length=10, choices=Party.choices)
    deposited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=100)
    retention = models.CharField(max_length=40)
    deposited_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["case_id", "name", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "name", "version"], condition=~Q(name=""), name="case_document_version_is_one_file"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="case_document_is_not_empty"),
            models.CheckConstraint(condition=Q(party__in=["promoter", "adviser"]), name="case_document_party_is_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.sha256[:12]

    @property
    def is_kept(self) -> bool:
        """Neither erased nor past its last day."""
        return bool(self.name) and self.removed_at is None


class CaseLetter(WaitingLetter):
    """A letter about a file, in the language of whoever receives it. ``recipient`` None: the promoter."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=40)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="case_letter_to_send")]

    def __str__(self) -> str:
        return f"{self.case} · {self.kind}"
