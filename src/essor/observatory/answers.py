"""What a command answers with ``--json``: plain objects in natural units, stable names, nothing to guess."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from essor.methods.bases import FULL_TIME
from essor.observatory.labels import label_code
from essor.observatory.sentences import find_figure, natural

Data = Mapping[str, Any]
RATES = {"growth": "growth", "dhs_growth": "symmetric", "yearly_growth": "yearly"}
RESERVES = ("before_range", "after_range", "growth_range", "reserve", "fragile", "missing")
FLOWS = ("creation", "destruction", "reallocation", "excess_reallocation")
ANSWERED_DECIMALS = 4
"""Of the shares that a command or a comparison answers; results keep more (methods.growth.SHARE_DECIMALS)."""


def answer_portrait(
    results: Data, definitions: Data, *, on: date, known_on: date, is_known: bool = True
) -> dict[str, Any]:
    """The first base of the results on one day. ``jobs_headcount`` is the base's own measure; null with a range in
    ``jobs_range`` when a member has a band; null alone when no member gave a figure, or in full-time equivalents.

    Every number is null, and no table has a line, where nobody could be decided or nothing at all is known that day
    (``is_known`` False): unknown is never zero.
    """
    base, day = results["bases"][0], on.isoformat()
    count, jobs = (find_figure(results, base, name, day) for name in ("enterprises", "jobs"))
    full_time = find_figure(results, base, FULL_TIME, day)
    is_headcount = base["jobs_variable"] != FULL_TIME
    is_known = is_known and bool(count["enterprises"] or not count["undecided"])
    if not is_known:
        count, jobs, full_time = (_silence(figure) for figure in (count, jobs, full_time))
    return {
        "enterprises": count["value"],
        "jobs_headcount": plain(jobs["value"], jobs["scale"]) if is_headcount else None,
        "jobs_range": _range_of(jobs) if is_headcount else None,
        "jobs_unknown": jobs["without_figure"],
        "jobs_measure": base["jobs_variable"],
        "jobs_fte": plain(full_time["value"], full_time["scale"]),
        "jobs_fte_range": _range_of(full_time),
        "jobs_fte_unknown": full_time["without_figure"],
        "undecided": count["undecided"],
        "unseen": count["unseen"],
        "base": base["slug"],
        "base_version": base["version"],
        "territory": results["territory"]["code"],
        "territory_name": results["territory"]["name_fr"],
        "territory_vintage": results["territory"]["vintage"],
        "reference_date": day,
        "known_on": known_on.isoformat(),
        "fingerprint": jobs["fingerprint"]["code"],
        "tables": {name: _answer_table(name, count, jobs, full_time, definitions) for name in count["tables"]},
    }


def _silence(figure: Data) -> dict[str, Any]:
    """The figure without any number but how many are undecided or unseen."""
    tables: dict[str, Any] = {name: [] for name in figure["tables"]}
    return {**figure, "value": None, "without_figure": None, "banded": 0, "tables": tables}


def _answer_table(name: str, count: Data, jobs: Data, full_time: Data, definitions: Data) -> list[dict[str, Any]]:
    lines = zip(*(figure["tables"][name] for figure in (count, jobs, full_time)), strict=True)
    return [
        {
            "code": counted["code"],
            "label": label_code(name, counted["code"], definitions),
            "enterprises": counted["value"],
            "jobs": plain(line["value"], jobs["scale"]),
            "jobs_range": _range_of(line | {"scale": jobs["scale"]}),
            "jobs_unknown": line["without_figure"],
            "jobs_fte": plain(equivalent["value"], full_time["scale"]),
        }
        for counted, line, equivalent in lines
    ]


def answer_comparison(told: Data, *, territory_code: str, known_on: date, reading: str) -> dict[str, Any]:
    """One base between two days, in one reading; the two others beside it. Parts sum exactly to after − before.

    The parts are those of the reading: classes for the criteria, what became of it for a cohort. An unknown total is
    null, its day stands in ``unknown_on``, and then nothing is compared. Creation − destruction + ``recounted`` (who is
    counted or known) is the change.
    """
    scale = told["scale"]
    return {
        **_answer_change(told, reading),
        "enterprises_before": told["enterprises_before"],
        "enterprises_after": told["enterprises_after"],
        "enterprise_parts": dict(told["enterprise_parts"]),
        "undecided_before": told["undecided_before"],
        "undecided_after": told["undecided_after"],
        "unknown_on": told["unknown_on"],
        "reading": reading,
        "readings": {name: _answer_reading(kept, scale) for name, kept in told["readings"].items()},
        "before_date": told["from"],
        "after_date": told["to"],
        "days": told["days"],
        "base": told["base"],
        "base_version": told["version"],
        "jobs_measure": told["jobs_variable"],
        "territory": territory_code,
        "known_on": known_on.isoformat(),
        "before_known_at": told.get("before_known_at"),
        "vintage": told["vintage"],
        "first_vintage": told["first_vintage"],
        "fingerprint": told["fingerprint"],
    }


def _answer_change(told: Data, reading: str) -> dict[str, Any]:
    """The totals of one reading, its rates, parts and flows; null but for the known total where one is unknown."""
    scale, chosen = told["scale"], told["readings"].get(reading)
    if chosen is None:
        totals = {name: plain(told[name], scale) for name in ("before", "after")}
        return {**totals, **dict.fromkeys((*RATES, *RESERVES)), "parts": {}, **dict.fromkeys(FLOWS), "recounted": None}
    parts = told["parts"] if reading == "criteria" else chosen["fates"]
    return {
        "before": plain(chosen["before"], scale),
        "after": plain(chosen["after"], scale),
        **_answer_rates(chosen),
        **_answer_reserves(chosen, scale),
        "parts": {name: plain(value, scale) for name, value in parts.items()},
        **{name: plain(chosen["economic"][name], scale) for name in FLOWS},
        "recounted": plain(chosen["recounted"], scale),
    }


def _answer_reading(reading: Data, scale: int) -> dict[str, Any]:
    return {
        "before": plain(reading["before"], scale),
        "after": plain(reading["after"], scale),
        **_answer_rates(reading),
        **_answer_reserves(reading, scale),
        "units": reading["units"],
        "unknown": len(reading["unknown"]),
        "unknown_before": plain(reading["unknown_before"], scale),
    }


def _answer_rates(reading: Data) -> dict[str, float | None]:
    return {name: _round(reading[kept]) for name, kept in RATES.items()}


def _answer_reserves(reading: Data, scale: int) -> dict[str, Any]:
    """Why no rate is said, if so, and what may be said instead; ``before`` and ``after`` are exact figures alone.

    A range is null where the total is exact; null for an end of it: nothing bounds it there.
    """
    ranges = {name: reading[name] for name in ("before_range", "after_range")}
    bounds, missing = reading["growth_range"], reading["missing"]
    return {
        **{
            name: None if low == high else [plain(low, scale), plain(high, scale)]
            for name, (low, high) in ranges.items()
        },
        "growth_range": None if bounds is None else [_round(bound) for bound in bounds],
        "reserve": reading["reserve"],
        "fragile": reading["fragile"],
        "missing": {
            "units": len(missing["units"]),
            "jobs": plain(missing["jobs"], scale),
            "share": _round(missing["share"]),
        },
    }


def _round(share: float | None) -> float | None:
    return None if share is None else round(share, ANSWERED_DECIMALS)


def _range_of(total: Data) -> list[int | float | None] | None:
    """``[low, high]`` when only an interval may be said, else null."""
    if not total["banded"]:
        return None
    return [plain(total["low"], total["scale"]), plain(total["high"], total["scale"])]


def plain(stored: int | None, scale: int) -> int | float | None:
    """A stored integer as a JSON number in natural units: whole where the measure has no decimals."""
    number = natural(stored, scale)
    return float(number) if isinstance(number, Decimal) else number
