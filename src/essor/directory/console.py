"""The census import as the command says it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from essor.directory.actions.imports import ImportReport
from essor.directory.forms import IGNORE, list_plain_targets, write_target
from essor.directory.importing.mapping import FileMapping, parse_mapping
from essor.directory.importing.mapping_files import read_mapping
from essor.directory.importing.reading import read_table
from essor.directory.importing.suggesting import suggest_columns
from essor.directory.rules import DirectoryError
from essor.directory.wording import explain_error

COUNT_LABELS = {
    "rows": gettext_lazy("lignes lues"),
    "left_out": gettext_lazy("lignes laissées de côté"),
    "organisations": gettext_lazy("organisations du fichier"),
    "new_organisations": gettext_lazy("organisations nouvelles"),
    "new_names": gettext_lazy("noms nouveaux"),
    "new_identifiers": gettext_lazy("numéros nouveaux"),
    "new_events": gettext_lazy("événements nouveaux"),
    "new_facts": gettext_lazy("faits nouveaux"),
    "corrections": gettext_lazy("corrections"),
    "already_known": gettext_lazy("faits déjà connus"),
    "superseded": gettext_lazy("faits corrigés depuis par une édition plus récente"),
    "errors": gettext_lazy("erreurs"),
    "warnings": gettext_lazy("avertissements"),
}


AT_THE_CONSOLE = {
    "mapping-no-date": gettext_lazy(
        "Rien ne dit à quelle date ces chiffres étaient vrais. Donnez-la (--reference-date 2026-03-31), ou une "
        "correspondance (--mapping) dont une colonne la dit."
    ),
    "mapping-nobody": gettext_lazy(
        "Aucune colonne ne dit de qui il s’agit. Donnez une correspondance (--mapping) où l’une est le nom, "
        "ou un numéro."
    ),
}
"""Refusals whose remedy is a gesture on a page, and an option here."""


def build_mapping(
    *, file: Path, name: str | None, words: Mapping[str, str], days: Mapping[str, date | None]
) -> FileMapping:
    """The mapping named, or the one that the titles suggest; what was said on the command line comes first."""
    mapping = read_mapping(name) if name else parse_suggested(file, days=days)
    titles = {"source": "title", "publisher": "publisher", "licence": "licence"}
    given = {titles[key]: word for key, word in words.items() if word}
    source = mapping.source.model_copy(update=given or {})
    if not source.title:
        source = source.model_copy(update={"title": file.stem})
    constants = mapping.constants.model_copy(update={key: day for key, day in days.items() if day})
    return mapping.model_copy(update={"source": source, "constants": constants})


def parse_suggested(file: Path, *, days: Mapping[str, date | None]) -> FileMapping:
    constants = {key: day for key, day in days.items() if day}
    return parse_mapping({"columns": suggest_columns(read_table(file)), "constants": constants})


def explain_refusal(error: DirectoryError) -> str:
    """The sentence, after the name of the constant of the mapping that it speaks of; its remedy is an option."""
    if error.code in AT_THE_CONSOLE:
        return str(AT_THE_CONSOLE[error.code])
    constant = error.facts.get("constant")
    return f"constants.{constant} : {explain_error(error)}" if constant else explain_error(error)


def list_columns(report: ImportReport, mapping: FileMapping) -> dict[str, str]:
    """What each column of the file feeds: ``name``, ``variable:members``, ``ignore``…"""
    rules = {title: rule.model_dump(exclude_defaults=True) for title, rule in mapping.columns.items()}
    return {title: write_target(rules.get(title, {"to": IGNORE})) for title in report.titles}


def write_columns(columns: Mapping[str, str]) -> str:
    """« colonnes : Nom → nom, … ; laissées de côté : Remarques »: nothing of a file is dropped in silence."""
    labels = {target: str(label) for target, label in list_plain_targets(get_language() or "fr")}
    used = ", ".join(f"{title} → {labels[target]}" for title, target in columns.items() if target != IGNORE)
    said = _("colonnes : {used}").format(used=used)
    left = ", ".join(title for title, target in columns.items() if target == IGNORE)
    return said + _(" ; laissées de côté : {left}").format(left=left) if left else said


def list_lines(report: ImportReport, mapping: FileMapping) -> list[str]:
    """What was done, or would be, one count a line."""
    if report.is_repeated and report.source is not None:
        title, day = report.source.title, timezone.localdate(report.source.recorded_at).isoformat()
        return [_("Ce fichier est déjà versé (« {title} », {day}) : rien n’a été ajouté.").format(title=title, day=day)]
    lines = [write_columns(list_columns(report, mapping))]
    lines += [f"{label} : {report.counts[key]}" for key, label in COUNT_LABELS.items() if key in report.counts]
    if report.source is not None:
        lines.append(_("source : {number}").format(number=report.source.pk))
    else:
        lines.append(_("Rien n’est écrit : c’était une vérification."))
    return lines
