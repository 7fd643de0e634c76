from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from essor.engines.records import EVENTS, FACTS, NAMES, Name, as_table
from essor.engines.snapshots import SnapshotAltered, open_snapshot, write_snapshot
from essor.methods.facts import Event, Observation
from tests.engines.records import VARIABLES, histories

NOON = datetime(2015, 1, 1, 12, tzinfo=UTC)
EVENT_ROWS = [
    Event(2, "merged", date(2016, 3, 1), 1, NOON, None),
    Event(1, "created", date(2010, 1, 1), None, NOON, NOON + timedelta(days=400)),
]
NAME_ROWS = [Name(1, "legal", "Coop « L’Érablière »", None, None, NOON, None)]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(observations=histories(), seed=st.integers(0, 9))
def test_records_come_back_and_their_order_changes_no_byte(
    tmp_path: Path, observations: list[Observation], seed: int
) -> None:
    path, sha256 = write_snapshot(tmp_path, facts=observations, events=EVENT_ROWS, names=NAME_ROWS)
    snapshot = open_snapshot(path, sha256)
    assert sorted(snapshot.observations(), key=lambda item: item.sequence) == observations
    assert sorted(snapshot.events(), key=lambda item: item.organisation) == EVENT_ROWS[::-1]
    assert snapshot.names() == NAME_ROWS
    shuffled = random.Random(seed).sample(observations, len(observations))  # noqa: S311  an order, not a secret
    tables = as_table(FACTS, shuffled), as_table(EVENTS, EVENT_ROWS[::-1]), as_table(NAMES, NAME_ROWS)
    again = write_snapshot(tmp_path / "again", facts=tables[0], events=tables[1], names=tables[2])
    assert again[1] == sha256
    assert again[0].read_bytes() == path.read_bytes()


def test_the_file_is_named_by_its_content_and_nothing_else_is_left(tmp_path: Path) -> None:
    path, sha256 = write_snapshot(tmp_path, facts=[], events=EVENT_ROWS, names=[])
    assert [file.name for file in tmp_path.iterdir()] == [f"{sha256}.parquet"] == [path.name]


def test_what_was_known_then_makes_the_same_file_later(tmp_path: Path) -> None:
    then = NOON + timedelta(days=30)
    before = write_snapshot(tmp_path, facts=[], events=EVENT_ROWS[:1], names=NAME_ROWS, known_at=then)
    closed = [Event(2, "merged", date(2016, 3, 1), 1, NOON, then + timedelta(days=9))]
    learned_since = [Event(3, "closed", date(2016, 3, 1), None, then + timedelta(microseconds=1), None)]
    after = write_snapshot(tmp_path, facts=[], events=closed + learned_since, names=NAME_ROWS, known_at=then)
    assert before == after


@pytest.mark.parametrize("place", [0, 7, 200, -1, -5, -40])
def test_one_changed_byte_is_found(tmp_path: Path, place: int) -> None:
    path, sha256 = write_snapshot(tmp_path, facts=[], events=EVENT_ROWS, names=NAME_ROWS)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(SnapshotAltered) as refusal:
        open_snapshot(path, sha256)
    assert (refusal.value.code, refusal.value.expected) == ("changed", sha256)


def test_a_truncated_or_missing_file_is_refused(tmp_path: Path) -> None:
    path, sha256 = write_snapshot(tmp_path, facts=[], events=EVENT_ROWS, names=NAME_ROWS)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SnapshotAltered, match="changed"):
        open_snapshot(path, sha256)
    path.unlink()
    with pytest.raises(SnapshotAltered, match="missing"):
        open_snapshot(path, sha256)


def test_a_snapshot_answers_as_its_facts_do(tmp_path: Path) -> None:
    fact = Observation(4, "jobs", date(2014, 1, 1), None, 11, 25, None, "reported", 50, NOON, None, 8)
    snapshot = open_snapshot(*write_snapshot(tmp_path, facts=[fact], events=EVENT_ROWS, names=[]))
    population = snapshot.read_population(variables=VARIABLES, on=date(2014, 6, 1), known_at=NOON)
    assert population.organisations.tolist() == [4]


def test_a_failed_writing_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("essor.engines.snapshots.os.fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_snapshot(tmp_path, facts=[], events=EVENT_ROWS, names=[])
    assert list(tmp_path.iterdir()) == []
