from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.methods.financing import Aid, Option, Plan, Project, plan
from essor.methods.financing.amounts import Amounts, Request, settle_amounts, share_out
from essor.methods.financing.bounds import Programme, Relaxation
from essor.methods.financing.candidates import find_problem
from essor.methods.financing.counting import count_sets
from essor.methods.financing.project import sort_aids
from tests.methods.every_set import EverySet

SPEC = yaml.safe_load((Path(__file__).parent / "spec" / "financing.yaml").read_text(encoding="utf-8"))
ON, START = date(2027, 1, 4), date(2027, 6, 1)
SHARES = [Fraction(0), Fraction(1, 10), Fraction(1, 5), Fraction(1, 3), Fraction(1, 2), Fraction(4, 5), Fraction(1)]


def cents(dollars: float | None) -> int | None:
    return None if dollars is None else round(dollars * 100)


def share(text: object) -> Fraction | None:
    return None if text is None else Fraction(str(text))


def read_option(raw: Mapping[str, Any]) -> Option:
    return Option(
        floor=cents(raw.get("floor", 0)) or 0,
        cap=cents(raw.get("cap")),
        share_of_cost=share(raw.get("share")),
        own_share=share(raw.get("own", 0)) or Fraction(0),
        cumulation_cap=share(raw.get("cumulation")),
        needs_other_funder=raw.get("needs_other", False),
    )


def read_aid(name: str, raw: Mapping[str, Any]) -> Aid:
    return Aid(
        id=name,
        instrument=raw["instrument"],
        options=tuple(read_option(each) for each in raw.get("options", [raw])),
        cost_kinds=frozenset(raw["kinds"]) if "kinds" in raw else None,
        is_public=raw.get("public", False),
        repayable=raw.get("repayable", False),
        excludes=frozenset(raw.get("excludes", [])),
        funder=raw.get("funder", ""),
        opens_on=raw.get("opens"),
        closes_before=raw.get("closes"),
    )


def read_case(case: Mapping[str, Any]) -> tuple[Project, list[Aid]]:
    project = Project(
        costs={kind: cents(cost) or 0 for kind, cost in case["costs"].items()},
        starts_on=START,
        own_cash=cents(case.get("own_cash", 0)) or 0,
        own_available=cents(case.get("own_available")),
    )
    return project, [read_aid(name, raw) for name, raw in case["aids"].items()]


@pytest.mark.parametrize("case", SPEC["cases"], ids=lambda case: case["name"])
def test_each_case(case: dict[str, Any]) -> None:
    project, aids = read_case(case)
    found = plan(project, aids, on=ON)
    sums = {"covered": found.covered, "own": found.own_required, "gap": found.gap, "repayable": found.repayable}
    assert sums == {name: cents(amount) for name, amount in case["plan"].items()}
    told = {
        "chosen": {each.aid: each.amount / 100 for each in found.chosen},
        "options": {each.aid: each.option for each in found.chosen},
        "binding": [[each.code, each.aid] for each in found.binding],
        "order": [[each.aid, each.reason] for each in found.order],
        "left_out": {each.aid: each.reason for each in found.left_out},
        "beside": list(found.beside),
    }
    assert {name: told[name] for name in told if name in case} == {name: case[name] for name in told if name in case}
    assert_sound(project, aids, found)
    assert_best(project, aids, found)


def assert_sound(project: Project, aids: Sequence[Aid], found: Plan) -> None:
    """Every constraint, read again from the project and the aids."""
    by_id, cost = {aid.id: aid for aid in aids}, sum(project.costs.values())
    chosen = [(by_id[each.aid], by_id[each.aid].options[each.option], each) for each in found.chosen]
    for aid, option, each in chosen:
        payable = [kind for kind in project.costs if aid.cost_kinds is None or kind in aid.cost_kinds]
        assert sum(each.by_cost_kind.values()) == each.amount > 0
        assert set(each.by_cost_kind) <= set(payable)
        assert option.floor <= each.amount <= (cost if option.cap is None else option.cap)
        eligible = sum(project.costs[kind] for kind in payable)
        assert each.amount <= (1 if option.share_of_cost is None else option.share_of_cost) * eligible
        assert found.covered <= (1 - option.own_share) * cost
        public = sum(other.amount for rival, _, other in chosen if rival.is_public)
        assert public <= (1 if option.cumulation_cap is None else option.cumulation_cap) * cost
        assert not aid.excludes & {other.aid for other in found.chosen}
        if option.needs_other_funder:
            assert any(aid.is_other_funder(other) for other, _, _ in chosen)
    for kind, amount in project.costs.items():
        assert sum(each.by_cost_kind.get(kind, 0) for each in found.chosen) <= amount
    assert found.covered == sum(each.amount for each in found.chosen)
    assert found.covered + found.own_required + found.gap == cost
    assert found.gap >= 0
    assert found.own_required >= project.own_cash
    assert found.repayable == sum(each.amount for aid, _, each in chosen if aid.repayable)
    assert found.covered <= found.at_most
    assert [step.aid for step in sorted(found.order, key=lambda step: step.aid)] == [each.aid for each in found.chosen]
    told = [each.aid for each in found.chosen] + list(found.beside) + [each.aid for each in found.left_out]
    assert sorted(told) == sorted(by_id)


def assert_best(project: Project, aids: Sequence[Aid], found: Plan) -> None:
    best = EverySet(project, aids, ON).best()
    ids = tuple(each.aid for each in found.chosen)
    assert (found.covered, found.repayable, ids) == (best.covered, best.repayable, best.ids)
    assert tuple(each.option for each in found.chosen) == best.options
    assert found.is_proved
    assert found.at_most == found.covered


@st.composite
def projects(draw: st.DrawFn, most_aids: int = 12) -> tuple[Project, list[Aid]]:
    """Amounts of a few units, more or less a cent: many ties, and many near ties."""
    unit = draw(st.sampled_from([1, 7, 50_000, 1_000_003, 123_456_789]))
    amounts = st.builds(lambda n, near: max(0, n * unit + near), st.integers(0, 12), st.integers(-1, 1))
    kinds = ["equipment", "consulting", "training", "working_capital"][: draw(st.integers(1, 4))]
    costs = {kind: draw(amounts) for kind in kinds}
    ids = draw(st.permutations([f"aid{number:02d}" for number in range(draw(st.integers(1, most_aids)))]))
    is_fixed = draw(st.booleans())
    options = st.builds(
        lambda floor, more, shares, needs: Option(
            floor=floor,
            cap=floor if is_fixed else None if more is None else floor + more,
            share_of_cost=shares[0],
            own_share=shares[1],
            cumulation_cap=shares[2],
            needs_other_funder=needs,
        ),
        amounts,
        st.none() | amounts,
        st.tuples(
            st.none() | st.sampled_from(SHARES), st.sampled_from(SHARES[:4]), st.none() | st.sampled_from(SHARES)
        ),
        st.sampled_from([False, False, False, True]),
    )
    aids = [
        Aid(
            id=each,
            instrument=draw(st.sampled_from(["grant", "loan", "equity"])),
            options=tuple(draw(st.lists(options, min_size=1, max_size=2 if each in ids[:2] else 1))),
            cost_kinds=draw(st.none() | st.frozensets(st.sampled_from(kinds), min_size=1)),
            is_public=draw(st.booleans()),
            repayable=draw(st.booleans()),
            excludes=draw(st.frozensets(st.sampled_from(ids), max_size=1)) - {each},
            funder=draw(st.sampled_from(["", "north", "south"])),
        )
        for each in ids
    ]
    own = draw(st.sampled_from([0, sum(costs.values()) // 9]))
    return Project(costs=costs, starts_on=START, own_cash=own), aids


@given(projects())
@settings(max_examples=120, deadline=None)
def test_no_set_is_better(case: tuple[Project, list[Aid]]) -> None:
    project, aids = case
    found = plan(project, aids, on=ON)
    assert_sound(project, aids, found)
    assert_best(project, aids, found)


@given(projects(most_aids=6), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_what_is_given_changes_nothing(case: tuple[Project, list[Aid]], random: Random) -> None:
    project, aids = case
    costs = list(project.costs.items())
    shuffled = random.sample(aids, len(aids))
    other = replace(project, costs=dict(random.sample(costs, len(costs))))
    assert plan(project, aids, on=ON) == plan(other, shuffled, on=ON)


def make_list(seed: int, size: int, *, is_fixed: bool = False) -> tuple[Project, list[Aid]]:
    """A long list of aids, to the cent; ``is_fixed``: awards of one amount each, the hardest to choose from."""
    random = Random(seed)  # noqa: S311
    kinds = ["consulting", "equipment", "training"]
    costs = {kind: random.randint(1_000_000, 12_000_000) for kind in kinds}
    ids = [f"aid{number:02d}" for number in range(size)]
    aids = []
    for each in ids:
        cap = random.randint(100_000, 3_000_000)
        option = Option(
            floor=cap if is_fixed else random.choice([0, 0, cap // 3, cap]),
            cap=cap,
            share_of_cost=random.choice([None, Fraction(1, 2), Fraction(4, 5)]),
            own_share=random.choice([Fraction(0), Fraction(1, 10), Fraction(1, 5)]),
            cumulation_cap=random.choice([None, Fraction(4, 5), Fraction(3, 5)]),
            needs_other_funder=random.random() < 0.2,
        )
        aids.append(
            Aid(
                id=each,
                instrument="grant",
                options=(option,),
                cost_kinds=random.choice([None, frozenset(random.sample(kinds, 2))]),
                is_public=random.random() < 0.6,
                repayable=random.random() < 0.5,
                excludes=frozenset(random.sample(ids, 1)) - {each},
            )
        )
    return Project(costs=costs, starts_on=START), aids


@pytest.mark.parametrize(("seed", "is_fixed"), [(1, False), (2, False), (3, True), (4, True)])
def test_no_set_of_twenty_aids_is_better(seed: int, is_fixed: bool) -> None:
    project, aids = make_list(seed, 20, is_fixed=is_fixed)
    found = plan(project, aids, on=ON)
    assert_sound(project, aids, found)
    assert_best(project, aids, found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sixty_aids(seed: int) -> None:
    project, aids = make_list(seed, 60)
    found = plan(project, aids, on=ON)
    assert_sound(project, aids, found)
    assert found.is_proved


@given(projects(most_aids=5), st.data())
@settings(max_examples=40, deadline=None)
def test_sets_are_counted_as_flows_value_them(case: tuple[Project, list[Aid]], data: st.DataObject) -> None:
    project, aids = case
    problem, _refusals = find_problem(project, sort_aids(aids), on=ON)
    choices = [(each.total_ceiling, each.public_ceiling) for each in problem.candidates]
    total, public = data.draw(st.sampled_from([*choices, (problem.total_ceiling, problem.cost)]))
    inside, least, most_aids = data.draw(st.tuples(st.integers(0, 1), st.integers(0, total), st.integers(0, 6)))
    assert_counted(Programme(problem, total, public), inside, least, most_aids)


@pytest.mark.parametrize("case", SPEC["cases"], ids=lambda case: case["name"])
def test_sets_of_each_case_are_counted(case: dict[str, Any]) -> None:
    project, aids = read_case(case)
    problem, _refusals = find_problem(project, sort_aids(aids), on=ON)
    for candidate in problem.candidates:
        assert_counted(Programme(problem, candidate.total_ceiling, candidate.public_ceiling), 0, 0, len(aids))


def assert_counted(programme: Programme, inside: int, least: int, most_aids: int) -> None:
    """The sets counted are those, found one by one, that a flow values at ``least`` or more, most covered first."""
    problem, free = programme.problem, sorted(programme.picks)
    held, free = free[:inside], free[inside:]
    expected: dict[tuple[int, ...], int] = {}
    for chosen in ((*held, *each) for size in range(len(free) + 1) for each in combinations(free, size)):
        candidates = [problem.candidates[place] for place in chosen]
        requests = [replace(problem.request(each), cap=programme.cap(each)) for each in candidates]
        amounts = share_out(problem.costs, requests, total=programme.total, public=programme.public)
        if amounts and amounts.covered >= least and len(chosen) <= most_aids and problem.is_compatible(candidates):
            expected[chosen] = amounts.covered
    for threshold in {least, *(covered + 1 for covered in expected.values())}:
        found = list(count_sets(programme, inside=held, free=free, least=threshold, most_aids=most_aids))
        assert set(found) == {chosen for chosen, covered in expected.items() if covered >= threshold}
        assert found == sorted(found, key=lambda chosen: -expected[chosen])


@given(projects(most_aids=5), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_a_wrong_solver_never_makes_a_wrong_plan(case: tuple[Project, list[Aid]], seed: int) -> None:
    project, aids = case
    random = np.random.default_rng(seed)

    def lie(self: Relaxation, low: Sequence[int], high: Sequence[int], *, is_elastic: bool = False) -> Any:
        status = int(random.choice([0, 2, 4]))
        point = random.random(len(low)) if status == 0 else None
        return status, point, list(random.normal(size=len(self._rows)) * random.choice([0, 1, 1e-6]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Relaxation, "_solve", lie)
        found = plan(project, aids, on=ON, effort=100_000)
    assert_best(project, aids, found)


@given(projects(most_aids=8))
@settings(max_examples=30, deadline=None)
def test_a_stopped_search_says_so_and_says_what_is_possible(case: tuple[Project, list[Aid]]) -> None:
    project, aids = case
    found = plan(project, aids, on=ON, effort=1)
    best = EverySet(project, aids, ON).best()
    assert_sound(project, aids, found)
    assert found.covered <= best.covered <= found.at_most
    if found.is_proved:
        assert_best(project, aids, found)


@given(projects(most_aids=5))
@settings(max_examples=60, deadline=None)
def test_amounts_of_every_set(case: tuple[Project, list[Aid]]) -> None:
    """The flow gives each set what the cuts and the dual say."""
    project, aids = case
    every = EverySet(project, aids, ON)
    sets = np.flatnonzero(every.covered >= 0)
    repayable = dict(zip(sets.tolist(), every.repayable(sets).tolist(), strict=True))
    for each, expected in repayable.items():
        items = [item for bit, item in enumerate(every.items) if each >> bit & 1]
        requests = [
            Request(item.floor, item.cap, tuple(kinds_of(item.kinds)), item.aid.is_public, item.aid.repayable)
            for item in items
        ]
        total, public = int(every.total[each]), int(every.public[each])
        amounts = share_out(every.costs, requests, total=total, public=public)
        settled = settle_amounts(every.costs, requests, total=total, public=public)
        for found in (amounts, settled):
            assert found is not None
            assert (found.covered, found.repayable) == (every.covered[each], expected)
            assert tuple(map(sum, found.by_kind)) == found.of_each
        assert_smallest_first(every.costs, requests, total, public, settled)


def assert_smallest_first(
    costs: Sequence[int], requests: Sequence[Request], total: int, public: int, settled: Amounts | None
) -> None:
    """One cent more to the request of the smallest cap makes the whole worse, or does not fit."""
    if settled is None or not requests:
        return
    first = min(range(len(requests)), key=lambda place: (requests[place].cap, place))
    amount = settled.of_each[first]
    if amount == requests[first].cap:
        return
    more = [replace(each, floor=amount + 1) if place == first else each for place, each in enumerate(requests)]
    other = share_out(costs, more, total=total, public=public)
    assert other is None or (other.covered, -other.repayable) < (settled.covered, -settled.repayable)


def kinds_of(bits: int) -> list[int]:
    return [bit for bit in range(bits.bit_length()) if bits >> bit & 1]
