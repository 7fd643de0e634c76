"""Made-up data for the benchmarks, the same for the same seed: the recipe is told in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

FIRST_YEAR = 2014
REGIONS = tuple(f"{number:02d}" for number in range(1, 18))
SECTORS = tuple(f"s{number:02d}" for number in range(20))
FORMS = ("npo", "coop", "association", "mutual", "for_profit", "other")
_FORM_SHARES = (0.34, 0.22, 0.15, 0.11, 0.1, 0.08)
_COMMERCIAL_SHARES = (0.8, 0.95, 0.4, 0.9, 1.0, 0.5)
"""By form: the share of organisations that sell something."""
_YES_NO = ("false", "true")
_SHARE_SCALE = 10_000
_BANDS = np.array([1, 6, 11, 26, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 2**31], dtype=np.int64)
"""Lower ends of a register's classes of employment; the last is beyond any organisation."""
WHOLE_ROW_GROUP = 500_000


@dataclass(slots=True)
class _Registry:
    """The organisations alive in one year, as columns of codes."""

    ids: NDArray[np.int32]
    region: NDArray[np.int8]
    sector: NDArray[np.int8]
    form: NDArray[np.int8]
    commercial: NDArray[np.int8]
    size: NDArray[np.float32]
    share: NDArray[np.int32]


def write_yearly_profiles(folder: Path, *, organisations: int, years: int = 10, seed: int = 1) -> list[Path]:
    """One Parquet file a year of wide profiles, in order of organisation; ``organisations`` of them every year.

    Each year 8 % leave and as many new ones come, 1 % change of form, and jobs drift. 7 % of head counts are unknown,
    12 % are known only as a band; 10 % do not say whether they sell, 20 % not which share of revenue they earn.
    """
    random = np.random.default_rng(seed)
    registry = _fresh(random, np.arange(organisations, dtype=np.int32))
    next_id, paths = organisations, []
    for year in range(FIRST_YEAR, FIRST_YEAR + years):
        if year > FIRST_YEAR:
            next_id = _age_one_year(random, registry, next_id)
        path = folder / f"profiles-{year}.parquet"
        pq.write_table(_profiles_of(random, registry, year), path, compression="zstd", row_group_size=WHOLE_ROW_GROUP)
        paths.append(path)
    return paths


def _fresh(random: np.random.Generator, ids: NDArray[np.int32]) -> _Registry:
    count = len(ids)
    form = random.choice(len(FORMS), count, p=_FORM_SHARES).astype(np.int8)
    return _Registry(
        ids=ids,
        region=random.choice(len(REGIONS), count, p=_falling(len(REGIONS), 1.0)).astype(np.int8),
        sector=random.choice(len(SECTORS), count, p=_falling(len(SECTORS), 0.7)).astype(np.int8),
        form=form,
        commercial=(random.random(count) < np.array(_COMMERCIAL_SHARES)[form]).astype(np.int8),
        size=random.normal(1.3, 1.25, count).astype(np.float32),
        share=(random.beta(2, 2, count) * _SHARE_SCALE).astype(np.int32),
    )


def _falling(count: int, power: float) -> NDArray[np.float64]:
    """Shares that fall as one over the rank: a few large regions, many small ones."""
    weights: NDArray[np.float64] = 1 / np.arange(1, count + 1) ** power
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _age_one_year(random: np.random.Generator, registry: _Registry, next_id: int) -> int:
    """Changes the registry in place; returns the next unused id."""
    count = len(registry.ids)
    leaves = random.random(count) < 0.08
    arrivals = int(leaves.sum())
    newcomers = _fresh(random, np.arange(next_id, next_id + arrivals, dtype=np.int32))
    for column in _Registry.__slots__:
        getattr(registry, column)[leaves] = getattr(newcomers, column)
    changed = random.random(count) < 0.01
    registry.form[changed] = random.integers(0, len(FORMS), int(changed.sum()))
    registry.size += random.normal(0.01, 0.12, count).astype(np.float32)
    return next_id + arrivals


def _profiles_of(random: np.random.Generator, registry: _Registry, year: int) -> pa.Table:
    order = np.argsort(registry.ids, kind="stable")
    count = len(order)
    jobs = np.maximum(0, np.rint(np.exp(registry.size[order]) - 1)).astype(np.int64)
    draw = random.random(count)
    unknown, banded = draw < 0.07, (draw >= 0.07) & (draw < 0.19) & (jobs > 0)
    band = np.searchsorted(_BANDS, jobs, side="right") - 1
    low = np.where(banded, _BANDS[band], jobs)
    high = np.where(banded, _BANDS[np.minimum(band + 1, len(_BANDS) - 1)] - 1, jobs)
    share, no_share = registry.share[order].astype(np.int64), random.random(count) < 0.2
    return pa.table(
        {
            "organisation": registry.ids[order].astype(np.int64),
            "year": np.full(count, year, dtype=np.int16),
            "region": _texts(registry.region[order], REGIONS),
            "sector": _texts(registry.sector[order], SECTORS),
            "legal_form": _texts(registry.form[order], FORMS),
            "commercial_activity": _texts(registry.commercial[order], _YES_NO, missing=random.random(count) < 0.1),
            "jobs_headcount_low": pa.array(low, mask=unknown),
            "jobs_headcount_high": pa.array(high, mask=unknown),
            "autonomous_revenue_share_low": pa.array(share, mask=no_share),
            "autonomous_revenue_share_high": pa.array(share, mask=no_share),
        }
    )


def _texts(codes: NDArray[np.int8], words: Sequence[str], *, missing: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=missing), pa.array(words))


def write_known_facts(folder: Path, *, facts: int, years: int = 10, seed: int = 5) -> Path:
    """Head counts by organisation and year with the days between which each was believed, in order of arrival.

    A first report comes late (exponential, 130 days on average, at most 1 200) after the year's end, and is revised
    never (52 %), once (36 %) or twice (12 %), about 200 days apart, by a tenth; 1 % of revisions withdraw the number.
    """
    random = np.random.default_rng(seed)
    versions = random.choice([1, 2, 3], int(facts / 1.6), p=[0.52, 0.36, 0.12])
    versions = versions[: int(np.searchsorted(np.cumsum(versions), facts)) + 1]
    keys, count = len(versions), int(versions.sum())
    key = np.repeat(np.arange(keys), versions)
    starts = np.repeat(np.cumsum(versions) - versions, versions)
    revision = np.arange(count) - starts
    year_index = np.arange(keys) % years
    first_known = 365 * (year_index + 1) + np.minimum(1200, random.exponential(130, keys)).astype(np.int64)
    delay = np.where(revision > 0, np.maximum(1, random.exponential(200, count).astype(np.int64)), 0)
    delays = np.cumsum(delay)
    known_from = (first_known[key] + delays - delays[starts]).astype(np.int32)
    is_last = revision == versions[key] - 1
    known_to = np.where(is_last, np.iinfo(np.int32).max, np.roll(known_from, -1)).astype(np.int32)
    size = np.maximum(1, np.rint(np.exp(random.normal(1.5, 1.2, keys))))
    jobs = np.rint(size[key] * np.exp(random.normal(0, 0.1, count) * (revision > 0))).astype(np.int32)
    withdrawn = (revision > 0) & (random.random(count) < 0.01)
    order = np.argsort(known_from, kind="stable")
    organisation = (key // years).astype(np.int32)[order]
    path = folder / "known-facts.parquet"
    table = pa.table(
        {
            "organisation": organisation,
            "year": (FIRST_YEAR + year_index[key[order]]).astype(np.int16),
            "region": random.integers(1, len(REGIONS) + 1, keys // years + 1).astype(np.int8)[organisation],
            "bases": random.integers(1, 16, keys // years + 1).astype(np.uint8)[organisation],
            "jobs": pa.array(jobs[order], mask=withdrawn[order]),
            "known_from": known_from[order],
            "known_to": known_to[order],
        }
    )
    pq.write_table(table, path, compression="zstd")
    return path
