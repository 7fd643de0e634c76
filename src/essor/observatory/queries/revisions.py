"""Why one published figure differs from another: what was learned since, redefined, or really changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from essor.methods.bases import FULL_TIME, Membership
from essor.methods.portrait import ENTERPRISES
from essor.methods.revision import Split, split_change
from essor.observatory.models import BaseVersion, Edition
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.editions import read_definitions
from essor.observatory.queries.live import build_live_membership
from essor.observatory.rules import ObservatoryError


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
        raise ObservatoryError("figure-unknown", edition_fr=edition.title_fr, edition_en=edition.title_en, figure=key)
    return figure
