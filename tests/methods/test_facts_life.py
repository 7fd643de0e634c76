from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.methods.bases import membership
from essor.methods.facts import Event, add_life, completed_years, life_on, lives_on, population_of
from essor.methods.population import CodedColumn, NumericColumn
from tests.methods.towns import NOW, PLACES, START, T0, T1, TOWN, VARIABLES, event, facts, make_base

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
    ("created again", [("created", "1990-01-01", None), ("closed", "2010-01-01", None),
     ("created", "2013-01-01", None)], "active"),
    ("created again later", [("created", "1990-01-01", None), ("closed", "2010-01-01", None),
     ("created", "2015-01-01", None)], "closed"),
    ("created and closed that day", [("created", "2010-01-01", None), ("closed", "2010-01-01", None)], "closed"),
]  # fmt: skip


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


BACK = [event(1, "replaced", "2013-01-01", 2), event(2, "replaced", "2014-01-01", 1)]
NAMED = [
    ("replaced, then replaced back", BACK, 1, False, "active"),
    ("whoever gave back is gone", BACK, 2, False, "closed"),
    ("replaced back later", [BACK[0], event(2, "replaced", "2015-01-01", 1)], 1, False, "closed"),
    ("replaced later, then back", [event(1, "replaced", "2015-01-01", 2), event(2, "replaced", "2016-01-01", 1)], 1,
     False, None),
    ("closed, then another merged into it",
     [event(1, "closed", "2010-01-01"), event(2, "merged", "2013-01-01", 1)], 1, False, "active"),
    ("takes over later", [event(1, "replaced", "2016-01-01", 2)], 2, False, "not_yet"),
    ("takes over later, though a fact covers the day", [event(1, "replaced", "2016-01-01", 2)], 2, True, "active"),
    ("takes over later, though it had moved before",
     [event(1, "replaced", "2016-01-01", 2), event(2, "moved", "2013-01-01")], 2, False, "active"),
    ("comes out of a split later, though a fact covers the day", [event(1, "split", "2016-01-01", 2)], 2, True,
     "active"),
    ("came out of a split, and takes over later",
     [event(1, "split", "2013-01-01", 2), event(3, "replaced", "2016-01-01", 2)], 2, False, "active"),
    ("created later, though a fact covers the day", [event(2, "created", "2016-01-01")], 2, True, "not_yet"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "events", "item", "observed", "status"), NAMED, ids=[case[0] for case in NAMED])
def test_life_of_those_who_take_over_or_come_back(
    name: str, events: list[Event], item: int, observed: bool, status: str | None
) -> None:
    for told in (events, events[::-1]):
        assert life_on(told, on=T0, known_at=NOW, organisation=item, observed=observed).status == status


def test_who_takes_over_another_keeps_the_jobs_that_it_had_before() -> None:
    """A co-op of 20 jobs that will take over one of 10 counts for 20 until then."""
    said = {"municipality": "64008", "legal_form": "coop"}
    observations = [*facts(1, T0, jobs_headcount=10, **said), *facts(2, T0, jobs_headcount=20, **said)]
    events = [event(2, "created", "2000-01-01"), event(1, "replaced", "2016-01-01", 2)]
    population = population_of(observations, on=T0, known_at=NOW, variables=VARIABLES)
    population = add_life(population, events, on=T0, known_at=NOW)
    found = membership(population, make_base(), territory=TOWN, places=PLACES, on=T0)
    assert found.members.tolist() == [1, 2]


EVENTS = st.lists(
    st.builds(
        lambda organisation, kind, on, other: event(
            organisation, kind, on.isoformat(), other if kind in {"merged", "split", "replaced"} else None
        ),
        st.integers(1, 3),
        st.sampled_from(["created", "closed", "reopened", "merged", "split", "replaced", "moved"]),
        st.dates(date(2010, 1, 1), date(2018, 1, 1)),
        st.integers(1, 3),
    ),
    max_size=7,
)


@given(EVENTS, st.booleans())
@settings(max_examples=300, deadline=None)
def test_an_ending_stands_until_something_shows_the_organisation_again(events: list[Event], observed: bool) -> None:
    """Whoever is closed has an ending, on the day or before, that nothing said of it on a later day contradicts."""
    kept = [item for item in events if item.other != item.organisation]
    life = life_on(kept, on=T0, known_at=NOW, organisation=1, observed=observed)
    endings = {"merged", "replaced", "closed"}
    past = [item for item in kept if item.happened_on <= T0]
    own = [item for item in past if item.organisation == 1]
    last = max((item.happened_on for item in own if item.kind in endings), default=None)
    again = [item.happened_on for item in own if item.kind in {"created", "reopened"}]
    again += [item.happened_on for item in past if item.other == 1 and item.kind in {"merged", "split", "replaced"}]
    if life.status == "closed":
        assert last is not None
        assert not any(day > last for day in again)
    if life.status == "active":
        assert last is None or any(day >= last for day in again)
    if observed and last is None:
        assert life.status == ("not_yet" if life.created_on and life.created_on > T0 else "active")


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
