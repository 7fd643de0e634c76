"""What would be published, and what a correction changes, in words and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from essor.design.tables import Column, Row, Table
from essor.design.wording import write_day, write_signed_percent, write_unknown, write_whole
from essor.observatory.actions import Preview
from essor.observatory.labels import label_base
from essor.observatory.numbers import name_bridge, name_comparison, name_figure, name_line
from essor.observatory.rules import canonical_json, sha256_of
from essor.observatory.sentences import find_amount, find_figure, write_natural
from essor.observatory.small_groups import list_small_groups, tabulate_small_groups

Data = Mapping[str, Any]
MOST_GROUPS, MOST_CHANGES = 500, 60
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
    """What a person has looked at: the request, its instant and its figures. Anything else asks to look again."""
    said = {name: str(value) for name, value in asked.items()}
    seen = {name: preview.results[name] for name in ("known_at", "figures")}
    return sha256_of(canonical_json({"asked": said, **seen}))


def read_preview(preview: Preview, *, definitions: Data, predecessor: Data | None) -> dict[str, Any]:
    """The context of a preview. ``definitions``: as the edition would keep them; ``predecessor``: its results."""
    results = preview.results
    labels = {base["slug"]: label_base(base) for base in results["bases"]}
    small = list_small_groups(results, definitions)
    return {
        "totals": _tabulate_totals(results),
        "small_groups": len(small),
        "alone": sum(group.enterprises == 1 for group in small),
        "groups": tabulate_small_groups(small[:MOST_GROUPS]),
        "more_groups": max(0, len(small) - MOST_GROUPS),
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
    tell = {"bridge": name_bridge, "comparison": name_comparison}.get(change["kind"], name_figure)
    name = tell(change["key"], known)
    if change["kind"] == "table":
        name = f"{name} — {name_line(change['dimension'], change['code'], definitions)}"
    return name if change["field"] == "value" else f"{name} — {_(FIELDS[change['field']])}"


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
