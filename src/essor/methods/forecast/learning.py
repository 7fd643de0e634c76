"""Passages seen so far → what may be believed of the chances and times to come, and how surely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from essor.methods.forecast.journeys import DAYS_A_MONTH, ENDS, Journey, Steps

Floats = NDArray[np.float64]

AGES = (0, 1, 3, 6, 12)
"""A chance to leave a stage depends on the steps already spent there: 0, 1–2, 3–5, 6–11, 12 and more."""
OLDEST = AGES[-1]
BUCKET_WEIGHT = 1.0
"""How many departures the mean of a stage is worth beside what was seen at one age of it."""


@dataclass(frozen=True, slots=True)
class StagePrior:
    """Before anything was seen: months spent in the stage, and the share that goes on rather than stops."""

    months: float = 3.0
    goes_on: float = 0.6


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before anything was seen, stated so that it can be discussed.

    ``weight``: how many files it is worth in each stage. ``arrivals_a_month`` is worth ``arrival_months``.
    """

    stages: Mapping[str, StagePrior] = field(default_factory=dict)
    weight: float = 1.0
    arrivals_a_month: float = 0.5
    arrival_months: float = 1.0


@dataclass(frozen=True, slots=True)
class Counts:
    """``stays``, ``leaves``: stage × age; ``goes_to``: stage × (stages, opened, lost); ``enters``: where files are at
    the end of the step of their arrival. ``closed``: files that reached an end."""

    stays: Floats
    leaves: Floats
    goes_to: Floats
    enters: Floats
    closed: int


def count_passages(journeys: Iterable[Journey], *, stages: Sequence[str], steps: Steps) -> Counts:
    """A file still open on the day counts for the steps that it has lasted: nothing is lost, nothing is guessed."""
    size, place = len(stages), {stage: number for number, stage in enumerate((*stages, *ENDS))}
    stays, leaves = np.zeros((size, len(AGES))), np.zeros((size, len(AGES)))
    goes_to, enters = np.zeros((size, size + 2)), np.zeros(size + 2)
    closed = 0
    for journey in journeys:
        path = [place[stage] for stage in steps.read(journey)]
        enters[path[0]] += 1
        closed += path[-1] >= size
        age = 0
        for here, there in pairwise(path):
            if here >= size:
                break
            bucket = find_bucket(age)
            if here == there:
                stays[here, bucket] += 1
                age += 1
            else:
                leaves[here, bucket] += 1
                goes_to[here, there] += 1
                age = 0
    return Counts(stays, leaves, goes_to, enters, closed)


def find_bucket(age: int) -> int:
    """
    >>> [find_bucket(age) for age in (0, 1, 2, 3, 40)]
    [0, 1, 1, 2, 4]
    """
    return int(np.searchsorted(AGES, age, side="right")) - 1


@dataclass(frozen=True, slots=True)
class Beliefs:
    """``draws`` possible worlds, each as likely. ``leaving``: world × stage × age; ``destinations``: world × stage ×
    (stages, opened, lost); ``entry``: world × (stages, opened, lost)."""

    leaving: Floats
    destinations: Floats
    entry: Floats


def draw_beliefs(
    counts: Counts, *, prior: Prior, stages: Sequence[str], steps: Steps, draws: int, seed: int
) -> Beliefs:
    """Beta chances to leave, Dirichlet destinations: each prior is a few more files, seen before the first.

    Method: conjugate beta-binomial and Dirichlet-multinomial posteriors (A. Gelman et al., *Bayesian Data Analysis*,
    3rd ed., 2013, ch. 2–3) of a discrete-time multi-state model.
    """
    rng, size = np.random.default_rng(seed), len(stages)
    believed = [prior.stages.get(stage, StagePrior()) for stage in stages]
    months = np.array([one.months for one in believed]) * DAYS_A_MONTH / steps.days
    hazard = 1 / (1 + months)
    left, stayed = counts.leaves.sum(axis=1), counts.stays.sum(axis=1)
    pooled = (prior.weight + left) / (prior.weight / hazard + left + stayed)
    alpha = BUCKET_WEIGHT + counts.leaves
    beta = (BUCKET_WEIGHT / pooled - BUCKET_WEIGHT)[:, None] + counts.stays
    leaving = rng.beta(alpha, beta, size=(draws, size, len(AGES)))
    weights = prior.weight * _expect_destinations(believed) + counts.goes_to
    destinations = np.stack([_draw_shares(rng, row, draws) for row in weights], axis=1)
    first = np.zeros(size + 2)
    first[0] = prior.weight
    return Beliefs(leaving, destinations, _draw_shares(rng, first + counts.enters, draws))


def _expect_destinations(believed: Sequence[StagePrior]) -> Floats:
    """Each stage leads to the next one, the last one to the opening."""
    size = len(believed)
    shares = np.zeros((size, size + 2))
    for number, one in enumerate(believed):
        shares[number, number + 1] = one.goes_on
        shares[number, size + 1] = 1 - one.goes_on
    return shares


def _draw_shares(rng: Any, weights: Floats, draws: int) -> Floats:
    """Shares that sum to one; what has no weight keeps none."""
    shares = np.zeros((draws, len(weights)))
    shares[:, weights > 0] = rng.dirichlet(weights[weights > 0], size=draws)
    return shares
