"""The form of a reorganisation: what happened, to whom, on which day, who takes over, and how it is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.design.forms import FormRenderer, day_input
from essor.territories.lives import Life, Register
from essor.territories.reorganisations import DISSOLVE, MERGE, MOVE, RENAME, Reorganisation

NEW = "+"
KINDS = {
    MERGE: _("Des organismes fusionnent"),
    RENAME: _("Un organisme change de nom"),
    DISSOLVE: _("Un organisme est dissous"),
    MOVE: _("Des mandats passent à un autre organisme"),
}
FIELDS = {
    MERGE: ("bodies", "on", "into", "name", "site"),
    RENAME: ("body", "on", "name", "site"),
    DISSOLVE: ("body", "on", "into", "name", "site"),
    MOVE: ("matters", "on", "into", "name", "site"),
}
ABOUT = ("reason", "source", "source_url")
FORMULA_STARTS = ("=", "+", "-", "@")


class ReorganisationForm(forms.Form):
    """Only the fields of its ``kind``. ``reachable``: the bodies that the person may reorganise."""

    default_renderer = FormRenderer

    bodies = forms.MultipleChoiceField(
        label=_("Les organismes qui fusionnent"),
        help_text=_("Cochez aussi celui qui absorbe les autres, s’il y en a un."),
        widget=forms.CheckboxSelectMultiple,
    )
    body = forms.ChoiceField(label=_("L’organisme"))
    matters = forms.MultipleChoiceField(
        label=_("Les mandats qui passent à un autre"),
        help_text=_("D’un seul organisme à la fois."),
        widget=forms.CheckboxSelectMultiple,
    )
    on = forms.DateField(
        label=_("À partir du"),
        help_text=_("Passé ou à venir. La veille, rien n’a encore changé."),
        widget=day_input(),
    )
    into = forms.ChoiceField(label=_("Qui prend la suite"))
    name = forms.CharField(label=_("Son nom"), max_length=150)
    site = forms.URLField(label=_("Son site officiel"), max_length=300, required=False, assume_scheme="https")
    reason = forms.CharField(
        label=_("Pourquoi"),
        max_length=500,
        help_text=_(
            "Ces mots seront lus par tous : sur les pages des organismes et dans les dossiers qui changent de main."
        ),
    )
    source = forms.CharField(
        label=_("D’où on le tient"), max_length=300, help_text=_("Un avis, une entente, un article.")
    )
    source_url = forms.URLField(label=_("Adresse de la source"), max_length=300, required=False, assume_scheme="https")

    def __init__(
        self, *args: Any, kind: str, register: Register, reachable: Sequence[Life], matters: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.kind, self.register = kind, register
        wanted = (*FIELDS[kind], *ABOUT)
        for name in set(self.fields) - set(wanted):
            del self.fields[name]
        self.order_fields(wanted)
        choices = [(life.body, life.names[-1].name) for life in reachable]
        living = [(life.body, life.names[-1].name) for life in register.lives.values() if life.end is None]
        takers = [
            *sorted(living, key=lambda one: one[1].casefold()),
            (NEW, gettext("un nouvel organisme, nommé plus bas")),
        ]
        takers.insert(0, ("", gettext("personne que l’on sache") if kind == DISSOLVE else gettext("— choisissez —")))
        self._choose({"bodies": choices, "body": choices, "matters": matters, "into": takers})

    def _choose(self, choices: dict[str, list[tuple[str, str]]]) -> None:
        for name, offered in choices.items():
            field = self.fields.get(name)
            if isinstance(field, forms.ChoiceField):
                field.choices = offered
        if "into" in self.fields:
            self.fields["into"].required = self.kind != DISSOLVE
            self.fields["name"].required = False
            self.fields["name"].label = gettext("Le nom du nouvel organisme")
            self.fields["name"].help_text = gettext("S’il est nouveau seulement.")
            self.fields["site"].label = gettext("Le site du nouvel organisme")
        else:
            self.fields["name"].label = gettext("Son nouveau nom")
            self.fields["site"].label = gettext("Son nouveau site, s’il change")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("into") == NEW and not said.get("name"):
            self.add_error("name", gettext("Écrivez le nom du nouvel organisme."))
        if self.kind == MERGE and len({*said.get("bodies", ()), said.get("into")} - {None}) < 2:
            self.add_error("bodies", gettext("Il en faut deux : cochez-en un autre, ou choisissez qui prend la suite."))
        if len({matter.split("|")[0] for matter in said.get("matters", ())}) > 1:
            self.add_error("matters", gettext("Ces mandats sont de plusieurs organismes. Faites-le en plusieurs fois."))
        for name in ("name", "reason", "source"):
            if str(said.get(name) or "").startswith(FORMULA_STARTS):
                self.add_error(
                    name, gettext("Ne commencez pas par un signe que les tableurs prennent pour une formule.")
                )
        return said

    def read(self) -> Reorganisation:
        """What was asked, once valid."""
        said, matters = self.cleaned_data, [matter.split("|") for matter in self.cleaned_data.get("matters", ())]
        bodies = tuple(said.get("bodies") or ([said["body"]] if said.get("body") else [matters[0][0]]))
        into = said.get("into", "")
        return Reorganisation(
            kind=self.kind,
            on=said["on"],
            bodies=bodies,
            into=self._name_address(said["name"]) if into == NEW else into,
            name=said["name"] if into in {NEW} or self.kind == RENAME else "",
            site=said["site"] if into in {NEW} or self.kind == RENAME else "",
            matters=frozenset((kind, subject, place) for _body, kind, subject, place in matters),
            reason=said["reason"],
            source=said["source"],
            source_url=said["source_url"],
        )

    def _name_address(self, name: str) -> str:
        """The end of the address of a new body, after its name, that no other has."""
        wanted, number = slugify(name)[:70] or "organisme", 1
        found = wanted
        while found in self.register.lives:
            number += 1
            found = f"{wanted}-{number}"
        return found
