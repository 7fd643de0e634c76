"""In each possible world, how many open: files under way, each with its chance, and files to come."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from essor.methods.forecast.arrivals import Arrivals
from essor.methods.forecast.learning import Floats

DEVIATIONS = 9.0
"""A sum of independent files is never so far from its mean (Bernstein: less than 1e-15)."""
SPARE = 25.0
"""Files to come whose rate is hardly known have a longer tail: so many deviations more, over the root of its shape."""
VANISHED = 45.0
"""A wave whose amplitude is under exp(-45) weighs nothing in a sum of doubles."""


def count_in_worlds(
    groups: Mapping[tuple[int, int], int], chances: Floats, arrivals: Arrivals, means: Floats
) -> Floats:
    """World × openings (0, 1, …): each row sums to one.

    ``groups``: files under way by stage and age; ``chances``: world × stage × age; ``means``: openings that a rate of
    one file a step would bring in each world. The generating function is read on the unit circle and turned back, on
    the only numbers that a world may reach and without the waves that vanish.

    Method: Y. Hong, « On computing the distribution function for the Poisson binomial distribution », *CSDA* 59, 2013.
    """
    pairs = [(count, chances[:, stage, age]) for (stage, age), count in groups.items()]
    starts, width, size = _find_reach(pairs, arrivals, means)
    angles = 2 * np.pi * np.arange(width // 2 + 1) / width
    logs = _log_arrivals(arrivals, means, angles)
    variances = sum((count * chance * (1 - chance) for count, chance in pairs), np.zeros(len(means)))
    amplitude = logs.real - variances[:, None] * (1 - np.cos(angles))[None, :]
    kept = np.flatnonzero(amplitude.max(axis=0) > -VANISHED)
    logs, step = logs[:, kept], (np.exp(-1j * angles[kept]) - 1)[None, :]
    for count, chance in pairs:
        logs += count * np.log1p(chance[:, None] * step)
    waves = np.zeros((len(means), len(angles)), dtype=complex)
    waves[:, kept] = np.exp(logs)
    ring = np.clip(np.fft.irfft(waves, n=width, axis=1), 0, None)
    return _unroll(ring / ring.sum(axis=1, keepdims=True), starts, size)


def _find_reach(
    pairs: list[tuple[int, Floats]], arrivals: Arrivals, means: Floats
) -> tuple[NDArray[np.int64], int, int]:
    """The least number that each world may reach, how many numbers from there on, and how many of all in all."""
    under_way = sum(count for count, _chance in pairs)
    mean = sum((count * chance for count, chance in pairs), np.zeros(len(means)))
    deviation = np.sqrt(sum((count * chance * (1 - chance) for count, chance in pairs), np.zeros(len(means))))
    come = arrivals.shape * means / arrivals.exposure
    spread = np.sqrt(come * (1 + means / arrivals.exposure))
    low = np.maximum(mean - DEVIATIONS * (deviation + 1), 0) + np.maximum(come - DEVIATIONS * (spread + 1), 0)
    high = np.minimum(mean + DEVIATIONS * (deviation + 1), under_way)
    high = high + come + (DEVIATIONS + SPARE / arrivals.shape**0.5) * (spread + 1)
    starts = np.floor(low).astype(np.int64)
    width = int(np.ceil((high - low).max())) + 2
    return starts, width, int(starts.max()) + width


def _log_arrivals(arrivals: Arrivals, means: Floats, angles: Floats) -> NDArray[np.complex128]:
    """World × wave: the logarithm of the generating function of files to come, a negative binomial."""
    rate = arrivals.exposure / np.maximum(means, 1e-300)
    found: NDArray[np.complex128] = -arrivals.shape * np.log1p((1 - np.exp(-1j * angles))[None, :] / rate[:, None])
    return found


def _unroll(ring: Floats, starts: NDArray[np.int64], size: int) -> Floats:
    """World × openings, from numbers known modulo the width of the ring and above each start."""
    width = ring.shape[1]
    numbers = starts[:, None] + np.arange(width)[None, :]
    found = np.zeros((len(ring), size))
    np.put_along_axis(found, numbers, np.take_along_axis(ring, numbers % width, axis=1), axis=1)
    return found
