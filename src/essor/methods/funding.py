"""A project's funding stack: who brings what, how sure it is, what is missing, and which caps hold.

Amounts are whole cents. Each share is in one place only, so that its parts sum to the whole; what stands in kind is
beside the money and never covers a cost. Caps are those of :mod:`essor.methods.financing`, read from the aids' rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from essor.methods.financing.candidates import asked_own, public_limit, share_limit
from essor.methods.financing.project import MOST_CENTS, Aid, Option, Project

ASKED, CONDITIONAL, CONFIRMED, PAID = "asked", "conditional", "confirmed", "paid"
REFUSED, WITHDRAWN, MISTAKEN = "refused", "withdrawn", "mistaken"
OPEN = (PAID, CONFIRMED, CONDITIONAL, ASKED)
"""The surest first."""
ENDS = (REFUSED, WITHDRAWN, MISTAKEN)

NEXT: Mapping[str, tuple[str, ...]] = {
    "": (ASKED, CONDITIONAL, CONFIRMED, PAID),
    ASKED: (CONDITIONAL, CONFIRMED, REFUSED, WITHDRAWN, MISTAKEN),
    CONDITIONAL: (CONFIRMED, REFUSED, WITHDRAWN, MISTAKEN),
    CONFIRMED: (PAID, WITHDRAWN, MISTAKEN),
    PAID: (MISTAKEN,),
    REFUSED: (MISTAKEN,),
    WITHDRAWN: (MISTAKEN,),
    MISTAKEN: (),
}
"""The state of a share → what may follow. A share paid in parts stays confirmed until its last cent."""

OWN_CASH, IN_KIND = "own_cash", "in_kind"
REPAYABLE: Mapping[str, bool | None] = {
    "bursary": False, "grant": False, "loan": True, "gift": False, OWN_CASH: False, IN_KIND: False,
    "grant_and_loan": None,
}  # fmt: skip
"""Instrument → whether it is paid back; None: which part of it is not known."""

KEPT, BROKEN, UNKNOWN = "kept", "broken", "unknown"


class FundingError(ValueError):
    """A refusal: ``code`` (``amount-not-positive``, ``amount-too-large``, ``step-not-from-here``, ``paid-over``,
    ``share-twice``, ``share-in-ledger``) and ``facts``."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}" if facts else code)


@dataclass(frozen=True, slots=True)
class Step:
    """``cents``: asked, promised or paid this time; of an end, what it takes away."""

    status: str
    cents: int


@dataclass(frozen=True, slots=True)
class Standing:
    """``rest``: cents in the state ``status``; ``paid``: cents already received; ``ended``: what will not come."""

    status: str
    rest: int
    paid: int = 0
    ended: int = 0

    @property
    def cents(self) -> int:
        return self.rest + self.paid

    def by_status(self) -> dict[str, int]:
        found = dict.fromkeys(OPEN, 0)
        if self.rest:
            found[self.status] += self.rest
        found[PAID] += self.paid
        return found


NOWHERE = Standing("", 0)


def follow(standing: Standing, step: Step) -> Standing:
    """Where a share stands after one more step. A promise replaces what was asked; payments add up.

    Raises FundingError: ``amount-not-positive``, ``amount-too-large``, ``step-not-from-here``, ``paid-over``.

    >>> asked = follow(NOWHERE, Step("asked", 15_000_00))
    >>> promised = follow(asked, Step("confirmed", 12_000_00))
    >>> follow(promised, Step("paid", 5_000_00))
    Standing(status='confirmed', rest=700000, paid=500000, ended=0)
    """
    if step.status not in NEXT[standing.status]:
        raise FundingError("step-not-from-here", found=step.status, allowed=NEXT[standing.status])
    if step.status == MISTAKEN:
        return Standing(MISTAKEN, 0, 0, standing.cents + standing.ended)
    if step.status in ENDS:
        return Standing(step.status, 0, standing.paid, standing.rest)
    check_cents(step.cents)
    if step.status != PAID:
        return Standing(step.status, step.cents)
    due = standing.rest or step.cents
    if step.cents > due:
        raise FundingError("paid-over", asked=step.cents, holds=due)
    left = due - step.cents
    return Standing(CONFIRMED if left else PAID, left, standing.paid + step.cents)


def follow_all(steps: Iterable[Step]) -> Standing:
    """Where a share stands after all its steps, in order. Raises FundingError, as :func:`follow`."""
    standing = NOWHERE
    for step in steps:
        standing = follow(standing, step)
    return standing


def check_cents(cents: int) -> None:
    if cents <= 0:
        raise FundingError("amount-not-positive")
    if cents > MOST_CENTS:
        raise FundingError("amount-too-large", most=MOST_CENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one funder brings with one instrument (a key of REPAYABLE). ``funder``: written the same way for the same
    body. ``is_public``: None is not known. ``aid``: the id of the aid of the catalogue that it comes from, or "".
    ``from_ledger``: an offer of the programme itself. ``is_other``: said to be other money than what the same funder
    already brings with this instrument."""

    id: str
    funder: str
    instrument: str
    standing: Standing
    is_public: bool | None = None
    aid: str = ""
    from_ledger: bool = False
    is_other: bool = False

    @property
    def is_in_kind(self) -> bool:
        return self.instrument == IN_KIND


class Bounds(NamedTuple):
    """The least and the most that it may be, in cents; equal where all is known."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Check:
    """A limit of an aid's rules: ``cap``, ``floor``, ``share-of-cost``, ``cumulation``, ``own-share``, ``excludes``,
    ``rules`` (they are not known). ``state``: KEPT, BROKEN or UNKNOWN. ``limit``: in cents, None where it is not
    known; ``over``: by how much it is broken. ``other``: the aid that it excludes."""

    code: str
    aid: str
    state: str
    limit: int | None = None
    over: int = 0
    other: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """``cash``, ``in_kind``: status → cents. ``total + missing - excess == cost`` where the cost is known.

    ``public``, ``repayable``: of the cash, in cents.
    """

    cost: int | None
    shares: tuple[Share, ...]
    cash: Mapping[str, int]
    in_kind: Mapping[str, int]
    public: Bounds
    repayable: Bounds
    checks: tuple[Check, ...]

    @property
    def total(self) -> int:
        return sum(self.cash.values())

    @property
    def sure(self) -> int:
        """Paid or confirmed."""
        return self.cash[PAID] + self.cash[CONFIRMED]

    @property
    def missing(self) -> int | None:
        return None if self.cost is None else max(0, self.cost - self.total)

    @property
    def excess(self) -> int | None:
        return None if self.cost is None else max(0, self.total - self.cost)

    @property
    def unsure(self) -> int | None:
        """What of the cost is neither paid nor confirmed."""
        return None if self.cost is None else max(0, self.cost - self.sure)

    def share_of(self, bounds: Bounds) -> tuple[Fraction, Fraction] | None:
        """The same as shares of the cash; None where there is none."""
        return (Fraction(bounds.low, self.total), Fraction(bounds.high, self.total)) if self.total else None


def stack_shares(cost: int | None, shares: Sequence[Share], aids: Mapping[str, Aid]) -> Stack:
    """The stack of a project. ``cost``: cents in money, None: not known. ``aids``: id → the rules of each aid.

    Raises FundingError: ``share-twice``, ``share-in-ledger``, ``amount-not-positive`` (of the cost),
    ``amount-too-large``.

    >>> loan = Share(id="1", funder="soper", instrument="loan", standing=Standing("asked", 25_000_00), is_public=True)
    >>> gift = Share(id="2", funder="", instrument="own_cash", standing=Standing("paid", 0, 5_000_00), is_public=False)
    >>> found = stack_shares(40_000_00, [loan, gift], {})
    >>> found.total, found.sure, found.missing, found.repayable, found.public
    (3000000, 500000, 1000000, Bounds(low=2500000, high=2500000), Bounds(low=2500000, high=2500000))
    """
    if cost is not None:
        check_cents(cost)
    check_twice(shares)
    cash = [share for share in shares if not share.is_in_kind]
    return Stack(
        cost=cost,
        shares=tuple(shares),
        cash=_sum_by_status(cash),
        in_kind=_sum_by_status(share for share in shares if share.is_in_kind),
        public=_bound((share.is_public, share.standing.cents) for share in cash),
        repayable=_bound((REPAYABLE[share.instrument], share.standing.cents) for share in cash),
        checks=tuple(check_caps(cost, shares, aids)),
    )


def check_twice(shares: Iterable[Share]) -> None:
    """One funder with one instrument is counted once, unless the next is said to be other money; what the ledger holds
    is not entered by hand as well. Shares of which nothing is left do not count."""
    live = [share for share in shares if share.standing.cents]
    offered = {(share.funder, name) for share in live if share.from_ledger for name in _split(share.instrument)}
    by_hand = [share for share in live if not share.from_ledger and not share.is_other]
    for share in by_hand:
        if (share.funder, "grant" if share.instrument == "bursary" else share.instrument) in offered:
            raise FundingError("share-in-ledger", funder=share.funder)
    counted = Counter((share.funder, share.instrument) for share in by_hand)
    for (funder, instrument), number in counted.items():
        if number > 1:
            raise FundingError("share-twice", funder=funder, instrument=instrument)


def check_caps(cost: int | None, shares: Sequence[Share], aids: Mapping[str, Aid]) -> Iterator[Check]:
    """Each limit that the aids of the stack put, by aid, as if all that is asked were given."""
    live = [share for share in shares if share.standing.cents]
    names = sorted({share.aid for share in live if share.aid})
    for name in names:
        aid = aids.get(name)
        if aid is None:
            yield Check("rules", name, UNKNOWN)
            continue
        if aid.brings_cash:
            yield from _check_aid(cost, live, aid)
        for other in names:
            rival = aids.get(other)
            if other > name and (other in aid.excludes or (rival is not None and name in rival.excludes)):
                yield Check("excludes", name, BROKEN, other=other)


def _split(instrument: str) -> tuple[str, ...]:
    return ("grant", "loan") if instrument == "grant_and_loan" else (instrument,)


def _sum_by_status(shares: Iterable[Share]) -> dict[str, int]:
    found = dict.fromkeys(OPEN, 0)
    for share in shares:
        for status, cents in share.standing.by_status().items():
            found[status] += cents
    return found


def _bound(said: Iterable[tuple[bool | None, int]]) -> Bounds:
    low = high = 0
    for answer, cents in said:
        low += cents if answer is True else 0
        high += cents if answer is not False else 0
    return Bounds(low, high)


def _check_aid(cost: int | None, live: Sequence[Share], aid: Aid) -> Iterator[Check]:
    amount = sum(share.standing.cents for share in live if share.aid == aid.id and not share.is_in_kind)
    yield from _check_amount(amount, aid)
    options = [one for one in aid.options if _fits(amount, one)] or list(aid.options)
    if not options:
        return
    project = None if cost is None else Project(costs={"all": cost}, starts_on=date.min)
    if any(option.share_of_cost is not None for option in options):
        yield _merge([_check_share(project, amount, aid, option) for option in options])
    if any(option.own_share for option in options):
        yield _merge([_check_own(project, live, aid, option) for option in options])
    if aid.is_public or any(option.cumulation_cap is not None for option in options):
        yield _merge([_check_public(project, live, aid, option) for option in options])


def _fits(amount: int, option: Option) -> bool:
    return option.floor <= amount and (option.cap is None or amount <= option.cap)


def _check_amount(amount: int, aid: Aid) -> Iterator[Check]:
    caps = [option.cap for option in aid.options]
    most = max((cap for cap in caps if cap is not None), default=None)
    if not aid.options:
        yield Check("rules", aid.id, UNKNOWN)
    elif any(_fits(amount, option) for option in aid.options):
        if None not in caps:
            yield Check("cap", aid.id, KEPT, most)
    elif most is not None and None not in caps and amount > most:
        yield Check("cap", aid.id, BROKEN, most, amount - most)
    elif amount < (least := min(option.floor for option in aid.options)):
        yield Check("floor", aid.id, BROKEN, least, least - amount)
    else:
        yield Check("cap", aid.id, UNKNOWN)


def _check_share(project: Project | None, amount: int, aid: Aid, option: Option) -> Check:
    """Of the whole cost: the part that the aid can pay may be less, and is not known by kind."""
    if project is None or option.share_of_cost is None:
        return Check("share-of-cost", aid.id, UNKNOWN)
    limit = share_limit(project, replace(aid, cost_kinds=None), option.share_of_cost)
    found = _judge("share-of-cost", aid.id, Bounds(amount, amount), limit)
    return replace(found, state=UNKNOWN) if aid.cost_kinds is not None and found.state == KEPT else found


def _check_own(project: Project | None, live: Sequence[Share], aid: Aid, option: Option) -> Check:
    """What is brought in kind may count as one's own: that is not known."""
    if project is None:
        return Check("own-share", aid.id, UNKNOWN)
    need = asked_own(project, option)
    own = sum(share.standing.cents for share in live if share.instrument == OWN_CASH)
    most = own + sum(share.standing.cents for share in live if share.is_in_kind)
    state = KEPT if own >= need else BROKEN if most < need else UNKNOWN
    return Check("own-share", aid.id, state, need, need - most if state == BROKEN else 0)


def _check_public(project: Project | None, live: Sequence[Share], aid: Aid, option: Option) -> Check:
    """Whether what is public and in kind counts is not known."""
    if project is None or option.cumulation_cap is None:
        return Check("cumulation", aid.id, UNKNOWN)
    cash = _bound((share.is_public, share.standing.cents) for share in live if not share.is_in_kind)
    both = _bound((share.is_public, share.standing.cents) for share in live)
    return _judge("cumulation", aid.id, Bounds(cash.low, both.high), public_limit(project, option))


def _judge(code: str, aid: str, found: Bounds, limit: int) -> Check:
    if found.low > limit:
        return Check(code, aid, BROKEN, limit, found.low - limit)
    return Check(code, aid, KEPT if found.high <= limit else UNKNOWN, limit)


def _merge(checks: Sequence[Check]) -> Check:
    """What is true whichever option is taken; unknown where they differ."""
    if len({check.state for check in checks}) > 1:
        return Check(checks[0].code, checks[0].aid, UNKNOWN)
    return min(checks, key=lambda check: (check.over, check.limit or 0))
