"""What was offered, and every move of money. Written once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from essor.accounts.models import AppendOnlyQuerySet
from essor.cases.models import Case, KeptQuerySet
from essor.methods.ledger import ACCOUNTS, MOVES, PARTNER
from essor.programmes.models.agreements import Agreement


class Offer(models.Model):
    """What is offered to a start-up, whose file it is of. Amounts in cents. What becomes of it is in its moves."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="offers")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="offers")
    grant_cents = models.BigIntegerField()
    loan_cents = models.BigIntegerField()
    conditions = models.JSONField(default=list)
    offered_on = models.DateField()
    expires_on = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = KeptQuerySet["Offer"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(grant_cents__gte=0, loan_cents__gte=0) & (Q(grant_cents__gt=0) | Q(loan_cents__gt=0)),
                name="offer_is_of_something",
            ),
            models.CheckConstraint(condition=Q(expires_on__gte=F("offered_on")), name="offer_expires_after"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.pk}"

    @property
    def cents(self) -> int:
        return self.grant_cents + self.loan_cents


class MetCondition(models.Model):
    """That a condition of an offer is met: ``number``, from 1, is its place among them. Said once; what showed it is in
    the timeline of the file."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="met_conditions")
    number = models.PositiveSmallIntegerField()
    met_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["MetCondition"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "number"], name="condition_is_met_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="condition_has_a_number"),
        ]

    def __str__(self) -> str:
        return f"{self.offer} {self.number}"


class PaymentRequest(models.Model):
    """A payment that waits for a second person, who approves it (``move``) or sets it aside (``dropped_at``).
    ``words``: why, until then; the timeline of the file keeps them after."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="payment_requests")
    cents = models.BigIntegerField()
    words = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    move = models.OneToOneField("LedgerMove", null=True, blank=True, on_delete=models.PROTECT, related_name="request")
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="payment_request_is_of_something"),
            models.CheckConstraint(condition=Q(move=None) | Q(dropped_at=None), name="payment_request_ends_once"),
            models.UniqueConstraint(
                fields=["offer"], condition=Q(move=None, dropped_at=None), name="payment_request_waits_alone"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer} {self.cents}"


class LedgerMove(models.Model):
    """A sum that leaves an account and enters another: see :mod:`essor.methods.ledger`. ``words``: the mark of what was
    signed; why is in the timeline of the file. ``approved_by``: the second person of a payment."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="moves")
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=20)
    source_account = models.CharField(max_length=20)
    target_account = models.CharField(max_length=20)
    cents = models.BigIntegerField()
    happened_on = models.DateField()
    words = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["LedgerMove"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="ledger_move_is_of_something"),
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(kind=kind, source_account=source, target_account=target)
                        for kind, (source, target) in MOVES.items()
                    ),
                    _connector=Q.OR,
                ),
                name="ledger_move_is_one_that_exists",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("recorded_by")), name="ledger_payment_takes_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.kind} {self.cents}"


class LedgerBalance(models.Model):
    """What an account of an agreement holds now. The database's own triggers move it: nobody writes here."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="balances")
    account = models.CharField(max_length=20, choices=[(name, name) for name in ACCOUNTS])
    cents = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "account"], name="ledger_balance_is_one"),
            models.CheckConstraint(condition=Q(account=PARTNER) | Q(cents__gte=0), name="ledger_is_never_overdrawn"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.account} {self.cents}"
