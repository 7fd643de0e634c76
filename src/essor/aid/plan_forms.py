"""A project's costs as a form: dollars by kind, what the enterprise brings, and the days that matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.aid.folder_forms import DollarsField
from essor.design.forms import FormRenderer, day_input

MOST = 10**9
COST = "cost_"


def _make_dollars(label: Any, **said: Any) -> DollarsField:
    return DollarsField(label=label, required=False, min_value=0, max_value=MOST, **said)


def _make_day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=day_input())


class PlanForm(forms.Form):
    default_renderer = FormRenderer

    own_cash = _make_dollars(_("Ce que vous apportez, en dollars"))
    own_available = _make_dollars(
        _("Le plus que vous pourriez apporter"), help_text=_("Si une aide exige une mise de fonds plus grande.")
    )
    starts_on = _make_day(_("Le projet commence le"))
    decides_by = _make_day(_("Il faut savoir avant le"))

    def __init__(self, *args: Any, kinds: Mapping[str, str], **kwargs: Any) -> None:
        """``kinds``: code → words of each kind of cost."""
        super().__init__(*args, **kwargs)
        costs = {f"{COST}{code}": _make_dollars(words[:1].upper() + words[1:]) for code, words in kinds.items()}
        self.fields = {**costs, **self.fields}
        self._costs = tuple(costs)

    def list_cost_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self._costs]

    def list_other_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self._costs]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(said.get(name) for name in self._costs):
            raise forms.ValidationError(gettext("Écrivez au moins un coût, en dollars."))
        return said

    def list_said(self) -> dict[str, Any]:
        """The project as :func:`essor.aid.planning.read_project` reads it; what was left empty is not said."""
        said = self.cleaned_data
        days = {name: said[name].isoformat() for name in ("starts_on", "decides_by") if said[name]}
        cash = {name: said[name] for name in ("own_cash", "own_available") if said[name] is not None}
        costs = {name.removeprefix(COST): said[name] for name in self._costs if said[name]}
        return {"costs": costs} | cash | days
