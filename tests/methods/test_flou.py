"""Parts sum to the aids; what nobody looked at is neither sound nor lacking; mending never makes the index rise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from essor.methods.flou import DEAD_LINK, GAPS, NO_AMOUNT, NO_HOLDER, NOT_CHECKED, Standing, measure_flou

ON = date(2026, 11, 27)
SOUND = Standing("", has_holder=True, has_amount=True, checked_on=ON, has_dead_link=False)

standings = st.lists(
    st.builds(
        Standing,
        aid=st.just(""),
        has_holder=st.booleans(),
        has_amount=st.booleans(),
        checked_on=st.none() | st.dates(date(2025, 1, 1), ON),
        has_dead_link=st.sampled_from([True, False, None]),
    ),
    max_size=12,
).map(lambda found: [replace(one, aid=f"aid_{number}") for number, one in enumerate(found)])


def test_the_table_of_the_method_s_page() -> None:
    """docs/methods/flou.md."""
    told = measure_flou(
        [
            replace(SOUND, aid="a"),
            replace(SOUND, aid="b", has_holder=False, has_dead_link=None),
            replace(SOUND, aid="c", has_dead_link=None),
            replace(SOUND, aid="d", has_amount=False, checked_on=ON - timedelta(days=181)),
            replace(SOUND, aid="e", has_dead_link=True),
        ],
        on=ON,
        most_days=180,
    )
    assert [(gap, split.lacking, split.unknown) for gap, split in told.each.items()] == [
        (NO_HOLDER, ("b",), ()),
        (NO_AMOUNT, ("d",), ()),
        (NOT_CHECKED, ("d",), ()),
        (DEAD_LINK, ("e",), ("b", "c")),
    ]
    assert (told.whole.lacking, told.whole.unknown, told.whole.sound) == (("b", "d", "e"), ("c",), ("a",))
    assert (told.whole.at_least, told.whole.at_most) == (Fraction(3, 5), Fraction(4, 5))


def test_no_aid_has_no_share() -> None:
    told = measure_flou([], on=ON, most_days=180)
    assert (told.whole.n, told.whole.at_least, told.whole.at_most) == (0, None, None)


def test_the_last_day_of_the_term_still_counts() -> None:
    for days, lacking in ((180, ()), (181, ("a",))):
        read = replace(SOUND, aid="a", checked_on=ON - timedelta(days=days))
        assert measure_flou([read], on=ON, most_days=180).each[NOT_CHECKED].lacking == lacking


@given(standings)
def test_parts_sum_to_the_whole(found: list[Standing]) -> None:
    told = measure_flou(found, on=ON, most_days=180)
    for split in (told.whole, *told.each.values()):
        assert sorted(split.lacking + split.unknown + split.sound) == sorted(one.aid for one in found)
    assert set(told.whole.lacking) == {aid for gap in GAPS for aid in told.each[gap].lacking}
    assert set(told.whole.sound) == {one.aid for one in found if all(one.aid in told.each[gap].sound for gap in GAPS)}


@given(standings, st.integers(0, 11), st.sampled_from(["has_holder", "has_amount", "checked_on", "has_dead_link"]))
def test_mending_never_makes_it_rise(found: list[Standing], number: int, name: str) -> None:
    mended = [
        replace(one, **{name: getattr(SOUND, name)}) if place == number else one for place, one in enumerate(found)
    ]
    before, after = (measure_flou(some, on=ON, most_days=180).whole for some in (found, mended))
    assert (after.at_least or 0) <= (before.at_least or 0)
    assert (after.at_most or 0) <= (before.at_most or 0)
