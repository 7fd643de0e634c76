"""The forms of a project's folder: an aid to add, what happened next, a correction."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.aid.moves import LONGEST_WORDS, WITH_AMOUNT, Step
from essor.aid.queries.folder import FolderLine
from essor.aid.wording import DONE
from essor.cases.forms import CaseForm
from essor.design.forms import day_input
from essor.design.wording import write_day


class DollarsField(forms.IntegerField):
    """As people write it: « 10 000 $ », “$10,000”."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> int | None:
        if not isinstance(value, str):
            return super().to_python(value)
        plain = re.sub(r"[\s$]", "", value)
        if cents := re.fullmatch(r"(-?[\d,. ]*\d)[.,](\d{1,2})", plain):
            if cents[2].strip("0"):
                raise forms.ValidationError(_("Écrivez des dollars entiers, sans les cents."))
            plain = cents[1]
        return super().to_python(plain.replace(",", ""))


def _make_day() -> forms.DateField:
    return forms.DateField(label=_("Le"), widget=day_input())


def _make_amount() -> DollarsField:
    return DollarsField(
        label=_("Montant, en dollars"),
        required=False,
        help_text=_("Demandé, accordé ou reçu cette fois ; vide s’il n’y en a pas."),
        widget=forms.TextInput({"inputmode": "numeric"}),
    )


class AddAidForm(CaseForm):
    name = "add"

    aid = forms.ChoiceField(label=_("Quelle aide"))
    on = _make_day()

    def __init__(self, *args: Any, choices: list[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today}, **kwargs)
        field = self.fields["aid"]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class ChosenAidForm(CaseForm):
    """The button beside an answer of the finder. ``p`` and ``day``: where to come back to."""

    name = "chosen"

    aid = forms.SlugField(widget=forms.HiddenInput())
    p = forms.CharField(required=False, max_length=8_000, widget=forms.HiddenInput())
    day = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput())


class PeriodForm(CaseForm):
    """Where and when; empty: everywhere that one may see, since ever."""

    name = "period"

    territory = forms.ChoiceField(label=_("Lieu"), required=False)
    starts_on = forms.DateField(label=_("Retenues depuis le"), required=False, widget=day_input())
    ends_on = forms.DateField(label=_("Jusqu’au"), required=False, widget=day_input())

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["territory"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", gettext("Tout mon territoire")), *places]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("starts_on"), said.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", gettext("Ce jour vient avant l’autre : inversez-les."))
        return said


class StepForm(CaseForm):
    """What happened next to one aid; only what may follow is offered."""

    on = _make_day()
    amount_cad = _make_amount()
    words = forms.CharField(
        label=_("En quelques mots"),
        required=False,
        max_length=LONGEST_WORDS,
        help_text=_("La raison d’un refus ; ce qui explique un montant plus grand que prévu."),
        widget=forms.Textarea({"rows": 2}),
    )

    field_order = ("code", "step", "on", "amount_cad", "words")

    def __init__(self, *args: Any, line: FolderLine, today: date, **kwargs: Any) -> None:
        self.name = f"step_{line.item.pk}"
        super().__init__(*args, initial={"on": today}, **kwargs)
        choices = [(code, capfirst(str(DONE[code]))) for code in line.moves]
        self.fields["code"] = forms.ChoiceField(label=_("L’aide est maintenant"), choices=choices)
        if not WITH_AMOUNT & set(line.moves):
            del self.fields["amount_cad"]
        self.order_fields(self.field_order)

    def read_step(self) -> Step:
        said = self.cleaned_data
        return Step(said["code"], said["on"], said.get("amount_cad"), said["words"].strip())


class CorrectionForm(StepForm):
    """One of the steps that stand, said again; the last one may be taken back."""

    is_void = forms.BooleanField(
        label=_("Ce n’est pas arrivé : retirer cette étape"),
        required=False,
        help_text=_("La dernière étape seulement."),
    )

    def __init__(self, *args: Any, line: FolderLine, today: date, **kwargs: Any) -> None:
        super().__init__(*args, line=line, today=today, **kwargs)
        self.name, last = f"correct_{line.item.pk}", line.last
        self.auto_id = f"{self.name}_%s"
        self._codes = {step.pk: step.code for step in line.steps}
        del self.fields["code"]
        self.fields.setdefault("amount_cad", _make_amount())
        self.fields["step"] = forms.TypedChoiceField(
            label=_("L’étape à corriger"),
            coerce=int,
            choices=[
                (step.pk, f"{capfirst(str(DONE[step.code]))}, {write_day(step.happened_on)}") for step in line.steps
            ],
        )
        self.initial = {
            "step": last.pk,
            "on": last.happened_on,
            "amount_cad": last.amount_cad,
            "words": last.words,
        }
        self.order_fields(self.field_order)

    def read_step(self) -> Step:
        said = self.cleaned_data
        return Step(self._codes[said["step"]], said["on"], said.get("amount_cad"), said["words"].strip())
