"""A financing plan: the best compatible set of aids for a project, what limits it, in which order to ask, what is left.

See ``docs/methods/financing.md`` for the model and for why the answer is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from essor.methods.financing.amounts import Amounts, Request, settle_amounts
from essor.methods.financing.candidates import Candidate, Problem, find_problem, payable_kinds
from essor.methods.financing.order import Flag, Step, find_flags, order_requests
from essor.methods.financing.project import Aid, Project, sort_aids
from essor.methods.financing.reasons import Binding, LeftOut, find_bindings, find_left_out, stand_beside
from essor.methods.financing.search import MOST_PROGRAMMES, find_best


@dataclass(frozen=True, slots=True)
class Share:
    """What one aid brings: cents in all, and by kind of cost (kinds that it pays nothing of are absent)."""

    aid: str
    option: int
    amount: int
    by_cost_kind: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """``covered + own_required + gap = cost``, in cents.

    ``chosen``: ids ascending. ``covered``: what the aids bring; ``repayable``: the part of it to be paid back;
    ``own_required``: the least that the promoter must bring under these options; ``gap``: what is then still to be
    found. ``binding``: the limits that, a dollar looser, would let the same aids cover more. ``order``: the chosen aids
    in the order in which to ask. ``left_out``: every other aid, with the reason. ``beside``: ids of usable aids that
    bring no cash. ``flags``: what is not known or comes late, among ``chosen`` and ``beside``.

    ``at_most``: cents that no compatible set exceeds. ``is_proved``: no compatible set is better; False only where the
    search was stopped before its end, and then ``at_most`` may exceed ``covered``.
    """

    cost: int
    chosen: tuple[Share, ...]
    covered: int
    repayable: int
    own_required: int
    gap: int
    binding: tuple[Binding, ...]
    order: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    beside: tuple[str, ...]
    flags: tuple[Flag, ...]
    at_most: int
    is_proved: bool


def plan(project: Project, aids: Iterable[Aid], *, on: date, effort: int = MOST_PROGRAMMES) -> Plan:
    """The best compatible set of aids that may be asked for on a day, with what it leaves and why.

    Among the sets that respect every floor, cap, share, exclusion and date: one that covers the most cents; among
    those, with the fewest to repay; then with the fewest aids; then the first in order of ids. ``aids``: those that
    the project is admissible to, in any order. ``effort``: linear programs that may be solved for each of the four
    aims. Raises FinancingError: ``duplicate-aid``, ``too-many-aids``.

    >>> from essor.methods.financing import Option
    >>> project = Project(costs={"equipment": 10_000_00}, starts_on=date(2027, 3, 1), own_cash=1_000_00)
    >>> grant = Aid(id="grant", instrument="grant", options=(Option(cap=6_000_00),), is_public=True)
    >>> loan = Aid(id="loan", instrument="loan", options=(Option(floor=2_000_00),), repayable=True)
    >>> found = plan(project, [loan, grant], on=date(2027, 1, 4))
    >>> [(share.aid, share.amount) for share in found.chosen], found.own_required, found.gap
    ([('grant', 600000), ('loan', 300000)], 100000, 0)
    """
    ordered = sort_aids(aids)
    problem, refusals = find_problem(project, ordered, on=on)
    answer = find_best(problem, effort=effort)
    shares, amounts = _share_out(project, problem, answer.chosen)
    total, public = problem.ceilings(answer.chosen)
    taken = [problem.aids[candidate.aid] for candidate in answer.chosen]
    beside, excluded = stand_beside(ordered, taken, on)
    needing = {problem.aids[candidate.aid].id for candidate in answer.chosen if candidate.needs_other}
    left_out = sorted([*find_left_out(problem, answer.chosen, refusals), *excluded], key=lambda each: each.aid)
    return Plan(
        cost=project.cost,
        chosen=shares,
        covered=amounts.covered,
        repayable=amounts.repayable,
        own_required=project.cost - total,
        gap=total - amounts.covered,
        binding=find_bindings(project, problem, answer.chosen, total=total, public=public),
        order=order_requests(taken, needing),
        left_out=tuple(left_out),
        beside=tuple(aid.id for aid in beside),
        flags=find_flags(project, [*taken, *beside], on=on),
        at_most=answer.at_most,
        is_proved=answer.is_proved,
    )


def _share_out(project: Project, problem: Problem, chosen: Sequence[Candidate]) -> tuple[tuple[Share, ...], Amounts]:
    """The amounts of the chosen options, this time by kind of cost, verified."""
    kinds = sorted(kind for kind, cents in project.costs.items() if cents)
    total, public = problem.ceilings(chosen)
    requests = []
    for candidate in chosen:
        aid = problem.aids[candidate.aid]
        reach = tuple(kinds.index(kind) for kind in payable_kinds(project, aid))
        requests.append(Request(candidate.floor, candidate.cap, reach, aid.is_public, aid.repayable))
    amounts = settle_amounts([project.costs[kind] for kind in kinds], requests, total=total, public=public)
    if amounts is None:
        raise RuntimeError("the floors of the chosen aids do not fit")
    shares = [
        Share(
            problem.aids[candidate.aid].id,
            candidate.option,
            amount,
            {kind: cents for kind, cents in zip(kinds, row, strict=True) if cents},
        )
        for candidate, amount, row in zip(chosen, amounts.of_each, amounts.by_kind, strict=True)
    ]
    _verify(project, problem, chosen, amounts)
    return tuple(shares), amounts


def _verify(project: Project, problem: Problem, chosen: Sequence[Candidate], amounts: Amounts) -> None:
    """Every constraint, once more, in whole cents. Raises RuntimeError: the impossible case."""
    total, public = problem.ceilings(chosen)
    valued = problem.amounts(chosen)
    aids = [problem.aids[candidate.aid] for candidate in chosen]
    costs = [cents for _kind, cents in sorted(project.costs.items()) if cents]
    held = {
        "the value found": valued and (amounts.covered, amounts.repayable) == (valued.covered, valued.repayable),
        "compatible": problem.is_compatible(chosen),
        "floors and caps": all(
            candidate.floor <= amount <= candidate.cap
            for candidate, amount in zip(chosen, amounts.of_each, strict=True)
        ),
        "parts": all(sum(row) == amount for row, amount in zip(amounts.by_kind, amounts.of_each, strict=True)),
        "each dollar of cost once": all(
            sum(row[place] for row in amounts.by_kind) <= cents for place, cents in enumerate(costs)
        ),
        "all aid": sum(amounts.of_each) == amounts.covered <= total,
        "public aid": sum(amount for aid, amount in zip(aids, amounts.of_each, strict=True) if aid.is_public) <= public,
    }
    broken = [name for name, holds in held.items() if not holds]
    if broken:
        raise RuntimeError(f"not respected: {', '.join(broken)}")
