"""The JSON of an edition: its results and its manifest, without what concerns one enterprise alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from essor.observatory.downloads.dossier import Dossier, open_reader
from essor.observatory.folders import write_json
from essor.observatory.rules import may_name

SHAPE = "essor-edition-download-1"
LEFT_OUT = (
    "comparisons/*/units",
    "comparisons/*/readings/*/fate_units",
    "comparisons/*/readings/*/unknown",
    "warnings",
)
"""Each enterprise's own figures, and advice to those who publish: they stay on the platform."""


def write_archive(dossier: Dossier) -> bytes:
    """The results as published but for what is ``left_out``, which is said, and the manifest with the whole's hash."""
    results: Any = dossier.results
    left_out = [*LEFT_OUT, *_list_withheld(dossier), *_list_small_parts(dossier.results)]
    for path in left_out:
        results = _leave_out(results, path.split("/"))
    return write_json({"shape": SHAPE, "manifest": dossier.manifest, "left_out": left_out, "results": results})


def _list_withheld(dossier: Dossier) -> list[str]:
    """Who belongs to a base that reads answers that the public may not, and what tells it from other bases."""
    reader, results = open_reader(dossier, with_names=False), dossier.results
    stems = {(base["slug"], base["number"]) for base in dossier.definitions["bases"] if reader.list_withheld(base)}
    memberships = [
        f"memberships/{slug}.{version}.{on}" for slug, version in sorted(stems) for on in dossier.results["dates"]
    ]
    bridges = [
        f"bridges/{key}/{name}"
        for key, bridge in results["bridges"].items()
        if stems & {(bridge[end]["base"], bridge[end]["version"]) for end in ("from", "to")}
        for name in ("organisations", "undecided_in_other", "without_figure")
    ]
    return memberships + bridges


def _list_small_parts(results: Mapping[str, Any]) -> list[str]:
    """Who the enterprises of a bridge's part are, where they are too few to be named."""
    return [
        f"bridges/{key}/organisations/{name}"
        for key, bridge in results["bridges"].items()
        for name, organisations in bridge["organisations"].items()
        if organisations and not may_name(len(organisations), is_adviser=False)
    ]


def _leave_out(content: Any, path: Sequence[str]) -> Any:
    """A copy of nested objects without what ``path`` names; « * » is any name."""
    name, *below = path
    if not isinstance(content, Mapping):
        return content
    return {
        key: _leave_out(kept, below) if below and name in ("*", key) else kept
        for key, kept in content.items()
        if below or name not in ("*", key)
    }
