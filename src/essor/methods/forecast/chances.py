"""In each possible world, the chance that a file opens in time."""

from __future__ import annotations

import numpy as np

from essor.methods.forecast.learning import OLDEST, Beliefs, Floats, find_bucket


def count_down(beliefs: Beliefs, steps: int) -> Floats:
    """The chance to be opened within 0, 1, … ``steps`` steps: steps + 1 × world × stage × age (0 … ``OLDEST``).

    Backward recursion: whoever leaves a stage is at age 0 of the next one, whoever stays is a step older.
    """
    buckets = [find_bucket(age) for age in range(OLDEST + 1)]
    leaving, older = beliefs.leaving[:, :, buckets], [*range(1, OLDEST + 1), OLDEST]
    size = leaving.shape[1]
    to_stages, to_opened = beliefs.destinations[:, :, :size], beliefs.destinations[:, :, size]
    chances = np.zeros((steps + 1, *leaving.shape))
    for step in range(1, steps + 1):
        before = chances[step - 1]
        moved = to_opened + np.einsum("wst,wt->ws", to_stages, before[:, :, 0])
        chances[step] = leaving * moved[:, :, None] + (1 - leaving) * before[:, :, older]
    return chances


def chance_on_arrival(beliefs: Beliefs, chances: Floats) -> Floats:
    """For a file that arrives when 0, 1, … further whole steps are left after that of its arrival: steps × world."""
    size = beliefs.leaving.shape[1]
    inside = np.einsum("ws,rws->rw", beliefs.entry[:, :size], chances[:-1, :, :, 0])
    found: Floats = inside + beliefs.entry[:, size]
    return found
