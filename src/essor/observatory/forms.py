from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from essor.design.forms import FormRenderer, day_input
from essor.design.wording import write_day
from essor.knowledge import load_variables
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.queries.bases import list_jobs_variables
from essor.territories.models import TerritoryPeriod


class BaseVersionForm(forms.Form):
    """What a base version says of itself, beside its criteria."""

    default_renderer = FormRenderer

    label_fr = forms.CharField(label=_("Nom en français"), max_length=200)
    label_en = forms.CharField(label=_("Nom en anglais"), max_length=200)
    description_fr = forms.CharField(
        label=_("Ce que dit cette définition, en français"), required=False, widget=forms.Textarea({"rows": 3})
    )
    description_en = forms.CharField(
        label=_("Ce que dit cette définition, en anglais"), required=False, widget=forms.Textarea({"rows": 3})
    )
    jobs_variable = forms.ChoiceField(
        label=_("Comment on compte les emplois"),
        help_text=_("Les effectifs et les équivalents temps plein ne se mélangent jamais."),
    )
    starts_on = forms.DateField(label=_("Vaut à partir du"), required=False, widget=day_input())
    ends_before = forms.DateField(label=_("Cesse de valoir le"), required=False, widget=day_input())

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        variables = load_variables()
        choices = [(name, variables[name].label(language)) for name in list_jobs_variables()]
        field = self.fields["jobs_variable"]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class NewBaseForm(BaseVersionForm):
    slug = forms.SlugField(
        label=_("Adresse"),
        max_length=60,
        help_text=_("Des lettres sans accent, des chiffres et des traits d’union : « table-regionale-2027 »."),
    )
    owner = forms.CharField(label=_("Qui en répond"), max_length=200)
    steward = forms.ChoiceField(
        label=_("Qui la tient à jour"),
        help_text=_("Seules les personnes qui conseillent pour cet organisme pourront en préparer la suite."),
    )

    field_order = ("label_fr", "label_en", "slug", "owner", "steward")

    def __init__(self, *args: Any, bodies: Sequence[str], **kwargs: Any) -> None:
        """``bodies``: those that the person advises for; the field is there only when there is a choice."""
        super().__init__(*args, **kwargs)
        field = self.fields["steward"]
        if len(bodies) < 2:
            del self.fields["steward"]
        elif isinstance(field, forms.ChoiceField):
            field.choices = [(body, body) for body in bodies]


MOST_DATES = 10
READINGS = (
    ("criteria", _("les mêmes critères aux deux dates")),
    ("cohort", _("les mêmes entreprises, quoi qu’elles soient devenues")),
    ("survivors", _("celles qui sont toujours là")),
)


def list_base_choices(language: str) -> list[tuple[str, str]]:
    versions = BaseVersion.objects.published().select_related("base")
    return [
        (
            f"{version.base.slug}.{version.number}",
            _("%(label)s (version %(number)s)")
            % {"label": getattr(version, f"label_{language}"), "number": version.number},
        )
        for version in versions
    ]


def list_shared_base_choices(language: str) -> list[tuple[str, str]]:
    """Each base that an edition speaks of, once, by the name of its latest published version."""
    told = BaseVersion.objects.exclude(editions=None).values("base")
    versions = BaseVersion.objects.published().filter(base__in=told).select_related("base")
    versions = versions.order_by("base__slug", "number")
    return list({version.base.slug: getattr(version, f"label_{language}") for version in versions}.items())


def list_mrc_choices(language: str) -> list[tuple[str, str]]:
    """Every place wider than a municipality, by its name."""
    periods = TerritoryPeriod.objects.filter(ends_before=None).exclude(territory__kind="municipality")
    named = [(period.territory.code, period.get_name(language)) for period in periods.select_related("territory")]
    return sorted(named, key=lambda pair: pair[1])


def list_territory_choices(language: str) -> list[tuple[str, str]]:
    """The territories that editions speak of, or else the MRCs known."""
    codes = set(Edition.objects.values_list("territory_code", flat=True))
    periods = TerritoryPeriod.objects.filter(ends_before=None).select_related("territory")
    chosen = periods.filter(territory__code__in=codes) if codes else periods.filter(territory__kind="mrc")
    return [(period.territory.code, period.get_name(language)) for period in chosen]


class ComparisonForm(forms.Form):
    """Two dates on one base; or two bases, which are refused with the bridge between them."""

    default_renderer = FormRenderer

    territory = forms.ChoiceField(label=_("Territoire"))
    base = forms.ChoiceField(label=_("Base"))
    start = forms.DateField(label=_("Première date"), required=False, widget=day_input())
    end = forms.DateField(label=_("Seconde date"), widget=day_input())
    second = forms.ChoiceField(
        label=_("Autre base"),
        required=False,
        help_text=_("Deux bases ne se comparent pas : vous verrez pourquoi, et le pont entre elles."),
    )
    reading = forms.ChoiceField(label=_("Lecture de « sur cette même base »"), choices=READINGS, required=False)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bases = list_base_choices(language)
        for name, choices in (
            ("territory", list_territory_choices(language)),
            ("base", bases),
            ("second", [("", _("— aucune —")), *bases]),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices

    def clean_reading(self) -> str:
        return self.cleaned_data["reading"] or "criteria"

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        start, end = said.get("start"), said.get("end")
        if not said.get("second") and not start:
            self.add_error("start", _("Donnez une première date, ou choisissez une autre base."))
        if start and end and (start > end or (start == end and not said.get("second"))):
            self.add_error("end", _("La seconde date doit suivre la première."))
        return said


def list_edition_choices(language: str) -> list[tuple[str, str]]:
    """Every edition by its title and the day of what it knew, the latest published first."""
    editions = Edition.objects.defer("results")
    return [
        (
            edition.slug,
            _("%(title)s — avec ce qu’on savait le %(known)s")
            % {"title": getattr(edition, f"title_{language}"), "known": write_day(edition.known_at)},
        )
        for edition in editions
    ]


class EditionsForm(forms.Form):
    """Two editions, the base they share, and the day of each figure (empty: the last of its edition)."""

    default_renderer = FormRenderer

    first = forms.ChoiceField(label=_("Première édition"))
    second = forms.ChoiceField(label=_("Seconde édition"))
    base = forms.ChoiceField(label=_("Base"))
    first_on = forms.DateField(
        label=_("Date de référence dans la première"),
        required=False,
        widget=day_input(),
        help_text=_("Laissez vide pour sa dernière date."),
    )
    second_on = forms.DateField(
        label=_("Date de référence dans la seconde"),
        required=False,
        widget=day_input(),
        help_text=_("Laissez vide pour sa dernière date."),
    )
    indicator = forms.ChoiceField(
        label=_("Ce qu’on compte"), choices=[("jobs", _("les emplois")), ("enterprises", _("les entreprises"))]
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        editions = list_edition_choices(language)
        bases = list_shared_base_choices(language)
        for name, choices in (("first", editions), ("second", editions), ("base", bases)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices


class EditionForm(forms.Form):
    """What a person asks to publish. ``dates``: one a line."""

    default_renderer = FormRenderer

    territory = forms.ChoiceField(label=_("Territoire"))
    bases = forms.MultipleChoiceField(
        label=_("Bases"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("La première cochée donne le chiffre principal."),
    )
    dates = forms.CharField(
        label=_("Dates de référence"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Une par ligne, de la plus ancienne à la plus récente : 2017-11-29."),
    )
    known_on = forms.DateField(
        label=_("Avec ce qu’on savait le"),
        required=False,
        widget=day_input(),
        help_text=_("Laissez vide pour aujourd’hui."),
    )
    title_fr = forms.CharField(label=_("Titre en français"), max_length=200)
    title_en = forms.CharField(label=_("Titre en anglais"), max_length=200)
    reason = forms.CharField(
        label=_("Pourquoi cette correction"), required=False, widget=forms.Textarea({"rows": 2}), max_length=2000
    )

    def __init__(self, *args: Any, language: str, is_correction: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {"territory": list_mrc_choices(language), "bases": list_base_choices(language)}
        for name, listed in choices.items():
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = listed
        if is_correction:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]

    def clean_dates(self) -> list[date]:
        found = []
        for line in self.cleaned_data["dates"].split():
            try:
                found.append(date.fromisoformat(line))
            except ValueError:
                message = _("« %(line)s » n’est pas une date. Écrivez-la ainsi : 2017-11-29.")
                raise forms.ValidationError(message, params={"line": line}) from None
        if len(found) > MOST_DATES:
            raise forms.ValidationError(_("Dix dates au plus par édition. Retirez-en."))
        return sorted(set(found))
