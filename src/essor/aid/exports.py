"""The catalogue as open data: one line a programme in CSV, all of it in JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from essor.aid.reading import write_content
from essor.aid.rules import Programme
from essor.aid.terms import find_repayment
from essor.design.formats import write_csv

SHAPE = "essor-aids-1"
LICENCE = "AGPL-3.0-or-later"
"""That of the project, whose texts these are."""
COLUMNS: Mapping[str, tuple[str, str]] = {
    "id": ("nom court, stable", "short name, stable"),
    "name_fr": ("nom en français", "name in French"),
    "name_en": ("nom en anglais", "name in English"),
    "provider": ("qui donne", "who gives"),
    "kinds": ("genres, séparés par des barres", "kinds, between bars"),
    "repayment": ("nothing, partly ou all : ce qui est à rembourser", "nothing, partly or all: what is to be repaid"),
    "min_cad": ("au moins, en dollars ; vide : aucune page ne le dit", "at least, in dollars; empty: no page says it"),
    "max_cad": ("au plus, en dollars", "at most, in dollars"),
    "share_of_cost": ("part du coût, de 0 à 1", "share of the cost, 0 to 1"),
    "own_share": ("mise de fonds, de 0 à 1", "own contribution, 0 to 1"),
    "public_aid_cap": ("aide publique en tout, au plus, de 0 à 1", "public aid in all, at most, 0 to 1"),
    "window": ("open, closed, not_yet ou unknown, le jour demandé", "open, closed, not_yet or unknown, that day"),
    "opens_on": ("premier jour des règles montrées", "first day of the rules shown"),
    "closes_before": ("premier jour où elles ne valent plus", "first day when they hold no more"),
    "read_on": ("jour où les sources ont été lues", "day on which the sources were read"),
    "revision": ("numéro de la fiche publiée", "number of the published sheet"),
    "sources": ("adresses, séparées par des barres", "addresses, between bars"),
    "givers": (
        "qui fait quoi, entre barres : pays, decides, receives, advises ou guarantees, puis le nom",
        "who does what, between bars: pays, decides, receives, advises or guarantees, then the name",
    ),
}


def write_aids(programmes: Iterable[Programme], *, on: date) -> str:
    lines = (tell_line(programme, on=on) for programme in programmes)
    return write_csv(COLUMNS, ([line[name] for name in COLUMNS] for line in lines))


def tell_line(programme: Programme, *, on: date) -> dict[str, Any]:
    definition, window = programme.definition, programme.window(on)
    ruled, amount = programme.rules_on(on, window), definition.amount
    period = ruled.version.period
    return {
        "id": definition.id,
        "name_fr": definition.name.fr,
        "name_en": definition.name.en,
        "provider": definition.provider,
        "kinds": "|".join(definition.forms),
        "repayment": find_repayment(definition),
        "min_cad": amount.min,
        "max_cad": amount.max,
        "share_of_cost": amount.rate_of_project,
        "own_share": amount.own_share,
        "public_aid_cap": amount.public_aid_cap,
        "window": window.state,
        "opens_on": period.starts_on.isoformat() if period.starts_on else None,
        "closes_before": period.ends_before.isoformat() if period.ends_before else None,
        "read_on": ruled.version.read_on.isoformat() if ruled.version.read_on else None,
        "revision": programme.revision,
        "sources": "|".join(source.url for source in definition.sources),
        "givers": "|".join(f"{giver.role}: {giver.name}" for giver in definition.givers),
    }


def tell_whole(programme: Programme, *, on: date) -> dict[str, Any]:
    """The line, and under ``definition`` all that the catalogue says, in the grammar of the files."""
    return tell_line(programme, on=on) | {"definition": write_content(programme.definition)}


def tell_all(programmes: Iterable[Programme], *, on: date) -> dict[str, Any]:
    return {
        "shape": SHAPE,
        "licence": LICENCE,
        "on": on.isoformat(),
        "aids": [tell_whole(programme, on=on) for programme in programmes],
    }
