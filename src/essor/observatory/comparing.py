"""A comparison as its page tells it: the growth on one base, the refusal of two, the change between two editions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from essor.design.charts import Step, Waterfall
from essor.design.tables import Column, Row, Table
from essor.design.wording import write_day, write_interval
from essor.knowledge import load_variables
from essor.methods.revision import TERMS
from essor.observatory import pictures
from essor.observatory.growths import explain_reserve, say_missing, write_end
from essor.observatory.labels import explain_term, label_base, label_indicator, label_reading, label_term
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.queries.bases import base_definition
from essor.observatory.queries.comparisons import compare_dates, refuse_bases
from essor.observatory.queries.live import build_live_portrait
from essor.observatory.queries.naming import find_names, list_told
from essor.observatory.queries.revisions import explain_published_change
from essor.observatory.rules import ObservatoryError, has_exact_total, is_decided, list_confidential
from essor.observatory.sentences import (
    find_amount,
    find_figure,
    natural,
    say_gaps,
    say_left_out,
    say_shaky,
    say_undecided,
    say_unknown,
    say_unknown_total,
)

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What a person compares. ``start`` None: one day only, which two bases may share.

    ``is_adviser``: whether the person advises the territory, and so reads every name.
    """

    first: BaseVersion
    second: BaseVersion | None
    territory_code: str
    start: date | None
    end: date
    reading: str
    language: str
    is_adviser: bool

    def label(self, version: BaseVersion) -> str:
        return str(getattr(version, f"label_{self.language}"))


def read_comparison(asked: Question, *, now: datetime) -> dict[str, Any]:
    """The context of a comparison on one base; ``unknown`` says in sentences why nothing can be compared, if so."""
    if asked.start is None:
        raise ObservatoryError("no-dates")
    comparison = compare_dates(
        base_version=asked.first,
        territory_code=asked.territory_code,
        before_on=asked.start,
        after_on=asked.end,
        known_at=now,
    )
    label = asked.label(asked.first)
    context = {"comparison": comparison, "label": label, "start": asked.start, "end": asked.end}
    if comparison["unknown_on"]:
        return context | {"unknown": say_unknown(comparison, label)}
    told = pictures.in_natural_units(comparison, comparison["scale"])
    chosen = comparison["readings"][asked.reading]
    return context | {
        "reading": label_reading(asked.reading),
        "before": write_end(chosen, "before", comparison["scale"]),
        "after": write_end(chosen, "after", comparison["scale"]),
        "chosen": chosen,
        "no_rate": explain_reserve(chosen) if chosen["growth"] is None else "",
        "cautions": say_missing(chosen, comparison["scale"]),
        "undecided": say_undecided(comparison),
        "shaky": say_shaky(comparison),
        "growth": pictures.draw_growth(told, label=label, reading=asked.reading),
        "parts": pictures.tabulate_parts(told) if asked.reading == "criteria" else None,
        "readings": pictures.tabulate_readings(told),
        "flows": pictures.tabulate_flows(told, reading=asked.reading),
        "classes": _name(pictures.tell_parts(told, reading=asked.reading), asked, now),
        "withheld": _list_withheld(asked),
    }


def read_refusal(asked: Question, *, now: datetime) -> dict[str, Any]:
    """The context of two bases: why they are not compared, and the bridge between them on the last day."""
    if asked.second is None:
        raise ObservatoryError("no-base")
    refused = refuse_bases(
        first=asked.first,
        second=asked.second,
        territory_code=asked.territory_code,
        on=asked.end,
        known_at=now,
        before_on=asked.start,
    )
    figures = _find_figures(asked, [asked.first, asked.second], now)
    context: dict[str, Any] = {
        "refusal": refused,
        "refusal_title": refused.refusal.title(asked.language),
        "label": asked.label(asked.first),
        "second_label": asked.label(asked.second),
        "before": find_amount(figures[0]) or _("un nombre inconnu"),
        "after": find_amount(figures[-1]) or _("un nombre inconnu"),
        "start": asked.start or asked.end,
        "end": asked.end,
        "small": _list_small(asked, now),
        "gaps": [
            _("« %(base)s » : %(gaps)s") % {"base": asked.label(version), "gaps": say_gaps(figure)}
            for version, figure in zip([asked.first, asked.second], figures, strict=True)
            if is_decided(figure) and say_gaps(figure)
        ],
    }
    if refused.bridge is None:
        return context | {"unknown": _list_unknown_ends(asked, now)}
    bridge = pictures.in_natural_units(refused.bridge, figures[-1]["scale"])
    chart = pictures.draw_bridge(bridge, label_a=context["label"], label_b=context["second_label"])
    return (
        context
        | {"bridge": chart, "left_out": say_left_out(bridge), "parts": _name(pictures.tell_bridge(bridge), asked, now)}
        | {"withheld": _list_withheld(asked)}
    )


def _list_unknown_ends(asked: Question, now: datetime) -> list[str]:
    """Why there is no bridge: one sentence for each base whose total is unknown on the last day."""
    versions = [asked.first, *([asked.second] if asked.second else [])]
    results = _find_results(asked, versions, now)
    figures = [find_figure(results, base, "jobs", asked.end.isoformat()) for base in results["bases"]]
    return [
        say_unknown_total(figure, asked.label(version))
        for version, figure in zip(versions, figures, strict=True)
        if not has_exact_total(figure)
    ]


def _find_results(asked: Question, versions: Sequence[BaseVersion], now: datetime) -> dict[str, Any]:
    """The results that the comparison was made from: asked again, they are not computed again."""
    dates = [asked.end] if asked.start is None else [asked.start, asked.end]
    return build_live_portrait(
        territory_code=asked.territory_code, base_versions=versions, dates=dates, known_at=now
    )  # fmt: skip


def _find_figures(asked: Question, versions: Sequence[BaseVersion], now: datetime) -> list[Data]:
    """The jobs of the first version on the first day, of the last version on the last."""
    results = _find_results(asked, versions, now)
    first, last = results["bases"][0], results["bases"][-1]
    start = (asked.start or asked.end).isoformat()
    return [find_figure(results, first, "jobs", start), find_figure(results, last, "jobs", asked.end.isoformat())]


def _list_small(asked: Question, now: datetime) -> list[Data]:
    versions = [asked.first, *([asked.second] if asked.second else [])]
    warnings = _find_results(asked, versions, now)["warnings"]
    return [item for item in warnings if item["type"] == "small-difference" and item["on"] == asked.end.isoformat()]


def _name(parts: list[dict[str, Any]], asked: Question, now: datetime) -> list[dict[str, Any]]:
    naming = find_names(list_told(parts), on=asked.end, known_at=now, is_adviser=asked.is_adviser)
    return naming.name_parts(parts, is_confidential=bool(_list_withheld(asked)))


def _list_withheld(asked: Question) -> list[str]:
    """What the bases read that the person may not, in words: then nobody is named."""
    if asked.is_adviser:
        return []
    versions = [asked.first, *([asked.second] if asked.second else [])]
    names = [name for version in versions for name in list_confidential(base_definition(version).criteria)]
    return [load_variables()[name].label(asked.language) for name in dict.fromkeys(names)]


@dataclass(frozen=True, slots=True)
class ChangeAsked:
    """Two published figures of one base. A day None: the last of its edition."""

    first: Edition
    second: Edition
    base: str
    first_on: date | None
    second_on: date | None
    indicator: str

    def find(self, edition: Edition, on: date | None) -> Data:
        """The figure that an edition publishes; raises ``figure-unknown``."""
        day = on.isoformat() if on else edition.results["dates"][-1]
        base = next((base for base in edition.results["bases"] if base["slug"] == self.base), None)
        if base is None or day not in edition.results["dates"]:
            names = {f"figure_{language}": self._name_figure(day, language) for language in ("fr", "en")}
            titles = {"edition_fr": edition.title_fr, "edition_en": edition.title_en}
            raise ObservatoryError("figure-unknown", **titles, **names)
        return find_figure(edition.results, base, self.indicator, day)

    def _name_figure(self, day: str, language: str) -> str:
        bases = [base for edition in (self.first, self.second) for base in edition.results["bases"]]
        label = next((base[f"label_{language}"] for base in bases if base["slug"] == self.base), self.base)
        with override(language):
            return f"{label}, {write_day(date.fromisoformat(day))}"

    def name_base(self) -> str:
        """The base as the second edition calls it."""
        return next(label_base(base) for base in self.second.results["bases"] if base["slug"] == self.base)


def read_change(asked: ChangeAsked) -> dict[str, Any]:
    """Why the second figure differs from the first, term by term, with the range of each over the orders possible."""
    before = asked.find(asked.first, asked.first_on)
    after = asked.find(asked.second, asked.second_on)
    context: dict[str, Any] = {
        "before": before,
        "after": after,
        "before_amount": find_amount(before),
        "after_amount": find_amount(after),
        "before_on": date.fromisoformat(before["on"]),
        "after_on": date.fromisoformat(after["on"]),
        "measure": label_indicator(after["indicator"], asked.second.results["measures"]),
        "label": asked.name_base(),
    }
    if context["before_amount"] is None or context["after_amount"] is None:
        return context
    found = explain_published_change(
        first=asked.first, first_key=before["key"], second=asked.second, second_key=after["key"]
    )
    chart, table = _draw_change(found, after["scale"], context)
    return context | {"found": found, "chart": chart, "table": table, "difference": found["after"] - found["before"]}


def _draw_change(found: Data, scale: int, context: Data) -> tuple[Waterfall, Table]:
    told = {name: pictures.exact(found["terms"][name], scale) for name in TERMS}
    before, after = pictures.exact(found["before"], scale), pictures.exact(found["after"], scale)
    steps = [Step(label_term(name), amount, note=explain_term(name)) for name, amount in told.items() if amount]
    chart = Waterfall(
        title=_("De quoi le changement est fait"),
        subtitle=f"{context['label']} · {context['measure']}",
        description=_("Cascade d’un chiffre publié à l’autre, terme par terme."),
        steps=[Step(_("Premier chiffre"), before, "total"), *steps, Step(_("Second chiffre"), after, "total")],
        value_heading=str(context["measure"]),
    )
    rows = [Row([label_term(name), told[name], _range(found, name, scale)], note=explain_term(name)) for name in TERMS]
    rows.append(Row([_("Différence"), sum(told.values()), ""], is_total=True))
    columns = [Column(_("Terme")), Column(_("Part"), "signed"), Column(_("Selon l’ordre du calcul"))]
    note = _("L’ordre dans lequel les termes s’appliquent peut changer la part de chacun, jamais leur somme.")
    return chart, Table(_("Terme par terme"), columns, rows, note=note)


def _range(found: Data, name: str, scale: int) -> str:
    lowest, highest = found["ranges"][name]
    if lowest == highest:
        return _("toujours la même")
    return write_interval((natural(lowest, scale), natural(highest, scale)))
