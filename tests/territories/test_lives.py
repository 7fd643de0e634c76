"""The dated lives of bodies: every answer on every day, whatever reorganisations came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.territories.faults import Known, find_faults
from essor.territories.lives import (
    Event,
    Mandate,
    Register,
    find_successors,
    list_serving,
    list_takers,
    list_team_names,
)
from essor.territories.reorganisations import (
    DISSOLVE,
    MERGE,
    MOVE,
    RENAME,
    Reorganisation,
    ReorganisationRefused,
    list_free_parts,
    plan_reorganisation,
)

CHAIN = ("64015", "640", "14", "qc", "ca")
KNOWN = Known(
    needs=("start", "growth"),
    aids=("prêt",),
    places={"64015": True, "640": True, "14": True, "06": True, "qc": True, "uk": False},
)
DAY = date(2018, 4, 1)


def created(body: str, on: date | None = date(2000, 1, 1), name: str = "") -> Event:
    return Event(body=body, kind="created", on=on, name=name or f"Organisme {body}")


def mandate(body: str, place: str = "640", subject: str = "start", **said: object) -> Mandate:
    return replace(
        Mandate(body=body, subject_kind="need", subject=subject, place=place, starts_on=date(2001, 1, 1)), **said
    )


MERGER = Reorganisation(kind=MERGE, on=DAY, bodies=("a", "b"), into="c", name="Le nouveau", reason="Une entente.")
TWO = Register((created("a"), created("b")), (mandate("a"), mandate("b", "14", "growth")))


def serving(register: Register, on: date, subject: str = "start") -> list[str]:
    return [one.body for one in list_serving(register, places=CHAIN, on=on, subject_kind="need", subject=subject)]


def test_three_dates_give_three_right_answers() -> None:
    merged = plan_reorganisation(TWO, MERGER).apply(TWO)
    moved = Reorganisation(
        kind=MOVE, on=date(2020, 1, 1), bodies=("c",), into="d", name="Ailleurs",
        matters=frozenset([("need", "start", "640")])
    )  # fmt: skip
    register = plan_reorganisation(merged, moved).apply(merged)
    assert find_faults(register, KNOWN) == []
    days = [date(2000, 6, 1), date(2018, 3, 31), DAY, date(2019, 12, 31), date(2020, 1, 1)]
    assert [serving(register, day) for day in days] == [[], ["a"], ["c"], ["c"], ["d"]]
    assert serving(register, date(2025, 1, 1), "growth") == ["c"]


def test_a_mandate_says_whom_it_was_taken_from_and_why() -> None:
    taken = [one for one in plan_reorganisation(TWO, MERGER).added if one.body == "c"]
    assert {(one.taken_from, one.reason, one.starts_on) for one in taken} == {
        ("a", "Une entente.", DAY), ("b", "Une entente.", DAY),
    }  # fmt: skip


def test_a_link_to_a_dead_body_leads_to_what_stands_in_its_place_that_day() -> None:
    merged = plan_reorganisation(TWO, MERGER).apply(TWO)
    later = Reorganisation(kind=DISSOLVE, on=date(2021, 1, 1), bodies=("c",), into="d", name="Le dernier")
    register = plan_reorganisation(merged, later).apply(merged)
    assert find_successors(register, "a", date(2018, 3, 31)) == ()
    assert [step.other for step in find_successors(register, "a", DAY)] == ["c"]
    assert [step.other for step in find_successors(register, "a", date(2021, 1, 1))] == ["c", "d"]
    assert find_successors(register, "a", DAY)[0].event.reason == "Une entente."
    assert list_takers(register, "c") == ["d"]
    assert list_team_names(register, "d") == {"Le dernier", "Le nouveau", "Organisme a", "Organisme b"}


def test_one_absorbed_by_another_gives_it_what_it_does_not_hold_yet() -> None:
    register = replace(TWO, mandates=(mandate("a"), mandate("b", ends_before=date(2019, 1, 1))))
    plan = plan_reorganisation(register, replace(MERGER, bodies=("a",), into="b"))
    given_on = [(one.body, one.starts_on, one.ends_before) for one in plan.added]
    assert given_on == [("a", date(2001, 1, 1), DAY), ("b", date(2019, 1, 1), None)]
    assert find_faults(plan.apply(register), KNOWN) == []


def test_a_body_renamed_keeps_its_mandates_and_its_site() -> None:
    register = Register((replace(created("a"), site="https://a.example"),), (mandate("a"),))
    plan = plan_reorganisation(register, Reorganisation(kind=RENAME, on=DAY, bodies=("a",), name="Autrement"))
    renamed = plan.apply(register)
    assert [renamed.name_of("a", day) for day in (date(1990, 1, 1), date(2018, 3, 31), DAY)] == [
        "Organisme a", "Organisme a", "Autrement",
    ]  # fmt: skip
    assert renamed.lives["a"].named_on(DAY).site == "https://a.example"
    assert renamed.mandates == register.mandates


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (replace(MERGER, bodies=("a", "z")), "body-unknown"),
        (replace(MERGER, bodies=("a",), into="a"), "bodies-missing"),
        (replace(MERGER, into=""), "into-missing"),
        (replace(MERGER, name=""), "name-missing"),
        (replace(MERGER, on=date(1999, 1, 1)), "ended"),
        (replace(MERGER, kind=RENAME, name=""), "name-missing"),
        (replace(MERGER, kind=DISSOLVE, bodies=("a",), into="a"), "into-itself"),
        (replace(MERGER, kind=MOVE, bodies=("a",), into="b"), "nothing-moves"),
    ],
)
def test_what_cannot_be_is_refused(asked: Reorganisation, code: str) -> None:
    with pytest.raises(ReorganisationRefused) as refused:
        plan_reorganisation(TWO, asked)
    assert refused.value.code == code


def ended(body: str, other: str, on: date | None = DAY, kind: str = "merged") -> Event:
    return Event(body=body, kind=kind, on=on, other=other)


A, B = created("a"), created("b")


@pytest.mark.parametrize(
    ("events", "mandates", "codes"),
    [
        ([ended("a", "b"), B], [], ["created-missing"]),
        ([A, created("a", on=date(2005, 1, 1))], [], ["created-twice"]),
        ([A, B, ended("a", "b"), ended("a", "", kind="dissolved")], [], ["ended-twice"]),
        ([A, Event(body="a", kind="renamed", on=date(2000, 1, 1), name="x")], [], ["before-creation"]),
        ([A, B, ended("a", "b"), Event(body="a", kind="renamed", on=DAY, name="x")], [], ["after-end"]),
        ([A, Event(body="a", kind="renamed", name="x")], [], ["event-undated"]),
        ([A, Event(body="a", kind="renamed", on=DAY)], [], ["name-missing"]),
        ([A, *[Event(body="a", kind="renamed", on=DAY, name=name) for name in "xy"]], [], ["same-day"]),
        ([A, ended("a", "")], [], ["other-missing"]),
        ([A, ended("a", "z")], [], ["other-unknown"]),
        ([A, ended("a", "a")], [], ["other-itself"]),
        ([A, B, ended("a", "b"), ended("b", "a", on=date(2019, 1, 1))], [], ["circle", "circle"]),
        ([A, B, ended("a", "b"), ended("b", "", on=DAY, kind="dissolved")], [], ["other-dead"]),
        ([A, created("b", name="ORGANISME  À".replace("À", "a"))], [], ["name-taken"]),
        ([A], [mandate("a", subject="rien")], ["need-unknown"]),
        ([A], [mandate("a", subject_kind="aid", subject="rien")], ["aid-unknown"]),
        ([A], [mandate("a", "99999")], ["place-unknown"]),
        ([A], [mandate("a", "uk")], ["place-outside"]),
        ([A], [mandate("b")], ["created-missing"]),
        ([A], [mandate("a", taken_from="z")], ["from-unknown"]),
        ([A], [mandate("a", ends_before=date(2001, 1, 1))], ["mandate-reversed"]),
        ([A], [mandate("a", starts_on=date(1999, 12, 31))], ["mandate-before-life"]),
        ([A, B, ended("a", "b")], [mandate("a")], ["mandate-after-life"]),
        ([A, B, ended("a", "b")], [mandate("a", ends_before=DAY)], []),
        ([A], [mandate("a"), mandate("a", starts_on=DAY)], ["mandate-twice"]),
        ([A], [mandate("a", ends_before=DAY), mandate("a", starts_on=DAY)], []),
    ],
)  # fmt: skip
def test_each_fault_has_its_name(events: list[Event], mandates: list[Mandate], codes: list[str]) -> None:
    assert [fault.code for fault in find_faults(Register(tuple(events), tuple(mandates)), KNOWN)] == codes


DAYS = st.dates(min_value=date(2001, 1, 1), max_value=date(2030, 1, 1))
PLACES = st.sampled_from(["64015", "640", "14", "06"])


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """Some bodies and mandates, then reorganisations on days that go forward."""
    bodies = "abcd"
    events = tuple(created(body, on=draw(st.sampled_from([None, date(2000, 1, 1)]))) for body in bodies)
    held = {}
    for _ in range(draw(st.integers(0, 6))):
        bounds = sorted(draw(st.lists(DAYS, min_size=2, max_size=2, unique=True)))
        found = mandate(
            draw(st.sampled_from(bodies)), draw(PLACES), draw(st.sampled_from(["start", "growth"])),
            starts_on=draw(st.sampled_from([None, bounds[0]])), ends_before=draw(st.sampled_from([None, bounds[1]])),
        )  # fmt: skip
        held[found.body, found.matter] = found
    register = Register(events, tuple(held.values()))
    for number, day in enumerate(sorted(draw(st.lists(DAYS, max_size=4, unique=True)))):
        if asked := draw(reorganisations(register, day, f"n{number}")):
            register = plan_reorganisation(register, asked).apply(register)
    return register


@st.composite
def reorganisations(draw: st.DrawFn, register: Register, day: date, new: str) -> Reorganisation | None:
    alive = [body for body, life in register.lives.items() if life.is_alive(day) and life.end is None]
    kind = draw(st.sampled_from([RENAME, MERGE, DISSOLVE]))
    wanted = 2 if kind == MERGE else 1
    if len(alive) < wanted:
        return None
    bodies = draw(st.permutations(alive))[:wanted]
    others = [body for body in alive if body not in bodies]
    into = "" if kind == RENAME else draw(st.sampled_from([new, *others, *([""] if kind == DISSOLVE else [])]))
    return Reorganisation(kind=kind, on=day, bodies=tuple(bodies), into=into, name=f"Nom {new}")


def obvious(register: Register, on: date) -> set[tuple[str, str]]:
    """Slow and plain: who serves Mascouche for what."""
    return {
        (one.body, one.subject)
        for one in register.mandates
        if one.place in CHAIN
        and not (one.starts_on and on < one.starts_on)
        and not (one.ends_before and on >= one.ends_before)
    }


@given(registers(), DAYS)
def test_reorganisations_leave_a_sound_register_where_only_the_living_serve(register: Register, on: date) -> None:
    assert find_faults(register, KNOWN) == []
    found = list_serving(register, places=CHAIN, on=on)
    assert {(one.body, one.subject) for one in found} == obvious(register, on)
    assert all(register.lives[one.body].is_alive(on) for one in found)
    assert [CHAIN.index(one.place) for one in found] == sorted(CHAIN.index(one.place) for one in found)


@given(registers(), DAYS)
def test_a_succession_always_ends_with_the_living_or_with_nobody(register: Register, on: date) -> None:
    for body in register.lives:
        steps = find_successors(register, body, on)
        end = register.lives[body].ends_before
        assert bool(steps) == (end is not None and end <= on)
        if steps and steps[-1].other:
            assert register.lives[steps[-1].other].is_alive(on)


@given(registers(), DAYS, st.data())
def test_one_more_changes_nothing_before_its_day_and_loses_no_matter_that_is_taken(
    register: Register, on: date, data: st.DataObject
) -> None:
    last = max((event.on for event in register.events if event.on), default=on)
    day = max(on, last + timedelta(days=1))
    asked = data.draw(reorganisations(register, day, "zz"))
    if asked is None:
        return
    after = plan_reorganisation(register, asked).apply(register)
    for earlier in (day - timedelta(days=1), data.draw(DAYS)):
        if earlier < day:
            assert obvious(after, earlier) == obvious(register, earlier)
    for later in (day, day + timedelta(days=400)):
        before, now = ({(one.matter) for one in found.mandates if one.holds_on(later)} for found in (register, after))
        assert before == now if asked.into or asked.kind == RENAME else now <= before


PERIODS = st.tuples(DAYS, DAYS).map(sorted).filter(lambda pair: pair[0] < pair[1]).map(tuple)


@given(PERIODS, st.lists(PERIODS, max_size=4), DAYS)
def test_free_parts_are_the_days_that_nobody_takes(
    period: tuple[date, date], taken: list[tuple[date, date]], day: date
) -> None:
    def holds(one: tuple[date | None, date | None]) -> bool:
        return one[0] is not None and one[1] is not None and one[0] <= day < one[1]

    assert any(map(holds, list_free_parts(period, taken))) == (holds(period) and not any(map(holds, taken)))
