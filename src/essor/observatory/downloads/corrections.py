"""What an edition corrects: why, and each published number that it says differently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from essor.design import blocks
from essor.observatory.changes import tabulate_changes
from essor.observatory.downloads.dossier import Dossier


def tell_corrections(dossier: Dossier) -> Iterator[dict[str, Any]]:
    """One section, or none for an edition that corrects nothing."""
    edition = dossier.edition
    if edition.predecessor is None:
        return
    said = _("Elle corrige l’édition « %(slug)s ». %(reason)s")
    told = [blocks.set_text(said % {"slug": edition.predecessor.slug, "reason": edition.correction_reason})]
    changes = tabulate_changes(
        edition.changes or [],
        before=edition.predecessor.results,
        after=dossier.results,
        definitions=dossier.definitions,
    )
    if changes.rows:
        told.append(blocks.set_table(changes))
    yield {"heading": _("Ce que cette édition corrige"), "blocks": told, "is_new_page": False}
