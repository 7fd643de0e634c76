"""Two dates on one base; two bases, refused with the bridge between them; two published figures, term by term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from essor.methods.bases import (
    FULL_TIME,
    Membership,
    Refusal,
    Territory,
    compare_fingerprints,
    fingerprint_of,
)
from essor.methods.comparison import compare
from essor.methods.growth import rounded
from essor.methods.portrait import ENTERPRISES, comparison_as_dict
from essor.methods.revision import Split, split_change
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.queries.bases import base_definition, get_base_version
from essor.observatory.queries.editions import read_definitions
from essor.observatory.queries.gathering import list_silent_days
from essor.observatory.queries.live import build_live_membership, build_live_portrait
from essor.observatory.queries.subtractions import SMALL_DIFFERENCE
from essor.observatory.rules import ObservatoryError


class BasesDiffer(Exception):
    """A comparison that is refused: why, both amounts, and the bridge that explains their difference instead.

    ``bridge`` None: the two bases do not measure jobs in one unit, so there is no passage either. ``figures``: the jobs
    of each of the two ``versions`` on its day. ``warnings``: where both totals would give away one or two enterprises.
    """

    def __init__(
        self,
        refusal: Refusal,
        *,
        before: int | None,
        after: int | None,
        bridge: Mapping[str, Any] | None,
        versions: tuple[BaseVersion, BaseVersion],
        figures: tuple[Mapping[str, Any], Mapping[str, Any]],
        warnings: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self.refusal, self.before, self.after, self.bridge = refusal, before, after, bridge
        self.versions, self.figures, self.warnings = versions, figures, warnings
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

    ``before_known_at``: take the first figure as it was known then, so that what was learned since is told apart.
    """
    if before_on >= after_on:
        raise ObservatoryError("dates-not-in-order", before=before_on, after=after_on)
    results = build_live_portrait(
        territory_code=territory_code, base_versions=[base_version], dates=[before_on, after_on], known_at=known_at
    )
    _refuse_silence(territory_code, [before_on, after_on], known_at, results)
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
    _refuse_silence(territory_code, dates, known_at, results)
    territory = Territory(territory_code, results["territory"]["vintage"])
    definitions = [base_definition(version) for version in (first, second)]
    marks = [fingerprint_of(item, territory, indicator=item.jobs_variable) for item in definitions]
    refusal = compare_fingerprints(marks[0], marks[1])
    if refusal is None:
        raise ObservatoryError("base-twice", base=first.base.slug)
    bridge = next(iter(results["bridges"].values()), None)
    figures = (results["figures"][_figure_key(first, before_on or on)], results["figures"][_figure_key(second, on)])
    small = [item for item in results["warnings"] if item["type"] == SMALL_DIFFERENCE and item["on"] == on.isoformat()]
    return BasesDiffer(
        refusal,
        before=figures[0]["value"],
        after=figures[1]["value"],
        bridge=bridge,
        versions=(first, second),
        figures=figures,
        warnings=small,
    )


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
    return BasesDiffer(
        refusal,
        before=figures[0]["value"],
        after=figures[1]["value"],
        bridge=None,
        versions=(first, second),
        figures=(figures[0], figures[1]),
    )


def explain_published_change(*, first: Edition, first_key: str, second: Edition, second_key: str) -> dict[str, Any]:
    """Why a published figure differs from an earlier one: revision, coverage, definition, real, from the store.

    Keys of figures of one base (its versions may differ). Each day is read with the places that its own edition keeps,
    whatever lists were loaded since. Raises ``figure-unknown``, ``editions-not-in-order``, ``figures-not-comparable``
    (other territory, base or measure), or ``published-not-found`` where the records no longer give what was published.
    """
    before, after = _published(first, first_key), _published(second, second_key)
    if first.territory_code != second.territory_code or not _are_alike(before, after):
        raise ObservatoryError("figures-not-comparable", first=first_key, second=second_key)
    if first.known_at > second.known_at:
        raise ObservatoryError("editions-not-in-order", first=first.slug, second=second.slug)
    old, new = _get_version(before), _get_version(after)
    start, end = _Side.open(first, before), _Side.open(second, after)
    try:
        found = split_change(
            start.read(old, first.known_at),
            start.read(old, second.known_at),
            start.read(new, second.known_at),
            end.read(new, second.known_at),
            first_redefined=start.read(new, first.known_at),
            last_undefined=end.read(old, second.known_at),
        )
    except ValueError as error:
        if str(error) != "measures-never-mixed":
            raise
        raise ObservatoryError("figures-not-comparable", first=first_key, second=second_key) from error
    split = found.enterprises if before["indicator"] == ENTERPRISES else found.jobs
    start.check(split.before)
    end.check(split.after)
    return _split_as_dict(split)


def _are_alike(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two figures count the same thing, by definitions of one base; jobs may be another measure of persons."""
    if before["base"] != after["base"]:
        return False
    kinds = [{ENTERPRISES: 0, FULL_TIME: 1}.get(figure["indicator"], 2) for figure in (before, after)]
    return kinds[0] == kinds[1] and all(_is_main(figure) for figure in (before, after))


def _is_main(figure: Mapping[str, Any]) -> bool:
    """Whether a figure counts enterprises, or the jobs that its base adds up."""
    return figure["indicator"] in (ENTERPRISES, _get_version(figure).jobs_variable)


def _get_version(figure: Mapping[str, Any]) -> BaseVersion:
    return get_base_version(slug=figure["base"], number=figure["version"])


@dataclass(frozen=True, slots=True)
class _Side:
    """A published figure, and the places that its edition reads."""

    edition: Edition
    figure: Mapping[str, Any]
    places: Sequence[Mapping[str, Any]]

    @classmethod
    def open(cls, edition: Edition, figure: Mapping[str, Any]) -> _Side:
        return cls(edition, figure, read_definitions(edition)["places"])

    def read(self, version: BaseVersion, known_at: datetime) -> Membership:
        side, _events = build_live_membership(
            territory_code=self.edition.territory_code,
            base_version=version,
            on=date.fromisoformat(self.figure["on"]),
            known_at=known_at,
            places=self.places,
        )
        return side

    def check(self, found: int) -> None:
        """Raises ``published-not-found`` where the figure computed again is not the one that was published."""
        published, scale = self.figure["exact_sum"], self.figure["scale"]
        if found != published:
            said, again = (Decimal(number).scaleb(-scale) for number in (published, found))
            raise ObservatoryError("published-not-found", slug=self.edition.slug, published=said, found=again)


def _split_as_dict(split: Split) -> dict[str, Any]:
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
