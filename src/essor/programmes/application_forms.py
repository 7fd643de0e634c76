"""A section of an application as a form: what it holds, where each value comes from, what was shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.aid.folder_forms import DollarsField
from essor.cases.forms import CaseForm
from essor.cases.models import CaseDocument
from essor.cases.wording import in_language
from essor.knowledge.applications import FieldDefinition, SectionDefinition
from essor.programmes.answers import check_value, mark
from essor.programmes.application_words import say_origin, say_writer
from essor.programmes.following_forms import NO, YES, NumberField
from essor.programmes.queries.applications import ApplicationFile
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import explain

LONGEST_MARKS = 5_000


class SectionForm(CaseForm):
    """Nothing is obliged here: what is needed in order to file is asked for then. ``values``: what reads, by field;
    ``shown``: the marks of what was shown."""

    name = "section"
    use_required_attribute = False

    shown_marks = forms.CharField(required=False, max_length=LONGEST_MARKS, widget=forms.HiddenInput())

    def __init__(self, *args: Any, section: SectionDefinition, file: ApplicationFile, **kwargs: Any) -> None:
        self.asked = {one.code: one for one in section.fields if one.kind != "file"}
        said = {code: _value_of(file, code) for code in self.asked}
        initial = {code: _show(value) for code, value in said.items()}
        initial["shown_marks"] = json.dumps({code: mark(value) for code, value in said.items()})
        super().__init__(*args, initial=initial, **kwargs)
        for code, field in self.asked.items():
            self.fields[code] = _make_field(field, _explain_field(field, file))
        self.values: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for code, field in self.asked.items():
            if code not in said or self.add_prefix(code) not in self.data:
                continue  # not read, or not sent: it stays as it is
            value = {YES: True, NO: False}.get(said[code]) if field.kind == "yes_no" else said[code]
            try:
                self.values[code] = check_value(field, value)
            except ProgrammeError as error:
                self.add_error(code, explain(error))
        return said

    @property
    def shown(self) -> dict[str, str]:
        try:
            found = json.loads(self.cleaned_data.get("shown_marks") or "{}")
        except (ValueError, RecursionError):
            return {}
        return {str(code): str(one) for code, one in found.items()} if isinstance(found, dict) else {}

    def say_optional(self) -> None:
        """Says which answers may be left out for good, now that nothing is read any more."""
        for code, field in self.asked.items():
            self.fields[code].required = field.is_required


def write_marks(form: SectionForm, file: ApplicationFile) -> str:
    """For a page that stays as it is once saved by itself: what it shows and is so has its mark; the rest keeps the
    one that it had, so that what somebody else wrote meanwhile is still told."""
    shown, marks = form.shown, {}
    for code in form.asked:
        current = mark(_value_of(file, code))
        is_so = code in form.values and mark(form.values[code]) == current
        marks[code] = current if is_so else shown.get(code, mark(None))
    return json.dumps(marks)


def show_again(
    form: SectionForm, section: SectionDefinition, file: ApplicationFile, told: Collection[str]
) -> SectionForm:
    """The page once more: what did not read as it was typed; beside it what is saved, by whomever. ``told``: the fields
    of which one is told what somebody else wrote: as typed too, and saved again it is so knowingly."""
    data, shown = cast(QueryDict, form.data).copy(), form.shown
    marks = {
        code: mark(_value_of(file, code)) if code in form.values else shown.get(code, mark(None)) for code in form.asked
    }
    data[form.add_prefix("shown_marks")] = json.dumps(marks)
    for code in form.values:
        if code not in told:
            said = _show(_value_of(file, code))
            data[form.add_prefix(code)] = "" if said is None else str(said)
    again = SectionForm(data, section=section, file=file)
    again.is_valid()
    return again


def _value_of(file: ApplicationFile, code: str) -> Any:
    answer = file.answers.get(code)
    return answer.value if answer else None


def _show(value: Any) -> Any:
    return {True: YES, False: NO}[value] if isinstance(value, bool) else value


def _explain_field(field: FieldDefinition, file: ApplicationFile) -> str:
    said, answer = [in_language(field.help)], file.answers.get(field.code)
    if answer is not None and answer.value is not None:
        said += [say_origin(answer), say_writer(answer, file.case)]
    return " ".join(one for one in said if one)


def _make_field(field: FieldDefinition, help_text: str) -> forms.Field:
    given: Mapping[str, Any] = {"label": in_language(field.label), "required": False, "help_text": help_text}
    if field.kind == "choice":
        choices = [(one.code, in_language(one.label)) for one in field.choices]
        return forms.ChoiceField(choices=[("", gettext("— choisissez —")), *choices], **given)
    if field.kind == "yes_no":
        choices = [(YES, gettext("oui")), (NO, gettext("non")), ("", gettext("je ne sais pas encore"))]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **given)
    if field.kind in _KINDS:
        kind, widget = _KINDS[field.kind]
        return kind(widget=widget(), **given)
    # No « maxlength »: a browser would cut what is pasted without a word.
    area = forms.Textarea({"rows": 6}) if field.kind == "long_text" else forms.TextInput()
    return forms.CharField(widget=area, strip=False, **given)


_KINDS: Mapping[str, tuple[Callable[..., forms.Field], Callable[[], forms.Widget]]] = {
    "day": (forms.DateField, lambda: forms.DateInput({"type": "date"}, format="%Y-%m-%d")),
    "whole": (forms.IntegerField, lambda: forms.TextInput({"inputmode": "numeric"})),
    "money": (DollarsField, lambda: forms.TextInput({"inputmode": "numeric"})),
    "decimal": (NumberField, lambda: forms.TextInput({"inputmode": "decimal"})),
}


class FileForm(CaseForm):
    """A paper: one of the file's documents, or another to deposit. One section holds several such forms."""

    use_required_attribute = False

    chosen = forms.ChoiceField(label=_("Un document déjà déposé"), required=False)
    file = forms.FileField(
        label=_("Ou un autre fichier"),
        required=False,
        help_text=_("PDF, image, texte, chiffrier ou présentation ; 10 Mo au plus."),
    )

    def __init__(
        self, *args: Any, field: FieldDefinition, documents: Mapping[int, CaseDocument], **kwargs: Any
    ) -> None:
        self.name = f"file_{field.code}"
        super().__init__(*args, **kwargs)
        choices = [(str(pk), f"{one.name} ({one.version})") for pk, one in documents.items() if one.name]
        chosen = self.fields["chosen"]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = [("", gettext("aucun")), *choices]

    def say_optional(self) -> None:
        """One of the two answers it: neither is said to be left out, now that nothing is read any more."""
        for field in self.fields.values():
            field.required = True


class InviteForm(CaseForm):
    name = "invite"

    person = forms.CharField(label=_("Son nom"), max_length=150)
    email = forms.CharField(
        label=_("Son courriel"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off"}),
        help_text=_("Un lien qui n’est qu’à cette personne y est envoyé. Il n’ouvre que la demande de financement."),
    )
