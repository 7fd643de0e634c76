from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from essor.accounts.models import AppendOnlyError, AuditEvent
from essor.directory import actions, queries
from essor.directory.guards import install_guards
from essor.directory.models import (
    Establishment,
    Fact,
    Identifier,
    LifeEvent,
    Organisation,
    OrganisationName,
    Source,
)
from essor.directory.rules import FAR_FUTURE_DAYS, DirectoryError
from essor.directory.wording import explain_error
from essor.methods.facts import profile

DAY = date(2025, 12, 31)


def test_a_fact_is_kept_exact_and_holds_as_long_as_its_variable_says(
    coop: Organisation, source: Source, now: datetime
) -> None:
    fact = actions.record_fact(
        organisation=coop, source=source, by=None, now=now, variable="jobs_fte", value="12.5", starts_on=DAY
    )
    assert (fact.low, fact.high, fact.codes) == (1250, 1250, None)
    assert fact.ends_before == DAY + timedelta(days=365)
    assert (fact.known_from, fact.known_to, fact.trust) == (now, None, 50)
    event = AuditEvent.objects.get(action="record_fact")
    assert event.after["low"] == 1250


def test_a_band_stays_a_band(coop: Organisation, source: Source, now: datetime) -> None:
    fact = actions.record_fact(
        organisation=coop, source=source, by=None, now=now, variable="jobs_headcount", low=11, high=25, starts_on=DAY
    )
    assert (fact.low, fact.high) == (11, 25)
    fact = actions.record_fact(
        organisation=coop, source=source, by=None, now=now, variable="members", low=100, high=None, starts_on=DAY
    )
    assert (fact.low, fact.high) == (100, None)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"variable": "jobs", "value": 3}, "variable-unknown"),
        ({"variable": "age_years", "value": 3}, "variable-derived"),
        ({"variable": "jobs_headcount", "value": -3}, "value-too-small"),
        ({"variable": "jobs_headcount", "value": "3.5"}, "value-too-precise"),
        ({"variable": "jobs_headcount", "value": "many"}, "value-not-a-number"),
        ({"variable": "jobs_headcount"}, "value-missing"),
        ({"variable": "jobs_headcount", "low": 9, "high": 2}, "band-out-of-order"),
        ({"variable": "legal_form", "value": "cooperative"}, "value-not-allowed"),
        ({"variable": "legal_form", "value": None}, "value-missing"),
        ({"variable": "social_economy", "value": "peut-être"}, "value-not-allowed"),
        ({"variable": "members", "value": 3, "starts_on": date(1066, 10, 14)}, "day-out-of-reach"),
        ({"variable": "members", "value": 3, "ends_before": DAY}, "period-out-of-order"),
        ({"variable": "members", "value": 3, "status": "certain"}, "status-unknown"),
        ({"variable": "members", "value": 3, "known_from": datetime(2999, 1, 1).astimezone()}, "known-in-the-future"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_code(
    coop: Organisation, source: Source, now: datetime, said: dict[str, object], code: str
) -> None:
    with pytest.raises(DirectoryError) as refusal:
        actions.record_fact(organisation=coop, source=source, by=None, now=now, **{"starts_on": DAY, **said})  # type: ignore[typeddict-item]
    assert refusal.value.code == code
    assert not Fact.objects.exists()


def test_a_correction_closes_and_adds(coop: Organisation, source: Source, now: datetime) -> None:
    first = actions.record_fact(
        organisation=coop, source=source, by=None, now=now, variable="jobs_headcount", value=8, starts_on=DAY
    )
    later = now + timedelta(days=30)
    second = actions.correct_fact(
        fact=first, reason="Quatre oubliés", source=source, by=None, now=later,
        variable="jobs_headcount", value=12, starts_on=DAY,
    )  # fmt: skip
    first.refresh_from_db()
    assert first.known_to == second.known_from == later
    assert second.replaces == first
    for known_at, jobs in ((later - timedelta(seconds=1), 8), (later, 12)):
        found = profile(queries.observations(known_at=known_at), on=DAY, known_at=known_at)
        assert found["jobs_headcount"].low == jobs
    with pytest.raises(DirectoryError, match="fact-already-closed"):
        actions.correct_fact(
            fact=first, reason="encore", source=source, by=None, now=later,
            variable="jobs_headcount", value=13, starts_on=DAY,
        )  # fmt: skip


def test_a_correction_is_of_the_same_variable(coop: Organisation, source: Source, now: datetime) -> None:
    fact = actions.record_fact(
        organisation=coop, source=source, by=None, now=now, variable="social_economy", value=True, starts_on=DAY
    )
    with pytest.raises(DirectoryError, match="corrected-other-variable"):
        actions.correct_fact(
            fact=fact, reason="?", source=source, by=None, now=now, variable="members", value=8, starts_on=DAY
        )
    fact.refresh_from_db()
    assert (fact.known_to, Fact.objects.count()) == (None, 1)


def test_a_withdrawn_source_is_silent_from_then_on_and_gives_back_what_it_corrected(
    coop: Organisation, source: Source, now: datetime
) -> None:
    first = actions.record_fact(
        organisation=coop, source=source, by=None, now=now, variable="members", value=8, starts_on=DAY
    )
    wrong = actions.create_source(title="Autre liste", by=None, now=now)
    later, last = now + timedelta(days=1), now + timedelta(days=2)
    actions.correct_fact(
        fact=first, reason="?", source=wrong, by=None, now=later, variable="members", value=80, starts_on=DAY
    )
    closed = actions.withdraw_source(source=wrong, reason="Mauvaise liste", by=None, now=last)
    assert (closed["facts"], closed["given_back"]) == (0, 1)
    for known_at, members in ((now, 8), (later, 80), (last, 8)):
        found = profile(queries.observations(known_at=known_at), on=DAY, known_at=known_at)
        assert found["members"].low == members
    with pytest.raises(DirectoryError, match="source-already-withdrawn"):
        actions.withdraw_source(source=wrong, reason="encore", by=None, now=last)


def test_a_neq_with_a_wrong_check_digit_is_kept_and_marked(coop: Organisation, source: Source, now: datetime) -> None:
    def add(scheme: str, value: str) -> Identifier:
        return actions.add_identifier(organisation=coop, scheme=scheme, value=value, source=source, by=None, now=now)

    assert add("neq", "11 6678 9432").is_doubtful
    assert add("neq", "1142855148").is_doubtful is False
    assert add("bn", "119219814").is_doubtful is False
    assert add("bn", "119219814RC0001").is_doubtful is False
    assert add("charity", "119219814 RR0001").is_doubtful is False
    assert add("charity", "119219815RR0001").is_doubtful
    with pytest.raises(DirectoryError, match="identifier-taken"):
        add("neq", "1142855148")


def test_a_merger_names_its_successor_and_a_closure_does_not(coop: Organisation, source: Source, now: datetime) -> None:
    other = actions.create_organisation(name="Coop voisine", source=source, by=None, now=now)
    actions.record_life_event(
        organisation=coop, other=other, kind="merged", happened_on=DAY, source=source, by=None, now=now
    )
    for kind, who in (("merged", None), ("closed", other), ("merged", coop)):
        with pytest.raises(DirectoryError, match="event-successor"):
            actions.record_life_event(
                organisation=coop, other=who, kind=kind, happened_on=DAY, source=source, by=None, now=now
            )
    assert [event.kind for event in queries.events(known_at=now)] == ["merged"]


def test_the_legal_name_follows_the_day(coop: Organisation, source: Source, now: datetime) -> None:
    actions.add_name(
        organisation=coop, name="Coop du Pain", source=source, by=None, now=now, starts_on=date(2020, 1, 1)
    )
    assert queries.names_of(on=date(2019, 12, 31), known_at=now) == {coop.pk: "Coop Le Pain partagé"}
    assert queries.names_of(on=date(2020, 1, 1), known_at=now) == {coop.pk: "Coop du Pain"}
    assert queries.names_of(known_at=now - timedelta(days=1)) == {}


def test_erasure_keeps_what_counts_and_nothing_that_names(coop: Organisation, source: Source, now: datetime) -> None:
    with connection.cursor():
        install_guards(connection)
    actions.add_identifier(organisation=coop, scheme="neq", value="1142855148", source=source, by=None, now=now)
    actions.record_fact(
        organisation=coop, source=source, by=None, now=now,
        variable="members", value=8, starts_on=DAY, note="dit par Élise Tremblay",
    )  # fmt: skip
    actions.record_life_event(
        organisation=coop, kind="closed", happened_on=DAY, note="chez Élise", source=source, by=None, now=now
    )
    actions.add_establishment(
        organisation=coop, municipality_code="64008", name="Chez Élise", source=source, by=None, now=now
    )
    erased = actions.erase_organisation(organisation=coop, reason="Demande écrite", by=None, now=now)
    assert erased.key.startswith("erased-")
    assert not OrganisationName.objects.exists()
    assert not Identifier.objects.exists()
    assert Fact.objects.get().low == 8
    trace = " ".join(f"{event.before} {event.after} {event.target_id}" for event in AuditEvent.objects.all())
    texts = [Fact.objects.get().reason, LifeEvent.objects.get().note, trace, erased.key]
    assert not any("Élise" in text or "Pain" in text or "1142855148" in text for text in texts)


@pytest.mark.parametrize("table", [Fact, OrganisationName, Identifier, LifeEvent])
def test_querysets_refuse_to_change_or_delete(db: None, table: type[Fact]) -> None:
    for attempt in (
        lambda: table.objects.all().delete(),
        lambda: table.objects.update(known_from=None),
        lambda: table.objects.bulk_update([], ["known_from"]),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()


def test_the_database_refuses_to_change_or_delete(coop: Organisation, source: Source, now: datetime) -> None:
    install_guards(connection)
    fact = actions.record_fact(
        organisation=coop, source=source, by=None, now=now, variable="members", value=8, starts_on=DAY
    )
    actions.add_identifier(organisation=coop, scheme="neq", value="1142855148", source=source, by=None, now=now)
    attempts = (
        "UPDATE directory_fact SET low = 9, high = 9",
        "UPDATE directory_fact SET reason = 'x'",
        "DELETE FROM directory_fact",
        "DELETE FROM directory_organisationname",
        "DELETE FROM directory_identifier",
        "UPDATE directory_organisationname SET name = 'x'",
        "DELETE FROM directory_source",
        "UPDATE directory_source SET title = 'x'",
        "DELETE FROM directory_organisation",
    )
    for statement in attempts:
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    fact.low = fact.high = 9
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        fact.save()
    Fact.objects.filter(pk=fact.pk).close(now=now)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE directory_fact SET known_to = NULL")


def test_a_day_ends_at_midnight_in_toronto() -> None:
    assert queries.end_of_day(date(2017, 11, 29)).isoformat() == "2017-11-29T23:59:59.999999-05:00"
    assert queries.end_of_day(date.max).year == date.max.year
    assert queries.end_of_day(date(2017, 11, 5)) - queries.start_of_day(date(2017, 11, 5)) > timedelta(hours=23)


def test_many_facts_are_recorded_all_or_none(coop: Organisation, source: Source, now: datetime) -> None:
    good = {"variable": "members", "value": Decimal(8), "starts_on": DAY}
    bad = {"variable": "members", "value": "huit", "starts_on": DAY}
    with pytest.raises(DirectoryError):
        actions.record_facts(facts=[(coop, good), (coop, bad)], source=source, by=None, now=now)  # type: ignore[list-item]
    assert not Fact.objects.exists()
    assert actions.record_facts(facts=[(coop, good)], source=source, by=None, now=now) == 1  # type: ignore[list-item]


def test_the_farthest_day_is_counted_from_the_day_in_toronto(coop: Organisation, source: Source) -> None:
    evening = datetime(
        2026, 3, 2, 23, 30, tzinfo=queries.end_of_day(DAY).tzinfo
    )  # the 3rd already, by the sun of London
    farthest = date(2026, 3, 2) + timedelta(days=FAR_FUTURE_DAYS)
    for day, is_refused in ((farthest, False), (farthest + timedelta(days=1), True)):
        said = {"organisation": coop, "source": source, "by": None, "now": evening.astimezone(UTC)}
        for attempt in (
            lambda: actions.record_fact(variable="members", value=1, starts_on=day, **said),  # noqa: B023
            lambda: actions.record_life_event(kind="closed", happened_on=day, **said),  # noqa: B023
        ):
            if is_refused:
                with pytest.raises(DirectoryError, match="day-out-of-reach"):
                    attempt()
            else:
                attempt()


def test_an_organisation_is_split_in_two_on_one_day_and_each_half_is_said_once(
    coop: Organisation, source: Source, now: datetime
) -> None:
    halves = [actions.create_organisation(name=name, source=source, by=None, now=now) for name in ("Nord", "Sud")]
    for half in halves:
        said = {"organisation": coop, "other": half, "kind": "split", "happened_on": DAY, "source": source}
        actions.record_life_event(by=None, now=now, **said)
        with pytest.raises(DirectoryError, match="event-already-said"):
            actions.record_life_event(by=None, now=now, **said)
    assert [event.other for event in queries.events(known_at=now)] == [half.pk for half in halves]


@pytest.mark.parametrize(
    ("table", "wrong", "rule"),
    [
        (LifeEvent, {"kind": "exploded", "happened_on": DAY}, "life_event_kind_is_known"),
        (Identifier, {"scheme": "zzz", "value": "1"}, "identifier_scheme_is_known"),
        (OrganisationName, {"kind": "nick", "name": "A", "folded": "a"}, "organisation_name_kind_is_known"),
        (OrganisationName, {"starts_on": DAY, "ends_before": DAY}, "organisation_name_ends_after_it_starts"),
        (Establishment, {"starts_on": DAY, "ends_before": date(2024, 1, 1)}, "establishment_ends_after_it_starts"),
    ],
)
def test_the_database_refuses_what_no_list_or_calendar_has(
    coop: Organisation, source: Source, now: datetime, table: type[Fact], wrong: dict[str, object], rule: str
) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        table.objects.create(organisation=coop, source=source, known_from=now, **wrong)


def enter(coop: Organisation, now: datetime, **said: object) -> Fact:
    return actions.enter_fact(organisation=coop, title="Saisie", by=None, now=now, **said)  # type: ignore[arg-type]


def test_what_is_believed_already_adds_nothing(coop: Organisation, now: datetime) -> None:
    enter(coop, now, variable="legal_form", value="coop", starts_on=date(2015, 1, 1))
    enter(coop, now, variable="legal_form", value="npo", starts_on=date(2020, 1, 1))
    enter(coop, now, variable="members", value=8, starts_on=DAY)
    before = Source.objects.count()
    for again in (
        {"variable": "legal_form", "value": "npo", "starts_on": DAY},
        {"variable": "legal_form", "value": "coop", "starts_on": date(2016, 1, 1), "ends_before": date(2017, 1, 1)},
        {"variable": "members", "value": 8, "starts_on": DAY},
    ):
        with pytest.raises(DirectoryError, match="fact-already-believed"):
            enter(coop, now, **again)
    assert Source.objects.count() == before
    for new in (
        {"variable": "legal_form", "value": "coop", "starts_on": DAY},
        {"variable": "members", "value": 8, "starts_on": DAY + timedelta(days=200)},
        {"variable": "members", "low": 8, "high": 9, "starts_on": DAY},
    ):
        enter(coop, now, **new)


def test_a_correction_that_says_the_same_changes_nothing(coop: Organisation, now: datetime) -> None:
    fact = enter(coop, now, variable="members", value=8, starts_on=DAY)
    said = {
        "fact": fact,
        "reason": "Relu",
        "title": "Saisie",
        "by": None,
        "now": now,
        "variable": "members",
        "value": 8,
    }
    with pytest.raises(DirectoryError, match="correction-changes-nothing"):
        actions.enter_correction(starts_on=DAY, **said)  # type: ignore[arg-type]
    actions.enter_correction(starts_on=DAY - timedelta(days=1), **said)  # type: ignore[arg-type]


def test_a_fact_may_be_believed_no_more_with_nothing_in_its_place(
    coop: Organisation, source: Source, now: datetime
) -> None:
    fact = actions.record_fact(
        organisation=coop, source=source, by=None, now=now, variable="members", value=8, starts_on=DAY
    )
    later = now + timedelta(days=1)
    with pytest.raises(DirectoryError, match="reason-missing"):
        actions.withdraw_fact(fact=fact, reason=" ", by=None, now=later)
    assert actions.withdraw_fact(fact=fact, reason="Chiffre d’une autre", by=None, now=later).known_to == later
    for known_at, members in ((now, [8]), (later, [])):
        found = profile(queries.observations(known_at=known_at), on=DAY, known_at=known_at)
        assert [item.low for item in found.values()] == members
    with pytest.raises(DirectoryError, match="fact-already-closed"):
        actions.withdraw_fact(fact=fact, reason="encore", by=None, now=later)
    assert "autre" not in str(AuditEvent.objects.get(action="withdraw_fact").after)


def test_why_a_fact_was_closed_is_written_once_and_erased_with_the_rest(
    coop: Organisation, source: Source, now: datetime
) -> None:
    install_guards(connection)
    said = {"organisation": coop, "source": source, "by": None, "now": now, "variable": "members", "starts_on": DAY}
    fact = actions.record_fact(value=8, **said)
    with (
        pytest.raises(IntegrityError, match="closed_with_a_reason"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE directory_fact SET closing_reason = 'trop tôt'")
    actions.withdraw_fact(fact=fact, reason="Dit par Élise", by=None, now=now)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE directory_fact SET closing_reason = 'autre'")
    actions.erase_organisation(organisation=coop, reason="Demande", by=None, now=now)
    fact.refresh_from_db()
    assert fact.closing_reason == ""


def tell(coop: Organisation, source: Source, now: datetime, kind: str, day: date) -> LifeEvent:
    return actions.record_life_event(organisation=coop, kind=kind, happened_on=day, source=source, by=None, now=now)


@pytest.mark.parametrize(
    ("told", "kind", "day", "code"),
    [
        ([("created", 2020)], "closed", 2019, "event-before-created"),
        ([("created", 2020)], "moved", 2019, "event-before-created"),
        ([("created", 2020)], "created", 2021, "event-once"),
        ([("closed", 2020)], "created", 2021, "event-before-created"),
        ([("closed", 2020)], "closed", 2021, "event-once"),
        ([("closed", 2020)], "closed", 2019, "event-once"),
        ([("closed", 2020), ("reopened", 2022)], "closed", 2021, "event-once"),
    ],
)
def test_a_life_is_told_in_an_order_that_can_be(
    coop: Organisation, source: Source, now: datetime, told: list[tuple[str, int]], kind: str, day: int, code: str
) -> None:
    for what, year in told:
        tell(coop, source, now, what, date(year, 5, 1))
    with pytest.raises(DirectoryError, match=code) as refused:
        tell(coop, source, now, kind, date(day, 5, 1))
    assert str(told[0][1]) in explain_error(refused.value)
    assert LifeEvent.objects.count() == len(told)


def test_a_closure_after_a_reopening_is_another_one(coop: Organisation, source: Source, now: datetime) -> None:
    for kind, year in (("created", 2001), ("closed", 2005), ("reopened", 2008), ("closed", 2012)):
        tell(coop, source, now, kind, date(year, 5, 1))
    assert LifeEvent.objects.count() == 4
