from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef

from essor.directory.models import Fact, Identifier, LifeEvent, Organisation, OrganisationName, Source
from essor.directory.queries.organisation import Identity, identify


@dataclass(frozen=True, slots=True)
class SourcePage:
    """``variables``: how many facts by variable, all that it ever said; ``open_facts``: still believed.

    ``happened``: its life events, and ``spoken_of``: the organisations it speaks of, where it is an entry by hand.
    """

    source: Source
    variables: Mapping[str, int]
    facts: int
    open_facts: int
    organisations: int
    names: int
    identifiers: int
    events: int
    happened: list[LifeEvent]
    spoken_of: list[Identity]


def get_source_page(*, pk: int, now: datetime) -> SourcePage:
    """Raises Source.DoesNotExist."""
    source = Source.objects.select_related("recorded_by").get(pk=pk)
    facts = Fact.objects.filter(source=source)
    by_variable = facts.order_by("variable").values_list("variable").annotate(count=Count("pk"))
    variables, is_entry = dict(by_variable), source.kind == Source.Kind.ENTRY
    happened = LifeEvent.objects.filter(source=source).select_related("organisation").order_by("happened_on", "id")
    return SourcePage(
        source=source,
        variables=variables,
        facts=sum(variables.values()),
        open_facts=facts.filter(known_to=None).count(),
        organisations=OrganisationName.objects.filter(source=source).values("organisation_id").distinct().count(),
        names=OrganisationName.objects.filter(source=source).count(),
        identifiers=Identifier.objects.filter(source=source).count(),
        events=happened.count(),
        happened=list(happened) if is_entry else [],
        spoken_of=_list_spoken_of(source, now=now) if is_entry else [],
    )


def _list_spoken_of(source: Source, *, now: datetime) -> list[Identity]:
    tables = (Fact, OrganisationName, Identifier, LifeEvent)
    keys = {
        key
        for table in tables
        for key in table.objects.filter(source=source).values_list("organisation__key", flat=True).distinct()
    }
    return sorted(identify(keys, now=now).values(), key=lambda found: found.name)


def count_left_nameless(source: Source) -> int:
    """How many organisations only this source names, while another one still says something of them."""
    names = OrganisationName.objects.filter(organisation=OuterRef("pk"), known_to=None)
    facts = Fact.objects.filter(organisation=OuterRef("pk"), known_to=None).exclude(source=source)
    named = OrganisationName.objects.filter(source=source, known_to=None).values("organisation_id")
    return Organisation.objects.filter(~Exists(names.exclude(source=source)), Exists(facts), pk__in=named).count()
