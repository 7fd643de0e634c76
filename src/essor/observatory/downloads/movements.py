"""Comparisons and bridges of an edition as rows, in the language in force; results hold none of an unknown total."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from essor.observatory.downloads.cells import NOT_AVAILABLE, fix_point
from essor.observatory.labels import (
    BRIDGE_PARTS,
    PARTS,
    READINGS,
    label_base,
    label_bridge_part,
    label_movement,
    label_part,
    label_reading,
)
from essor.observatory.pictures import list_movements

Data = Mapping[str, Any]
Row = tuple[Any, ...]


def list_comparison_rows(results: Data) -> Iterator[Row]:
    """Base, from, to, reading, line, number, rate: readings, then parts whose sum is the change exactly."""
    bases = {base["slug"]: label_base(base) for base in results["bases"]}
    for comparison in results["comparisons"].values():
        start, end = date.fromisoformat(comparison["from"]), date.fromisoformat(comparison["to"])
        for reading, line, number, rate in _list_lines(comparison):
            yield (bases[comparison["base"]], start, end, reading, line, number, rate)


def _list_lines(comparison: Data) -> Iterator[Row]:
    scale = comparison["scale"]
    for code in READINGS:
        told, label = comparison["readings"][code], label_reading(code)
        yield label, _("Avant"), fix_point(told["before"], scale), None
        yield label, _("Après"), fix_point(told["after"], scale), _rate(told["growth"])
        yield label, _("Par an"), None, _rate(told["yearly"])
        yield label, _("Entreprises suivies"), told["units"], None
        yield label, _("Sans réponse"), len(told["unknown"]), None
        yield from ((label, *line) for line in _list_reserves(told, scale))
    label = label_reading("criteria")
    for code in PARTS:
        if code in comparison["parts"]:
            yield label, label_part(code), fix_point(comparison["parts"][code], scale), None
    criteria = comparison["readings"]["criteria"]
    for code, jobs, share in list_movements(criteria):
        yield label, label_movement(code), fix_point(jobs, scale), _rate(share)
    together, share = (criteria["economic"][name] for name in ("reallocation", "reallocation_rate"))
    yield label, label_movement("reallocation"), fix_point(together, scale), _rate(share)


def _list_reserves(told: Data, scale: int) -> Iterator[Row]:
    """What is not known at both dates, and the ends that bands leave to the totals and to the growth."""
    missing = told["missing"]
    if missing["units"]:
        yield _("Pas connues aux deux dates"), len(missing["units"]), None
        yield (
            _("Leurs emplois, et leur part de ceux du départ"),
            fix_point(missing["jobs"], scale),
            _rate(missing["share"]),
        )
    if told["reserve"] != "band-in-total":
        return
    rates = told["growth_range"]
    for words, end in ((_("au moins"), 0), (_("au plus"), 1)):
        for name, side in ((_("Avant"), "before"), (_("Après"), "after")):
            number = fix_point(told[f"{side}_range"][end], scale)
            rate = _rate(rates[end]) if side == "after" else None
            yield f"{name}, {words}", NOT_AVAILABLE if number is None else number, rate


def list_bridge_rows(results: Data) -> Iterator[Row]:
    """First base, second base, day, line, jobs, enterprises: from one total to the other, part by part."""
    bases = {(base["slug"], base["version"]): base for base in results["bases"]}
    for bridge in results["bridges"].values():
        first, second = (bases[bridge[end]["base"], bridge[end]["version"]] for end in ("from", "to"))
        scale = results["measures"][first["jobs_variable"]]["scale"]
        lines = [
            (_("Total selon « %(base)s »") % {"base": label_base(first)}, bridge["total_a"], bridge["enterprises_a"]),
            *(
                (label_bridge_part(code), bridge["parts"][code], bridge["enterprise_parts"][code])
                for code in BRIDGE_PARTS
                if code in bridge["parts"]
            ),
            (_("Total selon « %(base)s »") % {"base": label_base(second)}, bridge["total_b"], bridge["enterprises_b"]),
        ]
        for label, jobs, enterprises in lines:
            amounts = (fix_point(jobs, scale), enterprises)
            yield (label_base(first), label_base(second), date.fromisoformat(bridge["on"]), label, *amounts)


def _rate(share: float | None) -> Decimal | str:
    return NOT_AVAILABLE if share is None else Decimal(str(share))
