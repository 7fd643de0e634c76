"""Credit for start-ups: each counts once, whoever claims it, and its credit of 1 is shared by a stated rule.

Method: fractional counting, as of a publication by several authors (Price, D. de Solla, « Multiple authorship »,
*Science*, 212, 1981, p. 986). Whole counting, where each partner says all that it had a hand in, adds up to more than
there is: it is kept beside, as what is *claimed*.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

EQUAL, ACCEPTED, PAID = "equal", "accepted", "paid"
RULES = (EQUAL, ACCEPTED, PAID)
"""How one start-up is shared: equally, or in proportion to what each partner promised and it accepted, or to what each
paid. The last two weigh by :attr:`Claim.cents`, which whoever asks reads accordingly."""


class CreditError(ValueError):
    """A refusal: ``code`` (``rule-unknown``, ``amount-negative``) and ``facts``."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}")


@dataclass(frozen=True, slots=True)
class Claim:
    """A partner says that it helped a start-up. ``cents``: what it weighs, zero or more; None: not known."""

    startup: int
    partner: str
    cents: int | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """``counted``: start-ups, once each. ``shares``: of each partner, exact; ``claimed``: how many each claims, which
    together may be more than there are. ``unclaimed``: start-ups of no known partner. ``unshared``: those whose
    amounts are not known, or all zero, and which the rule cannot share yet.

    ``sum(shares.values()) + unclaimed + unshared == counted``, always.
    """

    counted: int
    shares: Mapping[str, Fraction]
    claimed: Mapping[str, int]
    unclaimed: int
    unshared: int


def share_credit(opened: Collection[int], claims: Iterable[Claim], *, rule: str) -> Credit:
    """``opened``: the start-ups to count, by number. A claim on another one counts for nothing yet; those of a partner
    on one start-up are one claim, whose amounts add up. Partners are in the order of their names.

    Raises CreditError.

    >>> told = [Claim(1, "A", 20_000_00), Claim(1, "B", 10_000_00), Claim(2, "A", 23_000_00)]
    >>> found = share_credit({1, 2, 3}, told, rule="accepted")
    >>> found.shares["A"], found.shares["B"], found.unclaimed, found.counted
    (Fraction(5, 3), Fraction(1, 3), 1, 3)
    >>> found.claimed
    {'A': 2, 'B': 1}
    """
    if rule not in RULES:
        raise CreditError("rule-unknown", rule=rule, allowed=RULES)
    amounts = _add_up(claims)
    partners = sorted({partner for startup in opened for partner in amounts.get(startup, {})})
    shares, claimed = dict.fromkeys(partners, Fraction(0)), dict.fromkeys(partners, 0)
    unclaimed = unshared = 0
    for startup in set(opened):
        said = amounts.get(startup, {})
        for partner in said:
            claimed[partner] += 1
        parts = share_one(said, rule=rule)
        unclaimed += not said
        unshared += bool(said) and parts is None
        for partner, part in (parts or {}).items():
            shares[partner] += part
    return Credit(len(set(opened)), shares, claimed, unclaimed, unshared)


def share_one(amounts: Mapping[str, int | None], *, rule: str) -> dict[str, Fraction] | None:
    """The part of each partner in one start-up, which sum to 1; None where there is none, or where the rule cannot
    say: an amount is not known, or none is above zero. Alone, a partner has all of it, whatever the amount.

    >>> share_one({"A": 0, "B": 5}, rule="paid")
    {'A': Fraction(0, 1), 'B': Fraction(1, 1)}
    >>> share_one({"A": None, "B": 5}, rule="paid") is None
    True
    """
    if not amounts:
        return None
    if rule == EQUAL or len(amounts) == 1:
        return dict.fromkeys(amounts, Fraction(1, len(amounts)))
    known = {partner: cents for partner, cents in amounts.items() if cents is not None}
    total = sum(known.values())
    if len(known) < len(amounts) or not total:
        return None
    return {partner: Fraction(cents, total) for partner, cents in known.items()}


def _add_up(claims: Iterable[Claim]) -> dict[int, dict[str, int | None]]:
    """By start-up and partner; a sum with an unknown in it is unknown."""
    found: dict[int, dict[str, int | None]] = {}
    for claim in claims:
        if claim.cents is not None and claim.cents < 0:
            raise CreditError("amount-negative", partner=claim.partner, cents=claim.cents)
        said = found.setdefault(claim.startup, {})
        before = said.get(claim.partner, 0)
        said[claim.partner] = None if before is None or claim.cents is None else before + claim.cents
    return found
