"""What an edition corrects: why, and each published number that it says differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from essor.design.tables import Column, Row, Table
from essor.design.wording import write_month, write_whole
from essor.observatory.downloads import blocks
from essor.observatory.downloads.dossier import Dossier
from essor.observatory.labels import label_base, label_code, label_indicator
from essor.observatory.sentences import write_natural

MOST_CHANGES = 60


def tell_corrections(dossier: Dossier) -> Iterator[dict[str, Any]]:
    """One section, or none for an edition that corrects nothing."""
    edition = dossier.edition
    if edition.predecessor is None:
        return
    said = _("Elle corrige l’édition « %(slug)s ». %(reason)s")
    told = [blocks.set_text(said % {"slug": edition.predecessor.slug, "reason": edition.correction_reason})]
    changes = [change for change in edition.changes or [] if _is_told(change, dossier)]
    rows = [_write_change(change, dossier) for change in changes[:MOST_CHANGES]]
    columns = [Column(_("Chiffre")), Column(_("Avant"), "whole"), Column(_("Après"), "whole")]
    if rows:
        told.append(blocks.set_table(Table(_("Ce qui change"), columns, rows)))
    if rest := len(edition.changes or []) - len(rows):
        words = ngettext("Et %(n)s autre nombre qui en découle.", "Et %(n)s autres nombres qui en découlent.", rest)
        told.append(blocks.set_note(words % {"n": write_whole(rest)}))
    yield {"heading": _("Ce que cette édition corrige"), "blocks": told, "is_new_page": False}


def _is_told(change: Mapping[str, Any], dossier: Dossier) -> bool:
    is_figure = change["kind"] in ("figure", "table") and change["field"] == "value"
    return is_figure and change["key"] in dossier.results["figures"]


def _write_change(change: Mapping[str, Any], dossier: Dossier) -> Row:
    figure = dossier.results["figures"][change["key"]]
    base = next(base for base in dossier.results["bases"] if base["slug"] == figure["base"])
    words = [label_indicator(figure["indicator"], dossier.results["measures"])]
    if change["kind"] == "table":
        words.append(label_code(change["dimension"], change["code"], dossier.definitions))
    amounts = [write_natural(change[side], figure["scale"]) for side in ("before", "after")]
    return Row(
        [", ".join(words), *amounts], note=f"{label_base(base)}, {write_month(date.fromisoformat(figure['on']))}"
    )
