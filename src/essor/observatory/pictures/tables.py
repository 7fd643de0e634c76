"""One base on one day: its jobs by municipality, form, sector, size and age, and over its dates."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from essor.design.charts import Bar, BarChart, LineChart, Point
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_as, write_month
from essor.observatory.labels import UNKNOWN, label_code, label_dimension
from essor.observatory.pictures.amounts import Definitions, Results, read_line, say_basis, sure_value

DIMENSIONS = ("municipality", "legal_form", "sector", "size", "age")


def draw_bars(figure: Results, dimension: str, definitions: Definitions, *, label: str) -> BarChart:
    """The jobs of each line of one dimension, the largest first, what is unknown last. ``label``: the base's."""
    lines = [line for line in figure["tables"][dimension] if line["enterprises"] or line["code"] == UNKNOWN]
    if dimension not in {"size", "age"}:
        lines.sort(key=lambda line: (line["code"] == UNKNOWN, -(line["value"] or 0)))
    bars = [
        Bar(label_code(dimension, line["code"], definitions), value, is_unknown=line["code"] == UNKNOWN, written=words)
        for line in lines
        if line["enterprises"] or line["code"] != UNKNOWN
        for value, words in [read_line(line, figure["scale"])]
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
        subtitle=say_basis(label, figure["on"]),
        description=_("Barres : {lines}.").format(
            lines=", ".join(f"{bar.label} {bar.written or write_as('whole', bar.value)}" for bar in bars)
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


def draw_series(results: Results, *, stem: str, jobs: str, label: str) -> LineChart | None:
    """The jobs of one base over its dates; a date at which nothing could be decided has no point. None under two."""
    figures = [results["figures"][f"{stem}.{jobs}.{on}"] for on in results["dates"]]
    points = [
        Point(date.fromisoformat(figure["on"]), sure_value(figure), written=read_line(figure, figure["scale"])[1])
        for figure in figures
    ]
    if sum(point.value is not None for point in points) < 2:
        return None
    places = 1 if figures[0]["scale"] else 0
    return LineChart(
        title=_("Les emplois, d’une date à l’autre"),
        subtitle=label,
        description=_("Ligne : {points}.").format(
            points=", ".join(
                f"{write_month(point.on)} {point.written or write_as('decimal', point.value, places)}"
                for point in points
            )
        ),
        points=points,
        value_heading=_("Emplois"),
    )


def _amount(line: Results | None, scale: int) -> float | int | str | None:
    """The amount of a line, or its interval in words; None where enterprises are there and none gave a figure."""
    if line is None:
        return None
    value, words = read_line(line, scale)
    return words or value


def _note(line: Results | None) -> str:
    missing = line["without_figure"] if line else 0
    return _("équivalents temps plein : {n} sans chiffre").format(n=missing) if missing else ""
