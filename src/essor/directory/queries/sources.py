from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from essor.directory.models import Fact, Identifier, LifeEvent, OrganisationName, Source


@dataclass(frozen=True, slots=True)
class SourcePage:
    """``variables``: how many facts by variable, all that it ever said; ``open_facts``: still believed."""

    source: Source
    variables: Mapping[str, int]
    facts: int
    open_facts: int
    organisations: int
    names: int
    identifiers: int
    events: int


def get_source_page(*, pk: int) -> SourcePage:
    """Raises Source.DoesNotExist."""
    source = Source.objects.select_related("recorded_by").get(pk=pk)
    facts = Fact.objects.filter(source=source)
    by_variable = facts.order_by("variable").values_list("variable").annotate(count=Count("pk"))
    variables = dict(by_variable)
    return SourcePage(
        source=source,
        variables=variables,
        facts=sum(variables.values()),
        open_facts=facts.filter(known_to=None).count(),
        organisations=OrganisationName.objects.filter(source=source).values("organisation_id").distinct().count(),
        names=OrganisationName.objects.filter(source=source).count(),
        identifiers=Identifier.objects.filter(source=source).count(),
        events=LifeEvent.objects.filter(source=source).count(),
    )
