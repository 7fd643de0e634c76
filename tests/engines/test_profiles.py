from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from essor.directory.models import Fact, Organisation, Source
from essor.engines.bulk import insert_rows
from essor.engines.records import FACTS, as_table
from essor.engines.running import DatabaseEngine, DuckDBEngine, Engine
from essor.engines.snapshots import write_snapshot
from essor.methods.facts import Observation
from essor.methods.population import CodedColumn, NumericColumn, Population
from tests.engines.records import DAYS, INSTANTS, JOBS, PLACE, SECTOR, VARIABLES, histories, plain_answers

NOON = datetime(2015, 1, 1, 12, tzinfo=UTC)
ENGINES = ["database", "duckdb", "duckdb-file"]
"""``database`` is the application's own: SQLite, or PostgreSQL when DATABASE_URL names one."""


def record_facts(observations: Sequence[Observation]) -> None:
    """Writes the facts in the application's tables, each from a source of its own."""
    now = NOON
    organisations = sorted({item.organisation for item in observations})
    insert_rows(Organisation, ["id", "key", "created_at"], ((number, f"o{number}", now) for number in organisations))
    Source.objects.bulk_create(Source(id=item.sequence, kind="entry", recorded_at=now) for item in observations)
    columns = [name for name in FACTS.names if name != "sequence"]
    insert_rows(
        Fact,
        ["id", "source", "recorded_at", *columns],
        ((item.sequence, item.sequence, now, *(getattr(item, name) for name in columns)) for item in observations),
    )


@pytest.fixture
def engine_over(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Sequence[Observation]], Engine]:
    wanted = request.param
    if wanted == "database":
        request.getfixturevalue("db")

    def make(observations: Sequence[Observation]) -> Engine:
        if wanted == "duckdb":
            return DuckDBEngine(as_table(FACTS, observations))
        if wanted == "duckdb-file":
            return DuckDBEngine(write_snapshot(tmp_path, facts=observations, events=[], names=[])[0])
        record_facts(observations)
        return DatabaseEngine(connection)

    return make


def answers_of(population: Population) -> dict[int, dict[str, tuple[int | None, int | None, str | None]]]:
    answers: dict[int, dict[str, tuple[int | None, int | None, str | None]]] = {}
    for row, organisation in enumerate(population.organisations.tolist()):
        mine = answers.setdefault(organisation, {})
        for name, column in population.columns.items():
            if isinstance(column, NumericColumn):
                low = int(column.low[row]) if column.has_low[row] else None
                high = int(column.high[row]) if column.has_high[row] else None
                if low is not None or high is not None:
                    mine[name] = (low, high, None)
            elif column.index[row] >= 0:
                mine[name] = (None, None, column.categories[column.index[row]])
    return answers


def run_and_undo(needs_database: bool, check: Callable[[], None]) -> None:
    if not needs_database:
        check()
        return
    with transaction.atomic():
        check()
        transaction.set_rollback(True)


@pytest.mark.parametrize("engine_over", ENGINES, indirect=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(observations=histories(), on=DAYS, known_at=INSTANTS, shift=st.integers(-5, 5), data=st.data())
def test_every_engine_reads_what_plain_python_reads(
    engine_over: Callable[[Sequence[Observation]], Engine],
    request: pytest.FixtureRequest,
    observations: list[Observation],
    on: date,
    known_at: datetime,
    shift: int,
    data: st.DataObject,
) -> None:
    known_at = known_at.astimezone(timezone(timedelta(hours=shift)))
    shuffled = data.draw(st.permutations(observations))
    expected = plain_answers(observations, on=on, known_at=known_at)

    def check() -> None:
        engine = engine_over(shuffled)
        everyone = engine.read_population(variables=VARIABLES, on=on, known_at=known_at)
        assert answers_of(everyone) == expected
        some = engine.read_population(variables=VARIABLES, on=on, known_at=known_at, organisations=[3, 1, 3, 99])
        assert some.organisations.tolist() == [1, 3, 99]
        assert answers_of(some) == {number: expected.get(number, {}) for number in (1, 3, 99)}

    run_and_undo("duckdb" not in request.node.callspec.id, check)


def observation(**changes: object) -> Observation:
    values: dict[str, object] = {
        "organisation": 1, "variable": "jobs", "starts_on": date(2014, 6, 1), "ends_before": None,
        "low": 12, "high": 12, "codes": None, "status": "reported", "trust": 50,
        "known_from": NOON, "known_to": None, "sequence": 1,
    }  # fmt: skip
    return Observation(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("engine_over", ENGINES, indirect=True)
class TestBoundaries:
    def read(self, engine: Engine, *, on: date = date(2014, 6, 1), known_at: datetime = NOON) -> Population:
        return engine.read_population(variables=VARIABLES, on=on, known_at=known_at)

    def test_a_fact_is_known_at_its_first_instant_and_no_sooner(
        self, engine_over: Callable[[Sequence[Observation]], Engine]
    ) -> None:
        engine = engine_over([observation()])
        assert len(self.read(engine)) == 1
        assert len(self.read(engine, known_at=NOON - timedelta(microseconds=1))) == 0

    def test_a_fact_is_unknown_from_its_last_instant(
        self, engine_over: Callable[[Sequence[Observation]], Engine]
    ) -> None:
        engine = engine_over([observation(known_to=NOON + timedelta(microseconds=7))])
        assert len(self.read(engine, known_at=NOON + timedelta(microseconds=6))) == 1
        assert len(self.read(engine, known_at=NOON + timedelta(microseconds=7))) == 0

    def test_a_period_is_half_open(self, engine_over: Callable[[Sequence[Observation]], Engine]) -> None:
        engine = engine_over([observation(ends_before=date(2014, 6, 3))])
        assert [len(self.read(engine, on=date(2014, 6, day))) for day in (1, 2, 3)] == [1, 1, 0]

    def test_nothing_recorded_gives_an_empty_population_with_its_columns(
        self, engine_over: Callable[[Sequence[Observation]], Engine]
    ) -> None:
        population = self.read(engine_over([]))
        assert len(population) == 0
        assert isinstance(population.columns["jobs"], NumericColumn)
        assert isinstance(population.columns["sector"], CodedColumn)


def test_a_hostile_identifier_stays_a_value() -> None:
    hostile = type(SECTOR)("x' OR '1'='1", "choice", "x", "x")
    engine = DuckDBEngine(as_table(FACTS, [observation()]))
    assert len(engine.read_population(variables=[hostile], on=date(2014, 6, 1), known_at=NOON)) == 0


@pytest.mark.django_db
def test_the_database_a_table_and_a_snapshot_answer_alike(tmp_path: Path) -> None:
    record_facts([observation()])
    stored = DatabaseEngine(connection).read_facts(known_at=NOON, organisations=[1])
    assert stored.equals(as_table(FACTS, [observation()]))
    path, _ = write_snapshot(tmp_path, facts=stored, events=[], names=[])
    engines: list[Engine] = [DatabaseEngine(connection), DuckDBEngine(stored), DuckDBEngine(path)]
    for engine in engines:
        population = engine.read_population(variables=[JOBS, PLACE], on=date(2014, 6, 1), known_at=NOON)
        assert answers_of(population) == {1: {"jobs": (12, 12, None)}}


@pytest.mark.django_db
def test_facts_read_back_are_those_known_then() -> None:
    closed = observation(sequence=2, starts_on=date(2015, 1, 1), known_to=NOON + timedelta(days=1))
    later = observation(sequence=3, starts_on=date(2016, 1, 1), known_from=NOON + timedelta(microseconds=1))
    record_facts([observation(), closed, later])
    engine = DatabaseEngine(connection)
    assert sorted(engine.read_facts(known_at=NOON)["sequence"].to_pylist()) == [1, 2]
    assert len(engine.read_facts(known_at=NOON - timedelta(days=1))) == 0
