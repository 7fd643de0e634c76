"""What other funders bring to a start-up: each share, and each of its states. Written once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from essor.accounts.models import AppendOnlyQuerySet
from essor.cases.models import Case, KeptQuerySet, Party
from essor.methods.funding import OWN_CASH


class FundingShare(models.Model):
    """``funder``: a body, never a person; empty for the group's own money. ``aid``: the slug of one of the catalogue,
    or "". ``is_public`` None: not known. ``is_other``: said to be other money of the same funder."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="funding_shares")
    funder = models.CharField(max_length=200, blank=True)
    aid = models.SlugField(max_length=100, blank=True)
    instrument = models.CharField(max_length=10)
    is_public = models.BooleanField(null=True)
    is_other = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    objects = KeptQuerySet["FundingShare"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(instrument__in=["bursary", "grant", "loan", "gift", "own_cash", "in_kind"]),
                name="funding_instrument_is_known",
            ),
            models.CheckConstraint(condition=Q(funder="") ^ ~Q(instrument=OWN_CASH), name="funding_names_its_funder"),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.pk}"


class FundingStep(models.Model):
    """``cents``: asked, promised or paid this time; of an end, what it takes away. See :mod:`essor.methods.funding`."""

    share = models.ForeignKey(FundingShare, on_delete=models.PROTECT, related_name="steps")
    status = models.CharField(max_length=12)
    cents = models.BigIntegerField()
    party = models.CharField(max_length=10, choices=Party.choices)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["FundingStep"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["asked", "conditional", "confirmed", "paid", "refused", "withdrawn", "mistaken"]
                ),
                name="funding_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(cents__gt=0) | Q(cents=0, status="mistaken"), name="funding_step_is_of_something"
            ),
            models.CheckConstraint(
                condition=Q(party__in=["promoter", "adviser", "platform"]), name="funding_party_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.share} {self.status} {self.cents}"
