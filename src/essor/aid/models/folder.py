"""The aids of a project: what was shortlisted, asked, obtained, refused and paid, and when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from essor.accounts.models import AppendOnlyQuerySet
from essor.aid.models.catalogue import Aid, AidRevision
from essor.aid.moves import ASKED, OBTAINED, PAID, REFUSED, SHORTLISTED, WITHDRAWN
from essor.cases.models import Case, KeptQuerySet, Party


class FolderItem(models.Model):
    """An aid put in the folder of a case. ``revision``: what the catalogue said of it that day, its name with it.

    The same aid may come back once it was refused, withdrawn or paid: as another item.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="folder_items")
    aid = models.ForeignKey(Aid, on_delete=models.PROTECT, related_name="folder_items")
    revision = models.ForeignKey(AidRevision, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    objects: AppendOnlyQuerySet[FolderItem] = AppendOnlyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["case_id", "id"]

    def __str__(self) -> str:
        return f"{self.case} · {self.aid}"


class FolderStep(models.Model):
    """What happened to an aid of a folder, never changed: a correction is another row that ``replaces`` it.

    ``is_void``: it takes back what it replaces and says nothing instead. ``case``: that of its item, by which the
    database itself knows when ``words`` may be blanked.
    """

    class Code(models.TextChoices):
        SHORTLISTED = SHORTLISTED, _("mise au dossier")
        ASKED = ASKED, _("demandée")
        OBTAINED = OBTAINED, _("obtenue")
        REFUSED = REFUSED, _("refusée")
        PAID = PAID, _("versée")
        WITHDRAWN = WITHDRAWN, _("abandonnée")

    item = models.ForeignKey(FolderItem, on_delete=models.PROTECT, related_name="steps")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20, choices=Code.choices)
    happened_on = models.DateField()
    amount_cad = models.PositiveIntegerField(null=True, blank=True)
    words = models.CharField(max_length=500, blank=True)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    is_void = models.BooleanField(default=False)
    party = models.CharField(max_length=10, choices=Party.choices)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    recorded_at = models.DateTimeField()

    objects = KeptQuerySet.as_manager()

    class Meta:
        ordering = ["item_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__in=["shortlisted", "asked", "obtained", "refused", "paid", "withdrawn"]),
                name="folder_step_is_known",
            ),
            models.CheckConstraint(
                condition=Q(amount_cad=None) | Q(amount_cad__gt=0), name="folder_step_amount_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(amount_cad=None) | Q(code__in=["asked", "obtained", "paid"]),
                name="folder_step_amount_is_of_money",
            ),
            models.CheckConstraint(
                condition=~Q(code="paid") | ~Q(amount_cad=None), name="folder_payment_has_an_amount"
            ),
            models.CheckConstraint(
                condition=Q(is_void=False) | ~Q(replaces=None), name="folder_void_takes_a_step_back"
            ),
            models.CheckConstraint(
                condition=Q(party__in=["promoter", "adviser", "platform"]), name="folder_step_party_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.code}"
