"""What a person enters by hand of an organisation: who it is, what it is called, its numbers, what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.design.forms import FormRenderer, day_input
from essor.directory.models import Identifier, LifeEvent, OrganisationName
from essor.directory.rules import SUCCESSOR_KINDS
from essor.knowledge import load_variables

LEGAL_FORM = "legal_form"

KINDS_EXPLAINED: Mapping[str, Any] = {
    "created": _("Elle commence d’exister."),
    "renamed": _("Elle change de nom."),
    "moved": _("Elle change de municipalité."),
    "form_changed": _("Elle change de forme juridique."),
    "replaced": _("La même entreprise, inscrite sous un autre numéro : ni naissance ni fermeture."),
    "merged": _("Elle finit dans une autre organisation."),
    "split": _("Une autre organisation en sort."),
    "closed": _("Elle cesse ses activités."),
    "reopened": _("Elle reprend, après une fermeture."),
}


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = day_input()
    return forms.DateField(label=label, widget=widget, required=required, help_text=help_text)


def _note() -> forms.CharField:
    return forms.CharField(label=_("Raison, ou provenance"), max_length=300)


def _list_legal_forms(language: str) -> list[tuple[str, str]]:
    variable = load_variables()[LEGAL_FORM]
    return [(code, variable.value_label(code, language)) for code in variable.values]


class LifeEventForm(forms.Form):
    """One kind of event, and what it changes. ``changed``: the new name, municipality or legal form."""

    default_renderer = FormRenderer

    kind = forms.ChoiceField(choices=LifeEvent.Kind.choices, widget=forms.HiddenInput)
    happened_on = _day(_("Le"))

    def __init__(self, *args: Any, kind: str, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"kind": kind}} | kwargs)
        if kind in SUCCESSOR_KINDS:
            self.fields["other"] = forms.CharField(
                label=_("Avec quelle organisation"), max_length=300, help_text=_("Son nom exact ou son adresse.")
            )
        if kind == LifeEvent.Kind.RENAMED:
            self.fields["changed"] = forms.CharField(label=_("Son nouveau nom"), max_length=300)
        if kind == LifeEvent.Kind.MOVED:
            self.fields["changed"] = forms.CharField(
                label=_("Sa nouvelle municipalité"), max_length=150, help_text=_("Son nom ou son code.")
            )
        if kind == LifeEvent.Kind.FORM_CHANGED:
            self.fields["changed"] = forms.ChoiceField(
                label=_("Sa nouvelle forme juridique"), choices=[("", "—"), *_list_legal_forms(language)]
            )
        self.fields["note"] = _note()


class OrganisationForm(forms.Form):
    """A new organisation: a name is enough. ``is_another``: it is none of those that bear this name already."""

    default_renderer = FormRenderer

    name = forms.CharField(label=_("Son nom"), max_length=300)
    is_another = forms.BooleanField(label=_("C’est une autre organisation que celles-là"), required=False)
    municipality = forms.CharField(
        label=_("Municipalité"), max_length=150, required=False, help_text=_("Son nom ou son code.")
    )
    legal_form = forms.ChoiceField(label=_("Forme juridique"), required=False)
    starts_on = _day(
        _("Vrai à partir du"), help_text=_("Le jour depuis lequel la municipalité et la forme sont celles-là.")
    )
    neq = forms.CharField(
        label=_("NEQ"), max_length=60, required=False, help_text=_("Dix chiffres ; un projet n’en a pas encore.")
    )
    note = _note()

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["legal_form"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", gettext("on ne sait pas, ou pas encore")), *_list_legal_forms(language)]

    def ask_nothing_of_namesakes(self) -> None:
        """Nobody bears the name: the question is not asked."""
        del self.fields["is_another"]


class NameForm(forms.Form):
    default_renderer = FormRenderer

    name = forms.CharField(label=_("Nom"), max_length=300)
    kind = forms.ChoiceField(label=_("Genre"), choices=OrganisationName.Kind.choices)
    starts_on = _day(_("Porté à partir du"), required=False, help_text=_("Vide : depuis toujours."))
    ends_before = _day(_("Jusqu’avant le"), required=False, help_text=_("Vide : encore."))


class IdentifierForm(forms.Form):
    default_renderer = FormRenderer

    scheme = forms.ChoiceField(label=_("Genre de numéro"), choices=Identifier.Scheme.choices)
    value = forms.CharField(label=_("Numéro"), max_length=60)
    issuer = forms.CharField(
        label=_("Qui l’a donné"), max_length=60, required=False, help_text=_("Pour le numéro d’une source seulement.")
    )
