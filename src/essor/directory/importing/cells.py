"""A column of texts → columns of values: each distinct text is read once, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from essor.directory.importing.mapping import ColumnRule
from essor.directory.importing.problems import Problem, Problems, Severity
from essor.directory.importing.reading import LINE
from essor.directory.importing.values import is_unknown
from essor.directory.rules import DirectoryError, fold

Schema = Mapping[str, Any]
Reader = Callable[[str], tuple[Any, ...]]


def read_cells(
    frame: pl.DataFrame, column: str, rule: ColumnRule, *, reader: Reader, schema: Schema, problems: Problems
) -> pl.DataFrame:
    """One row per row of ``frame``, in its order: what ``reader`` says of each text (null where unknown or refused)."""
    translations = {fold(text): code for text, code in rule.values.items()} | rule.values
    texts = frame[column].unique().drop_nulls().to_list()
    read: list[tuple[Any, ...]] = []
    refused: dict[str, DirectoryError] = {}
    empty = (None,) * len(schema)
    for text in texts:
        try:
            read.append((text, *_read_one(text, translations, reader, empty)))
        except DirectoryError as error:
            refused[text] = error
    if refused:
        _report(
            frame, column, refused, severity="warning" if rule.when_refused == "unknown" else "error", into=problems
        )
    known = pl.DataFrame(read, schema={"\x00text": pl.String, **schema}, orient="row")
    return frame.select(pl.col(column).alias("\x00text")).join(
        known, on="\x00text", how="left", maintain_order="left"
    ).drop("\x00text")  # fmt: skip


def _read_one(
    text: str, translations: Mapping[str, str | None], reader: Reader, empty: tuple[None, ...]
) -> tuple[Any, ...]:
    for key in (text, fold(text)):
        if key in translations:
            code = translations[key]
            return empty if code is None else reader(code)
    return empty if is_unknown(text) else reader(text)


def _report(
    frame: pl.DataFrame, column: str, refused: Mapping[str, DirectoryError], *, severity: Severity, into: Problems
) -> None:
    rows = frame.filter(pl.col(column).is_in(list(refused))).select(LINE, column)
    for line, text in rows.iter_rows():
        error = refused[text]
        into.add(Problem(line, column, text, error.code, severity, error.facts))
