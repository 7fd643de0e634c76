"""Whose organisations an action touches: what a page refuses, a file or a withdrawal does not do either."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import may
from essor.directory.models import Establishment, Fact, Identifier, LifeEvent, OrganisationName, Source
from essor.directory.rules import DirectoryError

_AT_ONCE = 500


def require_reach(*, organisations: Collection[int], action: str, by: User | None, now: datetime) -> None:
    """Raises ``organisation-elsewhere`` when some stand in municipalities that are all outside the person's territory.

    One whose municipality is unknown is anyone's.
    """
    if by is None:
        return
    today, within = timezone.localdate(now), dict[str, bool]()
    reached: dict[int, bool] = {}
    numbers = sorted(organisations)
    for start in range(0, len(numbers), _AT_ONCE):
        chunk = numbers[start : start + _AT_ONCE]
        said = Fact.objects.filter(variable="municipality", known_to=None, organisation__in=chunk)
        for organisation, codes in said.values_list("organisation_id", "codes"):
            for code in (codes or "").split("|"):
                if code not in within:
                    within[code] = may(by, action, code, on=today)
                reached[organisation] = reached.get(organisation, False) or within[code]
    elsewhere = [organisation for organisation, is_reached in reached.items() if not is_reached]
    if elsewhere:
        raise DirectoryError("organisation-elsewhere", count=len(elsewhere))


def list_spoken_of(source: Source) -> set[int]:
    """The organisations of which a source still says something."""
    tables = (Fact, OrganisationName, Identifier, LifeEvent, Establishment)
    return {
        organisation
        for table in tables
        for organisation in table.objects.filter(source=source, known_to=None)
        .values_list("organisation_id", flat=True)
        .distinct()
    }
