"""Where the jobs are: on boundaries where they are known, else on schematic tiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from essor.design.charts import Tile, TileMap
from essor.design.charts.boundaries import Area, BoundaryMap
from essor.design.wording import write_as
from essor.observatory.labels import UNKNOWN, label_code
from essor.observatory.pictures.amounts import Definitions, Results, natural, say_basis

TILE_COLUMNS = 4


def draw_map(
    figure: Results,
    definitions: Definitions,
    *,
    label: str,
    shapes: Mapping[str, Mapping[str, Any]],
    parents: Mapping[str, str],
) -> TileMap | BoundaryMap | None:
    """The jobs by municipality on its boundaries, or else by MRC on theirs, or else on schematic tiles.

    ``label``: the base's; ``shapes``: the boundaries known, by code; ``parents``: the MRC of each municipality.
    """
    values = {
        line["code"]: natural(line["value"], figure["scale"])
        for line in figure["tables"]["municipality"]
        if line["code"] != UNKNOWN
    }
    above = {code: parents.get(code, "") for code in values}
    by_shape = all(code in shapes for code in values)
    if not by_shape and len(set(above.values())) > 1 and all(code in shapes for code in above.values()):
        values, by_shape = _sum_above(values, above), True
    if not values:
        return None
    names = {code: label_code("municipality", code, definitions) for code in values}
    said: dict[str, Any] = {
        "title": _("Où sont les emplois"),
        "description": _("Carte : {places}.").format(
            places=", ".join(f"{names[code]} {write_as('whole', value)}" for code, value in values.items())
        ),
        "label_heading": _("Lieu"),
        "value_heading": _("Emplois"),
    }
    basis = say_basis(label, figure["on"])
    if by_shape:
        return BoundaryMap(
            subtitle=basis, areas=[Area(code, names[code], shapes[code], values[code]) for code in values], **said
        )
    how = _("Carte schématique : un carré par municipalité, sans ses limites")
    return TileMap(tiles=_set_tiles(values, names), subtitle=f"{basis}. {how}", **said)


def _set_tiles(values: Mapping[str, float | int | None], names: Mapping[str, str]) -> list[Tile]:
    """By name, TILE_COLUMNS in a row."""
    ordered = sorted(values, key=lambda code: names[code])
    return [
        Tile(code, names[code], values[code], place % TILE_COLUMNS, place // TILE_COLUMNS)
        for place, code in enumerate(ordered)
    ]


def _sum_above(values: Mapping[str, float | int | None], above: Mapping[str, str]) -> dict[str, float | int | None]:
    """Totals by the place above; one part unknown makes the total unknown."""
    totals: dict[str, float | int | None] = {}
    for code, value in values.items():
        held = totals.get(above[code], 0)
        totals[above[code]] = None if held is None or value is None else held + value
    return totals
