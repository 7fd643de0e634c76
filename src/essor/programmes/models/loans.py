"""What was agreed of a loan, and each payment received. Written once."""

from __future__ import annotations

from fractions import Fraction

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from essor.accounts.models import AppendOnlyQuerySet
from essor.methods.loans import MOST_MONTHS, Instalment, Terms, draw_schedule
from essor.programmes.models.money import LedgerMove, Offer


class LoanSchedule(models.Model):
    """What was agreed in writing of the loan of an offer: see :class:`essor.methods.loans.Terms`.

    ``in_force_at``: since when it holds; None: it waits for a second person, or was set aside (``dropped_at``). Of one
    offer, the latest in force counts; amounts in cents, ``rate_percent`` by year. What was said is in the timeline.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="schedules")
    principal_cents = models.BigIntegerField()
    carried_cents = models.BigIntegerField(default=0)
    rate_percent = models.DecimalField(max_digits=6, decimal_places=3)
    months = models.PositiveSmallIntegerField()
    moratorium = models.PositiveSmallIntegerField(default=0)
    first_due_on = models.DateField()
    agreed_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    in_force_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(principal_cents__gt=0, carried_cents__gte=0, rate_percent__gte=0, rate_percent__lte=100),
                name="loan_is_of_something",
            ),
            models.CheckConstraint(
                condition=Q(months__gte=1, months__lte=MOST_MONTHS, moratorium__lt=F("months")),
                name="loan_lasts_and_is_repaid",
            ),
            models.CheckConstraint(condition=Q(first_due_on__gt=F("agreed_on")), name="loan_is_due_after_it_is_agreed"),
            models.CheckConstraint(condition=Q(in_force_at=None) | Q(dropped_at=None), name="loan_schedule_ends_once"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | (~Q(in_force_at=None) & ~Q(approved_by=F("made_by"))),
                name="loan_schedule_takes_two",
            ),
            models.UniqueConstraint(
                fields=["offer"], condition=Q(in_force_at=None, dropped_at=None), name="loan_schedule_waits_alone"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer} {self.pk}"

    def read(self) -> tuple[Instalment, ...]:
        rate = Fraction(self.rate_percent) / 100
        return draw_schedule(
            Terms(self.principal_cents, rate, self.months, self.first_due_on, self.moratorium, self.carried_cents)
        )


class LoanReceipt(models.Model):
    """A payment received on a loan, in the ledger by one move or two. ``received_on``: when the money came, the moves
    being of the day when it was written. ``reverses``: the payment that this one takes back."""

    schedule = models.ForeignKey(LoanSchedule, on_delete=models.PROTECT, related_name="receipts")
    principal_move = models.OneToOneField(
        LedgerMove, null=True, blank=True, on_delete=models.PROTECT, related_name="loan_principal"
    )
    interest_move = models.OneToOneField(
        LedgerMove, null=True, blank=True, on_delete=models.PROTECT, related_name="loan_interest"
    )
    received_on = models.DateField()
    reverses = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by")

    objects = AppendOnlyQuerySet["LoanReceipt"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(principal_move=None) | ~Q(interest_move=None), name="loan_receipt_is_of_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.schedule} {self.pk}"

    @property
    def principal_cents(self) -> int:
        return self.principal_move.cents if self.principal_move else 0

    @property
    def interest_cents(self) -> int:
        return self.interest_move.cents if self.interest_move else 0

    @property
    def cents(self) -> int:
        return self.principal_cents + self.interest_cents
