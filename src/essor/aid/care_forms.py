"""The forms of who looks after the catalogue: a giver who confirms, a reader who proposes, an adviser who answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from essor.aid.confirmations import RHYTHMS
from essor.cases.forms import CaseForm

EVERY: dict[int, Any] = {3: _("dans trois mois"), 6: _("dans six mois"), 12: _("dans un an")}


class ConfirmForm(CaseForm):
    """``number``: the revision that the giver had before their eyes."""

    name = "confirm"

    number = forms.IntegerField(widget=forms.HiddenInput())
    duty = forms.CharField(
        label=_("Votre fonction"),
        max_length=120,
        help_text=_("Elle paraît sur la page, sans votre nom : « direction du financement »."),
    )
    every_months = forms.TypedChoiceField(
        label=_("Nous vous le redemanderons"),
        coerce=int,
        choices=[(months, EVERY[months]) for months in RHYTHMS],
        initial=6,
        widget=forms.RadioSelect,
    )


class ProposalForm(CaseForm):
    """``number``: the revision that the reader had before their eyes."""

    name = "proposal"

    number = forms.IntegerField(widget=forms.HiddenInput())
    words = forms.CharField(
        label=_("Qu’est-ce qui devrait changer ?"),
        max_length=4000,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("Ce que la page dit, et ce qu’elle devrait dire. Parlez du programme, pas des personnes."),
    )
    source = forms.CharField(
        label=_("Où peut-on le vérifier ?"),
        max_length=1000,
        required=False,
        validators=[URLValidator(schemes=["http", "https"], message=_("Écrivez l’adresse en entier, avec https://."))],
        widget=forms.URLInput,
    )
    email = forms.CharField(
        label=_("Courriel, si vous voulez une réponse"),
        max_length=254,
        required=False,
        validators=[EmailValidator(message=_("Cette adresse n’est pas complète : il y manque peut-être une arobase."))],
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_("Il ne sert qu’à vous répondre, une fois ; il est ensuite effacé."),
    )


class ReplyForm(CaseForm):
    name = "reply"

    is_taken = forms.TypedChoiceField(
        label=_("Ce qui en est fait"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("corrigé, ou à corriger dans un brouillon")), ("no", _("pas retenu"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Votre réponse"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Elle part à la personne, avec vos remerciements, si elle a laissé un courriel."),
    )
