"""Two dates on one base; two bases, refused with the bridge between them; two published figures, term by term."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from essor.methods.bases import Refusal, Territory, compare_fingerprints, fingerprint_of
from essor.methods.comparison import compare
from essor.methods.growth import rounded
from essor.methods.portrait import comparison_as_dict
from essor.methods.revision import Decomposition, Split, split_change
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.queries.bases import base_definition, get_base_version
from essor.observatory.queries.live import build_live_membership, build_live_portrait
from essor.observatory.rules import ObservatoryError


class BasesDiffer(Exception):
    """A comparison that is refused: why, both amounts, and the bridge that explains their difference instead.

    ``bridge`` None: the two bases do not measure jobs in one unit, so there is no passage either.
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

    ``before_known_at``: take the first figure as it was known then, so that what was learned since is told apart.
    """
    if before_on >= after_on:
        raise ObservatoryError("dates-not-in-order", before=before_on, after=after_on)
    results = build_live_portrait(
        territory_code=territory_code, base_versions=[base_version], dates=[before_on, after_on], known_at=known_at
    )
    (told,) = results["comparisons"].values()
    figure = results["figures"][_figure_key(base_version, after_on)]
    compared: dict[str, Any] = told | {"fingerprint": figure["fingerprint"]["code"]}
    if before_known_at is None:
        return compared
    return compared | _compare_as_published(
        base_version, territory_code, before_on, after_on, known_at=known_at, before_known_at=before_known_at
    )


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
    sides = [
        build_live_membership(
            territory_code=territory_code,
            base_version=version,
            on=on,
            known_at=known_at,
            among=seen,
            vintage_on=after_on,
        )
        for on in (before_on, after_on)
    ]
    found = compare(sides[0][0], sides[1][0], sides[1][1], known_at=known_at, published=published)
    headline = found.readings["criteria"]
    rates = {name: rounded(getattr(headline, name)) for name in ("growth", "symmetric", "yearly")}
    return {**comparison_as_dict(found), **rates, "before_known_at": before_known_at.isoformat()}


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
        raise ObservatoryError("base-twice", base=first.base.slug)
    bridge = next(iter(results["bridges"].values()), None)
    before = results["figures"][_figure_key(first, before_on or on)]["value"]
    return BasesDiffer(
        refusal, before=before, after=results["figures"][_figure_key(second, on)]["value"], bridge=bridge
    )


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
        values.append(results["figures"][_figure_key(version, on)]["value"])
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
        raise ObservatoryError("figure-unknown", slug=edition.slug, figure=key)
    return figure


def _figure_key(version: BaseVersion, on: date) -> str:
    return f"{version.base.slug}.{version.number}.{version.jobs_variable}.{on.isoformat()}"
