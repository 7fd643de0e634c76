"""The forms of the steps to open an enterprise."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from essor.cases.forms import CaseForm
from essor.cases.wording import in_language
from essor.programmes.queries.checklists import list_choices

BETWEEN = ":"


class ChooseForm(CaseForm):
    name = "choose"

    form = forms.ChoiceField(label=_("Quelle forme"), help_text=_("Elle se change : ce qui est coché reste gardé."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["form"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (f"{form}{BETWEEN}{kind}", in_language(one.name_kind(kind))) for form, kind, one in list_choices()
            ]

    def read(self) -> tuple[str, str]:
        form, _between, kind = self.cleaned_data["form"].partition(BETWEEN)
        return form, kind


class TickForm(CaseForm):
    name = "tick"

    step = forms.CharField(max_length=40)
    is_done = forms.BooleanField(required=False)
