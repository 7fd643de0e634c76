from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.design.forms import FormRenderer, day_input
from essor.directory.importing.mapping import IMPORTED_EVENTS
from essor.directory.models import Identifier, LifeEvent
from essor.knowledge import list_derived_variables, load_variables

IGNORE = "ignore"
UNKNOWN = "?"


class UploadForm(forms.Form):
    default_renderer = FormRenderer

    file = forms.FileField(
        label=_("Le fichier"), help_text=_("CSV, TSV, XLSX ou ODS ; une ligne par entreprise, 50 Mo au plus.")
    )


class SourceForm(forms.Form):
    """What the file is: its title, who published it, and the day that it speaks of."""

    default_renderer = FormRenderer

    title = forms.CharField(
        label=_("Titre de la source"),
        max_length=200,
        help_text=_("Les éditions publient les titres de leurs sources : n’y nommez ni personne ni entreprise."),
    )
    publisher = forms.CharField(label=_("Qui l’a faite"), max_length=200, required=False)
    licence = forms.CharField(label=_("Licence"), max_length=100, required=False)
    reference_date = forms.DateField(
        label=_("Date de référence"),
        required=False,
        widget=day_input(),
        help_text=_("Le jour pour lequel les réponses sont vraies ; vide si une colonne le dit ligne par ligne."),
    )
    municipality = forms.CharField(
        label=_("Municipalité"),
        max_length=150,
        required=False,
        help_text=_(
            "Le nom ou le code d’une municipalité, qui vaut pour tout le fichier, si aucune colonne ne la dit : 64008."
        ),
    )
    known_on = forms.DateField(
        label=_("Connu le"),
        required=False,
        widget=day_input(),
        help_text=_("Le jour où ces réponses ont été connues ; vide : aujourd’hui."),
    )


MONTH_DAYS = (
    ("01-01", _("le 1er janvier")), ("03-31", _("le 31 mars")), ("06-30", _("le 30 juin")),
    ("09-30", _("le 30 septembre")), ("12-31", _("le 31 décembre")),
)  # fmt: skip
"""Days of the year that a year alone may stand for: its bounds, and usual ends of a financial year."""


class _OpenSelect(forms.Select):
    def use_required_attribute(self, initial: Any) -> bool:  # noqa: ARG002  Django gives it
        return False


class LeftOpenField(forms.ChoiceField):
    """A choice to make some day: it may be left open, but it is not called optional, for its rows are then errors."""

    widget = _OpenSelect

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:
            super().validate(value)


class MappingForm(forms.Form):
    """What each column feeds, and what its words mean; fields are named by position."""

    default_renderer = FormRenderer

    def _add_meanings(
        self, place: int, words: Sequence[str], *, choices: Sequence[tuple[str, str]], decided: Mapping[str, str]
    ) -> None:
        for rank, word in enumerate(words):
            label = gettext("« {word} » veut dire").format(word=word)
            self.fields[f"v{place}_{rank}"] = LeftOpenField(
                label=label, choices=[("", gettext("— à décider —")), *choices], initial=decided.get(word, "")
            )

    def list_fields(self, place: int) -> list[Any]:
        """The fields that say what one column holds."""
        return [self[name] for name in self.fields if name.startswith(f"v{place}_") or name == f"y{place}"]


class ColumnsForm(MappingForm):
    """And what its years mean.

    ``words``: for a column that feeds a choice, those of its words that are not the choice's own.
    ``years``: for a column of dates, a year alone that it holds.
    """

    def __init__(
        self,
        *args: Any,
        columns: tuple[str, ...],
        rules: Mapping[str, Any],
        words: Mapping[str, list[str]],
        years: Mapping[str, str],
        language: str,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self._columns, self._rules, self._words, self._years = columns, rules, words, years
        choices = list_targets(language)
        for place, column in enumerate(columns):
            initial = write_target(rules.get(column, {"to": IGNORE}))
            self.fields[f"c{place}"] = forms.ChoiceField(label=column, choices=choices, initial=initial)
            self._add_words(place, column, language)
            if column in years:
                self._add_year(place, column, years[column])

    def _add_words(self, place: int, column: str, language: str) -> None:
        rule = self._rules.get(column) or {}
        variable = load_variables().get(str(rule.get("variable")))
        if variable is None:
            return
        codes = [(code, variable.value_label(code, language)) for code in variable.values]
        decided = {word: code or UNKNOWN for word, code in rule.get("values", {}).items()}
        choices = [(UNKNOWN, gettext("inconnu")), *codes]
        self._add_meanings(place, self._words.get(column, ()), choices=choices, decided=decided)

    def _add_year(self, place: int, column: str, year: str) -> None:
        chosen = (self._rules.get(column) or {}).get("month_day", "")
        days = [*MONTH_DAYS, *([(chosen, chosen)] if chosen and chosen not in dict(MONTH_DAYS) else [])]
        label = gettext("Une année seule, comme « {year} », veut dire").format(year=year)
        choices = [("", gettext("— à décider —")), *days]
        self.fields[f"y{place}"] = LeftOpenField(label=label, choices=choices, initial=chosen)

    def read_rules(self) -> dict[str, dict[str, Any]]:
        """The rules chosen; what was suggested beside (values, months) stays where the target did not change."""
        found = {}
        for place, column in enumerate(self._columns):
            chosen = self.cleaned_data[f"c{place}"]
            suggested = self._rules.get(column) or {}
            kept = bool(suggested) and write_target(suggested) == chosen
            found[column] = dict(suggested) if kept else read_target(chosen)
            if kept and column in self._words:
                found[column]["values"] = self._read_words(place, column, suggested.get("values", {}))
            if kept and f"y{place}" in self.data:
                found[column] = {name: said for name, said in found[column].items() if name != "month_day"}
                if day := self.cleaned_data[f"y{place}"]:
                    found[column]["month_day"] = day
        return found

    def _read_words(self, place: int, column: str, decided: Mapping[str, str | None]) -> dict[str, str | None]:
        """Those decided; one left open is not guessed, its rows are errors."""
        values = {word: code for word, code in decided.items() if word not in self._words[column]}
        for rank, word in enumerate(self._words[column]):
            name = f"v{place}_{rank}"
            if name not in self.data and word in decided:
                values[word] = decided[word]
            elif choice := self.cleaned_data.get(name):
                values[word] = None if choice == UNKNOWN else choice
        return values


class DecisionForm(forms.Form):
    """Who a name is: the address of one of the organisations found, or a new one; ``undo`` takes a decision back."""

    decision = forms.CharField(max_length=400)
    choice = forms.CharField(max_length=40, required=False)
    undo = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("choice") and not said.get("undo"):
            raise forms.ValidationError(gettext("Choisissez une organisation dans la liste."))
        return said


class WithdrawalForm(forms.Form):
    default_renderer = FormRenderer

    reason = forms.CharField(label=_("Pourquoi la retirer"), widget=forms.Textarea({"rows": 2}), max_length=1000)


class ErasureForm(forms.Form):
    default_renderer = FormRenderer

    reason = forms.CharField(
        label=_("Pourquoi l’effacer"),
        widget=forms.Textarea({"rows": 2}),
        max_length=1000,
        help_text=_("La trace garde cette raison pour toujours : n’y nommez pas l’organisation."),
    )


class FactForm(forms.Form):
    """A fact, in words: the value is read by the rules of its variable. ``corrected``: the variable, already said."""

    default_renderer = FormRenderer

    variable = forms.ChoiceField(label=_("Ce qui est dit"))
    value = forms.CharField(
        label=_("Valeur"),
        max_length=300,
        help_text=_(
            "Un nombre, une tranche (11 à 25), oui ou non, une réponse de la liste, le nom d’une municipalité."
        ),
    )
    starts_on = forms.DateField(label=_("Vrai à partir du"), widget=day_input())
    reason = forms.CharField(label=_("Raison, ou provenance"), widget=forms.Textarea({"rows": 2}), max_length=300)

    def __init__(self, *args: Any, language: str, corrected: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._corrected = corrected
        if corrected:
            self.fields["value"].help_text = gettext(
                "La bonne valeur ; « inconnu » si on ne la sait pas : le fait n’est alors plus cru, et rien ne le "
                "remplace."
            )
        field = self.fields["variable"]
        if corrected:
            del self.fields["variable"]
        elif isinstance(field, forms.ChoiceField):
            field.choices = list_variables(language)

    @property
    def said_of(self) -> str:
        return self._corrected or str(self.cleaned_data["variable"])


def list_variables(language: str) -> list[tuple[str, str]]:
    derived = list_derived_variables()
    named = [(name, variable.label(language)) for name, variable in load_variables().items() if name not in derived]
    return sorted(named, key=lambda pair: pair[1])


def list_targets(language: str) -> list[tuple[str, Any]]:
    """Where a column may go, in groups."""
    events = [(f"event:{kind}", LifeEvent.Kind(kind).label) for kind in IMPORTED_EVENTS]
    numbers = [(f"identifier:{code}", label) for code, label in Identifier.Scheme.choices]
    days = [("reference_date", gettext("date de référence")), ("known_on", gettext("connu le")), *events]
    states = [("stated_status", gettext("en activité ou fermée")), ("status", gettext("statut du fait"))]
    return [
        (IGNORE, gettext("— ne sert pas —")),
        (gettext("Qui"), [("name", gettext("nom")), ("other_name", gettext("autre nom")), *numbers]),
        (gettext("Quand"), days),
        (gettext("Quoi"), [(f"variable:{name}", label) for name, label in list_variables(language)]),
        (gettext("État"), states),
    ]


def list_plain_targets(language: str) -> list[tuple[str, Any]]:
    """The same without the groups."""
    return [
        pair
        for code, label in list_targets(language)
        for pair in (label if isinstance(label, list) else [(code, label)])
    ]


def write_target(rule: Mapping[str, Any]) -> str:
    detail = rule.get("variable") or rule.get("scheme") or rule.get("kind")
    return f"{rule['to']}:{detail}" if detail else str(rule["to"])


def read_target(chosen: str) -> dict[str, Any]:
    to, _colon, detail = chosen.partition(":")
    name = {"variable": "variable", "identifier": "scheme", "event": "kind"}.get(to)
    return {"to": to, name: detail} if name else {"to": to}
