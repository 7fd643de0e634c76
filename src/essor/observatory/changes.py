"""What would be published, and what a correction changes, in words and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from essor.design.tables import Column, Row, Table
from essor.design.wording import write_day, write_month, write_signed_percent, write_unknown, write_whole
from essor.observatory.actions import Preview
from essor.observatory.labels import label_base, label_code, label_dimension, label_indicator
from essor.observatory.rules import canonical_json, sha256_of
from essor.observatory.sentences import find_amount, find_figure, write_natural

Data = Mapping[str, Any]
MOST_CELLS, MOST_CHANGES = 60, 60
BOUNDS = ("low", "high")
FIELDS = {
    "low": gettext_noop("au moins"),
    "high": gettext_noop("au plus"),
    "undecided": gettext_noop("indécises"),
    "before": gettext_noop("au départ"),
    "after": gettext_noop("à l’arrivée"),
    "growth": gettext_noop("croissance"),
    "total_a": gettext_noop("total de la première base"),
    "total_b": gettext_noop("total de la deuxième base"),
}


def seal_preview(preview: Preview, asked: Mapping[str, Any]) -> str:
    """What a person has looked at: the request and its figures. Publishing anything else asks to look again."""
    said = {name: str(value) for name, value in asked.items()}
    return sha256_of(canonical_json({"asked": said, "figures": preview.results["figures"]}))


def read_preview(preview: Preview, *, definitions: Data, predecessor: Data | None) -> dict[str, Any]:
    """The context of a preview. ``definitions``: as the edition would keep them; ``predecessor``: its results."""
    results = preview.results
    labels = {base["slug"]: label_base(base) for base in results["bases"]}
    small = [item for item in results["warnings"] if item["type"] == "small-cell"]
    return {
        "totals": _tabulate_totals(results),
        "small_cells": len(small),
        "cells": _tabulate_cells(small[:MOST_CELLS], results, definitions),
        "more_cells": max(0, len(small) - MOST_CELLS),
        "small_differences": [
            {
                "first": labels[item["bases"][0]],
                "second": labels[item["bases"][1]],
                "on": date.fromisoformat(item["on"]),
            }
            for item in results["warnings"]
            if item["type"] == "small-difference"
        ],
        "changes": None
        if preview.changes is None or predecessor is None
        else tabulate_changes(preview.changes, before=predecessor, after=results, definitions=definitions),
        "more_changes": max(0, len(keep_told(preview.changes or ())) - MOST_CHANGES),
    }


def _tabulate_totals(results: Data) -> Table:
    rows = []
    for base in results["bases"]:
        for on in results["dates"]:
            count, jobs = find_figure(results, base, "enterprises", on), find_figure(results, base, "jobs", on)
            amounts = [find_amount(count), find_amount(jobs)]
            cells = [_("%(base)s, %(day)s") % {"base": label_base(base), "day": write_day(date.fromisoformat(on))}]
            rows.append(Row([*cells, *amounts, count["undecided"], jobs["without_figure"]]))
    columns = [
        Column(_("Base et date")),
        Column(_("Entreprises"), "whole"),
        Column(_("Emplois"), "whole"),
        Column(_("Indécises"), "whole"),
        Column(_("Sans chiffre"), "whole"),
    ]
    return Table(_("Ce qui serait publié"), columns, rows)


def _tabulate_cells(small: Sequence[Data], results: Data, definitions: Data) -> Table:
    rows = []
    for item in small:
        figure = results["figures"][item["key"]]
        line = label_code(item["dimension"], item["code"], definitions)
        rows.append(
            Row([f"{label_dimension(item['dimension'])} : {line}", _name_figure(figure, results), item["enterprises"]])
        )
    columns = [Column(_("Ligne")), Column(_("Chiffre")), Column(_("Entreprises"), "whole")]
    return Table(_("Les lignes de moins de trois entreprises"), columns, rows)


def tabulate_changes(changes: Sequence[Data], *, before: Data, after: Data, definitions: Data) -> Table:
    """The changes of :func:`essor.observatory.queries.editions.list_changes`, each in words, at most MOST_CHANGES."""
    known = {"bases": [*before["bases"], *after["bases"]], "measures": before["measures"] | after["measures"]}
    told = keep_told(changes)
    rows = [
        Row(
            [
                _name_change(change, known, definitions),
                _write(change, change["before"], before, known),
                _write(change, change["after"], after, known),
            ]
        )
        for change in told[:MOST_CHANGES]
    ]
    columns = [Column(_("Chiffre")), Column(_("Avant"), "whole"), Column(_("Après"), "whole")]
    return Table(_("Ce qui change"), columns, rows)


def keep_told(changes: Sequence[Data]) -> list[Data]:
    """Without the bounds of a figure whose value is told already."""
    valued = {change["key"] for change in changes if change["kind"] == "figure" and change["field"] == "value"}
    return [change for change in changes if change["field"] not in BOUNDS or change["key"] not in valued]


def _name_change(change: Data, known: Data, definitions: Data) -> str:
    parts = change["key"].split(".")
    if change["kind"] == "bridge":
        said = {
            "first": _name_base(parts[0], known),
            "second": _name_base(parts[2], known),
            "day": write_day(date.fromisoformat(parts[4])),
        }
        name = _("Pont de « %(first)s » à « %(second)s », %(day)s") % said
    elif change["kind"] == "comparison":
        start, end = (write_month(date.fromisoformat(day)) for day in parts[3:5])
        said = {"base": _name_base(parts[0], known), "start": start, "end": end}
        name = _("Emplois, « %(base)s », de %(start)s à %(end)s") % said
    else:
        name = _name_figure({"base": parts[0], "indicator": parts[2], "on": parts[3]}, known)
    if change["kind"] == "table":
        line = label_code(change["dimension"], change["code"], definitions)
        name = f"{name} — {label_dimension(change['dimension'])} : {line}"
    return name if change["field"] == "value" else f"{name} — {_(FIELDS[change['field']])}"


def _name_figure(figure: Data, known: Data) -> str:
    said = {
        "measure": label_indicator(figure["indicator"], known["measures"]),
        "base": _name_base(figure["base"], known),
        "day": write_day(date.fromisoformat(figure["on"])),
    }
    return _("%(measure)s, « %(base)s », %(day)s") % said


def _name_base(slug: str, known: Data) -> str:
    return next(label_base(base) for base in reversed(known["bases"]) if base["slug"] == slug)


def _write(change: Data, value: Any, results: Data, known: Data) -> str:
    """The number; « non publié » where this edition says nothing of it, « inconnu » where it says that nobody knows."""
    behind = [results["figures"].get(key) for key in _list_behind(change, known)]
    if None in behind:
        return _("non publié")
    if change["field"] == "undecided":
        return write_whole(value)
    if change["kind"] == "table" and not _has_line(change, behind[0]):
        return write_whole(0)
    if value is None or any(find_amount(figure) is None for figure in behind):
        return write_unknown()
    if change["field"] == "growth":
        return write_signed_percent(value, 1)
    return write_natural(value, behind[0]["scale"])


def _has_line(change: Data, figure: Data) -> bool:
    """A line that a table does not have stands for no enterprise at all."""
    return any(line["code"] == change["code"] for line in figure["tables"][change["dimension"]])


def _list_behind(change: Data, known: Data) -> list[str]:
    """The keys of the figures that a changed number is made of."""
    parts = change["key"].split(".")
    if change["kind"] == "bridge":
        slug, version = parts[:2] if change["field"] == "total_a" else parts[2:4]
        base = next(base for base in reversed(known["bases"]) if base["slug"] == slug)
        return [f"{slug}.{version}.{base['jobs_variable']}.{parts[4]}"]
    if change["kind"] == "comparison":
        days = {"before": parts[3:4], "after": parts[4:5], "growth": parts[3:5]}[change["field"]]
        return [".".join([*parts[:3], day]) for day in days]
    return [change["key"]]
