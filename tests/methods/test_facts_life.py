from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from essor.methods.facts import Event, add_life, completed_years, life_on, lives_on, population_of
from essor.methods.population import CodedColumn, NumericColumn
from tests.methods.towns import NOW, START, T0, T1, VARIABLES, event, facts

CASES = [
    ("nothing", [], None),
    ("created before", [("created", "2003-01-01", None)], "active"),
    ("created that day", [("created", "2014-06-01", None)], "active"),
    ("created after", [("created", "2014-06-02", None)], "not_yet"),
    ("closed that day", [("created", "2003-01-01", None), ("closed", "2014-06-01", None)], "closed"),
    ("closed later", [("created", "2003-01-01", None), ("closed", "2014-06-02", None)], "active"),
    ("closed later, nothing else", [("closed", "2014-06-02", None)], None),
    ("reopened", [("closed", "2012-01-01", None), ("reopened", "2013-01-01", None)], "active"),
    ("reopened later", [("closed", "2012-01-01", None), ("reopened", "2015-01-01", None)], "closed"),
    ("merged away", [("created", "2003-01-01", None), ("merged", "2013-01-01", 2)], "closed"),
    ("replaced", [("replaced", "2013-01-01", 2)], "closed"),
    ("split goes on", [("split", "2013-01-01", 2)], "active"),
    ("moved before", [("moved", "2013-01-01", None)], "active"),
]


@pytest.mark.parametrize(("name", "rows", "status"), CASES, ids=[case[0] for case in CASES])
def test_life(name: str, rows: list[tuple[str, str, int | None]], status: str | None) -> None:
    events = [event(1, kind, on, other) for kind, on, other in rows]
    assert life_on(events, on=T0, known_at=NOW, organisation=1).status == status


def test_what_is_observed_is_active_unless_events_say_otherwise() -> None:
    assert life_on([], on=T0, known_at=NOW, observed=True).status == "active"
    closed = [event(1, "closed", "2014-01-01")]
    assert life_on(closed, on=T0, known_at=NOW, observed=True).status == "closed"


def test_an_ending_says_its_kind() -> None:
    lives = lives_on([event(1, "merged", "2013-01-01", 2), event(3, "closed", "2013-05-05")], on=T0, known_at=NOW)
    assert (lives[1].closed_by, lives[3].closed_by, lives[3].closed_on) == ("merged", "closed", date(2013, 5, 5))
    assert lives[2].status == "active"


def test_a_successor_does_not_exist_before_it_takes_over() -> None:
    events = [
        event(1, "replaced", "2016-01-01", 2),
        event(2, "created", "1990-01-01"),
        event(3, "split", "2016-01-01", 4),
    ]
    lives = lives_on(events, on=T0, known_at=NOW)
    assert {item: str(life.status) for item, life in lives.items()} == {
        1: "None",
        2: "not_yet",
        3: "None",
        4: "not_yet",
    }


def test_an_event_counts_only_while_it_is_believed() -> None:
    withdrawn = Event(1, "closed", date(2013, 1, 1), None, START, datetime(2016, 1, 1, tzinfo=UTC))
    created = event(1, "created", "2003-01-01")
    assert life_on([created, withdrawn], on=T0, known_at=datetime(2015, 1, 1, tzinfo=UTC)).status == "closed"
    assert life_on([created, withdrawn], on=T0, known_at=NOW).status == "active"


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2004, 6, 1), date(2014, 6, 1), 10),
        (date(2004, 6, 2), date(2014, 6, 1), 9),
        (date(2012, 2, 29), date(2013, 2, 28), 0),
        (date(2012, 2, 29), date(2013, 3, 1), 1),
    ],
)
def test_age_is_in_completed_years(start: date, end: date, years: int) -> None:
    assert completed_years(start, end) == years


def test_population_and_life_columns() -> None:
    observations = [
        *facts(5, date(2014, 1, 1), jobs_headcount=12, legal_form="coop"),
        *facts(2, date(2014, 1, 1), jobs_headcount=(1, 5), municipality="64008"),
        *facts(9, date(2014, 1, 1), jobs_headcount=(100, None)),
        *facts(7, date(2016, 1, 1), legal_form="npo"),
        *facts(8, date(2013, 1, 1), until=date(2014, 1, 1), legal_form="npo"),
    ]
    events = [event(5, "created", "2004-06-02"), event(9, "closed", "2014-05-01")]
    population = population_of(observations, on=T0, known_at=NOW, variables=VARIABLES)
    population = add_life(population, events, on=T0, known_at=NOW)
    assert population.organisations.tolist() == [2, 5, 9]
    jobs, form = population.columns["jobs_headcount"], population.columns["legal_form"]
    assert isinstance(jobs, NumericColumn)
    assert isinstance(form, CodedColumn)
    assert jobs.low.tolist() == [1, 12, 100]
    assert jobs.has_high.tolist() == [True, True, False]
    assert (form.index.tolist(), form.categories) == ([-1, 0, -1], ("coop",))
    status, age = population.columns["life_status"], population.columns["age_years"]
    assert isinstance(status, CodedColumn)
    assert isinstance(age, NumericColumn)
    assert [status.categories[index] for index in status.index] == ["active", "active", "closed"]
    assert (age.low.tolist(), age.has_low.tolist()) == ([0, 9, 0], [False, True, False])


def test_population_reads_what_was_known_then() -> None:
    early = facts(1, date(2014, 1, 1), jobs_headcount=8)
    later = facts(1, date(2014, 1, 1), known=datetime(2016, 1, 1, tzinfo=UTC), jobs_headcount=12)
    for known_at, jobs in ((datetime(2015, 1, 1, tzinfo=UTC), 8), (NOW, 12)):
        column = population_of([*later, *early], on=T1, known_at=known_at, variables=VARIABLES).columns[
            "jobs_headcount"
        ]
        assert isinstance(column, NumericColumn)
        assert column.low.tolist() == [jobs]


def test_a_population_of_nobody() -> None:
    population = add_life(population_of([], on=T0, known_at=NOW, variables=VARIABLES), [], on=T0, known_at=NOW)
    assert len(population) == 0
    assert population.organisations.dtype == np.int64
