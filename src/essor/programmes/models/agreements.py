"""Targets, what partners promised towards them, and the files that are of a programme."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from essor.accounts.models import AppendOnlyQuerySet
from essor.cases.models import Case
from essor.methods.credit import EQUAL, RULES
from essor.programmes.rules import Clauses, Term, read_clauses


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def under_way(self, on: date) -> ProgrammeQuerySet:
        return self.filter(starts_on__lte=on, ends_before__gt=on)


class Programme(models.Model):
    """What several bodies decided to reach together. The period is half-open: ``ends_before`` is the horizon.
    ``form``: the id of what whoever applies fills in, "" for nothing. ``scoresheet``: what its committee scores:
    objects with ``code``, ``fr``, ``en``, ``weight``. ``credit_rule``: how partners share a start-up."""

    slug = models.SlugField(max_length=60, unique=True)
    name_fr = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_before = models.DateField()
    source = models.CharField(max_length=1000, blank=True)
    form = models.SlugField(max_length=60, blank=True)
    scoresheet = models.JSONField(default=list)
    credit_rule = models.CharField(max_length=20, default=EQUAL)
    created_at = models.DateTimeField()

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_before__gt=F("starts_on")), name="programme_lasts_a_day"),
            models.CheckConstraint(condition=Q(credit_rule__in=RULES), name="programme_credit_rule_is_known"),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def term(self) -> Term:
        return Term(self.starts_on, self.ends_before)


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
    """A partner's promise. ``clauses``: see :func:`essor.programmes.rules.read_clauses`, and
    :func:`essor.programmes.reporting.read_reporting` for the reports that they ask for. The term is half-open.
    ``contact_email``: of the partner, for reminders; it alone changes, and none is known where it is empty."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="agreements")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="agreements")
    code = models.SlugField(max_length=60)
    partner = models.CharField(max_length=200)
    territory_code = models.CharField(max_length=20, blank=True)
    starts_on = models.DateField()
    ends_before = models.DateField()
    clauses = models.JSONField(default=dict)
    source = models.CharField(max_length=1000, blank=True)
    contact_email = models.EmailField(blank=True)
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
    """A file that is of a programme: one start-up, counted once whoever helps it. ``cost_cents``: what its project
    costs in money; None: not known yet. What it was before is in the timeline. One that left it (entered by mistake)
    is no longer its ``case`` but its ``left_case``, so that whatever asks for the files of a programme goes without."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="enrolments")
    case = models.OneToOneField(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="enrolment")
    cost_cents = models.BigIntegerField(null=True, blank=True)
    entered_on = models.DateField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    left_case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="left_enrolments")
    left_on = models.DateField(null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["Enrolment"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(cost_cents=None) | Q(cost_cents__gt=0), name="project_costs_something"),
            models.CheckConstraint(
                condition=(~Q(case=None) & Q(left_case=None, left_on=None))
                | (Q(case=None) & ~Q(left_case=None) & ~Q(left_on=None)),
                name="enrolment_lasts_or_was_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.case or self.left_case}"
