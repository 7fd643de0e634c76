"""Two dates on one base: the waterfall, the three readings, what was created and lost, who is in each part."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.design.charts import Step, Waterfall
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_as, write_decimal, write_interval, write_month, write_signed
from essor.methods.comparison import RESTRUCTURED
from essor.observatory.growths import write_growth_range
from essor.observatory.labels import (
    FATES,
    PARTS,
    explain_fate,
    explain_part,
    explain_reading,
    label_fate,
    label_movement,
    label_part,
    label_reading,
)
from essor.observatory.pictures.amounts import READINGS, Results, in_order

NOT_SAID = "—"
"""In the place of a rate that may not be said."""


def draw_growth(comparison: Results, *, label: str, reading: str = "criteria") -> Waterfall:
    """From one total to the other in one reading; parts of nothing are left out. ``label``: that of the base."""
    start, end = date.fromisoformat(comparison["from"]), date.fromisoformat(comparison["to"])
    told = comparison["readings"][reading]
    steps = [Step(label, amount, note=note) for label, note, amount in _list_parts(comparison, reading) if amount]
    return Waterfall(
        title=_("D’où vient le changement ?"),
        subtitle=_("{label} · {reading}").format(label=label, reading=label_reading(reading)),
        description=_("Cascade de {before} emplois ({start}) à {after} emplois ({end}), partie par partie.").format(
            before=write_as("whole", told["before"]),
            start=write_month(start),
            after=write_as("whole", told["after"]),
            end=write_month(end),
        ),
        steps=[
            Step(_first_upper(write_month(start)), told["before"], "total", note=_say_bands(told, "before")),
            *steps,
            Step(_first_upper(write_month(end)), told["after"], "total", note=_say_bands(told, "after")),
        ],
        value_heading=_("Emplois"),
    )


def _say_bands(told: Results, side: str) -> str:
    """What a total of exact figures leaves out, when a band is in it."""
    bounds = told[f"{side}_range"]
    if bounds[0] == bounds[1]:
        return ""
    return _("Chiffres exacts seulement. Avec les fourchettes : {interval}.").format(interval=write_interval(bounds))


def _list_parts(comparison: Results, reading: str) -> list[tuple[str, str, Any]]:
    """Label, note and jobs of each part of a reading: classes, or what became of a cohort."""
    if reading == "criteria":
        classes = in_order(comparison["parts"], PARTS)
        return [(label_part(code), explain_part(code), amount) for code, amount in classes]
    fates = in_order(comparison["readings"][reading]["fates"], FATES)
    return [(label_fate(code), explain_fate(code), amount) for code, amount in fates]


def tabulate_readings(comparison: Results) -> Table:
    """« On this same base », said in its three readings."""
    rows = []
    for code in READINGS:
        reading = comparison["readings"][code]
        unknown = len(reading["unknown"])
        note = explain_reading(code)
        if unknown:
            words = ngettext("({n} sans réponse, non comptée)", "({n} sans réponse, non comptées)", unknown)
            note += " " + words.format(n=unknown)
        rows.append(
            Row(
                [
                    label_reading(code),
                    reading["units"],
                    _write_end(reading, "before"),
                    _write_end(reading, "after"),
                    _write_rate(reading),
                    NOT_SAID if reading["reserve"] else reading["yearly"],
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
    return Table(_("« Sur cette même base », dit de trois façons"), columns, rows, note=_explain_mergers(comparison))


def _write_end(reading: Results, side: str) -> Any:
    bounds = reading[f"{side}_range"]
    return reading[side] if bounds[0] == bounds[1] else write_interval(bounds)


def _write_rate(reading: Results) -> Any:
    """The growth, its interval, or a dash where nothing may be said."""
    return (write_growth_range(reading["growth_range"]) or NOT_SAID) if reading["reserve"] else reading["growth"]


def _explain_mergers(comparison: Results) -> str:
    """Why fewer enterprises are followed than were counted, when some merged or split."""
    if all(len(unit["organisations"]) == 1 for unit in comparison["units"]):
        return ""
    return _(
        "Des entreprises qui fusionnent ou se scindent entre les deux dates sont suivies ensemble : elles "
        "comptent pour une."
    )


def tabulate_parts(comparison: Results) -> Table:
    """From the enterprises and jobs of the first date to those of the second, part by part; both columns sum."""
    enterprises, jobs = comparison["enterprise_parts"], comparison["parts"]
    places = 1 if comparison["scale"] else 0
    totals = [
        Row(
            [
                _first_upper(write_month(date.fromisoformat(comparison[end]))),
                comparison[f"enterprises_{side}"],
                write_decimal(comparison[side], places),
            ],
            note=_say_bands(comparison["readings"]["criteria"], side),
            is_total=True,
        )
        for end, side in (("from", "before"), ("to", "after"))
    ]
    parts = [
        Row(
            [label_part(code), write_signed(count), write_signed(jobs.get(code, 0), places)],
            note=explain_part(code) if code == RESTRUCTURED else "",
        )
        for code, count in in_order(enterprises, PARTS)
        if count or jobs.get(code)
    ]
    columns = [Column(_("Partie")), Column(_("Entreprises"), "whole"), Column(_("Emplois"), "whole")]
    return Table(_("Les entreprises et les emplois, partie par partie"), columns, [totals[0], *parts, totals[1]])


def list_movements(told: Results) -> list[tuple[str, Any, float | None]]:
    """Code, signed jobs and share of a reading's movements: work created and lost, then who is counted or known.

    They sum to the last line, the change. ``told``: a reading, in stored or natural units.
    """
    economic, flows = told["economic"], told["flows"]
    lost_rate = economic["destruction_rate"]
    return [
        ("creation", economic["creation"], economic["creation_rate"]),
        ("destruction", -economic["destruction"], None if lost_rate is None else -lost_rate),
        ("recounted", told["recounted"], told["recounted_rate"]),
        ("change", flows["net"], flows["net_rate"]),
    ]


def tabulate_flows(comparison: Results, *, reading: str = "criteria") -> Table:
    """Jobs created and lost, what comes from who is counted, and their sum; rates over the mean of the two totals."""
    told = comparison["readings"][reading]
    unsaid = NOT_SAID if told["reserve"] else None
    rows = [
        Row([label_movement(code), jobs, unsaid if rate is None else rate], is_total=code == "change")
        for code, jobs, rate in list_movements(told)
    ]
    columns = [
        Column(_("Mouvement")),
        Column(_("Emplois"), "signed"),
        Column(_("Taux symétrique"), "signed_percent", 1),
    ]
    economic = told["economic"]
    note = _(
        "Créés ou disparus : chez les entreprises qui ont grandi, rétréci, ouvert, rouvert ou fermé. Arriver, partir, "
        "être reclassée ou vue plus tard ne crée rien : c’est la ligne « Qui est compté ou connu »."
    )
    reallocation = _("Réallocation : {jobs} emplois, créés et disparus ensemble ({rate}).").format(
        jobs=write_as("whole", economic["reallocation"]),
        rate=unsaid or write_as("percent", economic["reallocation_rate"], 1),
    )
    rates = _(
        "Taux symétrique : sur la moyenne des deux totaux (Davis, Haltiwanger et Schuh, 1996). Il met hausses et "
        "baisses sur le même pied ; le pourcentage ordinaire se calcule sur le premier total."
    )
    return Table(_("Créations et disparitions"), columns, rows, note=f"{note} {reallocation} {rates}")


def tell_parts(comparison: Results, *, reading: str = "criteria") -> list[dict[str, Any]]:
    """Each part of a reading that has enterprises, with them: who was born, who closed, who merged.

    ``units``: for each, the numbers of its organisations (several when they merged). ``amount`` None: enterprises that
    the reading should follow and whose jobs are unknown.
    """
    by_id = {unit["id"]: unit["organisations"] for unit in comparison["units"]}
    if reading == "criteria":
        by_class: dict[str, list[int]] = {}
        for unit in comparison["units"]:
            by_class.setdefault(unit["class"], []).append(unit["id"])
        listed = [by_class.get(code, []) for code, _amount in in_order(comparison["parts"], PARTS)]
    else:
        listed = [units for _code, units in in_order(comparison["readings"][reading]["fate_units"], FATES)]
    parts = [
        {"label": label, "note": note, "amount": amount, "units": [by_id[unit] for unit in units]}
        for (label, note, amount), units in zip(_list_parts(comparison, reading), listed, strict=True)
        if units
    ]
    if unknown := comparison["readings"][reading]["unknown"]:
        label = _("Sans réponse, non comptées")
        parts.append({"label": label, "note": "", "amount": None, "units": [by_id[unit] for unit in unknown]})
    return parts


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
