from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from essor.methods.bases import Membership, is_exact, membership, numbers_of
from essor.methods.facts import add_life, population_of
from essor.methods.figures import (
    AGE_CLASSES,
    DIMENSIONS,
    SIZE_CLASSES,
    UNKNOWN,
    classify,
    count_enterprises,
    sum_jobs,
    tabulate,
)
from essor.methods.population import Population
from tests.methods.towns import NOW, PLACES, T0, TOWN, VARIABLES, event, facts, make_base, numbers

BASE = make_base()


def count(rows: dict[int, dict[str, Any]], *events: Any) -> tuple[Membership, Population]:
    observations = [item for key, answers in rows.items() for item in facts(key, date(2014, 1, 1), **answers)]
    population = population_of(observations, on=T0, known_at=NOW, variables=VARIABLES)
    population = add_life(population, events, on=T0, known_at=NOW)
    return membership(population, BASE, territory=TOWN, places=PLACES, on=T0), population


@pytest.mark.parametrize(
    ("values", "exact_sum", "interval", "counts", "value"),
    [
        ([3, 4, 0], 7, (7, 7), (3, 0, 0), 7),
        ([3, None], 3, (3, 3), (1, 0, 1), 3),
        ([3, (1, 5)], 3, (4, 8), (1, 1, 0), None),
        ([3, (100, None)], 3, (103, None), (1, 1, 0), None),
        ([None, None], 0, (0, 0), (0, 0, 2), None),
        ([], 0, (0, 0), (0, 0, 0), 0),
    ],
)
def test_jobs(
    values: list[Any], exact_sum: int, interval: tuple[Any, Any], counts: tuple[int, ...], value: Any
) -> None:
    total = sum_jobs(numbers(values), np.ones(len(values), dtype=np.bool_))
    assert (total.exact_sum, (total.low, total.high), total.value) == (exact_sum, interval, value)
    assert (total.exact, total.banded, total.without_figure) == counts


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((0, "0"), (1, "1-4"), (4, "1-4"), (5, "5-9"), (24, "10-24"), (25, "25-49"), (99, "50-99"), (100, "100+")),
        *(((1, 4), "1-4"), ((1, 5), UNKNOWN), ((100, None), "100+"), ((99, None), UNKNOWN), (None, UNKNOWN)),
    ],
)
def test_size_classes(value: Any, expected: str) -> None:
    assert classify(numbers([value]), SIZE_CLASSES).tolist() == [expected]


@pytest.mark.parametrize(
    ("age", "expected"), [(0, "0-4"), (4, "0-4"), (5, "5-9"), (10, "10-29"), (29, "10-29"), (30, "30+")]
)
def test_age_classes(age: int, expected: str) -> None:
    assert classify(numbers([age]), AGE_CLASSES).tolist() == [expected]


def test_undecided_enterprises_say_what_is_missing() -> None:
    side, population = count(
        {
            1: {"municipality": "64008", "legal_form": "coop"},
            2: {"municipality": "64008", "jobs_headcount": 4},
            3: {"legal_form": "npo"},
            4: {"municipality": "60013"},
        }
    )
    found = count_enterprises(side, population, places=PLACES)
    assert found.count == 1
    assert found.undecided == {2: ("legal_form",), 3: ("municipality",)}


def test_unknown_has_its_own_line() -> None:
    side, population = count(
        {
            1: {"municipality": "64008", "legal_form": "coop", "sector": "food", "jobs_headcount": 3},
            2: {"municipality": "64008|64015", "legal_form": "coop", "jobs_headcount": (1, 9)},
            3: {"municipality": "64015", "legal_form": "npo", "sector": "food", "jobs_headcount": 150},
        },
        event(1, "created", "2010-01-01"),
    )
    table = {row.code: row for row in tabulate(side, population, dimension="municipality", jobs=side.jobs)}
    assert list(table) == ["64008", "64015", UNKNOWN]
    assert (table[UNKNOWN].enterprises, table[UNKNOWN].jobs.value, table[UNKNOWN].jobs.high) == (1, None, 9)
    sizes = {row.code: row.enterprises for row in tabulate(side, population, dimension="size", jobs=side.jobs)}
    assert sizes == {"0": 0, "1-4": 1, "5-9": 0, "10-24": 0, "25-49": 0, "50-99": 0, "100+": 1, UNKNOWN: 1}
    ages = {row.code: row.enterprises for row in tabulate(side, population, dimension="age", jobs=side.jobs)}
    assert ages == {"0-4": 1, "5-9": 0, "10-29": 0, "30+": 0, UNKNOWN: 2}
    with pytest.raises(ValueError, match="unknown-dimension"):
        tabulate(side, population, dimension="colour", jobs=side.jobs)


ANSWERS = st.fixed_dictionaries(
    {
        "municipality": st.sampled_from(["64008", "64015", "64008|64015", "60013", None]),
        "legal_form": st.sampled_from(["coop", "npo", "coop|npo", "for_profit", None]),
        "sector": st.sampled_from(["food", "culture", None]),
        "jobs_headcount": st.one_of(st.integers(0, 150), st.sampled_from([(1, 5), (50, None), None])),
        "jobs_fte": st.one_of(st.integers(0, 15000), st.none()),
    }
)


@given(st.dictionaries(st.integers(1, 30), ANSWERS, max_size=15))
@settings(max_examples=100, deadline=None)
def test_lines_sum_exactly_to_the_total(rows: dict[int, dict[str, Any]]) -> None:
    side, population = count(rows)
    for jobs in (side.jobs, numbers_of(population, "jobs_fte")):
        total = sum_jobs(jobs, side.member.yes)
        for dimension in DIMENSIONS:
            lines = tabulate(side, population, dimension=dimension, jobs=jobs)
            assert lines[-1].code == UNKNOWN
            assert sum(line.enterprises for line in lines) == len(side.members)
            for name in ("exact_sum", "low", "exact", "banded", "without_figure"):
                assert sum(getattr(line.jobs, name) for line in lines) == getattr(total, name)
            highs = [line.jobs.high for line in lines]
            assert (None if None in highs else sum(high or 0 for high in highs)) == total.high


def test_the_exact_sum_is_what_comparisons_use() -> None:
    side, _ = count({1: {"municipality": "64008", "legal_form": "coop", "jobs_headcount": 3}})
    assert (
        int(side.jobs.low[side.member.yes & is_exact(side.jobs)].sum())
        == sum_jobs(side.jobs, side.member.yes).exact_sum
    )
