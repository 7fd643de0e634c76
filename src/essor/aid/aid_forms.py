"""A programme as a form: plain fields, lists one to a line, and its dated rules and examples as YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import yaml
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from essor.aid.folder_forms import DollarsField
from essor.aid.terms import DEEDS, KINDS
from essor.design.forms import FormRenderer, day_input
from essor.knowledge.aids import AidDefinition, check_aid
from essor.knowledge.questions import load_question_variables
from essor.knowledge.reading import DefinitionRefused, parse_yaml
from essor.territories.rules import fold

SIDE = " | "
"""Between the French and the English of a line, and between the parts of a source."""
BOTH_LANGUAGES = ("judgement", "uncertain", "eligible_costs", "how_to_ask", "documents")
RULES = ("versions", "examples")
PERCENT_FIELDS = ("rate_of_project", "own_share", "public_aid_cap")
EMPTY_RULES = """versions:
- valid_from: null
  valid_to: null
  status_as_read: open
  conditions:
    all:
    - {fact: legal_form, in: [coop, npo]}
    - {fact: territory, within: [qc]}
examples: []
"""


def _make_lines(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, help_text=help_text, widget=forms.Textarea({"rows": 3}))


def _make_percent(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_value=100, max_digits=6, decimal_places=3)


class AidForm(forms.Form):
    """``read_definition`` turns what was written into a definition, or raises DefinitionRefused with its path."""

    default_renderer = FormRenderer

    slug = forms.RegexField(
        r"^[a-z0-9]+(_[a-z0-9]+)*$",
        label=_("Nom court"),
        max_length=100,
        help_text=_("Dans l’adresse de la page : minuscules sans accents, chiffres, traits de soulignement."),
    )
    name_fr = forms.CharField(label=_("Nom en français"), max_length=200)
    name_en = forms.CharField(label=_("Nom en anglais"), max_length=200)
    provider = forms.CharField(label=_("Qui donne"), max_length=200)
    partners = _make_lines(_("Avec"), _("Un par ligne."))
    givers = _make_lines(
        _("Qui fait quoi"),
        _("Un par ligne : nom | verse, décide, reçoit les demandes, conseille ou garantit ; si une source le dit."),
    )
    forms_ = forms.MultipleChoiceField(label=_("Genre"), widget=forms.CheckboxSelectMultiple)
    is_public = forms.BooleanField(label=_("C’est de l’argent public"), required=False)
    minimum = DollarsField(label=_("Au moins, en dollars"), required=False, min_value=0, max_value=10**9)
    maximum = DollarsField(label=_("Au plus, en dollars"), required=False, min_value=0, max_value=10**9)
    rate_of_project = _make_percent(_("Part du coût, en pour cent"))
    own_share = _make_percent(_("Mise de fonds, en pour cent du coût"))
    public_aid_cap = _make_percent(_("Aide publique en tout, au plus, en pour cent du coût"))
    project_types = forms.MultipleChoiceField(label=_("Pour"), required=False, widget=forms.CheckboxSelectMultiple)
    eligible_costs = _make_lines(_("Ce qui compte comme coût"), _("Un par ligne : français | anglais."))
    excludes = _make_lines(_("Ne va pas avec"), _("Le nom court d’une aide par ligne."))
    rules = forms.CharField(
        label=_("Règles, dates et exemples"),
        help_text=_("En YAML : chaque version avec ses jours et ses conditions, puis des exemples et leur verdict."),
        widget=forms.Textarea({"rows": 18, "spellcheck": "false", "class": "code"}),
    )
    judgement = _make_lines(_("À vérifier par une personne"), _("Un par ligne : français | anglais."))
    uncertain = _make_lines(_("Incertain"), _("Un par ligne : français | anglais."))
    how_to_ask = _make_lines(_("Comment demander"), _("Une étape par ligne : français | anglais."))
    documents = _make_lines(_("Ce qu’il faut fournir"), _("Un par ligne : français | anglais."))
    contact_name = forms.CharField(label=_("À qui écrire"), required=False, max_length=200)
    contact_email = forms.EmailField(label=_("Son courriel"), required=False)
    contact_phone = forms.CharField(label=_("Son téléphone"), required=False, max_length=40)
    contact_url = forms.URLField(label=_("Sa page"), required=False, assume_scheme="https")
    sources = forms.CharField(
        label=_("Sources"),
        help_text=_("Une par ligne : adresse | genre (official, press, partner, form…) | date."),
        widget=forms.Textarea({"rows": 3}),
    )
    read_on = forms.DateField(label=_("Sources lues le"), widget=day_input())
    reason = forms.CharField(label=_("Pourquoi ce changement"), max_length=500)
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, language: str, kept: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        """``kept``: the content that this one replaces: what no field shows of it stays as it is."""
        super().__init__(*args, **kwargs)
        costs = load_question_variables()["project_types"]
        kinds = {code: gettext(words) for code, words in KINDS.items()}
        projects = {code: costs.value_label(code, language) for code in costs.values}
        for name, options in (("forms_", kinds), ("project_types", projects)):
            cast(forms.MultipleChoiceField, self.fields[name]).choices = list(options.items())
        self._kept = dict(kept or {})
        if kept:
            self.fields["slug"].disabled = True

    def read_definition(self) -> AidDefinition:
        said = self.cleaned_data
        amount = dict(self._kept.get("amount") or {})
        amount |= {"min": said["minimum"], "max": said["maximum"]}
        amount |= {name: None if said[name] is None else float(said[name]) / 100 for name in PERCENT_FIELDS}
        contact = {name: said[f"contact_{name}"] for name in ("name", "email", "phone", "url")}
        rules = _read_rules(said["rules"])
        content = self._kept | {
            "id": said["slug"],
            "name": {"fr": said["name_fr"], "en": said["name_en"]},
            "provider": said["provider"],
            "partners": _read_lines(said["partners"]),
            "givers": [_read_giver(line) for line in _read_lines(said["givers"])],
            "is_public": said["is_public"],
            "forms": said["forms_"],
            "project_types": said["project_types"],
            "amount": amount,
            "excludes": _read_lines(said["excludes"]),
            "contact": contact if any(contact.values()) else None,
            "sources": [_read_source(line) for line in _read_lines(said["sources"])],
            **{name: [_read_words(line) for line in _read_lines(said[name])] for name in BOTH_LANGUAGES},
            **rules,
        }
        return check_aid(content)


def open_definition(definition: AidDefinition) -> dict[str, Any]:
    """What the form shows of a definition."""
    content = definition.model_dump(mode="json")
    amount, contact = content["amount"], content["contact"] or {}
    return {
        "slug": content["id"],
        "name_fr": content["name"]["fr"],
        "name_en": content["name"]["en"],
        "provider": content["provider"],
        "partners": "\n".join(content["partners"]),
        "givers": "\n".join(SIDE.join([giver["name"], _say_deed(giver["role"])]) for giver in content["givers"]),
        "forms_": content["forms"],
        "is_public": content["is_public"],
        "minimum": amount["min"],
        "maximum": amount["max"],
        **{name: _to_percent(amount[name]) for name in PERCENT_FIELDS},
        "project_types": content["project_types"],
        "excludes": "\n".join(content["excludes"]),
        "rules": write_rules(content),
        **{name: "\n".join(_write_words(words) for words in content[name]) for name in BOTH_LANGUAGES},
        **{f"contact_{name}": contact.get(name, "") for name in ("name", "email", "phone", "url")},
        "sources": "\n".join(_write_source(source) for source in content["sources"]),
    }


def write_rules(content: Mapping[str, Any]) -> str:
    kept = {name: content[name] for name in RULES}
    return yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=110)


def _read_rules(text: str) -> dict[str, Any]:
    """The versions and the examples; what has a field of its own is not written here too."""
    rules = parse_yaml(text, file=gettext("Règles"))
    for name in rules:
        if name not in RULES:
            raise DefinitionRefused(
                file=gettext("Règles"),
                path=str(name),
                problem=gettext("cette clé ne s’écrit pas ici."),
                remedy=gettext("Gardez « versions » et « examples » ; le reste a son champ."),
            )
    return rules


def _read_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _split(line: str) -> Sequence[str]:
    return [part.strip() for part in re.split(r"\s\|\s", line)]


def _read_words(line: str) -> dict[str, str]:
    parts = _split(line)
    return {"fr": parts[0], "en": parts[-1]}


def _write_words(words: Mapping[str, str]) -> str:
    return words["fr"] if words["fr"] == words["en"] else SIDE.join([words["fr"], words["en"]])


def _read_source(line: str) -> dict[str, Any]:
    url, *rest = _split(line)
    return {"url": url, "kind": rest[0] if rest else "official", "date": rest[1] if len(rest) > 1 else None}


def _write_source(source: Mapping[str, Any]) -> str:
    return SIDE.join(part for part in (source["url"], source["kind"], source["date"]) if part)


def _say_deed(role: str) -> str:
    said = DEEDS[role]
    return gettext(said)


def _read_giver(line: str) -> dict[str, str]:
    """A role is written in the reader's language, in French, or as its code."""
    name, *rest = _split(line)
    roles = {fold(word): code for code, said in DEEDS.items() for word in (code, said, gettext(said))}
    if len(rest) != 1 or fold(rest[0]) not in roles:
        raise DefinitionRefused(
            file=gettext("Qui fait quoi"),
            path=line,
            problem=gettext("ce que fait l’organisme n’est pas connu."),
            remedy=gettext("Écrivez son nom, une barre, puis l’un de ces mots : {words}.").format(
                words=", ".join(gettext(said) for said in DEEDS.values())
            ),
        )
    return {"name": name, "role": roles[fold(rest[0])]}


def _to_percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 6)
