"""Who looks after the catalogue: links looked at, what givers confirm, what readers propose, letters that follow."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from essor.accounts.models import AppendOnlyQuerySet, WaitingLetter
from essor.aid.models.catalogue import Aid, AidRevision


class LinkCheck(models.Model):
    """One look at a page that the catalogue names. ``status``: what the server answered; None: no answer."""

    url = models.CharField(max_length=1000)
    checked_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = AppendOnlyQuerySet["LinkCheck"].as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["url", "checked_at"], name="link_check_by_url")]

    def __str__(self) -> str:
        return f"{self.url}, {self.status}"


class AidConfirmation(models.Model):
    """The giver says that what is published of its programme is right. ``confirmed_by``: a duty (« direction du
    financement »), never a name. ``every_months``: when it wishes to be asked again."""

    revision = models.ForeignKey(AidRevision, on_delete=models.PROTECT, related_name="confirmations")
    confirmed_by = models.CharField(max_length=120, blank=True)
    every_months = models.PositiveSmallIntegerField()
    confirmed_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["AidConfirmation"].as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.revision}, {self.confirmed_at:%Y-%m-%d}"


class AidProposalQuerySet(models.QuerySet["AidProposal"]):
    def waiting(self) -> Self:
        return self.filter(answered_at=None)


class AidProposal(models.Model):
    """What a reader says should be corrected. ``revision``: what they had before their eyes. ``email``: to thank them,
    if they wish; erased once they are answered. ``is_taken``: whether it led to a correction."""

    aid = models.ForeignKey(Aid, on_delete=models.PROTECT, related_name="proposals")
    revision = models.ForeignKey(AidRevision, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(max_length=4000)
    source = models.CharField(max_length=1000, blank=True)
    email = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=2)
    proposed_at = models.DateTimeField()
    is_taken = models.BooleanField(null=True)
    answer = models.TextField(max_length=2000, null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = AidProposalQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], condition=Q(answered_at=None), name="aid_proposal_waiting")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, is_taken=None, answer=None, answered_by=None)
                | Q(answered_at__isnull=False, is_taken__isnull=False, answer__isnull=False, answered_by__isnull=False),
                name="aid_proposal_is_answered_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.aid}, {self.proposed_at:%Y-%m-%d}"


class AidLetter(WaitingLetter):
    """A letter about a programme: to its giver (``dead_links``, ``confirm``), or to who proposed a correction
    (``thanks``). ``about``: of dead links, a mark of which and since when, so that the same is not told twice."""

    aid = models.ForeignKey(Aid, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=20)
    proposal = models.ForeignKey(AidProposal, null=True, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at=None), name="aid_letter_to_send")]

    def __str__(self) -> str:
        return f"{self.aid} · {self.kind}"
