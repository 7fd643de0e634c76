"""A spreadsheet of past files → its lines, by the names that the import knows (CSV, TSV, XLSX, ODS)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from essor.directory.importing.reading import read_table
from essor.directory.rules import DirectoryError, fold
from essor.directory.wording import explain
from essor.knowledge import load_latest_workflow
from essor.programmes.rules import ProgrammeError

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("nom", "projet", "name", "project"),
    "place": ("lieu", "municipalité", "place", "municipality"),
    "closed": ("fermé le", "closed on"),
    "outcome": ("issue", "outcome"),
    "words": ("issue en mots", "outcome in words"),
}


def read_rows(path: Path) -> list[dict[str, str]]:
    """Each line by name. A stage is named by its code or its label, in either language, and holds the day on which a
    file entered it; an outcome by its code or its label. Raises ProgrammeError: ``file-unreadable``,
    ``headings-unknown``."""
    try:
        table = read_table(path)
    except (DirectoryError, OSError) as error:
        problem = explain(error.code, error.facts) if isinstance(error, DirectoryError) else str(error.strerror)
        raise ProgrammeError("file-unreadable", file=path.name, problem=problem) from error
    known, outcomes = _name_headings(), _name_outcomes()
    named = {title: known.get(fold(title)) for title in table.columns}
    if unknown := [title for title, name in named.items() if name is None]:
        raise ProgrammeError("headings-unknown", found=", ".join(unknown), allowed=", ".join(known))
    rows = []
    for values in table.frame.select(table.columns).iter_rows(named=True):
        row = {str(named[title]): text or "" for title, text in values.items()}
        row["outcome"] = outcomes.get(fold(row.get("outcome", "")), row.get("outcome", ""))
        rows.append(row)
    return rows


def _name_headings() -> dict[str, str]:
    stages = [stage for stage in load_latest_workflow("startup").stages if not stage.is_final]
    named = {fold(word): name for name, words in HEADINGS.items() for word in words}
    return named | {fold(word): stage.code for stage in stages for word in (stage.code, stage.label.fr, stage.label.en)}


def _name_outcomes() -> dict[str, str]:
    outcomes = load_latest_workflow("startup").outcomes
    return {fold(word): one.code for one in outcomes for word in (one.code, one.label.fr, one.label.en)}
