"""What is applied for: the form and the rules as they were, each answer with its writer, what was filed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from essor.accounts.models import AppendOnlyQuerySet, WaitingLetter
from essor.cases.models import Case, KeptQuerySet, Party


class Application(models.Model):
    """``form``, ``rules``: as they were at the start, whole, with their SHA-256."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="application")
    form_id = models.SlugField(max_length=60)
    form_version = models.PositiveSmallIntegerField()
    form = models.JSONField()
    form_hash = models.CharField(max_length=64)
    rules = models.JSONField()
    rules_hash = models.CharField(max_length=64)
    started_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["Application"].as_manager()

    class Meta:
        ordering = ["case_id"]

    def __str__(self) -> str:
        return str(self.case)


class CoApplicant(WaitingLetter):
    """Someone else who carries the project, invited by e-mail: this row is also the letter that invites them.

    ``access_hash``: SHA-256 of the token of their own link, kept nowhere, as that of a case.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="people")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    access_hash = models.CharField(max_length=64, unique=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["application_id", "number"]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="co_applicant_to_write_to")]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="co_applicant_number_is_used_once")
        ]

    def __str__(self) -> str:
        return self.name or f"{self.application} · {self.number}"


class ApplicationAnswer(models.Model):
    """A version of an answer: what one writer said of one field in one go. The latest counts; ``value`` None: left
    empty again. One that nobody has confirmed yet is the platform's own: a proposal.

    ``origin``: of what was known elsewhere: the title of its source, and the day since which it says so.
    """

    class Source(models.TextChoices):
        TYPED = "typed", _("écrit ici")
        FACT = "fact", _("annuaire")
        FINDER = "finder", _("questionnaire d’aide")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="answers")
    field = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    value = models.JSONField(null=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    origin = models.JSONField(default=dict)
    party = models.CharField(max_length=10, choices=Party.choices)
    co_applicant = models.ForeignKey(CoApplicant, null=True, on_delete=models.PROTECT, related_name="answers")
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = KeptQuerySet["ApplicationAnswer"].as_manager()

    class Meta:
        ordering = ["application_id", "field", "number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "field", "number"], name="answer_version_is_one"),
            models.CheckConstraint(condition=Q(source__in=["typed", "fact", "finder"]), name="answer_source_is_known"),
            models.CheckConstraint(condition=Q(party__in=["promoter", "platform"]), name="answer_party_is_known"),
            models.CheckConstraint(condition=Q(party="promoter") | ~Q(source="typed"), name="answer_typed_by_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.field} {self.number}"

    @property
    def is_proposed(self) -> bool:
        return self.party == Party.PLATFORM


class ApplicationDeposit(models.Model):
    """What was filed, whole and for good: ``content``, objects with ``field``, ``value``, ``source``, ``by`` (the
    number of a co-applicant, 0 for whoever asked) and ``at``; ``sha256`` of it."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="deposits")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    deposited_at = models.DateTimeField()

    objects = KeptQuerySet["ApplicationDeposit"].as_manager()

    class Meta:
        ordering = ["application_id", "number"]
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="deposit_number_is_used_once")]

    def __str__(self) -> str:
        return f"{self.application} · {self.number}"

    def read_values(self) -> dict[str, Any]:
        return {said["field"]: said["value"] for said in self.content}
