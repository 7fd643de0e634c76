"""Where the jobs are: on boundaries where they are known, else on schematic tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from essor.design.charts import Tile, TileMap
from essor.design.charts.boundaries import Area, BoundaryMap
from essor.design.wording import write_as
from essor.observatory.labels import UNKNOWN, label_code
from essor.observatory.pictures.amounts import Definitions, Results, read_line, say_basis

TILE_COLUMNS = 4
COUNTED = ("enterprises", "exact", "banded")


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
    lines = {line["code"]: line for line in figure["tables"]["municipality"] if line["code"] != UNKNOWN}
    above = {code: parents.get(code, "") for code in lines}
    by_shape = all(code in shapes for code in lines)
    if not by_shape and len(set(above.values())) > 1 and all(code in shapes for code in above.values()):
        lines, by_shape = _sum_above(lines, above), True
    if not lines:
        return None
    values = {code: read_line(line, figure["scale"]) for code, line in lines.items()}
    names = {code: label_code("municipality", code, definitions) for code in values}
    said: dict[str, Any] = {
        "title": _("Où sont les emplois"),
        "description": _("Carte : {places}.").format(
            places=", ".join(
                f"{names[code]} {words or write_as('whole', value)}" for code, (value, words) in values.items()
            )
        ),
        "label_heading": _("Lieu"),
        "value_heading": _("Emplois"),
    }
    basis = say_basis(label, figure["on"])
    if by_shape:
        return BoundaryMap(
            subtitle=basis,
            areas=[
                Area(code, names[code], shapes[code], value, written=words) for code, (value, words) in values.items()
            ],
            **said,
        )
    how = _("Carte schématique : un carré par municipalité, sans ses limites")
    return TileMap(tiles=_set_tiles(values, names), subtitle=f"{basis}. {how}", **said)


def _set_tiles(values: Mapping[str, tuple[float | int | None, str]], names: Mapping[str, str]) -> list[Tile]:
    """By name, TILE_COLUMNS in a row."""
    ordered = sorted(values, key=lambda code: names[code])
    return [
        Tile(code, names[code], values[code][0], place % TILE_COLUMNS, place // TILE_COLUMNS, written=values[code][1])
        for place, code in enumerate(ordered)
    ]


def _sum_above(lines: Mapping[str, Results], above: Mapping[str, str]) -> dict[str, Results]:
    """The lines by the place above. One part unknown makes the total unknown; one interval makes it an interval."""
    grouped: dict[str, list[Results]] = {}
    for code, line in lines.items():
        grouped.setdefault(above[code], []).append(line)
    return {code: _add_up(parts) for code, parts in grouped.items()}


def _add_up(parts: Sequence[Results]) -> Results:
    total: dict[str, Any] = {name: sum(line[name] for line in parts) for name in COUNTED}
    if any(line["enterprises"] and not line["exact"] + line["banded"] for line in parts):
        return total | {"value": None, "low": None, "high": None, "banded": 0}
    sums: dict[str, Any] = {}
    for name in ("value", "low", "high"):
        told = [line[name] for line in parts]
        sums[name] = None if None in told else sum(told)
    return total | sums
