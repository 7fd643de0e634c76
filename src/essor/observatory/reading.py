"""An edition as its page tells it: sentences with their figures, pictures, tables, and how we know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from essor.design.charts import LineChart, TileMap, Waterfall
from essor.design.charts.boundaries import BoundaryMap
from essor.design.tables import Table
from essor.knowledge import load_variables
from essor.methods.criteria import Line, describe, parse
from essor.observatory import pictures
from essor.observatory.growths import explain_reserve, say_missing
from essor.observatory.labels import label_dimension, label_place
from essor.observatory.pictures import Results
from essor.observatory.queries.naming import Naming
from essor.observatory.rules import list_confidential
from essor.observatory.sentences import find_amount, say_left_out, say_unseen, write_few

MOST_UNDECIDED = 60
"""Undecided organisations that a page names for one base."""


@dataclass(frozen=True, slots=True)
class Headline:
    """One total: how many enterprises and jobs, on which base, on which day; None is unknown.

    ``amount``: the jobs as they may be said: a number, or an interval when a member has a band (``jobs`` is then None).
    ``unseen``: a sentence, empty where nothing is to be said.
    ``full_time_known``: how many enterprises gave their full-time equivalents.
    """

    enterprises: float | int | None
    jobs: float | int | None
    amount: str | None
    full_time: float | int | None
    full_time_known: int
    undecided: int
    unseen: str
    known: int
    without_figure: int
    on: date
    label: str
    description: str
    keys: Mapping[str, str]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class DimensionPart:
    code: str
    heading: str
    table: Table
    chart: Any


@dataclass(frozen=True, slots=True)
class BaseReading:
    """One base of an edition: its headline at the last date, its growth, and its tables.

    ``no_rate``: why the growth has no rate, empty where it has one; ``cautions``: what is said beside it.
    ``withheld``: what the base reads that this reader may not: then nobody is named, and ``missing`` counts what the
    undecided have not answered.
    """

    slug: str
    version: int
    label: str
    owner: str
    description: str
    headline: Headline
    first_on: date
    comparison: Results | None
    no_rate: str
    cautions: list[str]
    growth: Waterfall | None
    parts: Table | None
    readings: Table | None
    flows: Table | None
    series: LineChart | None
    dimensions: list[DimensionPart]
    map: TileMap | BoundaryMap | None
    criteria: tuple[Line, ...]
    undecided: list[dict[str, Any]]
    more_undecided: int
    withheld: list[str]
    missing: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class BridgeReading:
    slug_a: str
    slug_b: str
    label_a: str
    label_b: str
    bridge: Results
    left_out: str
    chart: Waterfall
    parts: list[dict[str, Any]]
    withheld: list[str]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one edition's results in one language. ``definitions``: as the edition keeps them."""

    results: Results
    definitions: Mapping[str, Any]
    language: str
    naming: Naming
    shapes: Mapping[str, Mapping[str, Any]]

    @property
    def place_names(self) -> dict[str, str]:
        row = 1 if self.language == "en" else 0
        return {code: names[row] for code, names in self.definitions["place_names"].items()}

    @property
    def territory_name(self) -> str:
        return str(self.results["territory"][f"name_{self.language}"])

    @property
    def where(self) -> str:
        """The territory at the end of a sentence."""
        return label_place(self.definitions["territory"])

    def read_bases(self) -> list[BaseReading]:
        return [self._read_base(base) for base in self.definitions["bases"]]

    def read_bridges(self) -> list[BridgeReading]:
        bases = {base["slug"]: base for base in self.definitions["bases"]}
        labels = {slug: base[f"label_{self.language}"] for slug, base in bases.items()}
        scales = {
            base["slug"]: self.results["measures"][base["jobs_variable"]]["scale"] for base in self.results["bases"]
        }
        found = []
        for stored in self.results["bridges"].values():
            bridge = pictures.in_natural_units(stored, scales[stored["from"]["base"]])
            label_a, label_b = labels[bridge["from"]["base"]], labels[bridge["to"]["base"]]
            chart = pictures.draw_bridge(bridge, label_a=label_a, label_b=label_b)
            withheld = [label for end in ("from", "to") for label in self.list_withheld(bases[bridge[end]["base"]])]
            parts = self.naming.name_parts(pictures.tell_bridge(bridge), is_confidential=bool(withheld))
            slugs = bridge["from"]["base"], bridge["to"]["base"]
            found.append(BridgeReading(*slugs, label_a, label_b, bridge, say_left_out(bridge), chart, parts, withheld))
        return found

    def read_headline(self, base: Mapping[str, Any], on: str) -> Headline:
        stem, jobs = f"{base['slug']}.{base['number']}", base["jobs_variable"]
        keys = {name: f"{stem}.{name}.{on}" for name in ("enterprises", jobs, "jobs_fte")}
        figures = {name: self.results["figures"][key] for name, key in keys.items()}
        return Headline(
            enterprises=pictures.sure_value(figures["enterprises"]),
            jobs=pictures.sure_value(figures[jobs]),
            amount=find_amount(figures[jobs]),
            full_time=pictures.sure_value(figures["jobs_fte"]) if figures["jobs_fte"]["exact"] else None,
            full_time_known=figures["jobs_fte"]["exact"],
            undecided=figures["enterprises"]["undecided"],
            unseen=say_unseen(figures["enterprises"]["unseen"]),
            known=figures[jobs]["exact"] + figures[jobs]["banded"],
            without_figure=figures[jobs]["without_figure"],
            on=date.fromisoformat(on),
            label=base[f"label_{self.language}"],
            description=base[f"description_{self.language}"],
            keys={"enterprises": keys["enterprises"], "jobs": keys[jobs], "full_time": keys["jobs_fte"]},
            fingerprint=figures[jobs]["fingerprint"]["code"],
        )

    def _read_base(self, base: Mapping[str, Any]) -> BaseReading:
        stem, jobs, last = f"{base['slug']}.{base['number']}", base["jobs_variable"], self.results["dates"][-1]
        headline, comparison = self.read_headline(base, last), self._find_comparison(stem, jobs)
        figure = self.results["figures"][f"{stem}.{jobs}.{last}"]
        label, is_known = base[f"label_{self.language}"], headline.enterprises is not None
        return BaseReading(
            slug=base["slug"],
            version=base["number"],
            label=label,
            owner=base["owner"],
            description=base[f"description_{self.language}"],
            headline=headline,
            first_on=date.fromisoformat(self.results["dates"][0]),
            comparison=comparison,
            **self._read_rate(comparison),
            growth=pictures.draw_growth(comparison, label=label) if comparison else None,
            parts=pictures.tabulate_parts(comparison) if comparison else None,
            readings=pictures.tabulate_readings(comparison) if comparison else None,
            flows=pictures.tabulate_flows(comparison) if comparison else None,
            series=pictures.draw_series(self.results, stem=stem, jobs=jobs, label=label),
            dimensions=self._read_dimensions(stem, jobs, last, label) if is_known else [],
            map=self._draw_map(figure, label) if is_known else None,
            criteria=self.describe(base),
            undecided=(undecided := self.read_undecided(base, last)),
            more_undecided=headline.undecided - len(undecided) if undecided else 0,
            withheld=self.list_withheld(base),
            missing=self.count_missing(base, last),
        )

    def _read_rate(self, comparison: Results | None) -> dict[str, Any]:
        """``no_rate`` and ``cautions`` of the growth on the same criteria, in stored integers."""
        if comparison is None:
            return {"no_rate": "", "cautions": []}
        reading = self.results["comparisons"][comparison["key"]]["readings"]["criteria"]
        no_rate = explain_reserve(reading) if reading["growth"] is None else ""
        return {"no_rate": no_rate, "cautions": say_missing(reading, comparison["scale"])}

    def _draw_map(self, figure: Results, label: str) -> TileMap | BoundaryMap | None:
        parents = {code: above[0] for code, above in self.definitions["places"][-1]["parents"].items() if above}
        return pictures.draw_map(figure, self.definitions, label=label, shapes=self.shapes, parents=parents)

    def _find_comparison(self, stem: str, jobs: str) -> Results | None:
        """From the first date to the last; None where there is one date, or where a total is unknown."""
        first, last = self.results["dates"][0], self.results["dates"][-1]
        found: Results | None = self.results["comparisons"].get(f"{stem}.{jobs}.{first}.{last}")
        return None if found is None else pictures.in_natural_units(found, found["scale"])

    def _read_dimensions(self, stem: str, jobs: str, on: str, label: str) -> list[DimensionPart]:
        figure = self.results["figures"][f"{stem}.{jobs}.{on}"]
        return [
            DimensionPart(
                code=code,
                heading=label_dimension(code),
                table=pictures.tabulate_dimension(
                    self.results, stem=stem, on=on, jobs=jobs, dimension=code, definitions=self.definitions
                ),
                chart=pictures.draw_bars(figure, code, self.definitions, label=label),
            )
            for code in pictures.DIMENSIONS
        ]

    def describe(self, base: Mapping[str, Any]) -> tuple[Line, ...]:
        variables = load_variables()
        criteria = parse(base["criteria"], variables=variables)
        return describe(criteria, language=self.language, variables=variables, place_names=self.place_names)

    def list_withheld(self, base: Mapping[str, Any]) -> list[str]:
        """What a base reads that this reader may not, in words; empty for those who advise the territory."""
        if self.naming.is_adviser:
            return []
        variables = load_variables()
        criteria = parse(base["criteria"], variables=variables)
        return [variables[name].label(self.language) for name in list_confidential(criteria)]

    def read_undecided(self, base: Mapping[str, Any], on: str, *, most: int = MOST_UNDECIDED) -> list[dict[str, Any]]:
        """At most ``most`` undecided organisations, and what is missing of each; none where they may not be named."""
        if self.list_withheld(base):
            return []
        variables = load_variables()
        return [
            {
                "named": self.naming.name(item["organisation"]),
                "missing": [variables[name].label(self.language) for name in item["missing"] if name in variables],
            }
            for item in self._list_undecided(base, on)[:most]
        ]

    def count_missing(self, base: Mapping[str, Any], on: str) -> list[tuple[str, str]]:
        """What the undecided have not answered, and how many of them, without their names."""
        variables = load_variables()
        counts = Counter(name for item in self._list_undecided(base, on) for name in item["missing"])
        return [
            (variables[name].label(self.language), write_few(count))
            for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
            if name in variables
        ]

    def _list_undecided(self, base: Mapping[str, Any], on: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.results["memberships"][f"{base['slug']}.{base['number']}.{on}"]["undecided"]
        return found
