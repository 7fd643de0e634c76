"""What is known of organisations, at a reference date and as known at an instant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from essor.directory.models import Fact, LifeEvent, OrganisationName, Source
from essor.methods.facts import Event, Observation

TORONTO = ZoneInfo("America/Toronto")

_OBSERVED = (
    "organisation_id", "variable", "starts_on", "ends_before", "low", "high", "codes", "status", "trust", "known_from",
    "known_to", "id",
)  # fmt: skip


def end_of_day(day: date) -> datetime:
    """The last instant of ``day`` in America/Toronto: what « known on » a day means."""
    return datetime.combine(day, time.max, tzinfo=TORONTO)


def start_of_day(day: date) -> datetime:
    """The first instant of ``day`` in America/Toronto: since when a source dated that day is known."""
    return datetime.combine(day, time.min, tzinfo=TORONTO)


def observations(
    *,
    variables: Collection[str] | None = None,
    organisations: Collection[int] | None = None,
    known_at: datetime | None = None,
) -> Iterator[Observation]:
    """The facts as the methods want them, by organisation, variable and reference date.

    ``variables`` and ``organisations`` None: all. ``known_at`` None: the whole history of what was known.
    """
    rows: QuerySet[Fact] = Fact.objects.all()
    if known_at is not None:
        rows = Fact.objects.known_at(known_at)
    if variables is not None:
        rows = rows.filter(variable__in=list(variables))
    if organisations is not None:
        rows = rows.filter(organisation_id__in=list(organisations))
    ordered = rows.order_by("organisation_id", "variable", "starts_on", "id").values_list(*_OBSERVED)
    for row in ordered.iterator(chunk_size=5000):
        yield Observation(*row)


def events(*, organisations: Collection[int] | None = None, known_at: datetime | None = None) -> Iterator[Event]:
    """The life events as the methods want them, by organisation and day; ``known_at`` None: the whole history."""
    rows: QuerySet[LifeEvent] = LifeEvent.objects.all()
    if known_at is not None:
        rows = LifeEvent.objects.known_at(known_at)
    if organisations is not None:
        rows = rows.filter(organisation_id__in=list(organisations))
    fields = ("organisation_id", "kind", "happened_on", "other_id", "known_from", "known_to")
    for row in rows.order_by("organisation_id", "happened_on", "id").values_list(*fields).iterator(chunk_size=5000):
        yield Event(*row)


def names_of(
    *, organisations: Iterable[int] | None = None, on: date | None = None, known_at: datetime
) -> Mapping[int, str]:
    """The legal name of each organisation on a day (None: the latest); an erased or withdrawn one is absent.

    The latest to have started, of those that have not ended; where none holds, the oldest.
    """
    rows = OrganisationName.objects.known_at(known_at).filter(kind=OrganisationName.Kind.LEGAL)
    if organisations is not None:
        rows = rows.filter(organisation_id__in=list(organisations))
    oldest_first = rows.order_by("organisation_id", F("starts_on").asc(nulls_first=True), "known_from", "id")
    found: dict[int, str] = {}
    fields = ("organisation_id", "starts_on", "ends_before", "name")
    for number, starts_on, ends_before, name in oldest_first.values_list(*fields).iterator():
        has_begun = on is None or starts_on is None or starts_on <= on
        has_ended = ends_before is not None and (on is None or ends_before <= on)
        if number not in found or (has_begun and not has_ended):
            found[number] = name
    return found


def last_names_of(*, organisations: Iterable[int]) -> Mapping[int, str]:
    """The last legal name that each of these bore, where what named it was withdrawn; to be shown as withdrawn."""
    rows = OrganisationName.objects.filter(organisation_id__in=list(organisations), kind=OrganisationName.Kind.LEGAL)
    closed = rows.exclude(known_to=None).order_by("organisation_id", "known_to", "id")
    return dict(closed.values_list("organisation_id", "name"))


def list_sources(*, include_withdrawn: bool = True) -> QuerySet[Source]:
    """The sources, latest first."""
    rows = Source.objects.select_related("recorded_by")
    return rows if include_withdrawn else rows.filter(withdrawn_at=None)
