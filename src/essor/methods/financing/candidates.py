"""The options that may be taken on a day, in whole cents, and those that may not, with the reason of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from essor.methods.financing.amounts import Amounts, Request, share_out
from essor.methods.financing.project import Aid, Option, Project

REFUSALS = (
    "window-closed",
    "not-open-yet",
    "amount-unknown",
    "no-eligible-cost",
    "own-cash-short",
    "floor-too-high",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One option that may be taken: ``aid`` is its position among those of the problem; the rest in cents.

    ``total_ceiling``, ``public_ceiling``: the most that all aid, and all public aid, may come to once it is chosen.
    """

    aid: int
    option: int
    floor: int
    cap: int
    total_ceiling: int
    public_ceiling: int
    needs_other: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """What the search sees. Kinds of cost that the same aids can pay are one *group*.

    ``costs``: cents by group; ``cost``: the whole cost; ``total_ceiling``: the cost less the promoter's own cash.
    ``aids``: those with a candidate, ids ascending; ``reach``: the groups that each can pay. ``candidates``: by aid,
    then by option. ``rivals``, ``others``: for each aid, those that it may not be had with, and those that may be its
    other funder.
    """

    cost: int
    total_ceiling: int
    costs: tuple[int, ...]
    aids: tuple[Aid, ...]
    reach: tuple[tuple[int, ...], ...]
    candidates: tuple[Candidate, ...]
    rivals: tuple[frozenset[int], ...]
    others: tuple[frozenset[int], ...]

    def request(self, candidate: Candidate) -> Request:
        aid = self.aids[candidate.aid]
        return Request(candidate.floor, candidate.cap, self.reach[candidate.aid], aid.is_public, aid.repayable)

    def is_compatible(self, chosen: Sequence[Candidate]) -> bool:
        """Whether these may be had together: one option an aid, no exclusion, another funder where one is needed."""
        taken = {candidate.aid for candidate in chosen}
        return len(taken) == len(chosen) and not any(
            taken & self.rivals[candidate.aid] or (candidate.needs_other and not taken & self.others[candidate.aid])
            for candidate in chosen
        )

    def ceilings(self, chosen: Iterable[Candidate]) -> tuple[int, int]:
        """The most that all aid, and all public aid, may come to with these."""
        chosen = tuple(chosen)
        total = min((candidate.total_ceiling for candidate in chosen), default=self.total_ceiling)
        return total, min((candidate.public_ceiling for candidate in chosen), default=self.cost)

    def amounts(self, chosen: Sequence[Candidate]) -> Amounts | None:
        """The best amounts of these options (:func:`share_out`); None where their floors do not fit together."""
        total, public = self.ceilings(chosen)
        return share_out(self.costs, [self.request(candidate) for candidate in chosen], total=total, public=public)


def find_problem(project: Project, aids: Sequence[Aid], *, on: date) -> tuple[Problem, dict[str, str]]:
    """What may be chosen on a day, and the refusal (one of REFUSALS) of each aid that may not be.

    ``aids``: ids ascending; those that bring no cash are left aside. Where the options of an aid are refused for
    several reasons, the last of REFUSALS is said: the one that came nearest.
    """
    usable: dict[str, list[tuple[int, Option, int]]] = {}
    refusals: dict[str, str] = {}
    for aid in (each for each in aids if each.brings_cash):
        refusal = refuse_window(aid, on)
        if refusal is None:
            eligible = sum(payable_kinds(project, aid).values())
            found = [_limit(project, aid, option, eligible) for option in aid.options]
            usable[aid.id] = [
                (place, aid.options[place], limit) for place, limit in enumerate(found) if isinstance(limit, int)
            ]
            refused = [limit for limit in found if isinstance(limit, str)] or ["amount-unknown"]
            refusal = None if usable[aid.id] else max(refused, key=REFUSALS.index)
        if refusal is not None:
            refusals[aid.id] = refusal
    return _problem(project, [(aid, usable[aid.id]) for aid in aids if usable.get(aid.id)]), refusals


def refuse_window(aid: Aid, on: date) -> str | None:
    """Why the aid cannot be asked for on that day, or None. An unknown day does not exclude it."""
    if aid.closes_before is not None and on >= aid.closes_before:
        return "window-closed"
    if aid.opens_on is not None and on < aid.opens_on:
        return "not-open-yet"
    return None


def asked_own(project: Project, option: Option) -> int:
    """Cents that the option asks the promoter to bring, rounded up."""
    return -int(-option.own_share * project.cost // 1)


def share_limit(project: Project, aid: Aid, share: Fraction) -> int:
    """Cents of that share of the cost that the aid can pay, rounded down."""
    return int(share * sum(payable_kinds(project, aid).values()) // 1)


def public_limit(project: Project, option: Option) -> int:
    """Cents that all public aid may come to where this option is taken, rounded down."""
    return project.cost if option.cumulation_cap is None else int(option.cumulation_cap * project.cost // 1)


def payable_kinds(project: Project, aid: Aid) -> dict[str, int]:
    """The costs that the aid can pay: kind → cents (more than 0), kinds ascending."""
    return {
        kind: cents
        for kind, cents in sorted(project.costs.items())
        if cents and (aid.cost_kinds is None or kind in aid.cost_kinds)
    }


def _limit(project: Project, aid: Aid, option: Option, eligible: int) -> int | str:
    """The most that the option can bring by itself, in cents, or why it cannot be taken."""
    if not eligible:
        return "no-eligible-cost"
    own = max(project.own_cash, asked_own(project, option))
    if project.own_available is not None and own > project.own_available:
        return "own-cash-short"
    cap = min(
        eligible,
        eligible if option.cap is None else option.cap,
        eligible if option.share_of_cost is None else share_limit(project, aid, option.share_of_cost),
    )
    allowed = min(cap, project.cost - own, public_limit(project, option) if aid.is_public else cap)
    return cap if allowed >= max(1, option.floor) else "floor-too-high"


def _problem(project: Project, usable: Sequence[tuple[Aid, list[tuple[int, Option, int]]]]) -> Problem:
    aids = tuple(aid for aid, _ in usable)
    groups: dict[tuple[int, ...], int] = {}
    payers: dict[str, list[int]] = {}
    for place, aid in enumerate(aids):
        for kind in payable_kinds(project, aid):
            payers.setdefault(kind, []).append(place)
    for kind, places in sorted(payers.items()):
        groups[tuple(places)] = groups.get(tuple(places), 0) + project.costs[kind]
    return Problem(
        cost=project.cost,
        total_ceiling=project.cost - project.own_cash,
        costs=tuple(groups.values()),
        aids=aids,
        reach=tuple(
            tuple(group for group, places in enumerate(groups) if place in places) for place in range(len(aids))
        ),
        candidates=tuple(_candidates(project, usable)),
        rivals=tuple(
            frozenset(place for place, other in enumerate(aids) if other.id in aid.excludes or aid.id in other.excludes)
            for aid in aids
        ),
        others=tuple(
            frozenset(place for place, other in enumerate(aids) if aid.is_other_funder(other)) for aid in aids
        ),
    )


def _candidates(project: Project, usable: Sequence[tuple[Aid, list[tuple[int, Option, int]]]]) -> Iterator[Candidate]:
    for place, (_aid, options) in enumerate(usable):
        for number, option, cap in options:
            yield Candidate(
                aid=place,
                option=number,
                floor=max(1, option.floor),
                cap=cap,
                total_ceiling=project.cost - max(project.own_cash, asked_own(project, option)),
                public_ceiling=public_limit(project, option),
                needs_other=option.needs_other_funder,
            )
