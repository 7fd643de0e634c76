"""The money of an agreement, counted twice: what leaves an account enters another, so that all accounts sum to zero.

Amounts are whole cents. What a partner promised is, at any date, free, offered, accepted, paid or recovered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

PARTNER = "partner"
"""Where the money comes from: its balance is minus what was promised."""

FREE, OFFERED, ACCEPTED, PAID, RECOVERED = "free", "offered", "accepted", "paid", "recovered"
ACCOUNTS = (PARTNER, FREE, OFFERED, ACCEPTED, PAID, RECOVERED)
BORROWER, INTEREST = "borrower", "interest"
BESIDE = (BORROWER, INTEREST)
"""The interest of a loan was promised by nobody: it passes beside the envelope, which it neither fills nor empties."""

MOVES: Mapping[str, tuple[str, str]] = {
    "promise": (PARTNER, FREE),
    "offer": (FREE, OFFERED),
    "lapse": (OFFERED, FREE),
    "accept": (OFFERED, ACCEPTED),
    "cancel": (ACCEPTED, FREE),
    "pay": (ACCEPTED, PAID),
    "recover": (PAID, RECOVERED),
    "repay": (PAID, RECOVERED),
    "return_principal": (RECOVERED, PAID),
    "interest": (BORROWER, INTEREST),
    "return_interest": (INTEREST, BORROWER),
}
"""What happens → the account that it leaves, the one that it enters. A recovered sum is not free again by itself.
``repay``: the principal of a loan; ``return_…``: a payment of a loan that is taken back."""


class LedgerError(ValueError):
    """A refusal: ``code`` (``move-unknown``, ``amount-not-positive``, ``overdrawn``, ``days-disordered``) and
    ``facts``."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class Move:
    kind: str
    cents: int
    on: date


@dataclass(frozen=True, slots=True)
class Envelope:
    """``promised == free + offered + accepted + paid + recovered``, each in cents and never under zero."""

    free: int
    offered: int
    accepted: int
    paid: int
    recovered: int

    @property
    def promised(self) -> int:
        return self.free + self.offered + self.accepted + self.paid + self.recovered

    def __add__(self, other: Envelope) -> Envelope:
        return Envelope(*(getattr(self, name) + getattr(other, name) for name in ACCOUNTS[1:]))


NOTHING = Envelope(0, 0, 0, 0, 0)


def sum_envelope(cents: Mapping[str, int]) -> Envelope:
    """Where the money stands after sums already made. ``cents``: kind of move → all that such moves carried. Equal to
    :func:`read_envelope` of the moves themselves, whose order sums no longer say.

    Raises LedgerError ``move-unknown``, ``overdrawn``.

    >>> sum_envelope({"promise": 345_000_00, "offer": 46_000_00, "lapse": 23_000_00}).free
    32200000
    """
    balances = dict.fromkeys((*ACCOUNTS, *BESIDE), 0)
    for kind, amount in cents.items():
        if kind not in MOVES:
            raise LedgerError("move-unknown", kind=kind, allowed=tuple(MOVES))
        source, target = MOVES[kind]
        balances[source] -= amount
        balances[target] += amount
    if short := next((name for name in ACCOUNTS[1:] if balances[name] < 0), None):
        raise LedgerError("overdrawn", account=short, holds=balances[short], asked=0)
    return Envelope(*(balances[name] for name in ACCOUNTS[1:]))


def read_envelope(moves: Iterable[Move], *, on: date | None = None) -> Envelope:
    """Where the money stood at the end of a day (None: after all moves). ``moves``: in the order written, their days
    never going back.

    Raises LedgerError where a move is not one, or leaves an account with more than it holds.

    >>> told = [Move("promise", 345_000_00, date(2017, 11, 23)), Move("offer", 23_000_00, date(2018, 5, 1))]
    >>> envelope = read_envelope(told)
    >>> envelope.promised, envelope.free, envelope.offered
    (34500000, 32200000, 2300000)
    """
    balances, last = dict.fromkeys((*ACCOUNTS, *BESIDE), 0), date.min
    for move in moves:
        if move.on < last:
            raise LedgerError("days-disordered", on=move.on, last=last)
        last = move.on
        if on is not None and move.on > on:
            break
        _apply(balances, move)
    return Envelope(*(balances[name] for name in ACCOUNTS[1:]))


def _apply(balances: dict[str, int], move: Move) -> None:
    if move.kind not in MOVES:
        raise LedgerError("move-unknown", kind=move.kind, allowed=tuple(MOVES))
    if move.cents <= 0:
        raise LedgerError("amount-not-positive", cents=move.cents)
    source, target = MOVES[move.kind]
    if source not in {PARTNER, BORROWER} and balances[source] < move.cents:
        raise LedgerError("overdrawn", account=source, holds=balances[source], asked=move.cents)
    balances[source] -= move.cents
    balances[target] += move.cents
