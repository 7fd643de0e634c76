"""The forms of a start-up's file in a programme."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.aid.folder_forms import DollarsField
from essor.cases.forms import CaseForm
from essor.design.forms import day_input
from essor.programmes.rules import CENTS, NewOffer

MOST = 10**8
OFFER_DAYS = 30


class EnrolForm(CaseForm):
    """``programmes``: short name and name of those under way."""

    name = "enrol"

    programme = forms.ChoiceField(label=_("Dans quel programme"))

    def __init__(self, *args: Any, programmes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["programme"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", gettext("— choisissez —")), *programmes]


class OfferForm(CaseForm):
    """``agreements``: number and words of those of the programme. ``conditions``: those that the committee set."""

    name = "offer"

    agreement = forms.TypedChoiceField(label=_("Selon quelle entente"), coerce=int)
    grant = DollarsField(label=_("Donné, en dollars"), required=False, min_value=0, max_value=MOST)
    loan = DollarsField(label=_("Prêté, en dollars"), required=False, min_value=0, max_value=MOST)
    expires_on = forms.DateField(label=_("L’offre tient jusqu’au"), widget=day_input())
    conditions = forms.CharField(
        label=_("Conditions, une par ligne"), required=False, max_length=4000, widget=forms.Textarea({"rows": 4})
    )

    def __init__(
        self,
        *args: Any,
        agreements: Sequence[tuple[int, str]],
        today: date,
        conditions: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        initial = {"expires_on": today + timedelta(days=OFFER_DAYS), "conditions": "\n".join(conditions)}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        self._today, field = today, self.fields["agreement"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(agreements)

    def read(self) -> NewOffer:
        said = self.cleaned_data
        conditions = tuple(line.strip() for line in said["conditions"].splitlines() if line.strip())
        grant, loan = ((said[name] or 0) * CENTS for name in ("grant", "loan"))
        return NewOffer(grant, loan, self._today, said["expires_on"], conditions)


class SignForm(CaseForm):
    name = "sign"

    signed_by = forms.CharField(label=_("Votre nom"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    duty = forms.CharField(
        label=_("Au nom de qui"), max_length=150, help_text=_("Le groupe, la coopérative, l’organisme.")
    )
    agrees = forms.BooleanField(label=_("J’ai lu l’offre et ses conditions, et je les accepte"))


class WordsForm(CaseForm):
    name = "words"

    words = forms.CharField(label=_("Pourquoi, en quelques mots"), max_length=400, widget=forms.Textarea({"rows": 2}))


class LeaveForm(WordsForm):
    name = "leave"


class PayForm(CaseForm):
    name = "pay"

    dollars = DollarsField(label=_("Combien, en dollars"), min_value=1, max_value=MOST)
    words = forms.CharField(label=_("Pour quoi"), max_length=200, help_text=_("Premier versement, équipement…"))


class PayDespiteForm(PayForm):
    """Not all the conditions of the offer are met."""

    despite = forms.CharField(
        label=_("Pourquoi verser avant que tout soit rempli"),
        max_length=250,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Le fil du dossier le garde. Sinon, inscrivez d’abord que les conditions sont remplies."),
    )


class ConditionForm(CaseForm):
    name = "condition"

    met_on = forms.DateField(label=_("Remplie le"), widget=day_input())
    words = forms.CharField(
        label=_("Ce qui le montre"), max_length=400, required=False, help_text=_("Une lettre reçue, un bail signé…")
    )
