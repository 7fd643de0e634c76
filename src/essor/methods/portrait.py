"""A territory's portrait: every figure, table, comparison and bridge of some bases at some dates, as plain data.

One function computes it, for the page, for publication and for verification: the same input gives the same result, to
the last digit. Organisations appear by their integer id only; names are for pages.

Amounts of jobs are integers at the measure's ``scale``; shares are rounded to 8 decimals, or null where they would
divide by zero; dates are ISO; ids are ascending. The result of :func:`build_portrait`::

    shape        "essor-portrait-1"
    territory    {code, name_fr, name_en, vintage}: the list of places of the last date
    known_at     ISO instant
    dates        [ISO date], ascending
    bases        [{slug, version, owner, label_fr, label_en, jobs_variable, content_hash, criteria}], order of the plan
    measures     {jobs variable: {scale, unit, label_fr, label_en}}
    memberships  {"<slug>.<version>.<date>": {members: [id], undecided: [{organisation, missing: [variable]}]}}
    figures      {"<slug>.<version>.<indicator>.<date>": FIGURE}
                 indicator: enterprises, the base's jobs variable, jobs_fte
    comparisons  {"<slug>.<version>.<jobs variable>.<from>.<to>": COMPARISON}: consecutive dates, and first to last
    bridges      {"<slug>.<version>.<slug>.<version>.<date>": BRIDGE}: each pair of bases, order of the plan, last date
                 a comparison or a bridge is absent where one side has no total (essor.methods.bases.has_total): nothing
                 decided there, or no exact figure; an unknown side is never counted as zero
    warnings     [{type: small-difference, on, bases: [slug, slug], only_in_first: [id], only_in_second: [id]},
                 {type: small-cell, key, dimension, code, enterprises},
                 {type: measures-never-mixed, bases: [slug, slug]}]

    FIGURE       {key, base, version, indicator, on, scale, undecided: n, unseen: n, tables, fingerprint, ...TOTAL}
                 unseen: those that events show active, and of whom nothing that the base reads is said that day
                 fingerprint: {code, indicator, jobs_variable, base, version, content_hash, territory, vintage: the list
                 of places of its own day}
                 tables: {municipality, legal_form, sector, size, age: [{code, ...TOTAL}]}, last line: code "unknown"
    TOTAL        {enterprises, value, low, high, exact_sum, exact, banded, without_figure}
                 value: null when a member has a band (then only the interval [low, high] may be said; high null: open),
                 or when there are members and none gave a figure
                 exact, banded, without_figure: enterprises with such a figure; for enterprises, all sums are the count
    COMPARISON   {key, base, version, jobs_variable, scale, vintage, first_vintage, from, to, days, before, after,
                 enterprises_before, enterprises_after, undecided_before, undecided_after, growth, symmetric, yearly,
                 parts: {class: jobs},
                 enterprise_parts: {class or "restructured": n}, readings: {criteria, cohort, survivors: READING},
                 units: [UNIT]}; classes are those of essor.methods.comparison.CLASSES; vintage: the list of places that
                 both days follow, first_vintage: that of the figure of the first day, which may then differ from before
    READING      {units, before, after, growth, symmetric, yearly, flows: FLOWS, economic: FLOWS, recounted,
                 recounted_rate, unknown: [unit id], unknown_before, fates: {fate: jobs}, fate_units: {fate: [unit id]},
                 RESERVES}; fates are empty for criteria, else with each name of essor.methods.comparison.FATES
    RESERVES     {before_range: [low, high or null], after_range: the same, with the ends of bands,
                 growth_range: [low or null, high or null] where a band is in a total, else null,
                 reserve: null, "band-in-total" or "too-much-missing": why the rates are null, fragile: bool,
                 inexact: [unit id], banded: [unit id], missing: {units: [unit id], jobs, share}};
                 see essor.methods.reserves
    FLOWS        {creation, destruction, net, reallocation, excess_reallocation, and each of them with _rate}
    UNIT         {id, organisations, class, before, after, change, members_before, members_after, figure_before,
                 figure_after, correction}
    BRIDGE       {key, from: {base, version}, to: {base, version}, on, total_a, total_b, enterprises_a, enterprises_b,
                 in_both, parts: {name: jobs}, enterprise_parts: {name: n}, organisations: {name: [id]},
                 undecided_in_other: [id], without_figure: [id]}; names are those of BRIDGE_PARTS
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import combinations, pairwise, product
from typing import Any

from essor.methods.bases import (
    FULL_TIME,
    BaseDefinition,
    Membership,
    Territory,
    canonical_json,
    fingerprint_of,
    has_total,
    membership,
    numbers_of,
)
from essor.methods.bridge import Bridge, bridge
from essor.methods.cautions import is_mixed, list_cautions
from essor.methods.comparison import Comparison, Reading, compare
from essor.methods.criteria import PlaceTree
from essor.methods.facts import Event, add_life, alive_by_events
from essor.methods.figures import DIMENSIONS, JobsTotal, Row, count_enterprises, sum_jobs, tabulate
from essor.methods.growth import rounded
from essor.methods.population import Population
from essor.methods.variables import Variable

SHAPE = "essor-portrait-1"
ENTERPRISES = "enterprises"


@dataclass(frozen=True, slots=True)
class PortraitPlan:
    """What is asked for. ``dates``: reference dates, any order. ``known_at``: what was known at that instant.

    ``vintages``: date → name of the list of places of that day; ``vintage``: that of the portrait, and of a date that
    ``vintages`` does not name.
    """

    territory: str
    name_fr: str
    name_en: str
    bases: tuple[BaseDefinition, ...]
    dates: tuple[date, ...]
    known_at: datetime
    vintage: str = ""
    vintages: Mapping[date, str] = field(default_factory=dict)

    def territory_on(self, on: date) -> Territory:
        """The territory under the list of places of that day."""
        return Territory(self.territory, self.vintages.get(on, self.vintage))


def figure_key(base: BaseDefinition, indicator: str, on: date) -> str:
    """The stable name of a figure, such as ``magazine-2014.1.jobs_headcount.2017-11-29``."""
    return f"{base.slug}.{base.version}.{indicator}.{on.isoformat()}"


def build_portrait(
    plan: PortraitPlan,
    populations: Mapping[date, Population],
    events: Iterable[Event],
    *,
    variables: Mapping[str, Variable],
    places: Mapping[date, PlaceTree],
) -> dict[str, Any]:
    """The portrait as JSON-able data, deterministic: equal input, equal bytes once written with sorted keys.

    ``populations``: the profiles at each date of the plan, as known at ``plan.known_at`` (life columns are added here);
    ``places``: those of each date. A figure follows the list of its own day; a comparison reads both days on that of
    the later, with the places that it no longer has where the earlier put them.
    """
    dates, known = tuple(sorted(set(plan.dates))), list(events)
    living = {on: add_life(populations[on], known, on=on, known_at=plan.known_at) for on in dates}
    alive = {on: alive_by_events(known, on=on, known_at=plan.known_at) for on in dates}
    sides = {
        (row, on): membership(living[on], base, territory=plan.territory_on(on), places=places[on], on=on)
        for row, base in enumerate(plan.bases)
        for on in dates
    }
    result: dict[str, Any] = {**_describe(plan, dates, variables), "memberships": {}, "figures": {}, "comparisons": {}}
    for (_row, on), side in sides.items():
        undecided = count_enterprises(side, living[on], places=places[on]).undecided
        result["memberships"][f"{side.base.slug}.{side.base.version}.{on.isoformat()}"] = _members(side, undecided)
        result["figures"] |= _figures(side, living[on], variables, unseen=side.count_unseen(alive[on]))
    for row, (start, end) in product(range(len(plan.bases)), _list_spans(dates)):
        before = _on_list_of(sides[row, end], sides[row, start], living[start], places)
        if has_total(before) and has_total(sides[row, end]):
            found = compare(before, sides[row, end], known, known_at=plan.known_at)
            told = _comparison(found, before, sides[row, end], variables)
            told["first_vintage"] = plan.territory_on(start).vintage
            result["comparisons"][told["key"]] = told
    result["bridges"], result["warnings"] = {}, []
    if dates:
        last = [sides[row, dates[-1]] for row in range(len(plan.bases))]
        result["bridges"] = _bridges(last)
        result["warnings"] = list_cautions(plan.bases, sides, _jobs_of(result["figures"]))
    return result


def _on_list_of(
    later: Membership, earlier: Membership, population: Population, places: Mapping[date, PlaceTree]
) -> Membership:
    """The earlier day (its ``population``) under the list of places of the later one."""
    if earlier.territory == later.territory:
        return earlier
    tree = places[later.on].with_vanished(places[earlier.on])
    return membership(population, earlier.base, territory=later.territory, places=tree, on=earlier.on)


def _describe(plan: PortraitPlan, dates: Sequence[date], variables: Mapping[str, Variable]) -> dict[str, Any]:
    measures = dict.fromkeys([*(base.jobs_variable for base in plan.bases), FULL_TIME])
    return {
        "shape": SHAPE,
        "territory": {
            "code": plan.territory,
            "name_fr": plan.name_fr,
            "name_en": plan.name_en,
            "vintage": plan.vintage,
        },
        "known_at": plan.known_at.isoformat(),
        "dates": [on.isoformat() for on in dates],
        "bases": [
            {
                "slug": base.slug,
                "version": base.version,
                "owner": base.owner,
                "label_fr": base.label_fr,
                "label_en": base.label_en,
                "jobs_variable": base.jobs_variable,
                "content_hash": base.content_hash(),
                "criteria": json.loads(canonical_json(base.tree)),
            }
            for base in plan.bases
        ],
        "measures": {
            name: {"scale": found.scale, "unit": found.unit, "label_fr": found.label_fr, "label_en": found.label_en}
            for name in measures
            if (found := variables.get(name)) is not None
        },
    }


def _members(side: Membership, undecided: Mapping[int, tuple[str, ...]]) -> dict[str, Any]:
    listed = [{"organisation": item, "missing": list(missing)} for item, missing in undecided.items()]
    return {"members": side.members.tolist(), "undecided": listed}


def _figures(
    side: Membership, population: Population, variables: Mapping[str, Variable], *, unseen: int
) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for indicator in dict.fromkeys([ENTERPRISES, side.base.jobs_variable, FULL_TIME]):
        is_count = indicator == ENTERPRISES
        column = side.jobs if is_count else numbers_of(population, indicator)
        total = Row("", int(side.member.yes.sum()), sum_jobs(column, side.member.yes))
        tables = {name: tabulate(side, population, dimension=name, jobs=column) for name in DIMENSIONS}
        mark = fingerprint_of(side.base, side.territory, indicator=indicator)
        key = figure_key(side.base, indicator, side.on)
        figures[key] = {
            "key": key,
            "base": side.base.slug,
            "version": side.base.version,
            "indicator": indicator,
            "on": side.on.isoformat(),
            "scale": 0 if is_count else variables[indicator].scale,
            **_total(total, is_count=is_count),
            "undecided": len(side.undecided),
            "unseen": unseen,
            "fingerprint": {"code": mark.code, **mark.as_dict()},
            "tables": {
                name: [{"code": row.code, **_total(row, is_count=is_count)} for row in rows]
                for name, rows in tables.items()
            },
        }
    return figures


def _jobs_of(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [figure for figure in figures.values() if figure["indicator"] != ENTERPRISES]


def _total(row: Row, *, is_count: bool) -> dict[str, int | None]:
    count = row.enterprises
    jobs = JobsTotal(count, count, count, exact=count, banded=0, without_figure=0) if is_count else row.jobs
    return {
        "enterprises": count,
        "value": jobs.value,
        "low": jobs.low,
        "high": jobs.high,
        "exact_sum": jobs.exact_sum,
        "exact": jobs.exact,
        "banded": jobs.banded,
        "without_figure": jobs.without_figure,
    }


def _list_spans(dates: Sequence[date]) -> list[tuple[date, date]]:
    """The pairs of dates that are compared: each with the next, and the first with the last."""
    ends = [(dates[0], dates[-1])] if len(dates) > 1 else []
    return sorted({*pairwise(dates), *ends})


def _comparison(
    found: Comparison, before: Membership, after: Membership, variables: Mapping[str, Variable]
) -> dict[str, Any]:
    base, start, end = before.base, before.on.isoformat(), after.on.isoformat()
    headline = found.readings["criteria"]
    return {
        "key": f"{figure_key(base, base.jobs_variable, before.on)}.{end}",
        "base": base.slug,
        "version": base.version,
        "jobs_variable": base.jobs_variable,
        "scale": variables[base.jobs_variable].scale,
        "vintage": after.territory.vintage,
        "from": start,
        "to": end,
        **comparison_as_dict(found),
        "undecided_before": len(before.undecided),
        "undecided_after": len(after.undecided),
        "growth": rounded(headline.growth),
        "symmetric": rounded(headline.symmetric),
        "yearly": rounded(headline.yearly),
    }


def comparison_as_dict(found: Comparison) -> dict[str, Any]:
    """A comparison as plain data (see :func:`build_portrait`), without its base and dates."""
    return {
        "days": found.days,
        "before": found.before,
        "after": found.after,
        "enterprises_before": found.enterprises_before,
        "enterprises_after": found.enterprises_after,
        "parts": found.jobs_parts(),
        "enterprise_parts": found.enterprise_parts(),
        "readings": {name: _reading(reading) for name, reading in found.readings.items()},
        "units": [
            {
                "id": unit.id,
                "organisations": list(unit.organisations),
                "class": unit.kind,
                "before": unit.before,
                "after": unit.after,
                "change": unit.change,
                "members_before": unit.members_before,
                "members_after": unit.members_after,
                "figure_before": unit.figure_before,
                "figure_after": unit.figure_after,
                "correction": unit.correction,
            }
            for unit in found.units
        ],
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "units": reading.units,
        "before": reading.before,
        "after": reading.after,
        "growth": rounded(reading.growth),
        "symmetric": rounded(reading.symmetric),
        "yearly": rounded(reading.yearly),
        "flows": reading.flows.as_dict(),
        "economic": reading.economic.as_dict(),
        "recounted": reading.recounted,
        "recounted_rate": rounded(reading.flows.rate(reading.recounted)),
        "unknown": list(reading.unknown),
        "unknown_before": reading.unknown_before,
        "fates": {name: fate.jobs for name, fate in reading.fates.items()},
        "fate_units": {name: list(fate.units) for name, fate in reading.fates.items()},
        **_reserves(reading),
    }


def _reserves(reading: Reading) -> dict[str, Any]:
    """What keeps a reading from being exact, and what may then be said."""
    bounds, missing = reading.growth_range, reading.missing
    return {
        "before_range": list(reading.before_range),
        "after_range": list(reading.after_range),
        "growth_range": None if bounds is None else [rounded(bound) for bound in bounds],
        "reserve": reading.reserve,
        "fragile": reading.is_fragile,
        "inexact": list(reading.inexact),
        "banded": list(reading.banded),
        "missing": {"units": list(missing.units), "jobs": missing.jobs, "share": rounded(missing.share)},
    }


def _bridges(sides: Sequence[Membership]) -> dict[str, Any]:
    told = {}
    for first, second in combinations(sides, 2):
        if not is_mixed(first, second) and has_total(first) and has_total(second):
            left, right = first.base, second.base
            key = f"{left.slug}.{left.version}.{right.slug}.{right.version}.{first.on.isoformat()}"
            told[key] = {
                "key": key,
                "from": {"base": left.slug, "version": left.version},
                "to": {"base": right.slug, "version": right.version},
                "on": first.on.isoformat(),
                **bridge_as_dict(bridge(first, second)),
            }
    return told


def bridge_as_dict(found: Bridge) -> dict[str, Any]:
    """A bridge as plain data (see :func:`build_portrait`), without its bases and date."""
    return {
        "total_a": found.total_a,
        "total_b": found.total_b,
        "enterprises_a": found.enterprises_a,
        "enterprises_b": found.enterprises_b,
        "in_both": found.in_both,
        "parts": found.jobs_parts(),
        "enterprise_parts": {name: part.enterprises for name, part in found.parts.items()},
        "organisations": {name: list(part.organisations) for name, part in found.parts.items()},
        "undecided_in_other": list(found.undecided_in_other),
        "without_figure": list(found.without_figure),
    }
