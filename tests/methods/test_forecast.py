"""Openings at a horizon: a proper distribution, from what was known then, that holds what comes as often as it says."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from essor.methods.forecast import (
    SHARES,
    ForecastError,
    Journey,
    Move,
    Prior,
    StagePrior,
    back_test,
    count_opened,
    follow_pace,
    forecast,
    learn,
    learn_weights,
    score_distribution,
    weigh_pipeline,
)
from essor.methods.forecast.arrivals import Arrivals, learn_arrivals
from essor.methods.forecast.counting import count_in_worlds
from essor.methods.forecast.journeys import Steps
from essor.methods.forecast.learning import Counts, count_passages, draw_beliefs
from essor.methods.forecast.predicting import find_quantile

STAGES = ("idea", "plan", "committee")
START, AS_OF, HORIZON = date(2018, 1, 1), date(2020, 1, 1), date(2023, 1, 1)
SAID: dict[str, Any] = {"stages": STAGES, "starts_on": START}


def generate(seed: int, *, years: float = 6, season: float = 0) -> list[Journey]:
    """A programme with its own rates: arrivals a year, chances to pass each stage, mean times."""
    rng = np.random.default_rng(seed)
    rate, chances, times = rng.gamma(4, 2), rng.beta([6, 5, 7], [4, 4, 3]), rng.gamma(6, 0.12, 3)
    journeys = []
    for arrival in np.sort(rng.uniform(0, years, rng.poisson(rate * years * (1 + season)))):
        if season and rng.random() < season and arrival % 1 > 0.25:
            continue
        at, moves = arrival, [Move("idea", day_at(arrival))]
        for stage, chance, time in zip((*STAGES[1:], "opened"), chances, times, strict=True):
            at += rng.exponential(time)
            goes_on = rng.random() < chance
            moves.append(Move(stage if goes_on else "lost", day_at(at)))
            if not goes_on:
                break
        journeys.append(Journey(tuple(moves)))
    return journeys


def day_at(years: float) -> date:
    return START + timedelta(days=years * 365.25)


def foretell(journeys: list[Journey], **said: Any) -> Any:
    return forecast(journeys, **({"as_of": AS_OF, "horizon_on": HORIZON, **SAID} | said))


@st.composite
def programmes(draw: Any) -> list[Journey]:
    journeys = []
    for _ in range(draw(st.integers(0, 8))):
        day = START + timedelta(days=draw(st.integers(0, 1500)))
        moves = [Move("idea", day)]
        for stage in draw(st.permutations(STAGES[1:])):
            day += timedelta(days=draw(st.integers(0, 400)))
            moves.append(Move(stage, day))
        if end := draw(st.sampled_from(["", "opened", "lost"])):
            moves.append(Move(end, day + timedelta(days=draw(st.integers(0, 400)))))
        journeys.append(Journey(tuple(moves)))
    return journeys


@given(programmes(), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_a_distribution_that_does_not_depend_on_the_order_of_files(journeys: list[Journey], random: Any) -> None:
    found = foretell(journeys, draws=40)
    assert found.distribution.min() >= 0
    assert found.distribution.sum() == pytest.approx(1)
    assert [found.probability_of(target) for target in range(found.opened + 1)] == [1.0] * (found.opened + 1)
    chances = [found.probability_of(target) for target in range(40)]
    assert chances == sorted(chances, reverse=True)
    low, high = found.interval()
    assert found.opened <= low <= high
    random.shuffle(journeys)
    assert np.allclose(foretell(journeys, draws=40).distribution, found.distribution)


@given(programmes(), st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_what_has_opened_stays_so_day_after_day_to_the_horizon(journeys: list[Journey], moments: int) -> None:
    found = learn(journeys, as_of=AS_OF, horizon_on=HORIZON, **SAID, draws=40).foretell(journeys, moments=moments)
    first, *others = found.course
    assert (first.on, set(first.quantiles)) == (AS_OF, {found.opened})
    assert 1 <= len(others) <= min(moments, 36)
    assert others[-1].on == HORIZON
    assert others[-1].quantiles == tuple(found.opened + find_quantile(found.distribution, share) for share in SHARES)
    assert (others[-1].quantiles[0], others[-1].quantiles[-1]) == found.interval()
    for before, after in pairwise(found.course):
        assert before.on < after.on
        assert all(one <= other for one, other in zip(before.quantiles, after.quantiles, strict=True))
    assert all(list(one.quantiles) == sorted(one.quantiles) for one in found.course)
    assert np.array_equal(foretell(journeys, draws=40).distribution, found.distribution)


def test_a_day_of_the_course_is_the_forecast_of_that_horizon() -> None:
    """Made with that horizon instead: the same steps, the same beliefs, another end."""
    journeys, horizon = generate(3), date(2021, 1, 1)
    steps = Steps(AS_OF, HORIZON, START)
    course = learn(journeys, as_of=AS_OF, horizon_on=HORIZON, **SAID).foretell(journeys, moments=3).course
    assert [one.on for one in course] == [steps.end_of(step) for step in (0, 12, 24, 36)]
    sooner = foretell(journeys, horizon_on=horizon)
    for share, told in zip(SHARES, course[1].quantiles, strict=True):
        assert abs(told - sooner.opened - find_quantile(sooner.distribution, share)) <= 1


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 12), st.integers(1, 60)), max_size=6, unique_by=lambda one: one[:2]
    ),
    st.floats(0.3, 400), st.just(0.0) | st.floats(1e-6, 30), st.integers(0, 2**31),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_counting_by_waves_is_multiplying_one_file_at_a_time(
    said: list[tuple[int, int, int]], shape: float, mean: float, seed: int
) -> None:
    """The slow and obvious version: file after file, then the negative binomial of those to come."""
    rng = np.random.default_rng(seed)
    chances, means = rng.beta(0.7, 0.7, size=(3, 3, 13)), np.array([mean, mean / 2, 0.0])
    arrivals = Arrivals(shape, 20.0, (1.0,) * 4, 0)
    found = count_in_worlds({(stage, age): n for stage, age, n in said}, chances, arrivals, means)
    for world in range(3):
        wanted = np.ones(1)
        for stage, age, count in said:
            for _ in range(count):
                chance = chances[world, stage, age]
                wanted = np.convolve(wanted, [1 - chance, chance])
        rate = 20.0 / means[world] if means[world] else np.inf
        come = nbinom.pmf(np.arange(found.shape[1]), shape, rate / (1 + rate) if np.isfinite(rate) else 1.0)
        wanted = np.convolve(wanted, come)[: found.shape[1]]
        wanted = np.pad(wanted, (0, found.shape[1] - len(wanted)))
        assert np.allclose(found[world], wanted, atol=1e-10)


@given(programmes())
@settings(max_examples=15, deadline=None)
def test_what_was_not_known_on_the_day_changes_nothing(journeys: list[Journey]) -> None:
    known = [found for one in journeys if (found := one.as_known(AS_OF))]
    assert np.array_equal(foretell(journeys, draws=20).distribution, foretell(known, draws=20).distribution)


def test_a_move_told_late_is_not_known_before() -> None:
    told_late = Journey((Move("idea", START), Move("opened", date(2019, 1, 1), known_on=date(2021, 1, 1))))
    assert (foretell([told_late]).opened, foretell([told_late], as_of=date(2021, 2, 1)).opened) == (0, 1)


def test_the_distribution_is_that_of_worlds_simulated_one_file_at_a_time() -> None:
    """The slow and obvious version: each world's passages are thrown, step after step."""
    journeys, rng, draws = generate(5), np.random.default_rng(9), 400
    steps = Steps(AS_OF, HORIZON, START)
    known = [found for one in journeys if (found := one.as_known(AS_OF))]
    counts = count_passages(known, stages=STAGES, steps=steps)
    beliefs = draw_beliefs(counts, prior=Prior(), stages=STAGES, steps=steps, draws=draws, seed=2017)
    arrivals = learn_arrivals(known, prior=Prior(), steps=steps)
    factors = arrivals.factors_ahead(steps)
    thrown = []
    for turn in range(3000):
        world = turn % draws
        files = [(STAGES.index(path[-1]), _age(path), 0) for one in known if (path := steps.read(one))[-1] in STAGES]
        rate, opened = rng.gamma(arrivals.shape, 1 / arrivals.exposure), 0
        for step in range(1, steps.ahead + 1):
            for _ in range(rng.poisson(rate * factors[step - 1])):
                place = rng.choice(len(STAGES) + 2, p=beliefs.entry[world])
                opened += place == len(STAGES)
                files += [(place, 0, step)] if place < len(STAGES) else []
        opened += sum(_throw(rng, beliefs, world, *file, ahead=steps.ahead) for file in files)
        thrown.append(opened)
    found = foretell(journeys)
    assert found.mean - found.opened == pytest.approx(np.mean(thrown), abs=0.3)
    for more in (2, 5, 10):
        share = float(np.mean(np.array(thrown) >= more))
        assert found.probability_of(found.opened + more) == pytest.approx(share, abs=0.04)


def _age(path: tuple[str, ...]) -> int:
    return next((back for back, stage in enumerate(reversed(path)) if stage != path[-1]), len(path)) - 1


def _throw(rng: Any, beliefs: Any, world: int, place: int, age: int, step: int, *, ahead: int) -> bool:
    while step < ahead:
        step += 1
        bucket = sum(age >= limit for limit in (1, 3, 6, 12))
        if rng.random() >= beliefs.leaving[world, place, bucket]:
            age += 1
            continue
        place, age = rng.choice(len(STAGES) + 2, p=beliefs.destinations[world, place]), 0
        if place >= len(STAGES):
            return bool(place == len(STAGES))
    return False


def test_intervals_hold_as_often_as_they_say_and_beat_the_pace() -> None:
    """Ten past days in each of twelve histories: 80 % intervals hold 70 to 90 % of what came."""
    days = [(START + timedelta(days=120 * n), START + timedelta(days=120 * n + 900)) for n in range(1, 11)]
    held, scores, gaps = [], [], []
    for seed in range(12):
        found = back_test(generate(seed), dates=days, today=date(2024, 1, 1), **SAID)
        assert len(found.trials) == 10
        held += [trial.is_inside for trial in found.trials]
        scores += [trial.crps for trial in found.trials]
        gaps += [abs(float(_follow(trial.forecast) - trial.opened)) for trial in found.trials]
    assert 0.7 <= np.mean(held) <= 0.9
    assert np.mean(scores) < 0.8 * np.mean(gaps)


def _follow(made: Any) -> Fraction:
    return follow_pace(made.opened, starts_on=START, as_of=made.as_of, horizon_on=made.horizon_on)


def test_a_horizon_still_to_come_is_not_a_trial() -> None:
    found = back_test(generate(1), dates=[(AS_OF, HORIZON)], today=date(2022, 12, 31), **SAID)
    assert (found.trials, found.coverage, found.mean_crps, found.brier(15)) == ((), None, None, None)


def test_without_history_the_stated_prior_answers_and_says_that_it_is_thin() -> None:
    hopeful = Prior(stages={stage: StagePrior(1, 0.95) for stage in STAGES}, arrivals_a_month=2, arrival_months=12)
    none, many = foretell([], as_of=START), foretell([], as_of=START, prior=hopeful)
    assert none.is_thin
    assert many.mean > 3 * none.mean
    assert not foretell(generate(3, years=2)).is_thin
    low, high = none.interval()
    assert high - low > none.mean


def test_more_history_narrows_the_interval() -> None:
    early, late = (
        foretell(generate(4), as_of=day, horizon_on=day + timedelta(days=700)) for day in (date(2018, 7, 1), AS_OF)
    )
    width = [(high - low) / made.mean for made in (early, late) for low, high in [made.interval()]]
    assert width[1] < width[0]


def test_more_files_a_month_make_the_target_even() -> None:
    found = foretell(generate(2))
    target = int(found.mean) + 12
    extra = found.extra_for(target)
    assert extra is not None
    assert extra > 0
    assert found.probability_of(target) < 0.5
    assert found._reach(target, extra) >= 0.5 > found._reach(target, extra - 0.1)
    assert found._reach(target, 0) == pytest.approx(found.probability_of(target))
    assert found.extra_for(0) == 0
    assert found.extra_for(10_000) is None


def test_a_partner_with_few_files_learns_from_all() -> None:
    everyone = generate(6)
    alone, taught = foretell(everyone[:3]), foretell(everyone[:3], learn_from=everyone)
    assert alone.is_thin
    assert not taught.is_thin
    assert taught.opened == alone.opened


def test_seasons_are_kept_where_they_pay() -> None:
    steps = Steps(date(2024, 1, 1), date(2025, 1, 1), START)
    spring = [Journey((Move("idea", date(year, 5, 1 + n)),)) for year in range(2018, 2024) for n in range(12)]
    even = [Journey((Move("idea", date(year, month, 10)),)) for year in range(2018, 2024) for month in range(1, 13)]
    found = learn_arrivals(spring, prior=Prior(), steps=steps)
    assert found.has_season
    assert max(found.factors) == found.factors[1]
    assert not learn_arrivals(even, prior=Prior(), steps=steps).has_season


def test_steps_skipped_between_two_readings_are_one_passage() -> None:
    steps = Steps(AS_OF, HORIZON, START)
    quick = Journey(
        (Move("idea", date(2019, 6, 10)), Move("plan", date(2019, 6, 11)), Move("opened", date(2019, 6, 12)))
    )
    found: Counts = count_passages([quick], stages=STAGES, steps=steps)
    assert (found.enters.tolist(), found.leaves.sum(), found.closed) == ([0, 0, 0, 1, 0], 0, 1)


@pytest.mark.parametrize(
    ("moves", "code"),
    [
        ([Move("dream", START)], "stage-unknown"),
        ([Move("idea", AS_OF), Move("plan", START)], "moves-disordered"),
        ([Move("lost", START), Move("plan", AS_OF)], "moves-after-end"),
    ],
)
def test_what_cannot_have_happened_is_refused(moves: list[Move], code: str) -> None:
    with pytest.raises(ForecastError, match=code):
        foretell([Journey(tuple(moves))])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"horizon_on": AS_OF}, "horizon-passed"),
        ({"starts_on": date(2021, 1, 1)}, "not-started"),
        ({"stages": ("idea", "idea")}, "stages-refused"),
        ({"stages": ("idea", "opened")}, "stages-refused"),
    ],
)
def test_what_cannot_be_asked_is_refused(said: dict[str, Any], code: str) -> None:
    with pytest.raises(ForecastError, match=code):
        foretell([], **said)


def test_the_naive_sums() -> None:
    journeys = [
        Journey((Move("idea", START), Move("opened", date(2018, 6, 1)))),
        Journey((Move("idea", START), Move("plan", date(2018, 3, 1)), Move("lost", date(2018, 6, 1)))),
        Journey((Move("idea", START),)),
    ]
    weights = learn_weights(journeys, as_of=AS_OF)
    assert weights == {"idea": Fraction(1, 2), "plan": Fraction(0)}
    assert weigh_pipeline(journeys, as_of=AS_OF, weights=weights) == Fraction(3, 2)
    assert follow_pace(2, starts_on=START, as_of=START, horizon_on=AS_OF) == 2
    assert count_opened(journeys, on=AS_OF, known_on=AS_OF) == 1


def test_the_score_is_zero_for_a_sure_and_right_forecast_alone() -> None:
    assert score_distribution(np.array([0, 0, 1.0]), 2) == 0
    assert score_distribution(np.array([0.5, 0.5]), 1) == 0.25
