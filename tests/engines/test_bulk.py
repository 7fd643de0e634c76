from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from essor.directory.models import Fact, LifeEvent, Organisation, Source
from essor.engines.bulk import insert_rows, reserve_ids

NOW = datetime(2026, 3, 1, 8, 30, 0, 5, tzinfo=timezone(timedelta(hours=-5)))
FACT_COLUMNS = ["organisation", "variable", "starts_on", "low", "high", "codes", "status", "trust", "source"]
FACT_COLUMNS += ["recorded_at", "known_from"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def source() -> Source:
    return Source.objects.create(kind="entry", title="Essai", recorded_at=NOW, mapping={"é": [1]})


@pytest.fixture
def organisation() -> Organisation:
    return Organisation.objects.create(key="one", created_at=NOW)


def fact_rows(organisation: Organisation, source: Source, count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        day = date(2000, 1, 1) + timedelta(days=number)
        yield (organisation.pk, "jobs", day, number, None, None, "reported", 50, source.pk, NOW, NOW)


def test_rows_are_those_that_the_models_would_write(organisation: Organisation, source: Source) -> None:
    assert insert_rows(Fact, FACT_COLUMNS, fact_rows(organisation, source, 3)) == 3
    fact = Fact.objects.get(starts_on=date(2000, 1, 3))
    assert (fact.low, fact.high, fact.codes, fact.known_from, fact.known_to) == (2, None, None, NOW, None)
    assert Fact.objects.filter(known_from=NOW).count() == 3
    assert Fact.objects.filter(known_from__lt=NOW.astimezone(UTC)).count() == 0


def test_json_is_written_as_json(source: Source) -> None:
    columns = [field.attname for field in Source._meta.concrete_fields if field.attname not in ("id", "mapping")]
    row = [getattr(source, name) for name in columns]
    insert_rows(Source, [*columns, "mapping"], [[*row, {"colonne": ["é", 1]}]])
    assert Source.objects.exclude(pk=source.pk).get().mapping == {"colonne": ["é", 1]}


def test_nothing_to_insert_is_no_error() -> None:
    assert insert_rows(Organisation, ["key", "created_at"], []) == 0


def test_a_constraint_refuses_the_whole(organisation: Organisation, source: Source) -> None:
    rows = [*fact_rows(organisation, source, 3), *fact_rows(organisation, source, 1)]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Fact, FACT_COLUMNS, rows)
    assert Fact.objects.count() == 0


def test_a_check_of_the_table_is_honoured(organisation: Organisation, source: Source) -> None:
    columns = ["organisation", "kind", "happened_on", "note", "source", "known_from"]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(LifeEvent, columns, [(organisation.pk, "merged", date(2020, 1, 1), "", source.pk, NOW)])


def test_an_unknown_parent_is_refused(source: Source) -> None:
    def insert() -> None:
        with transaction.atomic():
            insert_rows(Fact, FACT_COLUMNS, fact_rows(Organisation(pk=404), source, 1))
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        insert()


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="1 values for 2 columns"), transaction.atomic():
        insert_rows(Organisation, ["key", "created_at"], [("one",)])


def test_children_name_parents_not_yet_inserted(source: Source) -> None:
    first = reserve_ids(Organisation, 3)
    second = reserve_ids(Organisation, 2)
    assert len(set(first) | set(second)) == 5
    assert sorted(first) == list(first)
    insert_rows(Organisation, ["id", "key", "created_at"], ((number, f"k{number}", NOW) for number in first))
    insert_rows(Fact, FACT_COLUMNS, fact_rows(Organisation(pk=first[2]), source, 1))
    assert Organisation.objects.create(key="after", created_at=NOW).pk not in {*first, *second}


def test_memory_does_not_grow_with_the_rows(organisation: Organisation, source: Source) -> None:
    tracemalloc.start()
    try:
        assert insert_rows(Fact, FACT_COLUMNS, fact_rows(organisation, source, 20_000)) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.django_db(transaction=True)
def test_bulk_writes_belong_to_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        insert_rows(Organisation, ["key", "created_at"], [("one", NOW)])
    with pytest.raises(TransactionManagementError):
        reserve_ids(Organisation, 1)
