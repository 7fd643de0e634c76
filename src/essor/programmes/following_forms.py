"""The forms of the follow-up of an enterprise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from essor.aid.folder_forms import DollarsField
from essor.cases.forms import CaseForm
from essor.design.forms import day_input
from essor.programmes.news import News
from essor.programmes.rules import CENTS

YES, NO = "yes", "no"


class NumberField(forms.DecimalField):
    """As people write it: « 3,5 », “3.5”."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class NewsForm(CaseForm):
    name = "news"

    is_alive = forms.ChoiceField(
        label=_("L’entreprise est-elle ouverte ?"),
        choices=((YES, _("oui")), (NO, _("non, elle a fermé"))),
        widget=forms.RadioSelect,
    )
    about_on = forms.DateField(
        label=_("De quel jour parlez-vous ?"), widget=day_input(),
        help_text=_("Aujourd’hui, ou un jour passé. Dire de nouveau un jour déjà dit le corrige."),
    )  # fmt: skip
    closed_on = forms.DateField(label=_("Si elle a fermé, quel jour ?"), required=False, widget=day_input())
    jobs = forms.IntegerField(
        label=_("Personnes salariées"), required=False, widget=forms.TextInput({"inputmode": "numeric"}),
        help_text=_("Régulières, à temps plein ou partiel. Une case vide veut dire : on ne sait pas."),
    )  # fmt: skip
    fte = NumberField(
        label=_("En équivalents temps plein"), required=False, max_digits=9, decimal_places=2,
        widget=forms.TextInput({"inputmode": "decimal"}),
    )  # fmt: skip
    revenue = DollarsField(
        label=_("Revenu de la dernière année, en dollars"), required=False, help_text=_("Ventes, subventions et dons.")
    )
    words = forms.CharField(
        label=_("Autre chose à dire"), required=False, max_length=1000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"about_on": today})
        super().__init__(*args, **kwargs)

    def read(self) -> News:
        said = self.cleaned_data
        revenue = None if said["revenue"] is None else said["revenue"] * CENTS
        return News(said["about_on"], said["is_alive"] == YES, said["closed_on"], said["jobs"], said["fte"], revenue)


class LinkForm(CaseForm):
    name = "link"

    organisation = forms.CharField(
        label=_("Son nom dans l’annuaire"), max_length=300,
        help_text=_("Le nom entier, ou la fin de l’adresse de sa page."),
    )  # fmt: skip


class GrowthForm(CaseForm):
    """``bases``: slug and name. Read from the address: nothing is written."""

    name = "growth"

    base = forms.ChoiceField(label=_("Quelle base"))
    start = forms.DateField(label=_("Du"), widget=day_input())
    end = forms.DateField(label=_("Au"), widget=day_input())

    def __init__(self, *args: Any, bases: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["base"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(bases)
