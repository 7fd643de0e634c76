"""Interests, sittings, and what their members said."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from essor.accounts.models import AppendOnlyQuerySet, WaitingLetter
from essor.cases.models import Case, KeptQuerySet
from essor.directory.models import Organisation
from essor.programmes.models.agreements import Programme


class Interest(models.Model):
    """What someone who sits on a committee has to do with a file or an organisation: they withdraw from it."""

    class Kind(models.TextChoices):
        SEAT = "seat", _("siège au conseil")
        JOB = "job", _("emploi ou contrat")
        KIN = "kin", _("parenté ou proche")
        LOAN = "loan", _("prêt ou placement")
        MEMBER = "member", _("membre")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="interests")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="interests")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="interests"
    )
    words = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField()
    ends_before = models.DateField(null=True, blank=True)
    declared_at = models.DateTimeField()

    objects = KeptQuerySet["Interest"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(case=None) ^ Q(organisation=None), name="interest_is_in_a_file_or_an_organisation"
            ),
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gte=F("starts_on")), name="interest_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_kind_display()}"


class Sitting(models.Model):
    """A committee called for a day. ``adopted_at``: when its minutes were adopted; ``minutes_hash``: their mark."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="sittings")
    held_on = models.DateField()
    hour_and_place = models.CharField(max_length=200, blank=True)
    quorum = models.PositiveSmallIntegerField()
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="sittings")
    called_at = models.DateTimeField()
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(null=True, blank=True)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    minutes_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["held_on", "id"]
        constraints = [models.CheckConstraint(condition=Q(quorum__gt=0), name="sitting_has_a_quorum")]

    def __str__(self) -> str:
        return f"{self.programme} {self.held_on}"


class SittingLetter(WaitingLetter):
    """The call of a member to a sitting."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="letters")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sitting", "recipient"], name="sitting_calls_a_member_once")]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="sitting_letter_to_send")]

    def __str__(self) -> str:
        return f"{self.sitting} · {self.recipient_id}"


class SittingItem(models.Model):
    """A file before a sitting. ``result``: what was decided, with its ``reasons`` and ``conditions``; empty until then.
    ``recused``: the numbers of those who had withdrawn when it was decided."""

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sitting_items")
    result = models.CharField(max_length=10, blank=True)
    reasons = models.TextField(blank=True)
    conditions = models.JSONField(default=list)
    recused = models.JSONField(default=list)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "case"], name="sitting_hears_a_file_once"),
            models.CheckConstraint(
                condition=(Q(result="") & Q(decided_at=None))
                | (Q(result__in=["accepted", "refused", "postponed"]) & ~Q(decided_at=None)),
                name="sitting_result_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting} {self.case}"


class Score(models.Model):
    """Points that a member gave to a file, 1 to 5; the latest of each criterion counts."""

    item = models.ForeignKey(SittingItem, on_delete=models.PROTECT, related_name="scores")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=40)
    points = models.PositiveSmallIntegerField()
    scored_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["Score"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(points__gte=1, points__lte=5), name="score_is_one_to_five")]

    def __str__(self) -> str:
        return f"{self.item} {self.criterion} {self.points}"


class Vote(models.Model):
    """Given once."""

    item = models.ForeignKey(SittingItem, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10)
    voted_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["Vote"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "member"], name="vote_is_given_once"),
            models.CheckConstraint(condition=Q(choice__in=["for", "against", "abstain"]), name="vote_choice_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.member} {self.choice}"
