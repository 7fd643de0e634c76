"""The forms of a committee: an interest, a sheet, a vote, a sitting called, a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from essor.cases.forms import CaseForm
from essor.design.forms import day_input
from essor.methods.committee import ABSTAIN, AGAINST, FOR, POINTS
from essor.programmes.models import Interest

CHOICE_LABELS: Mapping[str, Any] = {FOR: _("pour"), AGAINST: _("contre"), ABSTAIN: _("abstention")}


class InterestForm(CaseForm):
    name = "interest"

    kind = forms.ChoiceField(label=_("Nature du lien"), choices=Interest.Kind.choices)
    subject = forms.CharField(
        label=_("Avec quel dossier ou quelle organisation"),
        max_length=100,
        help_text=_("La référence d’un dossier (ABCD-1234), ou le nom d’une organisation de l’annuaire."),
    )
    words = forms.CharField(label=_("En quelques mots"), max_length=200, required=False)
    starts_on = forms.DateField(label=_("Depuis le"), widget=day_input())


class EndForm(CaseForm):
    name = "end"

    on = forms.DateField(label=_("Son dernier jour"), widget=day_input())


class ScoreForm(CaseForm):
    """One line a criterion; one left out is not known."""

    name = "score"

    def __init__(self, *args: Any, scoresheet: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        points = [("", gettext("pas noté")), *((str(one), str(one)) for one in POINTS)]
        for line in scoresheet:
            words = str(line["en" if get_language() == "en" else "fr"])
            label = gettext("{words} (poids {weight})").format(words=words, weight=line["weight"])
            self.fields[str(line["code"])] = forms.TypedChoiceField(
                label=label, choices=points, coerce=int, empty_value=None, required=False
            )

    def read(self) -> dict[str, int]:
        return {name: given for name, given in self.cleaned_data.items() if given is not None}


class AdoptForm(CaseForm):
    name = "adopt"

    has_read = forms.BooleanField(
        label=_("J’ai lu ce procès-verbal, et il dit ce qui s’est passé."),
        error_messages={"required": _("Lisez-le d’abord : une fois adopté, il ne change plus.")},
    )


class VoteForm(CaseForm):
    name = "vote"

    choice = forms.ChoiceField(
        label=_("Votre vote"),
        choices=list(CHOICE_LABELS.items()),
        widget=forms.RadioSelect,
        help_text=_("Un vote ne se change pas."),
    )


class CallForm(CaseForm):
    """``members``, ``cases``: numbers and words of those who may be called, and of the files that wait."""

    name = "call"

    held_on = forms.DateField(label=_("Le"), widget=day_input())
    hour_and_place = forms.CharField(
        label=_("Heure et lieu"), max_length=200, required=False,
        help_text=_("La convocation le dit à chaque personne appelée. N’y nommez personne d’autre."),
    )  # fmt: skip
    quorum = forms.IntegerField(
        label=_("Quorum"), min_value=1, max_value=50, help_text=_("Voix nécessaires, sans compter qui se retire.")
    )
    members = forms.TypedMultipleChoiceField(label=_("Qui est appelé"), coerce=int, widget=forms.CheckboxSelectMultiple)
    cases = forms.TypedMultipleChoiceField(label=_("Quels dossiers"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,
        members: Sequence[tuple[int, str]],
        cases: Sequence[tuple[int, str]],
        today: date,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {"held_on": today, "quorum": len(members) // 2 + 1})
        super().__init__(*args, **kwargs)
        for name, choices in (("members", members), ("cases", cases)):
            field = self.fields[name]
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = list(choices)


class DecideForm(CaseForm):
    name = "decide"

    reasons = forms.CharField(
        label=_("Pourquoi"),
        max_length=4000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Critère par critère. La personne qui a le projet les lit."),
    )
    would_change = forms.CharField(
        label=_("Ce qui changerait la réponse"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Nécessaire pour un refus."),
    )
    ask_again = forms.CharField(
        label=_("Comment redemander"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Nécessaire pour un refus."),
    )
    conditions = forms.CharField(
        label=_("Conditions, une par ligne"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2})
    )

    def list_conditions(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["conditions"].splitlines() if line.strip()]
