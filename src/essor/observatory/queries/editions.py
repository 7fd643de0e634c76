"""Editions: which there are, what their folder holds, whether they still say what they said."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from essor.methods.differences import compare_results
from essor.observatory.folders import DEFINITIONS, MANIFEST, RESULTS, Problem, Report, read_json, verify_folder
from essor.observatory.models import Edition
from essor.observatory.rules import ObservatoryError

BOUNDS = ("low", "high")
HEADLINE = ("value", "low", "high", "undecided")
COMPARED = ("before", "after", "growth")
BRIDGED = ("total_a", "total_b")
MOST_TRIED = 5


def editions_folder() -> Path:
    return Path(settings.DATA_DIR) / "editions"


def folder_of(edition: Edition) -> Path:
    return editions_folder() / edition.slug


def list_editions(*, territory_code: str | None = None) -> QuerySet[Edition]:
    """Latest published first."""
    editions = Edition.objects.select_related("predecessor", "successor", "published_by").defer("results")
    return editions if territory_code is None else editions.filter(territory_code=territory_code)


def get_edition(*, slug: str) -> Edition:
    """Raises ObservatoryError ``edition-unknown`` with the nearest names."""
    edition = Edition.objects.select_related("predecessor", "successor", "published_by").filter(slug=slug).first()
    if edition is None:
        known = list(Edition.objects.values_list("slug", flat=True))
        near = difflib.get_close_matches(slug, known, n=3, cutoff=0.4)
        raise ObservatoryError("edition-unknown", value=slug, near=tuple(near or known[:6]))
    return edition


def find_latest_edition(*, territory_code: str | None = None) -> Edition | None:
    """The edition whose last date is the latest, among those that no other corrects."""
    editions = Edition.objects.filter(successor=None).order_by("-last_reference_on", "-published_at", "-id")
    return (editions if territory_code is None else editions.filter(territory_code=territory_code)).first()


def find_latest_pair() -> tuple[Edition, Edition, str] | None:
    """The latest edition, the latest that knew less of the same territory on one of its bases, and that base."""
    second = find_latest_edition()
    if second is None:
        return None
    earlier = Edition.objects.filter(territory_code=second.territory_code, known_at__lte=second.known_at)
    for first in earlier.exclude(pk=second.pk).order_by("-known_at", "-id")[:MOST_TRIED]:
        known = {base["slug"] for base in first.results["bases"]}
        shared = next((base["slug"] for base in second.results["bases"] if base["slug"] in known), None)
        if shared is not None:
            return first, second, shared
    return None


def read_definitions(edition: Edition) -> dict[str, Any]:
    content: dict[str, Any] = read_json(folder_of(edition) / DEFINITIONS)
    return content


def read_manifest(edition: Edition) -> dict[str, Any]:
    content: dict[str, Any] = read_json(folder_of(edition) / MANIFEST)
    return content


def get_figure(*, edition: Edition, key: str) -> dict[str, Any]:
    """One figure by its stable name; raises ``figure-unknown``."""
    figure: dict[str, Any] | None = edition.results["figures"].get(key)
    if figure is None:
        raise ObservatoryError("figure-unknown", edition_fr=edition.title_fr, edition_en=edition.title_en, figure=key)
    return figure


def list_figure_history(*, key: str, territory_code: str) -> list[Edition]:
    """Every edition of a territory that publishes a figure of that name, oldest first."""
    editions = Edition.objects.filter(territory_code=territory_code).order_by("published_at", "id")
    return [edition for edition in editions if key in edition.results["figures"]]


def verify_edition(*, slug: str) -> Report:
    """Rebuilds the edition from its folder alone, then compares the folder with what the platform shows."""
    edition = get_edition(slug=slug)
    folder = folder_of(edition)
    report = verify_folder(folder, manifest_hash=edition.manifest_hash)
    if not (folder / RESULTS).is_file():
        return report
    try:
        kept = read_json(folder / RESULTS)
    except ValueError:
        return report
    shown = [
        Problem("row-differs", "database", item["path"], item["first"], item["second"])
        for item in compare_results(kept, edition.results)
    ]
    return Report(report.slug, report.files, report.figures, (*report.problems, *shown))


def list_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The published numbers that two results say differently: ``[{kind, key, field, before, after}]``.

    ``kind``: ``figure``, ``table`` (with ``dimension`` and ``code``), ``comparison`` or ``bridge``. A number that one
    of the two does not publish is null there.
    """
    changes = [
        *_list_field_changes("figure", before["figures"], after["figures"], HEADLINE),
        *_list_table_changes(before["figures"], after["figures"]),
        *_list_field_changes("comparison", before["comparisons"], after["comparisons"], COMPARED),
        *_list_field_changes("bridge", before["bridges"], after["bridges"], BRIDGED),
    ]
    return sorted(changes, key=lambda item: (item["kind"] != "figure", item["kind"], item["key"]))


def _list_field_changes(
    kind: str, before: Mapping[str, Any], after: Mapping[str, Any], names: Collection[str]
) -> list[dict[str, Any]]:
    changes = []
    for key in sorted({*before, *after}):
        first, second = before.get(key, {}), after.get(key, {})
        is_exact = first.get("value") is not None and second.get("value") is not None
        changes += [
            {"kind": kind, "key": key, "field": name, "before": first.get(name), "after": second.get(name)}
            for name in names
            if first.get(name) != second.get(name) and not (is_exact and name in BOUNDS)
        ]
    return changes


def _list_table_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    changes = []
    for key in sorted({*before}.intersection(after)):
        for dimension, rows in before[key]["tables"].items():
            first = {row["code"]: row["value"] for row in rows}
            second = {row["code"]: row["value"] for row in after[key]["tables"][dimension]}
            changes += [
                {
                    "kind": "table",
                    "key": key,
                    "dimension": dimension,
                    "code": code,
                    "field": "value",
                    "before": first.get(code),
                    "after": second.get(code),
                }
                for code in sorted({*first, *second})
                if first.get(code) != second.get(code)
            ]
    return changes
