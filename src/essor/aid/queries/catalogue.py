"""The catalogue as people look through it, and one programme with all that was said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from essor.aid.models import AidRevision
from essor.aid.queries import find_programme, list_programmes
from essor.aid.rules import PLACE, Programme, RuledVersion
from essor.aid.terms import find_repayment
from essor.methods.criteria import Exact, Truth, Window, evaluate
from essor.territories.queries import place_tree
from essor.territories.rules import fold


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one looks for; an empty word excludes nothing. ``place``: the code of a place that the aid may serve."""

    text: str = ""
    repayment: str = ""
    kind: str = ""
    state: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A programme on a day."""

    programme: Programme
    window: Window
    ruled: RuledVersion


def list_entries(wanted: Wanted, *, on: date) -> list[Entry]:
    """Those of the catalogue that fit, by name; the folded name, provider and partners hold every word of ``text``."""
    words, places = fold(wanted.text).split(), place_tree(on)
    found = []
    for programme in list_programmes():
        definition = programme.definition
        entry = open_entry(programme, on=on)
        said = fold(" ".join([definition.name.fr, definition.name.en, definition.provider, *definition.partners]))
        said += " " + fold(" ".join(giver.name for giver in definition.givers))
        if not all(word in said for word in words):
            continue
        if wanted.repayment and find_repayment(definition) != wanted.repayment:
            continue
        if wanted.kind and wanted.kind not in definition.forms:
            continue
        if wanted.state and entry.window.state != wanted.state:
            continue
        answers = {PLACE: Exact(wanted.place)}
        if wanted.place and evaluate(entry.ruled.criteria, answers, places=places).truth == Truth.NO:
            continue
        found.append(entry)
    return sorted(found, key=lambda entry: fold(entry.programme.definition.name.fr))


def find_entry(slug: str, *, on: date) -> Entry | None:
    programme = find_programme(slug)
    return open_entry(programme, on=on) if programme else None


def open_entry(programme: Programme, *, on: date) -> Entry:
    window = programme.window(on)
    return Entry(programme, window, programme.rules_on(on, window))


def list_history(slug: str) -> Iterable[AidRevision]:
    """What was published of a programme, the latest first."""
    published = AidRevision.objects.filter(aid__slug=slug, published_at__isnull=False)
    return published.select_related("approved_by").order_by("-number")


def list_names(language: str) -> Mapping[str, str]:
    return {one.slug: getattr(one.definition.name, language) for one in list_programmes()}
