from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.methods.bases import ComparisonRefused, Membership, Territory
from essor.methods.comparison import CLASSES, FATES, PARTS, RESTRUCTURED, Comparison, compare
from essor.methods.facts import Event, lives_on
from essor.methods.growth import growth_share, rounded, symmetric_growth
from essor.methods.portrait import comparison_as_dict
from tests.methods.towns import NOW, START, T0, T1, event, make_base, make_side

SPEC = yaml.safe_load((Path(__file__).parent / "spec" / "comparison.yaml").read_text(encoding="utf-8"))
FLAGS = ("active", "inside", "criteria", "seen")


def read_side(on: date, rows: dict[int, dict[str, Any]]) -> Membership:
    def read(row: dict[str, Any]) -> dict[str, Any]:
        return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}

    return make_side(on, {item: read(row) for item, row in rows.items()})


def read_events(rows: list[list[Any]]) -> list[Event]:
    return [event(row[0], row[1], row[2].isoformat(), row[3] if len(row) > 3 else None) for row in rows]


@pytest.mark.parametrize("case", SPEC["cases"], ids=lambda case: case["name"])
def test_each_class(case: dict[str, Any]) -> None:
    published = read_side(SPEC["from"], case["published"]) if "published" in case else None
    found = compare(
        read_side(SPEC["from"], case["before"]),
        read_side(SPEC["to"], case["after"]),
        read_events(case.get("events", [])),
        known_at=NOW,
        published=published,
    )
    assert {unit.id: unit.kind for unit in found.units} == case["classes"]
    assert {name: jobs for name, jobs in found.jobs_parts().items() if jobs} == case.get("parts", {})
    assert {name: count for name, count in found.enterprise_parts().items() if count} == case.get("enterprises", {})
    if "cohort" in case:
        cohort = found.readings["cohort"]
        told = {"before": cohort.before, "after": cohort.after, "unknown": list(cohort.unknown)}
        assert told == case["cohort"]
    if "fates" in case:
        assert {name: fate.jobs for name, fate in found.readings["cohort"].fates.items() if fate.units} == case["fates"]
        assert found.readings["criteria"].recounted == case["recounted"]
    assert_exact(found)


@pytest.mark.parametrize("case", SPEC["rates"], ids=lambda case: case["name"])
def test_what_may_be_said_of_a_rate(case: dict[str, Any]) -> None:
    sides = read_side(SPEC["from"], case["before"]), read_side(SPEC["to"], case["after"])
    found = compare(*sides, read_events(case.get("events", [])), known_at=NOW)
    told = comparison_as_dict(found)["readings"]["criteria"]
    bounds = told["growth_range"]
    assert (told["growth"] if told["growth"] is None else round(told["growth"], 4)) == case.get("growth")
    assert (bounds and [bound if bound is None else round(bound, 4) for bound in bounds]) == case.get("growth_range")
    assert (told["reserve"], told["fragile"]) == (case.get("reserve"), case.get("fragile", False))
    assert told["banded"] == case.get("banded", [])
    assert told["before_range"] == case.get("before_range", [found.before, found.before])
    assert told["after_range"] == case.get("after_range", [found.after, found.after])
    missing = case.get("missing", {"units": [], "jobs": 0})
    assert {name: told["missing"][name] for name in missing} == missing
    assert told["inexact"] == sorted({*told["banded"], *missing["units"]})
    for rates in ("symmetric", "yearly"):
        assert (told[rates] is None) == (told["growth"] is None)
    assert (told["flows"]["creation_rate"] is None) == (told["reserve"] is not None)
    assert_exact(found)


def assert_exact(found: Comparison) -> None:
    assert tuple(found.parts) == PARTS
    assert found.before + sum(found.jobs_parts().values()) == found.after
    assert found.enterprises_before + sum(found.enterprise_parts().values()) == found.enterprises_after
    assert found.parts[RESTRUCTURED].jobs == 0
    assert len({unit.id for unit in found.units}) == len(found.units)
    assert all(unit.kind in CLASSES for unit in found.units)
    named = [item for name in CLASSES for item in found.parts[name].units]
    assert sorted(named) == [unit.id for unit in found.units]
    organisations = [item for unit in found.units for item in unit.organisations]
    assert len(set(organisations)) == len(organisations)
    criteria = found.readings["criteria"]
    assert (criteria.before, criteria.after) == (found.before, found.after)
    for reading in found.readings.values():
        assert reading.flows.net == reading.after - reading.before
        assert reading.flows.excess_reallocation >= 0
        assert reading.economic.net + reading.recounted == reading.after - reading.before
    for name in ("cohort", "survivors"):
        reading = found.readings[name]
        assert tuple(reading.fates) == FATES
        assert reading.before + sum(fate.jobs for fate in reading.fates.values()) == reading.after
        followed = [unit for fate in reading.fates.values() for unit in fate.units]
        assert len(set(followed)) == len(followed) == reading.units
    assert found.readings["survivors"].fates["closed"].units == ()


def test_the_article() -> None:
    found = compare(make_side(T0, {1: {"jobs": 625}}), make_side(T1, {1: {"jobs": 787}}), [], known_at=NOW)
    reading = found.readings["criteria"]
    assert reading.growth is not None
    assert reading.symmetric is not None
    assert reading.yearly is not None
    assert round(float(reading.growth), 4) == 0.2592
    assert round(float(reading.symmetric), 4) == 0.2295
    assert round(reading.yearly, 3) == 0.070
    assert found.days == 1249


def test_a_share_is_rounded_once() -> None:
    """162 out of 706 is 22.946 %: read with one decimal 22.9, where 0.2295 would be read 23.0 (half away from zero)."""
    kept = rounded(symmetric_growth(625, 787))
    assert Decimal(str(kept)).scaleb(2).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP) == Decimal("22.9")


@given(st.integers(1, 100_000), st.integers(0, 100_000))
def test_a_kept_share_reads_as_the_exact_one(before: int, after: int) -> None:
    """With one decimal of a percent, unless the exact share lies within 10⁻⁸ of a half."""
    exact, kept = growth_share(before, after), rounded(growth_share(before, after))
    assert exact is not None
    assert kept is not None
    tenths = exact * 1000
    if abs((tenths % 1) - Fraction(1, 2)) > Fraction(1, 50_000):
        assert math.floor(tenths + Fraction(1, 2)) == math.floor(Decimal(str(kept)) * 1000 + Decimal("0.5"))


def test_three_readings_of_the_same_base() -> None:
    before = {1: {"jobs": 10}, 2: {"jobs": 9}, 3: {"jobs": 7}, 4: {"jobs": 6}, 5: {"jobs": 12}}
    after = {
        1: {"jobs": 14},
        2: {"active": False},
        3: {"jobs": 9, "inside": False},
        4: {},
        5: {"jobs": 13, "criteria": False},
        6: {"jobs": 5},
    }
    events = [event(2, "closed", "2016-12-31"), event(6, "created", "2016-01-01")]
    found = compare(make_side(T0, before), make_side(T1, after), events, known_at=NOW)
    criteria, cohort, survivors = (found.readings[name] for name in ("criteria", "cohort", "survivors"))
    assert (criteria.before, criteria.after) == (44, 19)
    assert (cohort.before, cohort.after, cohort.unknown, cohort.unknown_before) == (38, 36, (4,), 6)
    assert (survivors.before, survivors.after, survivors.unknown) == (29, 36, (4,))
    told = {name: (fate.jobs, fate.units) for name, fate in cohort.fates.items() if fate.units}
    assert told == {"kept_growth": (4, (1,)), "left": (2 + 1, (3, 5)), "closed": (-9, (2,))}
    assert {name: fate.jobs for name, fate in survivors.fates.items() if fate.units} == {"kept_growth": 4, "left": 3}
    assert criteria.economic.creation == 4 + 5
    assert criteria.economic.destruction == 9
    assert criteria.recounted == -7 - 6 - 12, "moved, silent and reclassified enterprises destroy no work"


def test_nothing_before_has_no_rate() -> None:
    found = compare(make_side(T0, {}), make_side(T1, {}), [], known_at=NOW)
    for reading in found.readings.values():
        assert (reading.growth, reading.symmetric, reading.yearly) == (None, None, None)
        assert reading.flows.as_dict()["net_rate"] is None


def test_unlike_bases_are_refused() -> None:
    one, other = make_base(), make_base("table", jobs="jobs_headcount_all")
    with pytest.raises(ComparisonRefused) as caught:
        compare(make_side(T0, {}, one), make_side(T1, {}, other), [], known_at=NOW)
    assert caught.value.refusal.type == "bases-differ"


def test_dates_must_follow_one_another() -> None:
    with pytest.raises(ValueError, match="dates-not-in-order"):
        compare(make_side(T1, {}), make_side(T0, {}), [], known_at=NOW)


def test_an_event_learned_later_is_not_used() -> None:
    later = datetime(2018, 1, 1, tzinfo=UTC)
    merger = event(2, "merged", "2016-01-01", 1, known=later)
    sides = make_side(T0, {1: {"jobs": 5}, 2: {"jobs": 3}}), make_side(T1, {1: {"jobs": 8}})
    assert len(compare(*sides, [merger], known_at=NOW).units) == 2
    assert len(compare(*sides, [merger], known_at=later).units) == 1


TRUTH = st.sampled_from([True, True, True, False, None])
JOBS = st.one_of(st.integers(0, 40), st.none(), st.sampled_from([(1, 5), (6, None)]))
ROW = st.fixed_dictionaries({"active": TRUTH, "inside": TRUTH, "criteria": TRUTH, "seen": st.booleans(), "jobs": JOBS})
SIDE = st.dictionaries(st.integers(1, 9), ROW, max_size=9)
DAYS = st.dates(date(2010, 1, 1), date(2019, 1, 1))
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.integers(1, 9), st.sampled_from(["created", "closed", "reopened", "moved"]), DAYS, st.none()),
        st.tuples(st.integers(1, 9), st.sampled_from(["merged", "split", "replaced"]), DAYS, st.integers(1, 12)),
    ),
    max_size=8,
).map(lambda rows: [Event(row[0], row[1], row[2], row[3], START, None) for row in rows])


@given(SIDE, SIDE, EVENTS, st.none() | SIDE)
@settings(max_examples=300, deadline=None)
def test_parts_sum_exactly(before: Any, after: Any, events: list[Event], published: Any) -> None:
    first = None if published is None else make_side(T0, published)
    found = compare(make_side(T0, before), make_side(T1, after), events, known_at=NOW, published=first)
    assert_exact(found)
    cohort, survivors = found.readings["cohort"], found.readings["survivors"]
    assert survivors.units <= cohort.units
    assert survivors.before <= cohort.before
    assert survivors.after == cohort.after
    assert set(survivors.unknown) <= set(cohort.unknown)
    first_total = sum(unit.before for unit in found.units if unit.members_before)
    assert cohort.before + cohort.unknown_before == first_total == found.before


@given(SIDE, SIDE, EVENTS)
@settings(max_examples=300, deadline=None)
def test_a_rate_is_that_of_known_totals_and_an_interval_holds_every_way_to_fill_bands(
    before: Any, after: Any, events: list[Event]
) -> None:
    sides = make_side(T0, before), make_side(T1, after)
    reading = compare(*sides, events, known_at=NOW).readings["criteria"]
    has_band = [bool((side.member.yes & is_band(side.jobs)).any()) for side in sides]
    assert (reading.growth is None) >= any(has_band)
    assert bool(reading.banded) == any(has_band)
    for low, high in ((0, 1), (1, 0), (0, 0), (1, 1)):
        one, two = make_side(T0, fill(before, low)), make_side(T1, fill(after, high))
        totals = [int(side.jobs.low[side.member.yes & side.jobs.has_low].sum()) for side in (one, two)]
        assert contains(reading.before_range, totals[0])
        assert contains(reading.after_range, totals[1])
        if reading.growth_range is not None and totals[0]:
            assert contains(reading.growth_range, Fraction(totals[1], totals[0]) - 1)
    if reading.reserve is None and reading.before:
        assert reading.growth == Fraction(reading.after, reading.before) - 1
        assert not reading.is_fragile or 2 * reading.missing.jobs < abs(reading.after - reading.before)


def is_band(jobs: Any) -> Any:
    return (jobs.has_low | jobs.has_high) & ~(jobs.has_low & jobs.has_high & (jobs.low == jobs.high))


def fill(side: Any, end: int) -> Any:
    """The same side, each band replaced by one of its ends (far away for an open one)."""
    return {
        item: row | {"jobs": (row["jobs"][end] if row["jobs"][end] is not None else 999)}
        if isinstance(row["jobs"], tuple)
        else row
        for item, row in side.items()
    }


def contains(bounds: Any, value: Any) -> bool:
    return (bounds[0] is None or bounds[0] <= value) and (bounds[1] is None or value <= bounds[1])


@given(SIDE, SIDE, EVENTS, st.none() | SIDE)
@settings(max_examples=300, deadline=None)
def test_no_reading_adds_jobs_that_were_elsewhere_at_the_first_date(
    before: Any, after: Any, events: list[Event], published: Any
) -> None:
    """A unit that is followed held nothing outside the base at the first date, and none that did grows in the flows."""
    first, now = make_side(T0, before if published is None else published), make_side(T0, before)
    found = compare(now, make_side(T1, after), events, known_at=NOW, published=None if published is None else first)
    counted = set(first.members.tolist())
    gone = {
        item
        for item, life in lives_on(
            events, on=T0, known_at=NOW, observed=set(now.organisations[now.seen].tolist())
        ).items()
        if life.status in {"closed", "not_yet"} and item not in now.members
    }
    mixed = {unit.id for unit in found.units if set(unit.organisations) - counted - gone}
    for name in ("cohort", "survivors"):
        reading = found.readings[name]
        followed = [unit for unit in found.units if unit.members_before and unit.id not in reading.unknown]
        assert reading.units <= len(followed)
        assert name != "cohort" or not mixed & {unit.id for unit in followed}
    assert not mixed & set(found.parts["continuing_growth"].units)


@given(SIDE, SIDE, EVENTS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_order_of_rows_and_events_is_irrelevant(before: Any, after: Any, events: list[Event], random: Any) -> None:
    expected = compare(make_side(T0, before), make_side(T1, after), events, known_at=NOW)
    items, mixed = list(before.items()), list(events)
    random.shuffle(items)
    random.shuffle(mixed)
    assert compare(make_side(T0, dict(items)), make_side(T1, after), mixed, known_at=NOW) == expected


@given(SIDE, SIDE)
@settings(max_examples=150, deadline=None)
def test_swapping_what_is_said_at_the_dates_negates_growth(one: Any, two: Any) -> None:
    forth = compare(make_side(T0, one), make_side(T1, two), [], known_at=NOW)
    back = compare(make_side(T0, two), make_side(T1, one), [], known_at=NOW)
    assert forth.after - forth.before == -(back.after - back.before)
    assert forth.parts["continuing_growth"].jobs == -back.parts["continuing_decline"].jobs
    assert forth.parts["continuing_growth"].units == back.parts["continuing_decline"].units
    assert forth.readings["criteria"].flows.creation == back.readings["criteria"].flows.destruction


def test_ten_thousand_units() -> None:
    rng = np.random.default_rng(7)
    rows = {item: {"jobs": int(rng.integers(0, 200))} for item in range(10_000)}
    events = [event(item, "created", "2003-01-01") for item in range(10_000)]
    events += [event(item, "merged", "2016-01-01", item + 1) for item in range(0, 10_000, 50)]
    found = compare(make_side(T0, rows), make_side(T1, rows), events, known_at=NOW)
    assert len(found.units) == 9_800
    assert_exact(found)


def test_a_territory_is_part_of_what_must_agree() -> None:
    other = make_side(T1, {})
    moved = Membership(**{**{name: getattr(other, name) for name in other.__slots__}, "territory": Territory("600")})
    with pytest.raises(ComparisonRefused) as caught:
        compare(make_side(T0, {}), moved, [], known_at=NOW)
    assert caught.value.refusal.type == "territories-differ"
