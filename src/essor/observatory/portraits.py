"""The one path of figures: definitions and records in, the portrait out.

``definitions`` is plain data, as an edition keeps it in ``definitions.json``: it holds all that a portrait needs
besides the records, so a live page, a publication and a verification years later call one function with one content.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from essor.methods.bases import FULL_TIME, HEADCOUNT, BaseDefinition, Membership, membership
from essor.methods.criteria import PlaceTree, parse
from essor.methods.facts import DERIVED, Event, add_life, known_rows
from essor.methods.figures import CODED_DIMENSIONS
from essor.methods.population import Population
from essor.methods.portrait import PortraitPlan, build_portrait
from essor.methods.variables import Variable

DEFINITIONS_SHAPE = "essor-definitions-1"
Definitions = Mapping[str, Any]


class FactReader(Protocol):
    """Whoever can say what is known at a date: an engine over the database, or a snapshot."""

    def read_population(
        self,
        *,
        variables: Collection[Variable],
        on: date,
        known_at: datetime,
        organisations: Collection[int] | None = None,
    ) -> Population: ...


def compute_portrait(
    definitions: Definitions,
    reader: FactReader,
    events: Iterable[Event],
    *,
    organisations: Collection[int] | None = None,
) -> dict[str, Any]:
    """The results of :func:`essor.methods.portrait.build_portrait` for these definitions and records.

    ``organisations``: the frame (None: all that the reader holds). An organisation of which nothing is known on a day
    is not in that day's population.
    """
    variables, known_at = read_variables(definitions), read_instant(definitions)
    dates = [date.fromisoformat(on) for on in definitions["dates"]]
    populations = {
        on: read_day(reader, variables=variables, on=on, known_at=known_at, organisations=organisations) for on in dates
    }
    places = read_places(definitions)
    return build_portrait(read_plan(definitions), populations, events, variables=variables, places=places)


def compute_membership(
    definitions: Definitions,
    reader: FactReader,
    events: Collection[Event],
    *,
    base: BaseDefinition,
    on: date,
    known_at: datetime,
    organisations: Collection[int] | None = None,
) -> Membership:
    """Who belongs to one base on one day, as known at an instant that may differ from that of the definitions."""
    variables = read_variables(definitions)
    population = read_day(reader, variables=variables, on=on, known_at=known_at, organisations=organisations)
    return membership(
        add_life(population, events, on=on, known_at=known_at),
        base,
        territory=read_plan(definitions).territory_on(on),
        places=read_places(definitions)[on],
        on=on,
    )


def read_day(
    reader: FactReader,
    *,
    variables: Mapping[str, Variable],
    on: date,
    known_at: datetime,
    organisations: Collection[int] | None,
) -> Population:
    """The profiles of one day, without the organisations of which nothing is known then."""
    asked = [variable for name, variable in variables.items() if name not in DERIVED]
    found = reader.read_population(variables=asked, on=on, known_at=known_at, organisations=organisations)
    rows = known_rows(found)
    return found if rows.all() else found.select(rows)


def list_needed_variables(bases: Iterable[BaseDefinition]) -> list[str]:
    """What must be read for these bases and the tables: variables of criteria, measures of jobs, dimensions."""
    named = {name for base in bases for name in base.variables()} | {*CODED_DIMENSIONS, HEADCOUNT, FULL_TIME}
    return sorted(named - DERIVED)


def write_variable(variable: Variable) -> dict[str, Any]:
    """A variable as plain data; :func:`read_variables` reads it back."""
    written = asdict(variable)
    written["minimum"] = None if variable.minimum is None else str(variable.minimum)
    written["maximum"] = None if variable.maximum is None else str(variable.maximum)
    written["values"] = list(variable.values)
    labels = variable.value_labels or {}
    written["value_labels"] = {code: list(words) for code, words in labels.items()} or None
    return written


def read_variables(definitions: Definitions) -> dict[str, Variable]:
    return {name: _read_variable(kept) for name, kept in definitions["variables"].items()}


def _read_variable(kept: Mapping[str, Any]) -> Variable:
    labels = kept["value_labels"]
    return Variable(
        **{
            **kept,
            "minimum": None if kept["minimum"] is None else Decimal(kept["minimum"]),
            "maximum": None if kept["maximum"] is None else Decimal(kept["maximum"]),
            "values": tuple(kept["values"]),
            "value_labels": {code: (words[0], words[1]) for code, words in labels.items()} if labels else None,
        }
    )


def read_instant(definitions: Definitions) -> datetime:
    return datetime.fromisoformat(definitions["known_at"])


def read_bases(definitions: Definitions) -> tuple[BaseDefinition, ...]:
    variables = read_variables(definitions)
    return tuple(
        BaseDefinition(
            slug=kept["slug"],
            version=kept["number"],
            owner=kept["owner"],
            label_fr=kept["label_fr"],
            label_en=kept["label_en"],
            criteria=parse(kept["criteria"], variables=variables),
            tree=kept["criteria"],
            jobs_variable=kept["jobs_variable"],
        )
        for kept in definitions["bases"]
    )


def read_places(definitions: Definitions) -> dict[date, PlaceTree]:
    """The places at each date; dates with the same places share one tree."""
    found: dict[date, PlaceTree] = {}
    for kept in definitions["places"]:
        tree = PlaceTree(kept["parents"])
        found |= {date.fromisoformat(on): tree for on in kept["dates"]}
    return found


def read_plan(definitions: Definitions) -> PortraitPlan:
    territory = definitions["territory"]
    return PortraitPlan(
        territory=territory["code"],
        name_fr=territory["name_fr"],
        name_en=territory["name_en"],
        bases=read_bases(definitions),
        dates=tuple(date.fromisoformat(on) for on in definitions["dates"]),
        known_at=read_instant(definitions),
        vintage=territory["vintage"],
        vintages={date.fromisoformat(on): label for on, label in territory.get("vintages", {}).items()},
    )
