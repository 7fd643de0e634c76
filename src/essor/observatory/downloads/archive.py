"""The JSON of an edition: its results and its manifest, without what concerns one enterprise alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from essor.observatory.downloads.dossier import Dossier
from essor.observatory.folders import write_json

SHAPE = "essor-edition-download-1"
LEFT_OUT = (
    "comparisons/*/units",
    "comparisons/*/readings/*/fate_units",
    "comparisons/*/readings/*/unknown",
    "warnings",
)
"""Each enterprise's own figures, and advice to those who publish: they stay on the platform."""


def write_archive(dossier: Dossier) -> bytes:
    """The results as published but for ``LEFT_OUT``, which is said, and the manifest with the hash of the whole."""
    results: Any = dossier.results
    for path in LEFT_OUT:
        results = _leave_out(results, path.split("/"))
    return write_json({"shape": SHAPE, "manifest": dossier.manifest, "left_out": LEFT_OUT, "results": results})


def _leave_out(content: Any, path: Sequence[str]) -> Any:
    """A copy of nested objects without what ``path`` names; « * » is any name."""
    name, *below = path
    return {
        key: _leave_out(kept, below) if below and name in ("*", key) else kept
        for key, kept in content.items()
        if below or name not in ("*", key)
    }
