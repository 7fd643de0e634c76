"""Who could be told apart by subtracting a figure from one that is published already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np

from essor.methods.bases import small_difference
from essor.observatory.models import Edition
from essor.territories.queries import ancestors, list_children

Data = Mapping[str, Any]
SMALL_DIFFERENCE = "small-difference"


def list_small_differences(results: Data, *, apart_from: Edition | None = None) -> list[dict[str, Any]]:
    """The memberships of these results that nearly agree with another of the same day, here or already published.

    ``{type, on, bases: [slug, slug], only_in_first: [id], only_in_second: [id]}``. With ``edition`` (its name) and
    ``territory`` where the second is published: about the same territory, the one that holds it, or one that it holds;
    the same pair of groups is told once. ``apart_from``: an edition to leave aside, the one that publishes these.
    """
    own = [item for item in results["warnings"] if item["type"] == SMALL_DIFFERENCE]
    told: dict[str, dict[str, Any]] = {}
    for edition, territory, memberships in _list_published(results, apart_from):
        for found in _compare(results["memberships"], memberships):
            groups = (found["on"], found["bases"], territory, found["only_in_first"], found["only_in_second"])
            told.setdefault(repr(groups), found | {"edition": edition, "territory": territory})
    return [*own, *told.values()]


def _list_published(results: Data, apart_from: Edition | None) -> Iterator[tuple[str, str, Data]]:
    """Of each edition about this place, the one above or those below: its name, its territory, its memberships."""
    editions = Edition.objects.filter(territory_code__in=_list_near(results)).order_by("published_at", "id")
    if apart_from is not None:
        editions = editions.exclude(pk=apart_from.pk)
    yield from editions.values_list("slug", "territory_code", "results__memberships")


def _list_near(results: Data) -> set[str]:
    code, last = results["territory"]["code"], date.fromisoformat(results["dates"][-1])
    return {code, *ancestors(code, last)[:1], *(child.territory.code for child in list_children(code, last))}


def _compare(first: Data, second: Data) -> Iterator[dict[str, Any]]:
    for stem, mine in first.items():
        slug, _version, on = stem.split(".")
        for other, theirs in second.items():
            if not other.endswith(f".{on}"):
                continue
            small = small_difference(np.array(mine["members"], dtype=np.int64), np.array(theirs["members"], np.int64))
            if small is not None:
                yield {
                    "type": SMALL_DIFFERENCE,
                    "on": on,
                    "bases": [slug, other.split(".")[0]],
                    "only_in_first": list(small.only_in_first),
                    "only_in_second": list(small.only_in_second),
                }
