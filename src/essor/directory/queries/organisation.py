"""One organisation, with everything said of it and since when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from essor.directory.models import Establishment, Fact, Identifier, LifeEvent, Organisation, OrganisationName
from essor.directory.queries.known import last_names_of, names_of
from essor.directory.rules import fold

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """``name``: the last one, with ``is_name_withdrawn``, where what named it was withdrawn; empty: it never had one.

    ``other_names``: of the organisations that events lead to.
    """

    organisation: Organisation
    name: str
    names: list[OrganisationName]
    identifiers: list[Identifier]
    events: list[LifeEvent]
    establishments: list[Establishment]
    facts: list[Fact]
    other_names: Mapping[int, str]
    is_name_withdrawn: bool = False

    @property
    def municipality(self) -> str:
        """The code of the latest municipality said, empty where unknown."""
        places = [fact.codes or "" for fact in self.facts if fact.variable == "municipality" and fact.known_to is None]
        return places[0] if places and "|" not in places[0] else ""


def get_organisation_page(*, key: str, now: datetime) -> OrganisationPage:
    """Raises Organisation.DoesNotExist, also for an erased one."""
    organisation = Organisation.objects.get(key=key, erased_at=None)
    names = OrganisationName.objects.filter(organisation=organisation, known_to=None).select_related("source")
    events = list(
        LifeEvent.objects.filter(organisation=organisation, known_to=None)
        .select_related("source", "other")
        .order_by("happened_on", "id")
    )
    facts = Fact.objects.filter(organisation=organisation).select_related("source")
    named = list(names.order_by("kind", F("starts_on").desc(nulls_last=True), "-id"))
    today = timezone.localdate(now)
    legal = [row for row in named if row.kind == OrganisationName.Kind.LEGAL]
    borne = [row for row in legal if row.ends_before is None or row.ends_before > today] or legal
    last = "" if borne else last_names_of(organisations=[organisation.pk]).get(organisation.pk, "")
    return OrganisationPage(
        organisation=organisation,
        name=borne[0].name if borne else last,
        is_name_withdrawn=bool(last),
        names=named,
        identifiers=list(Identifier.objects.filter(organisation=organisation, known_to=None).select_related("source")),
        events=events,
        establishments=list(Establishment.objects.filter(organisation=organisation, known_to=None)),
        facts=list(
            facts.order_by("variable", "-starts_on", F("known_to").desc(nulls_first=True), "-known_from", "-id")
        ),
        other_names=names_of(organisations={event.other_id for event in events if event.other_id}, known_at=now),
    )


def find_by_name(text: str) -> list[Organisation]:
    """Those of that address, or of that exact name, accents and case apart; at most ten."""
    by_key = Organisation.objects.filter(key=text.strip(), erased_at=None)
    if by_key.exists():
        return list(by_key)
    named = Organisation.objects.filter(names__folded=fold(text), names__known_to=None, erased_at=None)
    return list(named.distinct().order_by("pk")[:10]) or _find_by_last_name(text)


def _find_by_last_name(text: str) -> list[Organisation]:
    """Those that no name is left to, by one that was withdrawn."""
    current = OrganisationName.objects.filter(organisation=OuterRef("pk"), known_to=None)
    named = Organisation.objects.filter(~Exists(current), names__folded=fold(text), erased_at=None)
    return list(named.distinct().order_by("pk")[:10])


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one organisation from its namesakes. Empty where unknown; ``numbers``: of registers, first a NEQ."""

    key: str
    name: str
    municipality: str
    numbers: tuple[tuple[str, str], ...]


def identify(keys: Collection[str], *, now: datetime) -> Mapping[str, Identity]:
    """By address, those that exist; four queries for each five hundred."""
    wanted, found = sorted(set(keys)), dict[str, Identity]()
    for start in range(0, len(wanted), AT_ONCE):
        pairs = Organisation.objects.filter(key__in=wanted[start : start + AT_ONCE], erased_at=None)
        by_number = dict(pairs.values_list("pk", "key"))
        names = {**last_names_of(organisations=by_number), **names_of(organisations=by_number, known_at=now)}
        said = Fact.objects.filter(organisation__in=by_number, variable="municipality", known_to=None)
        places = dict(said.order_by("starts_on", "known_from", "id").values_list("organisation_id", "codes"))
        numbers: dict[int, list[tuple[str, str]]] = {}
        for row in Identifier.objects.filter(organisation__in=by_number, known_to=None).order_by("id"):
            numbers.setdefault(row.organisation_id, []).append((row.get_scheme_display(), row.value))
        for number, key in by_number.items():
            found[key] = Identity(key, names.get(number, ""), places.get(number) or "", tuple(numbers.get(number, ())))
    return found
