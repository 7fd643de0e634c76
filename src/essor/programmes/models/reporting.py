"""What is kept of an agreement once it is signed: its papers, the reports that came, the start-ups that its partner
claims, the letters that tell."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from essor.accounts.models import AppendOnlyQuerySet, WaitingLetter
from essor.programmes.models.agreements import Agreement, Enrolment


class AgreementDocument(models.Model):
    """A file deposited, kept by its content: ``sha256`` names it on disk. The same name again is another version."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(max_length=200)
    version = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=100)
    deposited_at = models.DateTimeField()
    deposited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["AgreementDocument"].as_manager()

    class Meta:
        ordering = ["name", "version", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "name", "version"], name="agreement_document_version_is_one_file"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="agreement_document_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"

    @property
    def is_kept(self) -> bool:
        return True


class AgreementReport(models.Model):
    """A report that a clause asks for came on a day; of one clause and ``about_on``, the latest row counts.
    ``rendered_on`` None: what was recorded before was a mistake."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="reports")
    code = models.SlugField(max_length=60)
    about_on = models.DateField()
    rendered_on = models.DateField(null=True, blank=True)
    words = models.CharField(max_length=500, blank=True)
    document = models.ForeignKey(
        AgreementDocument, null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["AgreementReport"].as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.agreement} {self.code} {self.about_on}"


class CreditClaim(models.Model):
    """A partner says that it helped a start-up, without an offer of its own; of one agreement and one start-up, the
    latest row counts. ``is_claimed`` False: it says so no more."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="claims")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="claims")
    is_claimed = models.BooleanField()
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["CreditClaim"].as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.agreement} {self.enrolment}"


class AgreementLetter(WaitingLetter):
    """A letter about an agreement, which remembers that it was told: ``kind``, ``code``, ``about_on`` as in
    :class:`essor.programmes.reporting.Alert`. ``recipient`` None: the partner's own address."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=20)
    code = models.SlugField(max_length=60, blank=True)
    about_on = models.DateField()
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="agreement_letter_to_send")]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind", "code", "about_on", "recipient"], name="agreement_letter_is_told_once"
            ),
            models.UniqueConstraint(
                fields=["agreement", "kind", "code", "about_on"],
                condition=Q(recipient=None),
                name="agreement_letter_is_told_once_to_the_partner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} · {self.kind}"
