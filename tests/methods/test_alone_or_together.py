"""What is said of a base does not depend on which other bases are asked at the same time."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from essor.methods.bases import FULL_TIME, HEADCOUNT, BaseDefinition, membership
from essor.methods.criteria import parse
from essor.methods.facts import Event, Observation, add_life, alive_by_events, population_of
from essor.methods.figures import CODED_DIMENSIONS
from essor.methods.portrait import PortraitPlan, build_portrait
from essor.methods.variables import Variable
from tests.methods.towns import NOW, PLACES, START, T0, T1, TOWN, VARIABLES, event, facts, make_base

KNOWN = VARIABLES | {
    "social_economy": Variable(
        "social_economy", "boolean", "Économie sociale", "Social economy", values=("true", "false")
    )
}
WIDER: dict[str, Any] = {"any": [{"fact": "legal_form", "is": "npo"}, {"fact": "social_economy", "is": True}]}
ALONE = make_base("alone", tree={"fact": "legal_form", "is": "coop"})
OTHER = BaseDefinition("other", 1, "Table", "a", "b", parse(WIDER, variables=KNOWN), WIDER, HEADCOUNT)


def build(bases: list[BaseDefinition], observations: list[Observation], events: list[Event]) -> dict[str, Any]:
    read = {name for base in bases for name in base.variables()} | {*CODED_DIMENSIONS, HEADCOUNT, FULL_TIME}
    asked = {name: KNOWN[name] for name in sorted(read)}
    days = (T0, T1)
    populations = {on: population_of(observations, on=on, known_at=NOW, variables=asked) for on in days}
    plan = PortraitPlan("640", "Les Moulins", "Les Moulins", tuple(bases), days, NOW)
    found = build_portrait(plan, populations, events, variables=KNOWN, places=dict.fromkeys(days, PLACES))
    mine = ("memberships", "figures", "comparisons")
    return {name: {key: kept for key, kept in found[name].items() if key.startswith("alone.")} for name in mine}


def test_a_fact_that_only_another_base_reads_does_not_show_an_enterprise() -> None:
    late = [
        *facts(1, T0, until=T1, social_economy="false"),
        *facts(1, T1, municipality="64008", legal_form="coop", jobs_headcount=16),
    ]
    events = [event(1, "created", "2009-01-01")]
    for bases in ([ALONE], [ALONE, OTHER]):
        (told,) = build(bases, late, events)["comparisons"].values()
        assert {name: jobs for name, jobs in told["parts"].items() if jobs} == {"seen_late": 16}


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "municipality": st.sampled_from(["64008", "60013", "14"]),
        "legal_form": st.sampled_from(["coop", "npo", "coop|npo"]),
        "sector": st.sampled_from(["food"]),
        "social_economy": st.sampled_from(["true", "false"]),
        "jobs_headcount": st.one_of(st.integers(0, 30), st.just((1, 5))),
    },
)
DAY = st.sampled_from([(T0, T1), (T0, None), (T1, None)])
FACTS = st.lists(st.tuples(st.integers(1, 5), DAY, ANSWERS), max_size=9).map(
    lambda rows: [item for who, (on, until), said in rows for item in facts(who, on, until=until, **said)]
)
EVENTS = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.sampled_from(["created", "closed", "merged", "split", "replaced"]),
        st.sampled_from([T0, T1]),
    ),
    max_size=4,
).map(
    lambda rows: [
        Event(who, kind, on, who % 5 + 1 if kind in {"merged", "split", "replaced"} else None, START, None)
        for who, kind, on in rows
    ]
)


@given(FACTS, EVENTS)
@settings(max_examples=200, deadline=None)
def test_a_base_says_the_same_alone_or_together(observations: list[Observation], events: list[Event]) -> None:
    kept = list({(item.organisation, item.variable, item.starts_on): item for item in observations}.values())
    assert build([ALONE], kept, events) == build([ALONE, OTHER], kept, events)


@given(FACTS, EVENTS)
@settings(max_examples=200, deadline=None)
def test_whoever_is_known_to_exist_is_told_once(observations: list[Observation], events: list[Event]) -> None:
    """Member, not a member, undecided or unseen: the parts sum to all of whom a fact or an event shows the day."""
    for on in (T0, T1):
        asked = {name: KNOWN[name] for name in ALONE.variables()}
        population = population_of(observations, on=on, known_at=NOW, variables=asked)
        population = add_life(population, events, on=on, known_at=NOW)
        side = membership(population, ALONE, territory=TOWN, places=PLACES, on=on)
        alive = alive_by_events(events, on=on, known_at=NOW)
        shown = set(population.organisations.tolist()) | alive
        parts = [side.members.size, int(side.member.no.sum()), side.undecided.size, side.count_unseen(alive)]
        assert sum(parts) == len(shown)


def test_whoever_events_alone_show_is_unseen_and_withholds_no_total() -> None:
    found = build([ALONE], facts(1, T0, municipality="64008", legal_form="npo"), [event(2, "created", "2009-01-01")])
    figure = found["figures"][f"alone.1.enterprises.{T1}"]
    assert (figure["value"], figure["undecided"], figure["unseen"]) == (0, 0, 1)
    assert found["comparisons"]
