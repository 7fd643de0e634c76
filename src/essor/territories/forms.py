from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from essor.design.forms import day_input


class PlaceSearchForm(forms.Form):
    q = forms.CharField(
        label=_("Chercher un lieu"),
        help_text=_("Un nom ou un code officiel, par exemple Mascouche ou 64015. Les accents ne comptent pas."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


class DayForm(forms.Form):
    on = forms.DateField(
        label=_("Le jour"),
        help_text=_("Passé ou à venir ; aujourd’hui si rien n’est écrit."),
        required=False,
        widget=day_input(),
    )
