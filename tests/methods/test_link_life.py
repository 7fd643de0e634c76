from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.methods.link_life import GONE, GUARDED, Check, LinkLife, read_life

FIRST = date(2026, 11, 1)


def look(*statuses: int | None) -> LinkLife:
    """One look a day."""
    return read_life(Check(FIRST + timedelta(days=day), status) for day, status in enumerate(statuses))


@pytest.mark.parametrize(
    ("statuses", "is_dead", "since"),
    [
        ((), None, None),
        ((200,), False, None),
        ((301,), False, None),
        ((403,), False, None),
        ((404,), True, 0),
        ((200, 410), True, 1),
        ((500,), None, None),
        ((None, None), True, 0),
        ((200, 503, None), True, 1),
        ((None, 200, None), None, None),
        ((404, 200), False, None),
        ((None, 404), True, 0),
    ],
)
def test_what_looking_says(statuses: tuple[int | None, ...], is_dead: bool | None, since: int | None) -> None:
    found = look(*statuses)
    assert found.is_dead is is_dead
    assert found.since == (None if since is None else FIRST + timedelta(days=since))


def test_two_failures_of_one_day_are_one() -> None:
    assert read_life([Check(FIRST, None), Check(FIRST, 500)]).is_dead is None


@given(st.lists(st.sampled_from([200, 301, 403, 404, 410, 500, None]), min_size=1, max_size=8))
def test_only_the_run_of_failures_at_the_end_counts(statuses: list[int | None]) -> None:
    found = look(*statuses)
    last = statuses[-1]
    is_alive = last is not None and (last < 400 or last in GUARDED)
    assert (found.is_dead is False) == is_alive
    if last in GONE:
        assert found.is_dead
    if found.is_dead:
        run = statuses[(found.since or FIRST).toordinal() - FIRST.toordinal() :]
        assert not {200, 301, 403} & set(run)
    assert look(*statuses, 200).is_dead is False
