"""A portrait's results → charts and tables, ready for design's components and for documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from essor.design.charts import Bar, BarChart, LineChart, Point, Step, Tile, TileMap, Waterfall
from essor.design.charts.boundaries import Area, BoundaryMap
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_as, write_day, write_month
from essor.observatory.labels import (
    BRIDGE_PARTS,
    PARTS,
    UNKNOWN,
    explain_part,
    explain_reading,
    label_bridge_part,
    label_code,
    label_dimension,
    label_part,
    label_reading,
)
from essor.observatory.rules import find_value

DIMENSIONS = ("municipality", "legal_form", "sector", "size", "age")
READINGS = ("criteria", "cohort", "survivors")
TILE_COLUMNS = 4
AMOUNTS = {
    "before", "after", "total_a", "total_b", "unknown_before", "creation", "destruction", "net", "reallocation",
    "excess_reallocation",
}  # fmt: skip
HOLDERS = {"readings", *READINGS, "flows", "economic"}
Results = Mapping[str, Any]
Definitions = Mapping[str, Any]


def natural(value: int | None, scale: int) -> float | int | None:
    """A stored integer in natural units; a whole number stays an integer."""
    if value is None:
        return None
    return value if scale == 0 else value / 10**scale


def exact(value: int, scale: int) -> int | Fraction:
    """A stored integer in natural units, without rounding: parts must still sum to their total."""
    return value if scale == 0 else Fraction(value, 10**scale)


def in_natural_units(told: Results, scale: int) -> Results:
    """A comparison or a bridge with its amounts of jobs in natural units; counts and shares stay as they are."""
    return told if scale == 0 else {name: _in_natural_units(name, value, scale) for name, value in told.items()}


def _in_natural_units(name: str, value: Any, scale: int) -> Any:
    if name in AMOUNTS and value is not None:
        return exact(value, scale)
    if name == "parts":
        return {code: exact(amount, scale) for code, amount in value.items()}
    if name in HOLDERS:
        return {code: _in_natural_units(code, kept, scale) for code, kept in value.items()}
    return value


def draw_growth(comparison: Results) -> Waterfall:
    """From one total to the other, part by part; parts of nothing are left out."""
    start, end = date.fromisoformat(comparison["from"]), date.fromisoformat(comparison["to"])
    parts = [
        Step(label_part(code), amount, note=explain_part(code))
        for code, amount in _in_order(comparison["parts"], PARTS)
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


def draw_bridge(bridge: Results, *, label_a: str, label_b: str) -> Waterfall:
    """From the total on one base to the total on the other, the same day."""
    notes = {"only_in_a": label_a, "only_in_b": label_b}
    parts = [
        Step(label_bridge_part(code), amount, note=notes.get(code, explain_part(code)))
        for code, amount in _in_order(bridge["parts"], BRIDGE_PARTS)
        if amount
    ]
    return Waterfall(
        title=_("Pourquoi deux totaux ?"),
        subtitle=_("Emplois, le même jour : {day}").format(day=write_day(date.fromisoformat(bridge["on"]))),
        description=_("Pont de {a} emplois sur la base « {label_a} » à {b} sur la base « {label_b} ».").format(
            a=write_as("whole", bridge["total_a"]),
            label_a=label_a,
            b=write_as("whole", bridge["total_b"]),
            label_b=label_b,
        ),
        steps=[
            Step(label_a, bridge["total_a"], "total"),
            *parts,
            Step(label_b, bridge["total_b"], "total"),
        ],
        value_heading=_("Emplois"),
    )


def draw_bars(figure: Results, dimension: str, definitions: Definitions) -> BarChart:
    """The jobs of each line of one dimension, the largest first, what is unknown last."""
    lines = [line for line in figure["tables"][dimension] if line["enterprises"] or line["code"] == UNKNOWN]
    if dimension not in {"size", "age"}:
        lines.sort(key=lambda line: (line["code"] == UNKNOWN, -(line["value"] or 0)))
    bars = [
        Bar(
            label_code(dimension, line["code"], definitions),
            natural(line["value"], figure["scale"]),
            is_unknown=line["code"] == UNKNOWN,
        )
        for line in lines
        if line["enterprises"] or line["code"] != UNKNOWN
    ]
    title = {
        "municipality": _("Les emplois par municipalité"),
        "legal_form": _("Les emplois par forme juridique"),
        "sector": _("Les emplois par secteur"),
        "size": _("Les emplois par taille d’entreprise"),
        "age": _("Les emplois par âge d’entreprise"),
    }[dimension]
    return BarChart(
        title=title,
        description=_("Barres : {lines}.").format(
            lines=", ".join(f"{bar.label} {write_as('whole', bar.value)}" for bar in bars)
        ),
        bars=bars,
        label_heading=label_dimension(dimension),
        value_heading=_("Emplois"),
    )


def tabulate_dimension(
    results: Results, *, stem: str, on: str, jobs: str, dimension: str, definitions: Definitions
) -> Table:
    """Enterprises, jobs and full-time equivalents by one dimension; « unknown » is a line of its own, rows sum."""
    counts, headcount, full_time = (
        results["figures"][f"{stem}.{name}.{on}"] for name in ("enterprises", jobs, "jobs_fte")
    )
    by_code = [
        {line["code"]: line for line in figure["tables"][dimension]} for figure in (counts, headcount, full_time)
    ]
    rows = [
        Row(
            [
                label_code(dimension, code, definitions),
                line["enterprises"],
                _amount(by_code[1].get(code), headcount["scale"]),
                _amount(by_code[2].get(code), full_time["scale"]),
            ],
            note=_note(by_code[2].get(code)),
        )
        for code, line in by_code[0].items()
        if line["enterprises"] or code == UNKNOWN
    ]
    total = Row(
        [
            _("Total"),
            counts["enterprises"],
            _amount(headcount, headcount["scale"]),
            _amount(full_time, full_time["scale"]),
        ],
        note=_note(full_time),
        is_total=True,
    )
    columns = [
        Column(label_dimension(dimension)), Column(_("Entreprises"), "whole"), Column(_("Emplois"), "whole"),
        Column(_("Équivalents temps plein"), "decimal", 1),
    ]  # fmt: skip
    return Table(_("Par {dimension}").format(dimension=label_dimension(dimension).lower()), columns, [*rows, total])


def tabulate_figure(figure: Results, *, dimension: str, definitions: Definitions) -> Table:
    """One figure by one dimension: enterprises, and the amount where the figure is one of jobs."""
    is_count = figure["indicator"] == "enterprises"
    rows = []
    for line in [line for line in figure["tables"][dimension] if line["enterprises"] or line["code"] == UNKNOWN]:
        amount = [] if is_count else [_amount(line, figure["scale"])]
        rows.append(Row([label_code(dimension, line["code"], definitions), line["enterprises"], *amount]))
    total = [] if is_count else [_amount(figure, figure["scale"])]
    rows.append(Row([_("Total"), figure["enterprises"], *total], is_total=True))
    columns = [Column(label_dimension(dimension)), Column(_("Entreprises"), "whole")]
    if not is_count:
        columns.append(Column(_("Emplois"), "decimal", 1) if figure["scale"] else Column(_("Emplois"), "whole"))
    return Table(_("Par {dimension}").format(dimension=label_dimension(dimension).lower()), columns, rows)


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


def draw_series(results: Results, *, stem: str, jobs: str, label: str) -> LineChart | None:
    """The jobs of one base over its dates; a date at which nothing could be decided has no point. None under two."""
    figures = [results["figures"][f"{stem}.{jobs}.{on}"] for on in results["dates"]]
    points = [Point(date.fromisoformat(figure["on"]), sure_value(figure)) for figure in figures]
    if sum(point.value is not None for point in points) < 2:
        return None
    return LineChart(
        title=_("Les emplois, d’une date à l’autre"),
        subtitle=label,
        description=_("Ligne : {points}.").format(
            points=", ".join(f"{write_month(point.on)} {point.value}" for point in points)
        ),
        points=points,
        value_heading=_("Emplois"),
    )


def draw_map(
    figure: Results, definitions: Definitions, *, shapes: Mapping[str, Mapping[str, Any]], parents: Mapping[str, str]
) -> TileMap | BoundaryMap | None:
    """The jobs by municipality on its boundaries, or else by MRC on theirs, or else on schematic tiles.

    ``shapes``: the boundaries known, by code; ``parents``: the MRC of each municipality.
    """
    values = {
        line["code"]: natural(line["value"], figure["scale"])
        for line in figure["tables"]["municipality"]
        if line["code"] != UNKNOWN
    }
    above = {code: parents.get(code, "") for code in values}
    by_shape = all(code in shapes for code in values)
    if not by_shape and len(set(above.values())) > 1 and all(code in shapes for code in above.values()):
        values, by_shape = _sum_above(values, above), True
    if not values:
        return None
    names = {code: label_code("municipality", code, definitions) for code in values}
    said: dict[str, Any] = {
        "title": _("Où sont les emplois"),
        "description": _("Carte : {places}.").format(
            places=", ".join(f"{names[code]} {write_as('whole', value)}" for code, value in values.items())
        ),
        "label_heading": _("Lieu"),
        "value_heading": _("Emplois"),
    }
    if by_shape:
        return BoundaryMap(areas=[Area(code, names[code], shapes[code], values[code]) for code in values], **said)
    ordered = sorted(values, key=lambda code: names[code])
    tiles = [
        Tile(code, names[code], values[code], place % TILE_COLUMNS, place // TILE_COLUMNS)
        for place, code in enumerate(ordered)
    ]
    return TileMap(tiles=tiles, subtitle=_("Carte schématique : un carré par municipalité, sans ses limites"), **said)


def _sum_above(values: Mapping[str, float | int | None], above: Mapping[str, str]) -> dict[str, float | int | None]:
    """Totals by the place above; one part unknown makes the total unknown."""
    totals: dict[str, float | int | None] = {}
    for code, value in values.items():
        held = totals.get(above[code], 0)
        totals[above[code]] = None if held is None or value is None else held + value
    return totals


def sure_value(figure: Results) -> float | int | None:
    """The figure in natural units; None where no enterprise could be decided: that zero would be ignorance."""
    return natural(find_value(figure), figure["scale"])


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
        for code, _amount_of_class in _in_order(comparison["parts"], PARTS)
        if code in by_class
    ]


def tell_bridge(bridge: Results, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Each part of a bridge that has organisations, with their names."""
    return [
        {
            "label": label_bridge_part(code),
            "amount": bridge["parts"][code],
            "names": sorted(names.get(number, _("nom effacé")) for number in organisations),
        }
        for code, organisations in _in_order(bridge["organisations"], BRIDGE_PARTS)
        if organisations
    ]


def _name_unit(organisations: Iterable[int], names: Mapping[int, str]) -> str:
    return " + ".join(names.get(number, _("nom effacé")) for number in organisations)


def _in_order(parts: Mapping[str, Any], order: Iterable[str]) -> list[tuple[str, Any]]:
    """The parts in the order that a reader expects: stored results are sorted by name."""
    return [(code, parts[code]) for code in order if code in parts]


def _amount(line: Results | None, scale: int) -> float | int | None:
    """The amount of a line; None where enterprises are there and none gave a figure."""
    if line is None:
        return None
    has_figure = line["exact"] + line["banded"] > 0
    return natural(line["value"], scale) if has_figure or not line["enterprises"] else None


def _note(line: Results | None) -> str:
    missing = line["without_figure"] if line else 0
    return _("équivalents temps plein : {n} sans chiffre").format(n=missing) if missing else ""


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
