from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.methods.committee import (
    ABSTAIN,
    AGAINST,
    CHOICES,
    FOR,
    CommitteeError,
    HeldInterest,
    count_votes,
    find_recusals,
    weigh_scores,
)

MEMBERS = range(1, 8)
VOTES = st.dictionaries(st.sampled_from(list(MEMBERS)), st.sampled_from(CHOICES))
WEIGHTS = {"mission": 3, "market": 2, "team": 1}
SHEETS = st.dictionaries(
    st.sampled_from(list(MEMBERS)),
    st.dictionaries(st.sampled_from(list(WEIGHTS)), st.integers(1, 5), min_size=1),
)


@given(VOTES, st.sets(st.sampled_from(list(MEMBERS))), st.integers(1, 7))
def test_each_member_is_counted_once_and_in_one_place(votes: dict[int, str], recused: set[int], quorum: int) -> None:
    cast = {member: choice for member, choice in votes.items() if member not in recused}
    found = count_votes(cast, members=MEMBERS, recused=recused, quorum=quorum)
    lists = (found.said_for, found.said_against, found.abstained, found.silent, found.recused)
    assert sorted(member for one in lists for member in one) == list(MEMBERS)
    assert found.present == len(cast)
    if found.has_quorum:
        margin = sum(choice == FOR for choice in cast.values()) - sum(choice == AGAINST for choice in cast.values())
        assert (found.result == "accepted", found.result == "refused") == (margin > 0, margin < 0)
    else:
        with pytest.raises(CommitteeError, match="no-quorum"):
            _ = found.result


def test_no_vote_of_whoever_withdrew_or_was_not_called_counts() -> None:
    with pytest.raises(CommitteeError, match="recused-voted"):
        count_votes({1: FOR}, members=[1, 2], recused=[1], quorum=1)
    with pytest.raises(CommitteeError, match="stranger-voted"):
        count_votes({9: FOR}, members=[1, 2], recused=[], quorum=1)
    assert count_votes({1: ABSTAIN, 2: ABSTAIN}, members=[1, 2], recused=[], quorum=2).result == "postponed"


@given(SHEETS)
def test_a_mean_is_of_whole_sheets_and_stays_between_its_bounds(sheets: dict[int, dict[str, int]]) -> None:
    found = weigh_scores(sheets, weights=WEIGHTS)
    whole = {member: sheet for member, sheet in sheets.items() if set(sheet) == set(WEIGHTS)}
    assert set(found.by_member) == set(whole)
    assert (found.mean is None) == (found.spread is None) == (not whole)
    for member, sheet in whole.items():
        assert min(sheet.values()) <= found.by_member[member] <= max(sheet.values())
    for name in WEIGHTS:
        given_ = [sheet[name] for sheet in sheets.values() if name in sheet]
        scored = found.by_criterion[name]
        assert (scored is None) == (not given_)
        if scored:
            assert scored == (Fraction(sum(given_), len(given_)), max(given_) - min(given_))


@pytest.mark.parametrize("sheet", [{"mission": 0}, {"mission": 6}, {"colour": 3}])
def test_points_that_are_none_are_refused(sheet: dict[str, int]) -> None:
    with pytest.raises(CommitteeError, match="points-unknown"):
        weigh_scores({1: sheet}, weights=WEIGHTS)


def test_an_interest_counts_from_its_first_day_to_its_last() -> None:
    held = [
        HeldInterest(1, "seat", "case:4", date(2020, 1, 1), date(2020, 2, 1)),
        HeldInterest(1, "kin", "organisation:2", date(2019, 1, 1)),
        HeldInterest(2, "loan", "case:5", date(2019, 1, 1)),
    ]
    subjects = ["case:4", "organisation:2"]
    assert [
        one.kind for one in find_recusals(held, subjects=subjects, first=date(2020, 1, 31), last=date(2020, 1, 31))[1]
    ] == ["seat", "kin"]
    assert [
        one.kind for one in find_recusals(held, subjects=subjects, first=date(2020, 2, 1), last=date(2020, 2, 1))[1]
    ] == ["kin"]
    assert find_recusals(held, subjects=subjects, first=date(2018, 12, 1), last=date(2018, 12, 31)) == {}
