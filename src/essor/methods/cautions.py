"""What a portrait warns of: groups so small that a line or a subtraction gives them away, and measures never mixed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from essor.methods.bases import FULL_TIME, SMALL_CELL, BaseDefinition, Membership, small_difference


def is_mixed(first: Membership, second: Membership) -> bool:
    """Whether one base counts full-time equivalents and the other persons."""
    return (first.base.jobs_variable == FULL_TIME) != (second.base.jobs_variable == FULL_TIME)


def list_cautions(
    bases: Sequence[BaseDefinition], sides: Mapping[tuple[int, date], Membership], figures: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The ``warnings`` of a portrait, in the order of its bases and dates, then of its figures.

    ``sides``: (rank of the base, date) → who belongs; ``figures``: those of jobs, as
    :func:`essor.methods.portrait.build_portrait` tells them.
    """
    dates = sorted({on for _row, on in sides})
    told: list[dict[str, Any]] = []
    for first, second in combinations(range(len(bases)), 2):
        named = [bases[first].slug, bases[second].slug]
        told += [
            {"type": "small-difference", "on": on.isoformat(), "bases": named, **groups}
            for on in dates
            if (groups := _tell_difference(sides[first, on], sides[second, on])) is not None
        ]
        if is_mixed(sides[first, dates[0]], sides[second, dates[0]]):
            told.append({"type": "measures-never-mixed", "bases": named})
    return [*told, *(line for figure in figures for line in _list_small_lines(figure))]


def _tell_difference(first: Membership, second: Membership) -> dict[str, list[int]] | None:
    small = small_difference(first.members, second.members)
    if small is None:
        return None
    return {"only_in_first": list(small.only_in_first), "only_in_second": list(small.only_in_second)}


def _list_small_lines(figure: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, rows in figure["tables"].items():
        for row in rows:
            if 0 < row["enterprises"] < SMALL_CELL:
                yield {
                    "type": "small-cell",
                    "key": figure["key"],
                    "dimension": name,
                    "code": row["code"],
                    "enterprises": row["enterprises"],
                }
