"""What is said of an enterprise once it is open."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from essor.accounts.models import AppendOnlyQuerySet
from essor.cases.models import Case, Party
from essor.directory.models import Source
from essor.programmes.news import News


class Declaration(models.Model):
    """News of an enterprise on a day, never changed: of one day, what was said last counts. Null: unknown.

    ``source``: under which its facts are in the directory, once the file names an organisation.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="declarations")
    about_on = models.DateField()
    is_alive = models.BooleanField()
    closed_on = models.DateField(null=True, blank=True)
    jobs = models.PositiveIntegerField(null=True, blank=True)
    fte = models.DecimalField(null=True, blank=True, max_digits=9, decimal_places=2)
    revenue_cents = models.BigIntegerField(null=True, blank=True)
    party = models.CharField(max_length=10, choices=Party.choices)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField()
    source = models.OneToOneField(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="programme_declaration"
    )

    objects = AppendOnlyQuerySet["Declaration"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_alive=True, closed_on=None) | (Q(is_alive=False) & ~Q(closed_on=None)),
                name="declaration_says_when_it_closed",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__lte=F("about_on")), name="declaration_closed_by_its_day"
            ),
            models.CheckConstraint(
                condition=(Q(jobs=None) | Q(jobs__gte=0))
                & (Q(fte=None) | Q(fte__gte=0))
                & (Q(revenue_cents=None) | Q(revenue_cents__gte=0)),
                name="declaration_is_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(jobs=None) | Q(fte=None) | Q(fte__lte=F("jobs")), name="declaration_fte_within_jobs"
            ),
            models.CheckConstraint(
                condition=Q(party__in=["promoter", "adviser", "platform"]), name="declaration_party_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.about_on}"

    def read(self) -> News:
        return News(self.about_on, self.is_alive, self.closed_on, self.jobs, self.fte, self.revenue_cents)
