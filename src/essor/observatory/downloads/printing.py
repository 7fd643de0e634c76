"""The PDF of an edition: set by Typst as tagged PDF/UA-1, kept beside the editions, the same bytes each time."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

from essor.design.paper import mark_of, set_pdf
from essor.observatory.downloads.dossier import Dossier
from essor.observatory.downloads.report import tell_report
from essor.observatory.folders import write_json
from essor.observatory.rules import sha256_of

TEMPLATE = Path(__file__).resolve().parents[1] / "documents" / "portrait.typ"


def print_report(dossier: Dossier) -> bytes:
    """The report in the language in force; a second asking reads the first one's file.

    The file is named by the hash of all that makes it (words, figures, drawings, template, typesetter): what changes,
    such as a name erased or a correction, makes another file and removes the former one.
    """
    said = write_json(tell_report(dossier))
    language = "en" if (get_language() or "fr").startswith("en") else "fr"
    mark = sha256_of(said + mark_of(TEMPLATE))
    file = documents_folder(dossier.edition.slug) / f"{mark}.{language}.pdf"
    if file.is_file():
        return file.read_bytes()
    content = set_pdf(TEMPLATE, said.decode(), at=dossier.edition.published_at)
    _keep(file, content)
    for former in file.parent.glob(f"*.{language}.pdf"):
        if former != file:
            former.unlink(missing_ok=True)
    return content


def documents_folder(slug: str) -> Path:
    return Path(settings.DATA_DIR) / "documents" / slug


def _keep(file: Path, content: bytes) -> None:
    """Written whole or not at all: another reader never meets half a document."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=file.parent, suffix=".unfinished")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        Path(unfinished).replace(file)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
