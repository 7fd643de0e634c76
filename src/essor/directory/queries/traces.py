"""Where an organisation is named: what a privacy erasure removes, and what its page says that it will."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from essor.directory.importing import storage
from essor.directory.importing.reading import read_words
from essor.directory.models import Establishment, Fact, Identifier, ImportDraft, LifeEvent, Organisation, Source
from essor.directory.models import OrganisationName as Name
from essor.directory.naming import Marks, clean_mapping, make_marks
from essor.directory.rules import DirectoryError


@dataclass(frozen=True, slots=True)
class Traces:
    """``notes``: texts written beside its facts and events. ``sources``, ``drafts``: those whose words or content name
    it; of the drafts, those already imported keep no file.
    """

    marks: Marks
    names: tuple[str, ...]
    identifiers: tuple[str, ...]
    establishments: tuple[str, ...]
    notes: int
    sources: tuple[Source, ...]
    drafts: tuple[ImportDraft, ...]


def find_traces(organisation: Organisation) -> Traces:
    """Reads every waiting file: some seconds where many wait."""
    names = Name.objects.filter(organisation=organisation).values_list("name", flat=True).distinct()
    numbers = Identifier.objects.filter(organisation=organisation)
    places = Establishment.objects.filter(organisation=organisation).exclude(name="")
    written = [
        Fact.objects.filter(organisation=organisation).exclude(reason="").count(),
        LifeEvent.objects.filter(organisation=organisation).exclude(note="").count(),
    ]
    marks = make_marks(
        key=organisation.key,
        names=names,
        numbers=numbers.exclude(scheme=Identifier.Scheme.OTHER).values_list("value", flat=True),
    )
    return Traces(
        marks=marks,
        names=tuple(sorted(names)),
        identifiers=tuple(sorted(numbers.values_list("value", flat=True).distinct())),
        establishments=tuple(sorted(places.values_list("name", flat=True).distinct())),
        notes=sum(written),
        sources=tuple(source for source in Source.objects.order_by("id") if is_named_in_source(source, marks)),
        drafts=tuple(draft for draft in ImportDraft.objects.order_by("id") if is_named_in_draft(draft, marks)),
    )


def is_named_in_source(source: Source, marks: Marks) -> bool:
    words = (source.title, source.publisher, source.series, source.withdrawal_reason)
    return marks.are_in_any(words) or is_named_in_mapping(source.mapping, marks)


def is_named_in_mapping(mapping: Any, marks: Marks) -> bool:
    return bool(mapping) and clean_mapping(mapping, marks) != mapping


def is_named_in_draft(draft: ImportDraft, marks: Marks) -> bool:
    """A waiting file that does not read any more is taken to name it."""
    if marks.are_in(draft.file_name) or is_named_in_mapping(draft.mapping, marks):
        return True
    try:
        return draft.stage != ImportDraft.Stage.DONE and marks.are_in_any(_read_waiting(draft))
    except DirectoryError:
        return True


def _read_waiting(draft: ImportDraft) -> Iterator[str]:
    """What is written in a waiting file and in its preview."""
    if storage.file_of(draft).is_file():
        yield from read_words(storage.file_of(draft))
    preview = storage.folder_of(draft.token) / "preview.json"
    if preview.is_file():
        yield from (problem["value"] for problem in json.loads(preview.read_text(encoding="utf-8"))["problems"])
