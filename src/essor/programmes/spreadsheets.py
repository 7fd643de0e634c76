"""A spreadsheet of past files → its lines, by the names that the import knows (CSV, TSV, XLSX, ODS)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Self

from essor.directory.importing.reading import LINE, Table, read_table
from essor.directory.importing.values import read_day
from essor.directory.rules import DirectoryError, fold
from essor.directory.wording import explain
from essor.knowledge import load_latest_workflow
from essor.programmes.rules import Fault, PastRows, ProgrammeError, check_columns, list_day_columns

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": ("nom", "projet", "nom du projet", "entreprise", "name", "project", "project name", "enterprise"),
    "place": ("lieu", "municipalité", "ville", "MRC", "territoire", "place", "municipality", "town", "territory"),
    "closed": ("fermé le", "date de fermeture", "closed on", "closing date"),
    "outcome": ("issue", "outcome"),
    "words": ("issue en mots", "outcome in words"),
}
MOST_ROWS = 10_000
"""Files of one programme, entered at once while someone waits: some seconds."""
MOST_WORDS = 60
"""Words to translate: more are the sign of another column."""
LATEST = date(9000, 1, 1)
"""A day that is still to come is read, to be refused with its reason."""
SHORTEST_PART = 4
"""Letters: of a heading, what is enough to guess by."""


@dataclass(frozen=True, slots=True)
class PastMapping:
    """``columns``: a heading → what it holds (:func:`list_targets`), empty where it is left aside; ``outcomes``: a word
    of the file → the code of the outcome that it means."""

    columns: Mapping[str, str]
    outcomes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, kept: Mapping[str, Any]) -> Self:
        return cls(dict(kept.get("columns", {})), dict(kept.get("outcomes", {})))

    def tell(self) -> dict[str, Any]:
        return {"columns": dict(self.columns), "outcomes": dict(self.outcomes)}

    def find_column(self, target: str) -> str:
        return next((title for title, held in self.columns.items() if held == target), "")


def list_targets() -> list[str]:
    """What a column may hold, in the order of a file's life."""
    return ["name", "place", *list_day_columns(_list_stages()), "outcome", "words"]


def _list_stages() -> list[str]:
    return [stage.code for stage in load_latest_workflow("startup").stages if not stage.is_final]


def name_columns(titles: Iterable[str]) -> dict[str, str]:
    """What each heading says plainly: its name, the code or the label of a stage, in either language. One that says
    something else is absent."""
    known = _name_headings()
    return {title: known[fold(title)] for title in titles if fold(title) in known}


def guess_columns(titles: Sequence[str]) -> dict[str, str]:
    """For a person who decides: also a heading that contains such a word; empty where nothing is guessed. Nothing is
    guessed twice."""
    found, taken = dict[str, str](), set[str]()
    for title, target in name_columns(titles).items():
        found[title] = "" if target in taken else target
        taken.add(target)
    words = sorted(_name_headings().items(), key=lambda pair: -len(pair[0]))
    for title in (title for title in titles if title not in found):
        fitting = (
            target for word, target in words
            if len(word) >= SHORTEST_PART and target not in taken and f" {word} " in f" {fold(title)} "
        )  # fmt: skip
        found[title] = next(fitting, "")
        taken.add(found[title])
    return {title: found[title] for title in titles}


def list_strange_outcomes(table: Table, columns: Mapping[str, str]) -> list[str]:
    """The words of the column of outcomes that are neither a code nor a label, in order; the first ones only."""
    title = PastMapping(columns).find_column("outcome")
    if title not in table.columns:
        return []
    known = _name_outcomes()
    texts = table.frame[title].unique().drop_nulls().sort().to_list()
    return [text for text in texts if fold(text) not in known][:MOST_WORDS]


def read_rows(path: Path, mapping: PastMapping | None = None) -> PastRows:
    """Each line by name. Without ``mapping``, every heading says plainly what it holds. A stage holds the day on which
    a file entered it.

    Raises ProgrammeError: ``file-unreadable``, ``headings-unknown``, ``too-many-rows``, and as
    :func:`essor.programmes.rules.check_columns`.
    """
    try:
        table = read_table(path)
    except (DirectoryError, OSError) as error:
        problem = explain(error.code, error.facts) if isinstance(error, DirectoryError) else str(error.strerror)
        raise ProgrammeError("file-unreadable", file=path.name, problem=problem) from error
    if mapping is None:
        mapping = PastMapping(name_columns(table.columns))
        if unknown := [title for title in table.columns if title not in mapping.columns]:
            raise ProgrammeError("headings-unknown", found=", ".join(unknown), allowed=", ".join(_name_headings()))
    if len(table) > MOST_ROWS:
        raise ProgrammeError("too-many-rows", rows=len(table), limit=MOST_ROWS)
    check_columns(mapping.columns, stages=_list_stages())
    return PastRows(_read_lines(table, mapping), tuple(_tell_ragged(table)))


def _read_lines(table: Table, mapping: PastMapping) -> Sequence[tuple[int, Mapping[str, str]]]:
    held = {title: target for title, target in mapping.columns.items() if target and title in table.columns}
    outcomes = _name_outcomes() | {fold(text): code for text, code in mapping.outcomes.items() if code}
    days = list_day_columns(_list_stages())
    rows = []
    for values in table.frame.select(*held, LINE).iter_rows(named=True):
        row = {target: values[title] or "" for title, target in held.items()}
        row |= {target: _write_plainly(row[target]) for target in days if target in row}
        row["outcome"] = outcomes.get(fold(row.get("outcome", "")), row.get("outcome", ""))
        rows.append((int(values[LINE]), row))
    return rows


def _write_plainly(text: str) -> str:
    """A day as 2018-05-01, whatever the spreadsheet made of it; what is no day stays as it is, to be refused."""
    try:
        return read_day(text, today=LATEST).isoformat()
    except DirectoryError:
        return text


def _tell_ragged(table: Table) -> Iterable[Fault]:
    for ragged in table.ragged:
        yield ragged.line, "row-ragged", {"cells": ragged.cells, "columns": len(table.columns)}


def _name_headings() -> dict[str, str]:
    stages = [stage for stage in load_latest_workflow("startup").stages if not stage.is_final]
    named = {fold(word): name for name, words in HEADINGS.items() for word in words}
    return named | {fold(word): stage.code for stage in stages for word in (stage.code, stage.label.fr, stage.label.en)}


def _name_outcomes() -> dict[str, str]:
    outcomes = load_latest_workflow("startup").outcomes
    return {fold(word): one.code for one in outcomes for word in (one.code, one.label.fr, one.label.en)}
