"""The « flou » of a place as a chart, a table, a list of what to mend, plain data and lines of a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from essor.design.charts import LineChart, Point
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_day, write_percent
from essor.methods.flou import DEAD_LINK, NO_AMOUNT, NO_HOLDER, NOT_CHECKED, Flou, Split

GAPS: Mapping[str, Any] = {
    NO_HOLDER: gettext_lazy("aucun contact confirmé"),
    NO_AMOUNT: gettext_lazy("montant non dit"),
    NOT_CHECKED: gettext_lazy("pas vérifiée depuis longtemps"),
    DEAD_LINK: gettext_lazy("lien mort"),
}


def draw_flou(series: Sequence[tuple[date, Flou]], *, place: str) -> LineChart | None:
    """The share that surely lacks something, day after day; a day without any aid has no point. None under two."""
    points = [
        Point(on, None if flou.whole.at_least is None else float(flou.whole.at_least), written=say_share(flou.whole))
        for on, flou in series
    ]
    known = [point for point in points if point.value is not None]
    if len(known) < 2:
        return None
    first = next(place for place, point in enumerate(points) if point.value is not None)
    return LineChart(
        title=_("La part des aides à qui il manque quelque chose"),
        subtitle=place,
        description=_("Ligne : {points}.").format(
            points=", ".join(f"{write_day(point.on)} {point.written}" for point in known)
        ),
        points=points[first:],
        value_heading=_("Part des aides"),
        kind="percent",
        places=0,
    )


def list_gaps(flou: Flou) -> Table:
    columns = [
        Column(_("Ce qui manque")), Column(_("Aides"), "whole"), Column(_("On ne sait pas"), "whole"),
        Column(_("Part")),
    ]  # fmt: skip
    rows = [Row([str(GAPS[gap]), len(one.lacking), len(one.unknown), say_share(one)]) for gap, one in flou.each.items()]
    whole = flou.whole
    total = [_("Au moins une de ces choses"), len(whole.lacking), len(whole.unknown), say_share(whole)]
    rows.append(Row(total, is_total=True))
    note = _("Une aide peut manquer de plusieurs choses : les lignes ne s’additionnent pas. Sur {n} aides.")
    return Table(_("Ce qui manque, et à combien d’aides"), columns, rows, note.format(n=whole.n))


def list_lacking(flou: Flou, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each aid that lacks something, with what: those that lack most first."""
    lacks = {
        slug: [str(GAPS[gap]) for gap, split in flou.each.items() if slug in split.lacking]
        for slug in flou.whole.lacking
    }
    ordered = sorted(lacks, key=lambda slug: (-len(lacks[slug]), names.get(slug, slug)))
    return [{"slug": slug, "name": names.get(slug, slug), "gaps": lacks[slug]} for slug in ordered]


def say_share(split: Split) -> str:
    """« 60 % », or « 60 % à 80 % » where not all is known; a dash of no aid."""
    if split.at_least is None or split.at_most is None:
        return "—"
    low, high = (write_percent(float(share), 0) for share in (split.at_least, split.at_most))
    return low if low == high else _("{low} à {high}").format(low=low, high=high)


def answer_flou(flou: Flou, *, place: str, on: date, most_days: int) -> dict[str, Any]:
    """As plain data; shares are exact, as « 3/5 »; null of no aid."""
    return {
        "place": place,
        "on": on.isoformat(),
        "most_days": most_days,
        **_answer_split(flou.whole),
        "gaps": {gap: _answer_split(split) for gap, split in flou.each.items()},
    }


def say_flou(flou: Flou, *, place: str, on: date) -> list[str]:
    lacking = len(flou.whole.lacking)
    head = ngettext(
        "{place}, {day} : il manque quelque chose à {lacking} aide sur {n} ({share}).",
        "{place}, {day} : il manque quelque chose à {lacking} aides sur {n} ({share}).",
        lacking,
    ).format(place=place, day=write_day(on), lacking=lacking, n=flou.whole.n, share=say_share(flou.whole))
    return [head, *(f"  {GAPS[gap]}{_(' : ')}{say_share(split)}" for gap, split in flou.each.items())]


def _answer_split(split: Split) -> dict[str, Any]:
    return {
        "n": split.n,
        "lacking": list(split.lacking),
        "unknown": list(split.unknown),
        "share_at_least": _write_share(split.at_least),
        "share_at_most": _write_share(split.at_most),
    }


def _write_share(share: Fraction | None) -> str | None:
    return None if share is None else str(share)
