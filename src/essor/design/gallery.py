"""What the gallery shows: one specimen of each component and chart, with figures made up for the purpose."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from essor.design.charts import (
    Area,
    Bar,
    BarChart,
    BoundaryMap,
    Break,
    FanChart,
    LineChart,
    Point,
    Sparkline,
    Spread,
    Stair,
    StairChart,
    Step,
    Tile,
    TileMap,
    Waterfall,
)
from essor.design.tables import Column, Link, Row, Table


class SpecimenForm(forms.Form):
    """One field of each kind; shown once empty and once sent back with errors."""

    name = forms.CharField(
        label=gettext_lazy("Nom de l’entreprise"),
        help_text=gettext_lazy("Tel qu’il figure sur vos documents officiels."),
        max_length=80,
    )
    founded_on = forms.DateField(
        label=gettext_lazy("Date de fondation"), help_text=gettext_lazy("Par exemple 2014-06-30."), required=False
    )
    legal_form = forms.ChoiceField(
        label=gettext_lazy("Forme juridique"),
        choices=[("coop", gettext_lazy("Coopérative")), ("npo", gettext_lazy("Organisme à but non lucratif"))],
        widget=forms.RadioSelect,
    )
    municipality = forms.ChoiceField(
        label=gettext_lazy("Municipalité"), choices=[("64008", "Terrebonne"), ("64015", "Mascouche")]
    )
    mission = forms.CharField(
        label=gettext_lazy("Mission, en une phrase"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("Montrer cette entreprise dans l’annuaire public"),
        help_text=gettext_lazy("Vous pourrez la retirer quand vous voudrez."),
        required=False,
    )


def list_specimens() -> dict[str, Any]:
    """The variables of templates/design/gallery.html."""
    typed = {"back-name": "", "back-founded_on": "juin 2014", "back-municipality": "64008"}
    sent_back = SpecimenForm(typed, prefix="back")
    return {
        "table": _table(),
        "long_table": _long_table(),
        "trail": [(_("Accueil"), "#"), (_("Portrait"), "#")],
        "list_page": Paginator(range(230), 20).page(4),
        "step_labels": [_("Fichier"), _("Colonnes"), _("Vérification"), _("Confirmation")],
        "outline_lines": _list_outline(),
        "form": SpecimenForm(),
        "sent_back": sent_back,
        "bars": _bars(),
        "growth": _growth(),
        "bridge": _bridge(),
        "line": _line(),
        "slope": _slope(),
        "stairs": _stairs(),
        "fan": _fan(),
        "sparkline": Sparkline([11, 12, 12, None, 15, 17, 16, 19], _("Emplois de 2010 à 2017, de 11 à 19")),
        "tiles": _tiles(),
        "map": _map(),
        "samples": {"day": dt.date(2017, 11, 29), "first": dt.date(2014, 6, 1), "pair": (11, 25), "open": (50, None)},
        "colours": ["paper", "paper-deep", "ink", "ink-soft", "rule", "water", "ochre", "clay", "moss"],
    }


@dataclass(frozen=True, slots=True)
class _OutlineLine:
    level: int
    text: str


def _list_outline() -> list[_OutlineLine]:
    said = [
        (0, _("Tous les énoncés suivants :")),
        (1, _("est une coopérative ou un organisme à but non lucratif")),
        (1, _("Au moins un des énoncés suivants :")),
        (2, _("vend des biens ou des services")),
        (2, _("emploie au moins une personne")),
    ]
    return [_OutlineLine(level, text) for level, text in said]


def _table() -> Table:
    rows = [
        Row([Link("Terrebonne", "#"), 24, 497, 0.6315, 18_450_000]),
        Row([Link("Mascouche", "#"), 12, 263, 0.3342, 9_120_500]),
        Row([_("Municipalité inconnue"), 2, 27, 0.0343, None], note=_("Deux fiches sans adresse")),
        Row([_("Total"), 38, 787, 1, None], is_total=True),
    ]
    columns = [
        Column(_("Municipalité")), Column(_("Entreprises"), "whole"), Column(_("Emplois"), "whole"),
        Column(_("Part des emplois"), "percent", 1), Column(_("Revenus"), "cad"),
    ]  # fmt: skip
    return Table(_("Combien d’emplois dans chaque municipalité ?"), columns, rows, note=_source())


def _long_table() -> Table:
    columns = [Column(_("Année")), Column(_("Entreprises"), "whole"), Column(_("Variation"), "signed")]
    rows = [Row([str(year), 20 + (year * 7) % 13, (year * 5) % 9 - 4]) for year in range(1990, 2018)]
    return Table(_("Les entreprises, année après année"), columns, rows)


def _bars() -> BarChart:
    return BarChart(
        title=_("L’aide à domicile emploie le plus de monde"),
        subtitle=_("Emplois par secteur, novembre 2017"),
        description=_("Barres : l’aide à domicile compte 284 emplois, la petite enfance 197, la culture 96."),
        bars=[
            Bar(_("Aide à domicile"), 284),
            Bar(_("Petite enfance"), 197),
            Bar(_("Alimentation et sécurité alimentaire"), 118, note=_("dont 12 saisonniers")),
            Bar(_("Culture et patrimoine"), 96),
            Bar(_("Habitation"), 61),
            Bar(_("Loisir et tourisme social"), None),
            Bar(_("Secteur inconnu"), 31, is_unknown=True),
        ],
        label_heading=_("Secteur"),
        value_heading=_("Emplois"),
        source=_source(),
    )


def _growth() -> Waterfall:
    return Waterfall(
        title=_("De 625 à 787 emplois : d’où vient la croissance ?"),
        subtitle=_("Base du magazine de 2014, mêmes critères aux deux dates"),
        description=_("Cascade : de 625 emplois en juin 2014 à 787 en novembre 2017, partie par partie."),
        steps=[
            Step(_("Juin 2014"), 625, "total"),
            Step(_("Entreprises qui grandissent"), 148),
            Step(_("Entreprises qui rapetissent"), -63),
            Step(_("Nouvelles entreprises"), 121),
            Step(_("Fermetures"), -52),
            Step(_("Corrections tardives"), 8, note=_("connues après le 30 juin 2015")),
            Step(_("Novembre 2017"), 787, "total"),
        ],
        value_heading=_("Emplois"),
        source=_source(),
    )


def _bridge() -> Waterfall:
    return Waterfall(
        title=_("Pourquoi 1 264 emplois et non 787 ?"),
        subtitle=_("Deux bases, le même jour : novembre 2017"),
        description=_("Pont entre 787 emplois sur la base du magazine et 1 264 selon les critères de la Table."),
        steps=[
            Step(_("Base du magazine 2014"), 787, "total"),
            Step(_("Seulement dans cette base"), -45),
            Step(_("Seulement selon la Table"), 402),
            Step(_("Comptées autrement"), 120, note=_("avec emplois saisonniers et d’insertion")),
            Step(_("Base de la Table 2017"), 1264, "total"),
        ],
        value_heading=_("Emplois"),
        source=_source(),
    )


def _line() -> LineChart:
    values = [(2009, 512), (2011, 548), (2014, 625), (2015, 690), (2017, 1264), (2018, 1302)]
    return LineChart(
        title=_("La ligne s’arrête où la base change"),
        subtitle=_("Emplois en économie sociale"),
        description=_("Ligne de 512 emplois en 2009 à 690 en 2015, puis, sur une autre base, 1 264 et 1 302."),
        points=[Point(dt.date(year, 6, 30), value) for year, value in values],
        breaks=[
            Break(dt.date(2016, 9, 1), _("la Table adopte ses propres critères ; les valeurs ne se comparent plus."))
        ],
        value_heading=_("Emplois"),
        source=_source(),
    )


def _slope() -> LineChart:
    return LineChart(
        title=_("Deux dates, une pente"),
        description=_("De 625 emplois en juin 2014 à 787 en novembre 2017."),
        points=[Point(dt.date(2014, 6, 30), 625), Point(dt.date(2017, 11, 29), 787)],
        value_heading=_("Emplois"),
        source=_source(),
    )


def _stairs() -> StairChart:
    told = [
        (0, _("départ"), 1.0, 20, 0, None, None), (0.6, _("7 mois"), 0.95, 20, 1, 0.69, 0.99),
        (1, _("1 an"), 0.95, 17, 0, 0.69, 0.99), (1.8, _("21 mois"), 0.88, 14, 1, 0.6, 0.97),
        (2, _("2 ans"), 0.88, 11, 0, 0.6, 0.97), (3, _("3 ans"), None, 0, 0, None, None),
    ]  # fmt: skip
    return StairChart(
        title=_("Chaque marche est une fermeture"),
        subtitle=_("Part qui vit encore, selon l’âge"),
        description=_("Escalier : 95 % à 1 an, 88 % à 2 ans, inconnu à 3 ans."),
        stairs=[
            Stair(at, label, value, followed, fallen, low, high, is_named=float(at).is_integer())
            for at, label, value, followed, fallen, low, high in told
        ],
        ends_at=2.4,
        value_heading=_("Part qui vit encore"),
        label_heading=_("Âge"),
        fallen_heading=_("Fermées"),
        followed_heading=_("Suivies (n)"),
        interval_heading=_("Intervalle à 95 %"),
        source=_source(),
    )


def _fan() -> FanChart:
    return FanChart(
        title=_("Ce qui vient s’élargit avec le temps"),
        subtitle=_("Entreprises ouvertes"),
        description=_("Éventail : 9 entreprises ouvertes en 2018 ; en 2022, 8 chances sur 10 d’en compter de 14 à 26."),
        past=[Point(dt.date(2016, 1, 1), 0), Point(dt.date(2017, 1, 1), 4), Point(dt.date(2018, 1, 1), 9)],
        spreads=[
            Spread(dt.date(2018, 1, 1), 9, 9, 9, 9, 9),
            Spread(dt.date(2020, 1, 1), 11, 13, 14, 16, 18),
            Spread(dt.date(2022, 1, 1), 14, 17, 20, 23, 26),
        ],
        value_heading=_("Entreprises"),
        goal=18,
        source=_source(),
    )


def _tiles() -> TileMap:
    places = [
        ("620", "Matawinie", 41, 0, 0), ("630", "Montcalm", 38, 0, 1), ("610", "Joliette", 57, 1, 0),
        ("520", "D’Autray", 44, 2, 0), ("600", "L’Assomption", None, 1, 1), ("640", "Les Moulins", 38, 0, 2),
    ]  # fmt: skip
    return TileMap(
        title=_("Entreprises dans chaque MRC"),
        subtitle=_("Carte schématique : chaque carré est une MRC"),
        description=_("Six carrés : de 38 entreprises à 57 ; une MRC inconnue."),
        tiles=[Tile(code, label, value, column, row) for code, label, value, column, row in places],
        label_heading=_("MRC"),
        value_heading=_("Entreprises"),
        source=_source(),
    )


def _map() -> BoundaryMap:
    outlines: list[tuple[str, str, float | None, list[tuple[float, float]]]] = [
        ("A", "Rivière-Haute", 12, [(0, 20), (14, 24), (22, 20), (20, 9), (9, 7), (2, 11)]),
        ("B", "Val-Clair", 31, [(22, 20), (38, 23), (41, 11), (31, 6), (20, 9)]),
        ("C", "Saint-Elme", 47, [(2, 11), (9, 7), (20, 9), (18, -2), (6, -4), (0, 2)]),
        ("D", "Belle-Anse", None, [(20, 9), (31, 6), (33, -3), (26, -6), (18, -2)]),
        ("E", "Les Îlots", 8, [(31, 6), (41, 11), (46, 3), (40, -4), (33, -3)]),
    ]
    beyond: list[tuple[float, float]] = [(0, 20), (14, 24), (22, 20), (38, 23), (36, 34), (10, 36), (-3, 30)]
    areas = [Area(code, label, _polygon(spots), value) for code, label, value, spots in outlines]
    return BoundaryMap(
        title=_("Entreprises dans chaque municipalité"),
        subtitle=_("Territoire fictif"),
        description=_("Carte : de 8 entreprises aux Îlots à 47 à Saint-Elme ; Belle-Anse est inconnue."),
        areas=[Area("N", _("Territoire voisin"), _polygon(beyond), is_context=True), *areas],
        label_heading=_("Municipalité"),
        value_heading=_("Entreprises"),
        source=_source(),
    )


def _polygon(spots: list[tuple[float, float]]) -> dict[str, Any]:
    ring = [(-73.9 + x / 100, 45.7 + y / 140) for x, y in [*spots, spots[0]]]
    return {"type": "Polygon", "coordinates": [ring]}


def _source() -> str:
    return _("Chiffres inventés pour montrer la mise en page.")
