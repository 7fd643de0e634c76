"""What would be published, in words and tables, before anyone publishes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from essor.design.tables import Column, Row, Table
from essor.design.wording import write_day
from essor.observatory.actions import Preview
from essor.observatory.changes import tabulate_changes
from essor.observatory.labels import label_base
from essor.observatory.rules import canonical_json, sha256_of
from essor.observatory.sentences import find_amount, find_figure
from essor.observatory.small_groups import list_small_groups, tabulate_small_groups

Data = Mapping[str, Any]
MOST_GROUPS = 500


def seal_preview(preview: Preview, asked: Mapping[str, Any]) -> str:
    """What a person has looked at: request, instant, figures, warnings. Anything else asks to look again."""
    said = {name: str(value) for name, value in asked.items()}
    seen = {name: preview.results[name] for name in ("known_at", "figures")}
    return sha256_of(canonical_json({"asked": said, "differences": preview.differences, **seen}))


def read_preview(preview: Preview, *, definitions: Data, predecessor: Data | None) -> dict[str, Any]:
    """The context of a preview. ``definitions``: as the edition would keep them; ``predecessor``: its results."""
    results = preview.results
    small = list_small_groups(results, definitions)
    return {
        "totals": _tabulate_totals(results),
        "small_groups": len(small),
        "alone": sum(group.enterprises == 1 for group in small),
        "groups": tabulate_small_groups(small[:MOST_GROUPS]),
        "more_groups": max(0, len(small) - MOST_GROUPS),
        "small_differences": [_name_difference(item, label_bases(results)) for item in preview.differences],
        "changes": None
        if preview.changes is None or predecessor is None
        else tabulate_changes(preview.changes, before=predecessor, after=results, definitions=definitions),
    }


def label_bases(results: Data) -> dict[str, str]:
    return {base["slug"]: label_base(base) for base in results["bases"]}


def _name_difference(item: Data, labels: Mapping[str, str]) -> dict[str, Any]:
    """The two bases that nearly agree, by their names (``labels``, else their short names), and the day."""
    first, second = (labels.get(slug, slug) for slug in item["bases"])
    if "edition" in item:
        second = _("%(base)s, édition « %(slug)s »") % {"base": second, "slug": item["edition"]}
    return {"first": first, "second": second, "on": date.fromisoformat(item["on"])}


def say_difference(item: Data, labels: Mapping[str, str]) -> str:
    """One warning in a sentence: what two published totals would give away."""
    said = _name_difference(item, labels)
    words = _(
        "Au %(on)s, « %(first)s » et « %(second)s » ne diffèrent, d’un côté, que d’une ou deux entreprises : "
        "publier les deux totaux dit presque leurs emplois."
    )
    return words % (said | {"on": write_day(said["on"])})


def _tabulate_totals(results: Data) -> Table:
    rows = []
    for base in results["bases"]:
        for on in results["dates"]:
            count, jobs = find_figure(results, base, "enterprises", on), find_figure(results, base, "jobs", on)
            amounts = [find_amount(count), find_amount(jobs)]
            cells = [_("%(base)s, %(day)s") % {"base": label_base(base), "day": write_day(date.fromisoformat(on))}]
            rows.append(Row([*cells, *amounts, count["undecided"], count["unseen"], jobs["without_figure"]]))
    columns = [
        Column(_("Base et date")),
        Column(_("Entreprises"), "whole"),
        Column(_("Emplois"), "whole"),
        Column(_("Indécises"), "whole"),
        Column(_("Rien n’en est dit"), "whole"),
        Column(_("Sans chiffre"), "whole"),
    ]
    return Table(_("Ce qui serait publié"), columns, rows)
