"""Two dates on one base; two bases, refused with the bridge between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from essor.methods.bases import Membership, Refusal, Territory, compare_fingerprints, fingerprint_of, has_total
from essor.methods.comparison import compare
from essor.methods.figures import sum_jobs
from essor.methods.growth import rounded
from essor.methods.portrait import comparison_as_dict
from essor.observatory.models import BaseVersion
from essor.observatory.queries.bases import base_definition, get_base_version
from essor.observatory.queries.gathering import list_silent_days
from essor.observatory.queries.live import build_live_membership, build_live_portrait
from essor.observatory.queries.subtractions import SMALL_DIFFERENCE
from essor.observatory.rules import ObservatoryError, find_value, has_exact_total, is_decided


class BasesDiffer(Exception):
    """A comparison that is refused: why, both amounts, and the bridge that explains their difference instead.

    An amount None: unknown. ``bridge`` None: one total is unknown, or the two bases do not measure jobs in one unit, so
    there is no passage either. ``figures``: the jobs of each of the two ``versions`` on its day. ``warnings``: where
    both totals would give away one or two enterprises.
    """

    def __init__(
        self,
        refusal: Refusal,
        *,
        bridge: Mapping[str, Any] | None,
        versions: tuple[BaseVersion, BaseVersion],
        figures: tuple[Mapping[str, Any], Mapping[str, Any]],
        warnings: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.refusal, self.bridge, self.versions = refusal, bridge, versions
        self.figures, self.warnings = figures, warnings
        self.before, self.after = (find_value(figure) for figure in figures)
        super().__init__(refusal.type)

    def as_problem(self, language: str) -> dict[str, Any]:
        """The problem object (RFC 9457), with ``before``, ``after``, ``parts``, ``bridge`` and ``warnings``.

        Warnings hold how many enterprises only one of the two counts, not which.
        """
        problem = {**self.refusal.as_problem(language), "status": 409, "before": self.before, "after": self.after}
        problem["warnings"] = [
            {name: len(value) if name.startswith("only_in") else value for name, value in warning.items()}
            for warning in self.warnings
        ]
        if self.bridge is None:
            return problem | {"bridge": None, "parts": {}}
        parts = dict(self.bridge["parts"])
        told = {
            "from": self.bridge["from"]["base"],
            "to": self.bridge["to"]["base"],
            "on": self.bridge["on"],
            "parts": parts,
            "total": sum(parts.values()),
        }
        return problem | {"bridge": told, "parts": parts}


def compare_dates(
    *,
    base_version: BaseVersion,
    territory_code: str,
    before_on: date,
    after_on: date,
    known_at: datetime,
    before_known_at: datetime | None = None,
) -> dict[str, Any]:
    """One base between two days, as in the results of a portrait, with the fingerprint of both figures.

    ``unknown_on``: the days (ISO) whose total is unknown. When there are any, nothing is compared: their total is null,
    ``parts`` and ``readings`` are empty.
    ``before_known_at``: take the first figure as it was known then, so that what was learned since is told apart.
    """
    if before_on >= after_on:
        raise ObservatoryError("dates-not-in-order", before=before_on, after=after_on)
    results = build_live_portrait(
        territory_code=territory_code, base_versions=[base_version], dates=[before_on, after_on], known_at=known_at
    )
    _refuse_silence(territory_code, [before_on, after_on], known_at, results)
    figures = [results["figures"][_figure_key(base_version, on)] for on in (before_on, after_on)]
    told = next(iter(results["comparisons"].values()), None)
    if before_known_at is not None:
        told = _compare_as_published(
            base_version, territory_code, before_on, after_on, known_at=known_at, before_known_at=before_known_at
        )
    elif told is None:
        told = _tell_unknown([_Total.of_figure(figure) for figure in figures])
    about = {
        "base": base_version.base.slug,
        "version": base_version.number,
        "jobs_variable": base_version.jobs_variable,
        "scale": figures[0]["scale"],
        "from": before_on.isoformat(),
        "to": after_on.isoformat(),
        "days": (after_on - before_on).days,
        "vintage": figures[1]["fingerprint"]["vintage"],
        "first_vintage": figures[0]["fingerprint"]["vintage"],
        "fingerprint": figures[1]["fingerprint"]["code"],
    }
    return {"unknown_on": [], **told, **about}


@dataclass(frozen=True, slots=True)
class _Total:
    """What one day says: exact jobs and enterprises, None where unknown; and how many are undecided."""

    on: str
    jobs: int | None
    enterprises: int | None
    undecided: int

    @classmethod
    def of_figure(cls, figure: Mapping[str, Any]) -> _Total:
        jobs = figure["exact_sum"] if has_exact_total(figure) else None
        return cls(figure["on"], jobs, figure["enterprises"] if is_decided(figure) else None, figure["undecided"])

    @classmethod
    def of_side(cls, side: Membership) -> _Total:
        total = sum_jobs(side.jobs, side.member.yes)
        told = {"enterprises": int(side.member.yes.sum()), "exact": total.exact, "exact_sum": total.exact_sum}
        return cls.of_figure(told | {"on": side.on.isoformat(), "undecided": len(side.undecided)})


def _tell_unknown(totals: Sequence[_Total]) -> dict[str, Any]:
    """A comparison that cannot be made: the totals of its two days, null where unknown, and nothing else."""
    before, after = totals
    return {
        "unknown_on": [total.on for total in totals if total.jobs is None],
        "before": before.jobs,
        "after": after.jobs,
        "enterprises_before": before.enterprises,
        "enterprises_after": after.enterprises,
        "undecided_before": before.undecided,
        "undecided_after": after.undecided,
        "parts": {},
        "enterprise_parts": {},
        "readings": {},
        "units": [],
    }


def _compare_as_published(
    version: BaseVersion,
    territory_code: str,
    before_on: date,
    after_on: date,
    *,
    known_at: datetime,
    before_known_at: datetime,
) -> dict[str, Any]:
    published, _events = build_live_membership(
        territory_code=territory_code,
        base_version=version,
        on=before_on,
        known_at=before_known_at,
        vintage_on=after_on,
    )
    seen = published.organisations.tolist()
    (before, _same), (after, events) = (
        build_live_membership(
            territory_code=territory_code,
            base_version=version,
            on=on,
            known_at=known_at,
            among=seen,
            vintage_on=after_on,
        )
        for on in (before_on, after_on)
    )
    known = {"before_known_at": before_known_at.isoformat()}
    if not (has_total(published) and has_total(after)):
        return _tell_unknown([_Total.of_side(published), _Total.of_side(after)]) | known
    found = compare(before, after, events, known_at=known_at, published=published)
    headline = found.readings["criteria"]
    rates = {name: rounded(getattr(headline, name)) for name in ("growth", "symmetric", "yearly")}
    undecided = {"undecided_before": len(published.undecided), "undecided_after": len(after.undecided)}
    return {**comparison_as_dict(found), **rates, **undecided, **known}


def refuse_bases(
    *,
    first: BaseVersion,
    second: BaseVersion,
    territory_code: str,
    on: date,
    known_at: datetime,
    before_on: date | None = None,
) -> BasesDiffer:
    """The refusal to compare ``first`` (on ``before_on``, or ``on``) with ``second`` on ``on``, where the bridge is."""
    dates = [on] if before_on is None else [before_on, on]
    results = build_live_portrait(
        territory_code=territory_code, base_versions=[first, second], dates=dates, known_at=known_at
    )
    _refuse_silence(territory_code, dates, known_at, results)
    territory = Territory(territory_code, results["territory"]["vintage"])
    definitions = [base_definition(version) for version in (first, second)]
    marks = [fingerprint_of(item, territory, indicator=item.jobs_variable) for item in definitions]
    refusal = compare_fingerprints(marks[0], marks[1])
    if refusal is None:
        raise ObservatoryError("base-twice", base_fr=first.label_fr, base_en=first.label_en)
    bridge = next(iter(results["bridges"].values()), None)
    figures = (results["figures"][_figure_key(first, before_on or on)], results["figures"][_figure_key(second, on)])
    small = [item for item in results["warnings"] if item["type"] == SMALL_DIFFERENCE and item["on"] == on.isoformat()]
    return BasesDiffer(refusal, bridge=bridge, versions=(first, second), figures=figures, warnings=small)


def _refuse_silence(territory_code: str, dates: Sequence[date], known_at: datetime, results: Mapping[str, Any]) -> None:
    """Raises ``no-fact-known`` for the first day of which nothing at all was known then."""
    silent = list_silent_days(territory_code=territory_code, dates=dates, known_at=known_at, results=results)
    if silent:
        raise ObservatoryError("no-fact-known", on=silent[0], territory=territory_code)


def refuse_versions(
    *, slug: str, territory_code: str, before_on: date, after_on: date, known_at: datetime
) -> BasesDiffer | None:
    """The refusal to compare two days that fall under two versions of one base; None when one version covers both."""
    first, second = get_base_version(slug=slug, on=before_on), get_base_version(slug=slug, on=after_on)
    if first == second:
        return None
    territory = Territory(territory_code)
    marks = [
        fingerprint_of(item, territory, indicator=item.jobs_variable)
        for item in (base_definition(first), base_definition(second))
    ]
    refusal = compare_fingerprints(marks[0], marks[1])
    if refusal is None:
        return None
    figures = []
    for version, on in ((first, before_on), (second, after_on)):
        results = build_live_portrait(
            territory_code=territory_code, base_versions=[version], dates=[on], known_at=known_at
        )
        figures.append(results["figures"][_figure_key(version, on)])
    return BasesDiffer(refusal, bridge=None, versions=(first, second), figures=(figures[0], figures[1]))


def _figure_key(version: BaseVersion, on: date) -> str:
    return f"{version.base.slug}.{version.number}.{version.jobs_variable}.{on.isoformat()}"
