"""Targets, agreements and money. What was agreed, offered and moved is written once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from essor.accounts.models import AppendOnlyQuerySet
from essor.cases.models import Case
from essor.directory.models import Organisation
from essor.methods.ledger import ACCOUNTS, MOVES, PARTNER
from essor.programmes.rules import Clauses, Term, read_clauses


class Programme(models.Model):
    """What several bodies decided to reach together. The period is half-open: ``ends_before`` is the horizon.
    ``scoresheet``: what its committee scores: objects with ``code``, ``fr``, ``en``, ``weight``."""

    slug = models.SlugField(max_length=60, unique=True)
    name_fr = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_before = models.DateField()
    source = models.CharField(max_length=1000, blank=True)
    scoresheet = models.JSONField(default=list)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_before__gt=F("starts_on")), name="programme_lasts_a_day")
        ]

    def __str__(self) -> str:
        return self.slug


class Target(models.Model):
    """How many start-ups, for the whole or for a part of it; what its parts do not take is not allocated yet."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="targets")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    code = models.SlugField(max_length=60)
    name_fr = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    territory_code = models.CharField(max_length=20, blank=True)
    startups = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="target_code_is_used_once"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(parent=None), name="programme_has_one_whole_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.code}"


class Agreement(models.Model):
    """A partner's promise. ``clauses``: see :func:`essor.programmes.rules.read_clauses`. The term is half-open."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="agreements")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="agreements")
    code = models.SlugField(max_length=60)
    partner = models.CharField(max_length=200)
    territory_code = models.CharField(max_length=20, blank=True)
    starts_on = models.DateField()
    ends_before = models.DateField()
    clauses = models.JSONField(default=dict)
    source = models.CharField(max_length=1000, blank=True)
    signed_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["Agreement"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="agreement_code_is_used_once"),
            models.CheckConstraint(condition=Q(ends_before__gt=F("starts_on")), name="agreement_lasts_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.code}"

    @property
    def term(self) -> Term:
        return Term(self.starts_on, self.ends_before)

    def read_clauses(self) -> Clauses:
        return read_clauses(self.clauses)


class Enrolment(models.Model):
    """A file that is of a programme: one start-up, counted once whoever helps it."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="enrolments")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="enrolment")
    entered_on = models.DateField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["Enrolment"].as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.programme} {self.case}"


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

    objects = AppendOnlyQuerySet["Offer"].as_manager()

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


class PaymentRequest(models.Model):
    """A payment that waits for a second person, who approves it (``move``) or sets it aside (``dropped_at``)."""

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
    """A sum that leaves an account and enters another: see :mod:`essor.methods.ledger`. ``words``: why, or by what
    signature. ``approved_by``: the second person of a payment."""

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
