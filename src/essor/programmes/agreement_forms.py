"""The forms of an agreement's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from essor.cases.forms import CaseForm
from essor.design.forms import day_input
from essor.programmes.following_forms import NO, YES

SIGN = "|"
"""Between the code of a clause, which has no such sign, and a day."""


def name_report(key: tuple[str, date]) -> str:
    return f"{key[0]}{SIGN}{key[1].isoformat()}"


class KeyField(forms.ChoiceField):
    """One of the reports offered: its clause and its day."""

    def clean(self, value: Any) -> tuple[str, date]:
        code, _sign, day = super().clean(value).partition(SIGN)
        return code, date.fromisoformat(day)


def _offer(form: forms.Form, name: str, choices: Sequence[tuple[str | int, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)


class ReportForm(CaseForm):
    """``reports``: those that have not come; ``documents``: number and name of those deposited."""

    name = "report"

    report = KeyField(label=_("Quel rapport"))
    rendered_on = forms.DateField(label=_("Reçu le"), widget=day_input())
    words = forms.CharField(
        label=_("Ce qui a été rendu"), required=False, max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text=_("Sans nommer de personne : ces mots restent."),
    )  # fmt: skip
    document = forms.TypedChoiceField(
        label=_("Le document, s’il est déposé"), required=False, coerce=int, empty_value=None
    )

    def __init__(
        self, *args: Any, reports: Sequence[tuple[str, str]], documents: Sequence[tuple[int, str]], today: date,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        kwargs.setdefault("initial", {"rendered_on": today})
        super().__init__(*args, **kwargs)
        _offer(self, "report", reports)
        _offer(self, "document", [("", _("aucun")), *documents])


class MistakeForm(CaseForm):
    """``reports``: those recorded as having come."""

    name = "mistake"

    report = KeyField(label=_("Lequel n’est pas venu"))
    words = forms.CharField(label=_("Pourquoi, en quelques mots"), max_length=500)

    def __init__(self, *args: Any, reports: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "report", reports)


class ClaimForm(CaseForm):
    name = "claim"

    reference = forms.CharField(label=_("Référence du dossier"), max_length=20)
    claims = forms.TypedChoiceField(
        label=_("Ce partenaire"),
        choices=((YES, _("l’a aidée aussi, sans offre à lui")), (NO, _("ne la réclame plus"))),
        coerce=YES.__eq__,
        initial=YES,
        widget=forms.RadioSelect,
    )


class ContactForm(CaseForm):
    name = "contact"

    email = forms.EmailField(
        label=_("Courriel du partenaire"), required=False, max_length=254,
        help_text=_("Les rappels lui sont envoyés aussi. Vide : à l’administration seulement."),
    )  # fmt: skip
