"""What is promised is found again, cent by cent, at any date; nothing is spent that is not there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from essor.methods.ledger import (
    ACCOUNTS,
    BESIDE,
    MOVES,
    PARTNER,
    Envelope,
    LedgerError,
    Move,
    read_envelope,
    sum_envelope,
)

FIRST = date(2018, 1, 1)


def written(*told: tuple[str, int]) -> list[Move]:
    return [Move(kind, cents, FIRST + timedelta(days=day)) for day, (kind, cents) in enumerate(told)]


asked = st.lists(st.tuples(st.sampled_from(sorted(MOVES)), st.integers(1, 60)), max_size=40)


def keep_possible(told: list[tuple[str, int]]) -> list[Move]:
    """Those that the accounts allow, one after the other."""
    kept: list[tuple[str, int]] = []
    for one in told:
        try:
            read_envelope(written(*kept, one))
        except LedgerError:
            continue
        kept.append(one)
    return written(*kept)


def test_the_table_of_the_method_s_page() -> None:
    """docs/methods/ledger.md."""
    moves = written(
        ("promise", 34500), ("offer", 2300), ("accept", 2300), ("pay", 1000), ("offer", 2500), ("lapse", 2500)
    )
    assert read_envelope(moves) == Envelope(free=32200, offered=0, accepted=1300, paid=1000, recovered=0)
    assert read_envelope(moves, on=FIRST + timedelta(days=4)).offered == 2500
    assert read_envelope(moves, on=FIRST - timedelta(days=1)).promised == 0


@given(asked)
def test_what_is_promised_is_found_again_at_any_date(told: list[tuple[str, int]]) -> None:
    moves = keep_possible(told)
    for day in range(-1, len(moves) + 1):
        on = FIRST + timedelta(days=day)
        known = [move for move in moves if move.on <= on]
        envelope = read_envelope(moves, on=on)
        entries = dict.fromkeys((*ACCOUNTS, *BESIDE), 0)
        for move in known:
            source, target = MOVES[move.kind]
            entries[source] -= move.cents
            entries[target] += move.cents
        assert sum(entries.values()) == 0
        assert all(getattr(envelope, name) == entries[name] >= 0 for name in ACCOUNTS if name != PARTNER)
        assert envelope.promised == -entries[PARTNER]


@given(asked, st.sampled_from(sorted(set(MOVES) - {"promise", "interest", "return_interest"})))
def test_no_account_gives_more_than_it_holds(told: list[tuple[str, int]], kind: str) -> None:
    moves = keep_possible(told)
    held = getattr(read_envelope(moves), MOVES[kind][0])
    beyond = Move(kind, held + 1, FIRST + timedelta(days=100))
    with pytest.raises(LedgerError, match="overdrawn"):
        read_envelope([*moves, beyond])


def test_interest_passes_beside_the_envelope() -> None:
    moves = written(
        ("promise", 100), ("offer", 60), ("accept", 60), ("pay", 60), ("repay", 20), ("return_principal", 5)
    )
    told = read_envelope(moves)
    assert told == Envelope(free=40, offered=0, accepted=0, paid=45, recovered=15)
    interest = [
        Move(kind, cents, FIRST + timedelta(days=9)) for kind, cents in (("interest", 7), ("return_interest", 7))
    ]
    assert read_envelope([*moves, interest[0]]) == told
    assert read_envelope([*moves, *interest]) == told
    with pytest.raises(LedgerError, match="overdrawn"):
        read_envelope([*moves, *interest, interest[1]])


@pytest.mark.parametrize(
    ("moves", "code"),
    [
        ([Move("gift", 1, FIRST)], "move-unknown"),
        ([Move("promise", 0, FIRST)], "amount-not-positive"),
        ([Move("promise", -5, FIRST)], "amount-not-positive"),
        ([Move("promise", 5, FIRST), Move("promise", 5, FIRST - timedelta(days=1))], "days-disordered"),
    ],
)
def test_what_is_refused(moves: list[Move], code: str) -> None:
    with pytest.raises(LedgerError, match=code):
        read_envelope(moves)


@given(asked)
def test_sums_by_kind_say_the_same_as_the_moves(told: list[tuple[str, int]]) -> None:
    moves = keep_possible(told)
    sums: dict[str, int] = {}
    for move in moves:
        sums[move.kind] = sums.get(move.kind, 0) + move.cents
    assert sum_envelope(sums) == read_envelope(moves)


@pytest.mark.parametrize(("sums", "code"), [({"gift": 1}, "move-unknown"), ({"offer": 1}, "overdrawn")])
def test_sums_that_cannot_be_are_refused(sums: dict[str, int], code: str) -> None:
    with pytest.raises(LedgerError, match=code):
        sum_envelope(sums)
