"""Two dates on one base; two bases, refused with the bridge between them; two published figures, term by term."""

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
from essor.methods.revision import Decomposition, Split, split_change
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.queries.bases import base_definition, get_base_version
from essor.observatory.queries.live import build_live_membership, build_live_portrait
from essor.observatory.rules import ObservatoryError, find_value, has_exact_total, is_decided


class BasesDiffer(Exception):
    """A comparison that is refused: why, both amounts, and the bridge that explains their difference instead.

    An amount None: unknown. ``bridge`` None: one total is unknown, or the two bases do not measure jobs in one unit, so
    there is no passage either.
    """

    def __init__(
        self, refusal: Refusal, *, before: int | None, after: int | None, bridge: Mapping[str, Any] | None
    ) -> None:
        self.refusal, self.before, self.after, self.bridge = refusal, before, after, bridge
        super().__init__(refusal.type)

    def as_problem(self, language: str) -> dict[str, Any]:
        """The problem object (RFC 9457), with ``before``, ``after``, ``parts`` and ``bridge``."""
        problem = {**self.refusal.as_problem(language), "status": 409, "before": self.before, "after": self.after}
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
    territory = Territory(territory_code, results["territory"]["vintage"])
    definitions = [base_definition(version) for version in (first, second)]
    marks = [fingerprint_of(item, territory, indicator=item.jobs_variable) for item in definitions]
    refusal = compare_fingerprints(marks[0], marks[1])
    if refusal is None:
        raise ObservatoryError("base-twice", base_fr=first.label_fr, base_en=first.label_en)
    bridge = next(iter(results["bridges"].values()), None)
    before, after = (
        find_value(results["figures"][_figure_key(version, day)])
        for version, day in ((first, before_on or on), (second, on))
    )
    return BasesDiffer(refusal, before=before, after=after, bridge=bridge)


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
    values = []
    for version, on in ((first, before_on), (second, after_on)):
        results = build_live_portrait(
            territory_code=territory_code, base_versions=[version], dates=[on], known_at=known_at
        )
        values.append(find_value(results["figures"][_figure_key(version, on)]))
    return BasesDiffer(refusal, before=values[0], after=values[1], bridge=None)


def explain_published_change(*, first: Edition, first_key: str, second: Edition, second_key: str) -> dict[str, Any]:
    """Why a published figure differs from an earlier one: revision, coverage, definition, real, from the store.

    Keys of figures of one base (its versions may differ). Raises ``figure-unknown``, ``editions-not-in-order`` or
    ``figures-not-comparable`` (other territory, base or indicator).
    """
    before, after = _published(first, first_key), _published(second, second_key)
    same = ("base", "indicator") if before["indicator"] == "enterprises" else ("base",)
    alike = first.territory_code == second.territory_code and all(before[name] == after[name] for name in same)
    if not alike or (before["indicator"] == "enterprises") != (after["indicator"] == "enterprises"):
        raise ObservatoryError("figures-not-comparable", first=first_key, second=second_key)
    if first.known_at > second.known_at:
        raise ObservatoryError("editions-not-in-order", first=first.slug, second=second.slug)
    old = get_base_version(slug=before["base"], number=before["version"])
    new = get_base_version(slug=after["base"], number=after["version"])
    start, end = date.fromisoformat(before["on"]), date.fromisoformat(after["on"])

    def read(version: BaseVersion, on: date, known_at: datetime) -> Any:
        side, _events = build_live_membership(
            territory_code=first.territory_code, base_version=version, on=on, known_at=known_at, vintage_on=end
        )
        return side

    found = split_change(
        read(old, start, first.known_at),
        read(old, start, second.known_at),
        read(new, start, second.known_at),
        read(new, end, second.known_at),
        first_redefined=read(new, start, first.known_at),
        last_undefined=read(old, end, second.known_at),
    )
    return _decomposition_as_dict(found, is_count=before["indicator"] == "enterprises")


def _decomposition_as_dict(found: Decomposition, *, is_count: bool) -> dict[str, Any]:
    split: Split = found.enterprises if is_count else found.jobs
    return {
        "before": split.before,
        "after": split.after,
        "terms": {name: term.value for name, term in split.terms.items()},
        "ranges": {name: [term.lowest, term.highest] for name, term in split.terms.items()},
        "orders": split.orders,
    }


def _published(edition: Edition, key: str) -> dict[str, Any]:
    figure: dict[str, Any] | None = edition.results["figures"].get(key)
    if figure is None:
        raise ObservatoryError("figure-unknown", edition_fr=edition.title_fr, edition_en=edition.title_en, figure=key)
    return figure


def _figure_key(version: BaseVersion, on: date) -> str:
    return f"{version.base.slug}.{version.number}.{version.jobs_variable}.{on.isoformat()}"
