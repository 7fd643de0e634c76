"""Enters the fictitious records through the same actions as anyone's, then publishes the editions that pages show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from essor.accounts.actions import NewRole, open_account, set_up_instance
from essor.accounts.models import Instance, Role, User
from essor.aid.actions import draft_aid
from essor.design.wording import write_day
from essor.directory.actions import (
    correct_fact,
    create_organisation,
    create_source,
    record_facts,
    record_life_event,
)
from essor.directory.actions.organisations import add_name
from essor.directory.models import Fact, Organisation, Source
from essor.directory.queries import end_of_day
from essor.knowledge import find_demo_bodies
from essor.knowledge.aids import read_aids
from essor.knowledge.reading import find_file
from essor.observatory.actions import publish_edition
from essor.observatory.models import BaseVersion, Edition
from essor.project.demonstration.files import open_files
from essor.project.demonstration.records import Census, Records, read_records, say_facts
from essor.project.demonstration.startups import open_startups
from essor.project.shipped import load_shipped
from essor.territories.actions import import_bodies

PASSWORD = "essor-demonstration"  # noqa: S105  printed by the command: it opens fictitious data only
PEOPLE = (
    ("conseil@demo.example", "Camille Roy", Role.Kind.ADVISER),
    ("admin@demo.example", "Dominique Côté", Role.Kind.ADMINISTRATOR),
    ("comite@demo.example", "Andrée Lavoie", Role.Kind.COMMITTEE),
    ("comite2@demo.example", "Bilal Haddad", Role.Kind.COMMITTEE),
    ("comite3@demo.example", "Chantal Perron", Role.Kind.COMMITTEE),
    ("partenaire@demo.example", "Esther Nguyen", Role.Kind.PARTNER),
)
BODIES: dict[str, str] = {
    Role.Kind.ADVISER: "Organisme de développement local (fictif)",
    Role.Kind.PARTNER: "Caisse d’entraide des Moulins (fictive)",
}
RECORDS = "les-moulins"
MAGAZINE, TABLE = "magazine-2014", "table-regionale-2017"
LICENCE = "Données fictives, libres de droits"


@transaction.atomic
def build_demonstration(*, now: datetime) -> None:
    """Fills an empty platform and marks it as a demonstration, for ever. All or nothing."""
    records = read_records(RECORDS)
    set_up_instance(kind=Instance.Kind.DEMO, by=None, now=now)
    load_shipped(now=now)
    import_bodies(file=find_demo_bodies(RECORDS), by=None, now=now)
    for email, name, kind in PEOPLE:
        _open_demo_account(email, name, kind, records.territory, now)
    sources = {census.name: _open_census(census, now) for census in records.censuses}
    organisations = {
        record["key"]: _enter_organisation(records, record, sources, now) for record in records.organisations
    }
    for record in records.organisations:
        _enter_events(records, record, organisations, sources, now)
    for census in records.censuses:
        said = [
            (organisations[record["key"]], fact)
            for record in records.organisations
            for fact in say_facts(records, record, census)
        ]
        record_facts(facts=said, source=sources[census.name], by=None, now=now)
    for correction in records.corrections:
        _enter_correction(records, correction, organisations, now)
    adviser = User.objects.get(email=PEOPLE[0][0])
    _draft_an_aid(adviser, now)
    open_files(adviser=adviser, now=now)
    open_startups(adviser=adviser, now=now)


def _draft_an_aid(adviser: User, now: datetime) -> None:
    """A fictitious programme that waits for a second person."""
    file = read_aids(find_file("demo", "aids"))
    for definition in file.aids:
        draft_aid(definition=definition, by=adviser, now=now, read_on=file.read_on, reason="nouvelle aide")


def publish_demonstration(*, now: datetime) -> list[Edition]:
    """The three editions: the first count, its correction, and the portrait of 2017 on both bases.

    An edition that is already there is left as it is: cut short, the demonstration goes on from where it was.
    """
    magazine, table = (BaseVersion.objects.get(base__slug=slug, number=1) for slug in (MAGAZINE, TABLE))
    june, november = date(2014, 6, 30), date(2017, 11, 29)
    first = _publish_once(
        base_versions=[magazine],
        dates=[june],
        known_at=end_of_day(june),
        title_fr="Les Moulins, juin 2014",
        title_en="Les Moulins, June 2014",
        now=now,
    )
    corrected = _publish_once(
        base_versions=[magazine],
        dates=[june],
        known_at=end_of_day(date(2014, 9, 15)),
        title_fr="Les Moulins, juin 2014 (corrigée)",
        title_en="Les Moulins, June 2014 (corrected)",
        predecessor=first,
        correction_reason="Une imprimerie avait déclaré huit emplois ; elle en comptait douze.",
        now=now,
    )
    portrait = _publish_once(
        base_versions=[magazine, table],
        dates=[june, date(2016, 6, 30), november],
        known_at=end_of_day(november),
        title_fr="L’économie sociale des Moulins, novembre 2017",
        title_en="The social economy of Les Moulins, November 2017",
        now=now,
    )
    return [first, corrected, portrait]


def _publish_once(*, title_fr: str, now: datetime, **asked: Any) -> Edition:
    published = Edition.objects.filter(title_fr=title_fr).first()
    adviser, territory = User.objects.get(email=PEOPLE[0][0]), read_records(RECORDS).territory
    return published or publish_edition(territory_code=territory, title_fr=title_fr, by=adviser, now=now, **asked)


def _open_demo_account(email: str, name: str, kind: str, territory: str, now: datetime) -> None:
    role = NewRole(
        kind=kind,
        starts_on=timezone.localdate(now) - timedelta(days=366),  # the files that they handle are older than today
        body=BODIES.get(kind, ""),
        territory_code="" if kind == Role.Kind.ADMINISTRATOR else territory,
    )
    open_account(email=email, name=name, role=role, password=PASSWORD, by=None, now=now)


def _open_census(census: Census, now: datetime) -> Source:
    return create_source(
        kind=Source.Kind.CENSUS,
        title=census.title,
        publisher=census.publisher,
        licence=LICENCE,
        retrieved_on=census.known_on,
        by=None,
        now=now,
    )


def _enter_organisation(
    records: Records, record: Mapping[str, Any], sources: Mapping[str, Source], now: datetime
) -> Organisation:
    census = next(census for census in records.censuses if census.name == record["first_census"])
    return create_organisation(
        name=record["name"],
        key=record["key"],
        source=sources[census.name],
        known_from=census.known_from,
        by=None,
        now=now,
    )


def _enter_events(
    records: Records,
    record: Mapping[str, Any],
    organisations: Mapping[str, Organisation],
    sources: Mapping[str, Source],
    now: datetime,
) -> None:
    organisation = organisations[record["key"]]
    first = next(census for census in records.censuses if census.name == record["first_census"])
    happened = [{"kind": "created", "happened_on": record["created_on"]}] if "created_on" in record else []
    for event in [*happened, *record.get("events", ())]:
        census = max(first, records.census_after(event["happened_on"]), key=lambda census: census.starts_on)
        record_life_event(
            organisation=organisation,
            source=sources[census.name],
            other=organisations[event["into"]] if "into" in event else None,
            kind=event["kind"],
            happened_on=event["happened_on"],
            known_from=census.known_from,
            by=None,
            now=now,
        )
        if event["kind"] == "renamed":
            add_name(
                organisation=organisation,
                name=event["name"],
                source=sources[census.name],
                starts_on=event["happened_on"],
                known_from=census.known_from,
                by=None,
                now=now,
            )


def _enter_correction(
    records: Records, correction: Mapping[str, Any], organisations: Mapping[str, Organisation], now: datetime
) -> None:
    census = next(census for census in records.censuses if census.name == correction["census"])
    source = create_source(
        kind=Source.Kind.DECLARATION,
        title=f"Correction reçue le {write_day(correction['known_on'])} (fictive)",
        publisher=census.publisher,
        licence=LICENCE,
        retrieved_on=correction["known_on"],
        by=None,
        now=now,
    )
    wrong = Fact.objects.get(
        organisation=organisations[correction["organisation"]],
        variable=correction["variable"],
        starts_on=census.starts_on,
        known_to=None,
    )
    correct_fact(
        fact=wrong,
        reason=correction["reason"],
        source=source,
        variable=correction["variable"],
        value=correction["corrected"],
        starts_on=census.starts_on,
        known_from=end_of_day(correction["known_on"]),
        by=None,
        now=now,
    )
