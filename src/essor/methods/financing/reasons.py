"""What limits a plan, and why each other aid is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from essor.methods.financing.amounts import Request, share_out
from essor.methods.financing.candidates import Candidate, Problem, asked_own, refuse_window, share_limit
from essor.methods.financing.project import Aid, Project

DOLLAR = 100
BINDING_CODES = ("cap", "share-of-cost", "floor", "own-share", "own-cash", "cumulation")
LEFT_OUT_REASONS = (
    "excluded-by",
    "needs-other-funder",
    "floor-too-high",
    "limits-the-others",
    "adds-nothing",
    "search-stopped",
)
"""Beside those of :data:`essor.methods.financing.candidates.REFUSALS`. Where options differ, the last one is said."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit that, a dollar looser, would let the same aids cover more: one of BINDING_CODES.

    ``aid``: whose limit it is; None for the promoter's own cash. ``limit``: in cents: the most that this aid may bring
    (``cap``, ``share-of-cost``), the least (``floor``), what the promoter must bring (``own-share``, ``own-cash``), the
    most that all public aid may be (``cumulation``). Limits that are equal bind together, and all are listed.
    """

    code: str
    aid: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An aid that is not in the plan. ``other``: the aid of the plan that excludes it, for ``excluded-by``."""

    aid: str
    reason: str
    other: str | None = None


def find_bindings(
    project: Project, problem: Problem, chosen: Sequence[Candidate], *, total: int, public: int
) -> tuple[Binding, ...]:
    """The limits that bind, by aid in the order given, then those on all aid."""
    requests = [problem.request(candidate) for candidate in chosen]
    covered = _cover(problem, requests, total, public)
    found: list[Binding] = []
    for place, (candidate, request) in enumerate(zip(chosen, requests, strict=True)):
        aid = problem.aids[candidate.aid]
        for codes, looser in (
            (_cap_codes(project, aid, candidate), replace(request, cap=request.cap + DOLLAR)),
            (["floor"], replace(request, floor=max(0, request.floor - DOLLAR))),
        ):
            changed = [*requests[:place], looser, *requests[place + 1 :]]
            if codes and _cover(problem, changed, total, public) > covered:
                found += [Binding(code, aid.id, request.floor if code == "floor" else request.cap) for code in codes]
    if _cover(problem, requests, total + DOLLAR, public) > covered:
        found += _own_bindings(project, problem, chosen, total)
    if _cover(problem, requests, total, public + DOLLAR) > covered:
        capping = (candidate for candidate in chosen if candidate.public_ceiling == public)
        found += [Binding("cumulation", problem.aids[candidate.aid].id, public) for candidate in capping]
    return tuple(found)


def find_left_out(problem: Problem, chosen: Sequence[Candidate], refusals: Mapping[str, str]) -> Iterator[LeftOut]:
    """Every aid that could bring cash and does not, with the reason."""
    for aid, reason in refusals.items():
        yield LeftOut(aid, reason)
    taken = {candidate.aid for candidate in chosen}
    for place, aid_left in enumerate(problem.aids):
        if place in taken:
            continue
        rivals = sorted(taken & problem.rivals[place])
        if rivals:
            yield LeftOut(aid_left.id, "excluded-by", problem.aids[rivals[0]].id)
        else:
            options = (candidate for candidate in problem.candidates if candidate.aid == place)
            reasons = [_why_left(problem, chosen, candidate) for candidate in options]
            yield LeftOut(aid_left.id, max(reasons, key=LEFT_OUT_REASONS.index))


def stand_beside(aids: Sequence[Aid], taken: Sequence[Aid], on: date) -> tuple[list[Aid], list[LeftOut]]:
    """The usable aids that bring no cash, by id, none excluding another nor the plan; then the others, and why."""
    beside: list[Aid] = []
    left_out: list[LeftOut] = []
    for aid in (each for each in aids if not each.brings_cash):
        rivals = [other.id for other in [*taken, *beside] if other.id in aid.excludes or aid.id in other.excludes]
        if refusal := refuse_window(aid, on):
            left_out.append(LeftOut(aid.id, refusal))
        elif rivals:
            left_out.append(LeftOut(aid.id, "excluded-by", rivals[0]))
        else:
            beside.append(aid)
    return beside, left_out


def _cover(problem: Problem, requests: Sequence[Request], total: int, public: int) -> int:
    amounts = share_out(problem.costs, requests, total=total, public=public)
    return -1 if amounts is None else amounts.covered


def _cap_codes(project: Project, aid: Aid, candidate: Candidate) -> list[str]:
    """Which terms of the option make its cap. None does where the cost itself is the limit."""
    option = aid.options[candidate.option]
    shared = None if option.share_of_cost is None else share_limit(project, aid, option.share_of_cost)
    return [name for name, limit in (("cap", option.cap), ("share-of-cost", shared)) if limit == candidate.cap]


def _own_bindings(project: Project, problem: Problem, chosen: Sequence[Candidate], total: int) -> Iterator[Binding]:
    own = project.cost - total
    if own == project.own_cash:
        yield Binding("own-cash", None, own)
    for candidate in chosen:
        aid = problem.aids[candidate.aid]
        if own == asked_own(project, aid.options[candidate.option]):
            yield Binding("own-share", aid.id, own)


def _why_left(problem: Problem, chosen: Sequence[Candidate], candidate: Candidate) -> str:
    """Why a candidate that nothing excludes is not in the plan."""
    if candidate.needs_other and not {each.aid for each in chosen} & problem.others[candidate.aid]:
        return "needs-other-funder"
    total, public = problem.ceilings(chosen)
    requests = [problem.request(each) for each in chosen]
    covered = _cover(problem, requests, total, public)
    together = [*requests, problem.request(candidate)]
    reached = _cover(problem, together, min(total, candidate.total_ceiling), min(public, candidate.public_ceiling))
    if reached > covered:
        return "search-stopped"
    if reached == covered:
        return "adds-nothing"
    return "floor-too-high" if _cover(problem, together, total, public) < covered else "limits-the-others"
