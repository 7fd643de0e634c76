"""The tables and the map of a place, ready for design's components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from essor.design.charts import Area, BoundaryMap
from essor.design.tables import Column, Link, Row, Table
from essor.design.wording import write_day
from essor.territories.models import Territory, TerritoryEvent, TerritoryPeriod
from essor.territories.queries import ancestors, list_boundaries, sum_populations


def link_place(code: str, label: str) -> Link:
    return Link(label, reverse("territory", args=[code]))


def build_children_table(
    children: Sequence[TerritoryPeriod], *, totals: Mapping[str, int | None], language: str
) -> Table:
    """What a place contains: name, code, designation, population."""
    return Table(
        caption=_("Ce que ce lieu contient aujourd’hui"),
        columns=[Column(_("Lieu")), Column(_("Code")), Column(_("Désignation")), Column(_("Population"), kind="whole")],
        rows=[
            Row(
                [
                    link_place(child.territory.code, child.get_name(language)),
                    child.territory.code,
                    child.designation or child.territory.get_kind_display(),
                    totals.get(child.territory.code) if child.population is None else child.population,
                ]
            )
            for child in children
        ],
        note=_("La population d’un lieu qui en contient d’autres est la somme de ses municipalités listées."),
    )


def build_history_table(periods: Sequence[TerritoryPeriod], *, names: Mapping[str, str], language: str) -> Table:
    """What a place was called, was and belonged to, from one day to another."""
    return Table(
        caption=_("Ce lieu à travers les listes"),
        columns=[
            Column(_("Nom")),
            Column(_("Désignation")),
            Column(_("Fait partie de")),
            Column(_("Du")),
            Column(_("Au")),
        ],
        rows=[
            Row(
                [
                    period.get_name(language),
                    period.designation or period.territory.get_kind_display(),
                    link_place(period.parent.code, names.get(period.parent.code, period.parent.code))
                    if period.parent
                    else "—",
                    write_day(period.starts_on) if period.starts_on else _("toujours, pour ce qu’on en sait"),
                    _("avant le {day}").format(day=write_day(period.ends_before))
                    if period.ends_before
                    else _("aujourd’hui"),
                ]
            )
            for period in periods
        ],
    )


def build_events_table(events: Sequence[TerritoryEvent], *, names: Mapping[str, str]) -> Table:
    """What one list showed of the place that the one before did not."""

    def say(event: TerritoryEvent, side: str) -> str:
        return names.get(side, side) if event.kind == TerritoryEvent.Kind.MOVED else side

    return Table(
        caption=_("Ce que les listes ont montré"),
        columns=[Column(_("Événement")), Column(_("Vu dans la liste du")), Column(_("Avant")), Column(_("Après"))],
        rows=[
            Row(
                [
                    str(event.get_kind_display()),
                    write_day(event.seen_on),
                    say(event, event.before) or "—",
                    say(event, event.after) or "—",
                ]
            )
            for event in events
        ],
        note=_(
            "Apparaître dans une liste n’est pas naître, et en disparaître n’est pas fermer : "
            "la liste peut s’élargir, ou un code changer."
        ),
    )


def build_map(period: TerritoryPeriod, *, on: date, names: Mapping[str, str]) -> BoundaryMap | None:
    """The MRCs of the region that the place is or lies in, its own in colour; None where no boundary is loaded."""
    code, kind = period.territory.code, period.territory.kind
    if kind not in {Territory.Kind.REGION, Territory.Kind.MRC}:
        return None
    region = code if kind == Territory.Kind.REGION else next(iter(ancestors(code, on)), "")
    shapes = list_boundaries(region, on)
    is_drawn = bool(shapes) if kind == Territory.Kind.REGION else code in shapes
    if not is_drawn:
        return None
    totals = sum_populations(on)
    return BoundaryMap(
        title=_("Population par MRC ou équivalent"),
        description=_("{name} : la somme des municipalités de chaque MRC ou équivalent.").format(
            name=names.get(code, code)
        ),
        areas=[_build_area(shape, geometry, code, kind, names, totals) for shape, geometry in shapes.items()],
        label_heading=_("MRC ou équivalent"),
        value_heading=_("Population"),
        source=_("Découpages administratifs du Québec, CC BY 4.0"),
    )


def _build_area(  # one shape among those of a region
    shape: str,
    geometry: dict[str, Any],
    code: str,
    kind: str,
    names: Mapping[str, str],
    totals: Mapping[str, int | None],
) -> Area:
    is_context = kind == Territory.Kind.MRC and shape != code
    value = None if is_context else totals.get(shape)
    return Area(shape, names.get(shape, shape), geometry, value, is_context=is_context)
