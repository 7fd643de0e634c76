"""What the directory already knows, as frames to compare a file with."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import polars as pl
from django.db.models import Q

from essor.directory.importing.frames import INSTANT, STATUS, VARIABLE
from essor.directory.importing.values import Places
from essor.directory.models import Fact, Identifier, LifeEvent, OrganisationName, Source
from essor.directory.rules import fold
from essor.territories.models import Territory, TerritoryPeriod

MAX_IN_A_QUERY = 500


def load_places(*, on: date) -> Places:
    """Every place code, and the municipalities of that day by folded name."""
    by_name: dict[str, set[str]] = {}
    rows = TerritoryPeriod.objects.on(on).filter(territory__kind=Territory.Kind.MUNICIPALITY)
    for code, name in rows.values_list("territory__code", "name"):
        by_name.setdefault(fold(name), set()).add(code)
    codes = frozenset(Territory.objects.values_list("code", flat=True))
    return Places(codes, {name: tuple(sorted(found)) for name, found in by_name.items()})


def load_identifiers(schemes: Collection[str]) -> pl.DataFrame:
    """scheme, issuer, value, organisation, is_current; a withdrawn number still tells who it was given to."""
    rows = Identifier.objects.filter(scheme__in=list(schemes), organisation__erased_at=None)
    fields = ("scheme", "issuer", "value", "organisation_id", "known_to")
    found = ((*row[:4], row[4] is None) for row in rows.values_list(*fields).iterator())
    schema = {
        "scheme": pl.String, "issuer": pl.String, "value": pl.String, "organisation": pl.Int64,
        "is_current": pl.Boolean,
    }  # fmt: skip
    return _frame(found, schema)


def load_names(organisations: Collection[int] | None = None) -> pl.DataFrame:
    """organisation, kind, folded, is_current; closed names only of those that have no current one (withdrawn)."""
    named = OrganisationName.objects.filter(known_to=None).values("organisation_id")
    rows = OrganisationName.objects.filter(Q(known_to=None) | ~Q(organisation__in=named))
    if organisations is not None and len(organisations) <= MAX_IN_A_QUERY:
        rows = rows.filter(organisation_id__in=list(organisations))
    found = ((*row[:3], row[3] is None) for row in rows.values_list("organisation_id", "kind", "folded", "known_to"))
    schema = {"organisation": pl.Int64, "kind": pl.String, "folded": pl.String, "is_current": pl.Boolean}
    return _frame(found, schema)


def load_municipalities() -> dict[int, str]:
    """The latest known municipality of each organisation."""
    rows = Fact.objects.filter(variable="municipality", known_to=None).exclude(codes__contains="|")
    found = rows.order_by("starts_on", "known_from", "id").values_list("organisation_id", "codes")
    return {organisation: codes for organisation, codes in found if codes}


def load_facts(*, organisations: Collection[int], variables: Collection[str], series: str) -> pl.DataFrame:
    """What standing sources say; ``is_same_series``: said by an earlier edition of the same source."""
    wanted = frozenset(organisations)
    rows = Fact.objects.filter(variable__in=list(variables), source__withdrawn_at=None)
    if len(wanted) <= MAX_IN_A_QUERY:
        rows = rows.filter(organisation_id__in=list(wanted))
    same = _sources_of(series)
    fields = (
        "id", "organisation_id", "variable", "starts_on", "ends_before", "low", "high", "codes", "status", "known_from",
        "known_to", "source_id",
    )  # fmt: skip
    found = (
        (*row[:11], row[11] in same) for row in rows.values_list(*fields).iterator(chunk_size=5000) if row[1] in wanted
    )
    schema = {
        "id": pl.Int64, "organisation": pl.Int64, "variable": VARIABLE, "starts_on": pl.Date, "ends_before": pl.Date,
        "low": pl.Int64, "high": pl.Int64, "codes": pl.String, "status": STATUS, "known_from": INSTANT,
        "known_to": INSTANT, "is_same_series": pl.Boolean,
    }  # fmt: skip
    return _frame(found, schema)


def load_events(*, organisations: Collection[int], series: str) -> pl.DataFrame:
    """The life events believed today: id, organisation, kind, day, is_same_series."""
    wanted = frozenset(organisations)
    same = _sources_of(series)
    rows = LifeEvent.objects.filter(known_to=None).values_list(
        "id", "organisation_id", "kind", "happened_on", "source_id"
    )
    found = ((*row[:4], row[4] in same) for row in rows.iterator() if row[1] in wanted)
    schema = {
        "id": pl.Int64, "organisation": pl.Int64, "kind": pl.String, "day": pl.Date, "is_same_series": pl.Boolean,
    }  # fmt: skip
    return _frame(found, schema)


def _sources_of(series: str) -> frozenset[int]:
    if not series:
        return frozenset()
    return frozenset(Source.objects.filter(series=series).values_list("id", flat=True))


def _frame(rows: Iterable[tuple[Any, ...]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")
