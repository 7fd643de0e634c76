"""One question as a form: the words that answer it, a range, or « I do not know »."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from essor.design.forms import FormRenderer
from essor.directory.importing.values import read_number
from essor.directory.rules import DirectoryError
from essor.directory.wording import explain
from essor.knowledge.questions import QuestionDefinition
from essor.methods.variables import FALSE, TRUE, Variable

FindPlace = Callable[[str], str | None]


class AnswerForm(forms.Form):
    """``cleaned_data["answer"]``: plain data, as a profile holds it. ``find_place``: words → the code of one place."""

    default_renderer = FormRenderer

    def __init__(
        self, *args: Any, question: QuestionDefinition, language: str, find_place: FindPlace, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._question, self._variable, self._find_place = question, question.to_variable(), find_place
        words = getattr(question.words, language)
        self.fields["answer"] = _make_field(question, self._variable, words, language)

    def clean_answer(self) -> Any:
        answer = self.cleaned_data["answer"]
        if self._variable.is_numeric:
            return _read_range(answer, self._variable)
        if self._variable.kind == "place":
            code = self._find_place(answer)
            if code is None:
                raise forms.ValidationError(
                    _("Aucun lieu, ou plusieurs, ne s’appelle ainsi. Écrivez le nom en entier, ou son code officiel.")
                )
            return code
        if self._variable.kind == "boolean":
            return answer == TRUE
        return answer


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
    try:
        said = read_number(text.replace("$", "").strip(), variable)
    except DirectoryError as error:
        raise forms.ValidationError(explain(error.code, error.facts)) from None
    low, high = (said.get(name, said.get("value")) for name in ("low", "high"))
    bounds = {"at_least": _write_plain(low), "at_most": _write_plain(high)}
    if bounds["at_least"] == bounds["at_most"]:
        return str(bounds["at_least"])
    return {name: text for name, text in bounds.items() if text is not None}


def _write_plain(number: object) -> str | None:
    """In natural units, without final zeros; None: no bound on that side."""
    return None if number is None else f"{Decimal(str(number)):f}".removesuffix(".00")
