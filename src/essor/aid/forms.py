"""One question as a form: the words that answer it, a range, or « I do not know »."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from essor.design.forms import FormRenderer
from essor.directory.importing.values import read_number
from essor.directory.rules import DirectoryError, check_content
from essor.knowledge.questions import QuestionDefinition
from essor.methods.variables import FALSE, TRUE, Variable

FindPlace = Callable[[str], str | None]
Near = Callable[[str], Mapping[str, str]]
_ABOUT = re.compile(r"^(?:environ|à peu près|about|~)\s*", re.I)
_THOUSANDS = re.compile(r"(\d)\s*k\b", re.I)
_HALF_WRITTEN = 100
"""« 40-60 000 »: a range whose end is so many times its start was most likely meant « 40 000 à 60 000 »."""


class AnswerForm(forms.Form):
    """``cleaned_data["answer"]``: plain data, as a profile holds it. ``find_place``: words → the code of one place;
    ``list_near``: words → code and name of the places that they may mean, proposed where they name none or several."""

    default_renderer = FormRenderer

    def __init__(
        self,
        *args: Any,
        question: QuestionDefinition,
        language: str,
        find_place: FindPlace,
        list_near: Near,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._question, self._variable = question, question.to_variable()
        self._find_place, self._list_near = find_place, list_near
        words = getattr(question.words, language)
        field = _make_field(question, self._variable, words, language)
        field.error_messages["required"] = _("Choisissez ou écrivez une réponse, ou « Je ne sais pas ».")
        self.fields["answer"] = field

    def clean_answer(self) -> Any:
        answer = self.cleaned_data["answer"]
        if self._variable.is_numeric:
            return _read_range(answer, self._variable)
        if self._variable.kind == "place":
            return self._read_place(answer)
        if self._variable.kind == "boolean":
            return answer == TRUE
        return answer

    def _read_place(self, text: str) -> str:
        if code := self._find_place(text):
            return code
        if near := self._list_near(text):
            field = self.fields["answer"]
            self.fields["answer"] = forms.ChoiceField(
                label=field.label, choices=list(near.items()), widget=forms.RadioSelect
            )
            raise forms.ValidationError(_("« {text} » peut être un de ces lieux : choisissez.").format(text=text))
        raise forms.ValidationError(
            _("« {text} » n’est pas dans nos listes. Écrivez le nom de votre MRC ou de votre région.").format(text=text)
        )


def _make_field(question: QuestionDefinition, variable: Variable, words: str, language: str) -> forms.Field:
    if variable.kind == "choice_many":
        options = [(choice.code, getattr(choice.label, language)) for choice in question.choices]
        return forms.MultipleChoiceField(label=words, choices=options, widget=forms.CheckboxSelectMultiple)
    if variable.kind == "choice":
        options = [(choice.code, getattr(choice.label, language)) for choice in question.choices]
        if question.undecided:
            options.append((question.undecided.code, getattr(question.undecided.label, language)))
        return forms.ChoiceField(label=words, choices=options, widget=forms.RadioSelect)
    if variable.kind == "boolean":
        return forms.ChoiceField(label=words, choices=[(TRUE, _("oui")), (FALSE, _("non"))], widget=forms.RadioSelect)
    return forms.CharField(label=words, help_text=_hint(variable), max_length=80)


def _hint(variable: Variable) -> str:
    return {
        "place": _("Le nom d’une municipalité, d’une MRC ou d’une région : Mascouche, Les Moulins, Lanaudière."),
        "ratio": _("Une part, ou une fourchette : 20 %, ou 20 % à 40 %."),
        "money": _("Un montant, ou une fourchette : 45 000, ou 40 000 à 60 000."),
    }.get(variable.kind, _("Un nombre, ou une fourchette : 12, ou 11 à 25."))


def _read_range(text: str, variable: Variable) -> dict[str, Any] | str:
    """An exact number as text, a band as its two bounds in natural units."""
    words = _ABOUT.sub("", _THOUSANDS.sub(r"\1 000", text.replace("$", "").strip()))
    if variable.kind == "ratio":
        words = words.replace("%", "").strip()
        words += "" if _is_below_one(words) and "%" not in text else "%"
    try:
        said = read_number(words, variable)
        check_content(said, variable)
    except DirectoryError as error:
        raise forms.ValidationError(_explain_number(error.code, text, variable)) from None
    low, high = (said.get(name, said.get("value")) for name in ("low", "high"))
    if variable.kind == "money" and _is_half_written(low, high):
        raise forms.ValidationError(_explain_number("half-written", text, variable))
    bounds = {"at_least": _write_plain(low), "at_most": _write_plain(high)}
    if bounds["at_least"] == bounds["at_most"]:
        return str(bounds["at_least"])
    return {name: text for name, text in bounds.items() if text is not None}


def _is_below_one(words: str) -> bool:
    """« 0,2 » is a share as it is; « 20 » is one of a hundred."""
    found = re.findall(r"\d+(?:[.,]\d+)?", words)
    return bool(found) and all(Decimal(one.replace(",", ".")) < 1 for one in found)


def _is_half_written(low: object, high: object) -> bool:
    if not low or not high:
        return False
    return Decimal(str(high)) / Decimal(str(low)) >= _HALF_WRITTEN


def _explain_number(code: str, text: str, variable: Variable) -> str:
    sentences = {
        "band-out-of-order": _("« {text} » finit avant de commencer. Inversez les deux nombres."),
        "value-too-small": _("« {text} » est trop petit : écrivez zéro ou plus."),
        "value-too-large": _("« {text} » est trop grand. Vérifiez le nombre."),
        "half-written": _("« {text} » peut se lire de deux façons. Écrivez les deux montants en entier."),
    }
    said = sentences.get(code, _("« {text} » ne se lit pas comme un nombre. {hint}"))
    return said.format(text=text, hint=_hint(variable))


def _write_plain(number: object) -> str | None:
    """In natural units, without final zeros; None: no bound on that side."""
    return None if number is None else f"{Decimal(str(number)).normalize():f}"
