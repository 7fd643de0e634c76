"""Whose organisations an action touches: what a page refuses, a file or a withdrawal does not do either."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import may
from essor.directory.models import Establishment, Fact, Identifier, LifeEvent, OrganisationName, Source
from essor.directory.rules import DirectoryError

_AT_ONCE = 500


def require_reach(*, organisations: Collection[int], action: str, by: User | None, now: datetime) -> None:
    """Raises ``organisation-elsewhere`` when some of these are in :func:`find_elsewhere`."""
    elsewhere = find_elsewhere(organisations=organisations, action=action, by=by, now=now)
    if elsewhere:
        raise DirectoryError("organisation-elsewhere", count=len(elsewhere))


def find_elsewhere(*, organisations: Collection[int], action: str, by: User | None, now: datetime) -> set[int]:
    """Those that stand in municipalities that are all outside the person's territory.

    One whose municipality is unknown is anyone's.
    """
    if by is None:
        return set()
    places: dict[int, set[str]] = {}
    numbers = sorted(organisations)
    for start in range(0, len(numbers), _AT_ONCE):
        chunk = numbers[start : start + _AT_ONCE]
        said = Fact.objects.filter(variable="municipality", known_to=None, organisation__in=chunk)
        for organisation, codes in said.values_list("organisation_id", "codes"):
            places.setdefault(organisation, set()).update(split_codes(codes))
    every = {code for codes in places.values() for code in codes}
    outside = find_places_elsewhere(codes=every, action=action, by=by, now=now)
    return {organisation for organisation, codes in places.items() if codes and codes <= outside}


def require_places(*, codes: Iterable[str], action: str, by: User | None, now: datetime) -> None:
    """Raises ``place-elsewhere`` when an organisation would be put where the person may not act."""
    outside = find_places_elsewhere(codes=codes, action=action, by=by, now=now)
    if outside:
        raise DirectoryError("place-elsewhere", value=", ".join(sorted(outside)))


def find_places_elsewhere(*, codes: Iterable[str], action: str, by: User | None, now: datetime) -> set[str]:
    """The codes outside the person's territory today; none for the operator at the console."""
    if by is None:
        return set()
    today = timezone.localdate(now)
    return {code for code in set(codes) if not may(by, action, code, on=today)}


def split_codes(codes: str | None) -> list[str]:
    """The codes that a fact stores joined; empty where it holds none."""
    return codes.split("|") if codes else []


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
