"""Editions: which there are, what their folder holds, whether they still say what they said."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform

from essor.methods.differences import compare_results
from essor.observatory.folders import DEFINITIONS, MANIFEST, RESULTS, Problem, Report, read_json, verify_folder
from essor.observatory.models import Edition
from essor.observatory.rules import ObservatoryError

MOST_TRIED = 5
HELD = ("results", "changes")
"""The columns of an edition that may weigh as much as a book."""
UNREAD = tuple(f"{beside}__{name}" for beside in ("predecessor", "successor") for name in HELD)
AMOUNT = ("enterprises", "undecided", "value", "low", "high", "banded", "scale")
"""What a figure must hold to be said."""


def editions_folder() -> Path:
    return Path(settings.DATA_DIR) / "editions"


def folder_of(edition: Edition) -> Path:
    return editions_folder() / edition.slug


def _with_neighbours() -> QuerySet[Edition]:
    return Edition.objects.select_related("predecessor", "successor", "published_by")


def list_editions(*, territory_code: str | None = None) -> QuerySet[Edition]:
    """Latest published first, without what they hold: their results are read when someone asks for them."""
    editions = _with_neighbours().defer("results", *UNREAD)
    return editions if territory_code is None else editions.filter(territory_code=territory_code)


def get_edition(*, slug: str) -> Edition:
    """Raises ObservatoryError ``edition-unknown`` with the nearest names."""
    edition = _with_neighbours().defer(*UNREAD).filter(slug=slug).first()
    if edition is None:
        known = list(Edition.objects.values_list("slug", flat=True))
        near = difflib.get_close_matches(slug, known, n=3, cutoff=0.4)
        raise ObservatoryError("edition-unknown", value=slug, near=tuple(near or known[:6]))
    return edition


def find_latest_edition(*, territory_code: str | None = None) -> Edition | None:
    """The edition whose last date is the latest, among those that no other corrects."""
    editions = Edition.objects.filter(successor=None).order_by("-last_reference_on", "-published_at", "-id")
    return (editions if territory_code is None else editions.filter(territory_code=territory_code)).first()


def has_portrait(territory_code: str) -> bool:
    return Edition.objects.filter(territory_code=territory_code).exists()


def find_latest_pair() -> tuple[Edition, Edition, str] | None:
    """The latest edition, the latest that knew less of the same territory on one of its bases, and that base."""
    second = find_latest_edition()
    if second is None:
        return None
    earlier = Edition.objects.filter(territory_code=second.territory_code, known_at__lte=second.known_at).defer(*HELD)
    earlier = earlier.exclude(pk=second.pk).annotate(bases=KeyTransform("bases", "results"))
    for first in earlier.order_by("-known_at", "-id")[:MOST_TRIED]:
        known = {base["slug"] for base in first.bases}
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


def list_figure_history(*, key: str, territory_code: str) -> list[tuple[Edition, dict[str, Any]]]:
    """Every edition of a territory that publishes a figure of that name, oldest first, with the figure's amount.

    One question, whatever their number, which reads nothing else of their results: see AMOUNT.
    """
    slug, version, _indicator, on = key.split(".")
    editions = Edition.objects.filter(
        territory_code=territory_code,
        base_versions__base__slug=slug,
        base_versions__number=int(version),
        last_reference_on__gte=on,
        results__figures__has_key=key,
    )
    figure = KeyTransform(key, KeyTransform("figures", "results"))
    told = editions.defer(*HELD).annotate(**{f"told_{name}": KeyTransform(name, figure) for name in AMOUNT})
    return [
        (edition, {name: getattr(edition, f"told_{name}") for name in AMOUNT})
        for edition in told.order_by("published_at", "id")
    ]


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
