from __future__ import annotations

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from essor.cases.forms import CaseForm


class AlertForm(CaseForm):
    """``p``: the signed answers; altered ones are read as none."""

    name = "alert"

    email = forms.CharField(
        label=_("Courriel"),
        max_length=254,
        validators=[EmailValidator(message=_("Cette adresse n’est pas complète : il y manque peut-être une arobase."))],
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_("Une lettre vous demande d’abord de confirmer. Sans réponse en trois jours, tout est effacé."),
    )
    p = forms.CharField(required=False, max_length=8_000, widget=forms.HiddenInput())
