"""The published numbers of jobs that rest on one or two enterprises: each says, or nearly, what one of them employs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from essor.design.tables import Column, Row, Table
from essor.design.wording import write_signed
from essor.methods.portrait import ENTERPRISES
from essor.observatory.labels import label_bridge_part, label_fate, label_part
from essor.observatory.numbers import name_bridge, name_comparison, name_figure, name_line
from essor.observatory.rules import FEWEST_NAMED
from essor.observatory.sentences import natural, write_amount

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SmallGroup:
    """``line`` of which ``figure``, resting on how many enterprises, and the ``amount`` that it would print."""

    line: str
    figure: str
    enterprises: int
    amount: str


def list_small_groups(results: Data, definitions: Data) -> list[SmallGroup]:
    """Lines of tables, then parts of comparisons and of bridges, with fewer than FEWEST_NAMED enterprises."""
    return [*_list_lines(results, definitions), *_list_parts(results), *_list_bridge_parts(results)]


def tabulate_small_groups(groups: Sequence[SmallGroup]) -> Table:
    rows = [Row([group.line, group.figure, group.enterprises, group.amount]) for group in groups]
    columns = [
        Column(_("Ligne")),
        Column(_("Chiffre")),
        Column(_("Entreprises"), "whole"),
        Column(_("Emplois"), "whole"),
    ]
    return Table(_("Ce qui repose sur moins de trois entreprises"), columns, rows)


def _is_small(count: int) -> bool:
    return 0 < count < FEWEST_NAMED


def _list_lines(results: Data, definitions: Data) -> Iterator[SmallGroup]:
    for figure in results["figures"].values():
        if figure["indicator"] == ENTERPRISES:
            continue
        name, scale = name_figure(figure["key"], results), {"scale": figure["scale"]}
        if _is_small(figure["enterprises"]):
            yield SmallGroup(_("Total"), name, figure["enterprises"], write_amount(figure))
        for dimension, lines in figure["tables"].items():
            for line in lines:
                if _is_small(line["enterprises"]):
                    label = name_line(dimension, line["code"], definitions)
                    yield SmallGroup(label, name, line["enterprises"], write_amount(line | scale))


def _list_parts(results: Data) -> Iterator[SmallGroup]:
    for comparison in results["comparisons"].values():
        name, scale = name_comparison(comparison["key"], results), comparison["scale"]
        counts = _count([unit["class"] for unit in comparison["units"]])
        for code, jobs in comparison["parts"].items():
            if _is_small(counts.get(code, 0)):
                yield SmallGroup(label_part(code), name, counts[code], _write_change(jobs, scale))
        for reading in comparison["readings"].values():
            for code, units in reading["fate_units"].items():
                if _is_small(len(units)):
                    jobs = _write_change(reading["fates"][code], scale)
                    yield SmallGroup(label_fate(code), name, len(units), jobs)


def _list_bridge_parts(results: Data) -> Iterator[SmallGroup]:
    scales = {(base["slug"], base["version"]): results["measures"][base["jobs_variable"]] for base in results["bases"]}
    for bridge in results["bridges"].values():
        name, scale = name_bridge(bridge["key"], results), scales[tuple(bridge["from"].values())]["scale"]
        for code, organisations in bridge["organisations"].items():
            if _is_small(len(organisations)):
                jobs = _write_change(bridge["parts"][code], scale)
                yield SmallGroup(label_bridge_part(code), name, len(organisations), jobs)


def _count(codes: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    return counts


def _write_change(jobs: int, scale: int) -> str:
    return write_signed(natural(jobs, scale), min(scale, 1))
