from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from essor.design.forms import FormRenderer
from essor.knowledge import load_variables
from essor.observatory.queries.bases import list_jobs_variables


class BaseVersionForm(forms.Form):
    """What a base version says of itself, beside its criteria."""

    default_renderer = FormRenderer

    label_fr = forms.CharField(label=_("Nom en français"), max_length=200)
    label_en = forms.CharField(label=_("Nom en anglais"), max_length=200)
    description_fr = forms.CharField(
        label=_("Ce que dit cette définition, en français"), required=False, widget=forms.Textarea({"rows": 3})
    )
    description_en = forms.CharField(
        label=_("Ce que dit cette définition, en anglais"), required=False, widget=forms.Textarea({"rows": 3})
    )
    jobs_variable = forms.ChoiceField(
        label=_("Comment on compte les emplois"),
        help_text=_("Les effectifs et les équivalents temps plein ne se mélangent jamais."),
    )
    starts_on = forms.DateField(
        label=_("Vaut à partir du"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    ends_before = forms.DateField(
        label=_("Vaut jusqu’avant le"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        variables = load_variables()
        choices = [(name, variables[name].label(language)) for name in list_jobs_variables()]
        self.fields["jobs_variable"].choices = choices  # type: ignore[attr-defined]  it is a ChoiceField


class NewBaseForm(BaseVersionForm):
    slug = forms.SlugField(
        label=_("Adresse"),
        max_length=60,
        help_text=_("Des lettres sans accent, des chiffres et des traits d’union : « table-regionale-2027 »."),
    )
    owner = forms.CharField(label=_("Qui en répond"), max_length=200)

    field_order = ("label_fr", "label_en", "slug", "owner")
