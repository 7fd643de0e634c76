"""Two dates on one base: the waterfall, the three readings, what was created and lost, who is in each part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from essor.design.charts import Step, Waterfall
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_as, write_month
from essor.observatory.labels import PARTS, explain_part, explain_reading, label_part, label_reading
from essor.observatory.pictures.amounts import READINGS, Results, in_order


def draw_growth(comparison: Results) -> Waterfall:
    """From one total to the other, part by part; parts of nothing are left out."""
    start, end = date.fromisoformat(comparison["from"]), date.fromisoformat(comparison["to"])
    parts = [
        Step(label_part(code), amount, note=explain_part(code))
        for code, amount in in_order(comparison["parts"], PARTS)
        if amount
    ]
    return Waterfall(
        title=_("D’où vient le changement ?"),
        subtitle=_("Emplois, sur les mêmes critères aux deux dates"),
        description=_("Cascade de {before} emplois ({start}) à {after} emplois ({end}), partie par partie.").format(
            before=write_as("whole", comparison["before"]),
            start=write_month(start),
            after=write_as("whole", comparison["after"]),
            end=write_month(end),
        ),
        steps=[
            Step(_first_upper(write_month(start)), comparison["before"], "total"),
            *parts,
            Step(_first_upper(write_month(end)), comparison["after"], "total"),
        ],
        value_heading=_("Emplois"),
    )


def tabulate_readings(comparison: Results) -> Table:
    """« On this same base », said in its three readings."""
    rows = []
    for code in READINGS:
        reading = comparison["readings"][code]
        unknown = len(reading["unknown"])
        note = explain_reading(code)
        if unknown:
            note += " " + _("({n} sans réponse, non comptées)").format(n=unknown)
        rows.append(
            Row(
                [
                    label_reading(code),
                    reading["units"],
                    reading["before"],
                    reading["after"],
                    reading["growth"],
                    reading["yearly"],
                ],
                note=note,
            )
        )
    columns = [
        Column(_("Lecture")),
        Column(_("Entreprises suivies"), "whole"),
        Column(_("Avant"), "whole"),
        Column(_("Après"), "whole"),
        Column(_("Croissance"), "signed_percent", 1),
        Column(_("Par an"), "signed_percent", 1),
    ]
    return Table(_("« Sur cette même base », dit de trois façons"), columns, rows)


def tabulate_flows(comparison: Results) -> Table:
    """Creation, destruction and reallocation of jobs, over the mean of the two totals."""
    flows = comparison["readings"]["criteria"]["flows"]
    names = {
        "creation": _("Emplois créés"),
        "destruction": _("Emplois disparus"),
        "net": _("Différence"),
        "reallocation": _("Réallocation (créés et disparus)"),
    }
    rows = [Row([label, flows[code], flows[f"{code}_rate"]]) for code, label in names.items()]
    columns = [Column(_("Mouvement")), Column(_("Emplois"), "whole"), Column(_("Taux symétrique"), "percent", 1)]
    note = _(
        "Taux symétrique : sur la moyenne des deux totaux (Davis, Haltiwanger et Schuh, 1996). Il met hausses et "
        "baisses sur le même pied ; le pourcentage ordinaire se calcule sur le premier total."
    )
    return Table(_("Créations et disparitions"), columns, rows, note=note)


def tell_classes(comparison: Results, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Each class that has organisations, with their names: who was born, who closed, who merged."""
    by_class: dict[str, list[str]] = {}
    for unit in comparison["units"]:
        by_class.setdefault(unit["class"], []).append(_name_unit(unit["organisations"], names))
    return [
        {
            "label": label_part(code),
            "note": explain_part(code),
            "amount": comparison["parts"][code],
            "names": sorted(by_class[code]),
        }
        for code, _amount_of_class in in_order(comparison["parts"], PARTS)
        if code in by_class
    ]


def _name_unit(organisations: Iterable[int], names: Mapping[int, str]) -> str:
    return " + ".join(names.get(number, _("nom effacé")) for number in organisations)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
