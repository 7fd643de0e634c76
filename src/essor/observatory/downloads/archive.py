"""The JSON of an edition: its results and its manifest, without what concerns one enterprise alone."""

from __future__ import annotations

from essor.observatory.downloads.dossier import Dossier
from essor.observatory.folders import write_json

SHAPE = "essor-edition-download-1"
LEFT_OUT = ("comparisons/*/units", "warnings")
"""Each enterprise's own figures, and advice to those who publish: they stay on the platform."""


def write_archive(dossier: Dossier) -> bytes:
    """The results as published but for ``LEFT_OUT``, which is said, and the manifest with the hash of the whole."""
    results = {name: kept for name, kept in dossier.results.items() if name != "warnings"}
    results["comparisons"] = {
        key: {name: value for name, value in kept.items() if name != "units"}
        for key, kept in dossier.results["comparisons"].items()
    }
    return write_json({"shape": SHAPE, "manifest": dossier.manifest, "left_out": LEFT_OUT, "results": results})
