"""A project's costs and the aids that it may have → a financing plan, in whole dollars.

What an aid's page does not say is never counted on: without amounts it brings nothing to the plan; where grant and loan
are not told apart, all is taken as a loan; with a least amount alone, that amount and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from essor.aid.rules import AidError, Found
from essor.aid.terms import find_repayment
from essor.knowledge.aids import AidDefinition, AmountDefinition, StepDefinition
from essor.methods.criteria import Period
from essor.methods.financing import Aid, FinancingError, Option, Plan, Project, explain, explain_parts, plan

CENTS = 100
ALWAYS = Period(None, None)
WITHOUT_CASH = frozenset({"training", "support", "grant_to_networks"})
GUARANTEE = "guarantee"
BAD_DAY = ("starts_on", "decides_by")
KEYS = frozenset({"costs", "own_cash", "own_available", "starts_on", "decides_by", "profile"})


@dataclass(frozen=True, slots=True)
class AskedProject:
    """``profile``: what is said of the enterprise, with the project's cost and kinds of cost filled in."""

    project: Project
    profile: Mapping[str, Any]


def read_project(said: Mapping[str, Any], *, kinds: Iterable[str], on: date) -> AskedProject:
    """``costs``: kind → dollars. Raises :class:`AidError` (``project-key-unknown``, ``cost-kind-unknown``,
    ``project-refused``)."""
    allowed, costs = tuple(kinds), said.get("costs")
    if unknown := sorted(set(said) - KEYS):
        raise AidError("project-key-unknown", question=unknown[0], allowed=tuple(sorted(KEYS)))
    if not isinstance(costs, Mapping) or not costs:
        raise AidError("project-refused", where="costs", found=costs, problem="missing")
    if unknown := sorted(set(costs) - set(allowed)):
        raise AidError("cost-kind-unknown", question=unknown[0], allowed=allowed)
    profile = said.get("profile") or {}
    if not isinstance(profile, Mapping):
        raise AidError("project-refused", where="profile", found=profile, problem="not-an-object")
    starts_on, decides_by = (_read_day(name, said.get(name)) for name in BAD_DAY)
    try:
        project = Project(
            costs={kind: _to_cents(dollars, where=f"costs.{kind}") for kind, dollars in costs.items()},
            starts_on=starts_on or on,
            decides_by=decides_by,
            own_cash=_to_cents(said.get("own_cash", 0), where="own_cash"),
            own_available=None
            if said.get("own_available") is None
            else _to_cents(said["own_available"], where="own_available"),
        )
    except FinancingError as error:
        raise AidError("project-refused", where=error.where, found=error.found, problem=error.code) from None
    filled = {"project_types": [kind for kind, cents in project.costs.items() if cents]}
    return AskedProject(project, dict(profile) | filled | {"project_cost": project.cost / CENTS})


def plan_project(asked: AskedProject, found: Iterable[Found], *, on: date) -> Plan:
    """The best set among the aids whose answer is yes or maybe on that day; one to come is told as left out."""
    usable = [
        make_aid(one.programme.definition, one.ruled.version.period)
        for one in found
        if one.outcome.answer != "no" and one.window.state != "closed"
    ]
    return plan(asked.project, usable, on=on)


def answer_plan(
    plan_found: Plan, found: Iterable[Found], *, language: str, kind_names: Mapping[str, str]
) -> dict[str, Any]:
    """Plain data: amounts in dollars. ``verdict`` and ``missing`` of what is chosen: a maybe must first be settled."""
    by_id = {one.programme.slug: one for one in found}
    names = {slug: getattr(one.programme.definition.name, language) for slug, one in by_id.items()}
    return {
        "chosen": [
            {
                "id": share.aid,
                "name": names[share.aid],
                "amount_cad": _to_dollars(share.amount),
                "by_cost_kind_cad": {kind: _to_dollars(cents) for kind, cents in share.by_cost_kind.items()},
                "verdict": by_id[share.aid].outcome.answer,
                "missing": list(by_id[share.aid].missing),
            }
            for share in plan_found.chosen
        ],
        "covered_cad": _to_dollars(plan_found.covered),
        "repayable_cad": _to_dollars(plan_found.repayable),
        "own_required_cad": _to_dollars(plan_found.own_required),
        "gap_cad": _to_dollars(plan_found.gap),
        "binding": [{"code": each.code, "aid": each.aid} for each in plan_found.binding],
        "order": [{"id": step.aid, "reason": step.reason} for step in plan_found.order],
        "left_out": [{"id": each.aid, "reason": each.reason} for each in plan_found.left_out],
        "beside": list(plan_found.beside),
        "is_proved": plan_found.is_proved,
        "words": list(explain(plan_found, language, names=names, kind_names=kind_names)),
        "parts": {
            name: list(lines)
            for name, lines in explain_parts(plan_found, language, names=names, kind_names=kind_names).items()
        },
    }


def read_caps(definition: AidDefinition) -> Aid:
    """What the rules of an aid limit, whatever the day. Here a least amount alone limits nothing above it."""
    amount = definition.amount
    said = (amount.min, amount.max, amount.rate_of_project, amount.own_share, amount.public_aid_cap)
    steps = amount.steps or ((StepDefinition(),) if any(one is not None for one in said) else ())
    options = tuple(_to_option(amount, step, is_counted_on=False) for step in steps)
    return replace(make_aid(definition, ALWAYS), options=options)


def make_aid(definition: AidDefinition, period: Period) -> Aid:
    """``period``: when it may be asked for."""
    instrument = _find_instrument(definition)
    return Aid(
        id=definition.id,
        instrument=instrument,
        options=_list_options(definition.amount),
        cost_kinds=frozenset(definition.project_types) or None,
        excludes=frozenset(definition.excludes),
        is_public=definition.is_public,
        repayable=instrument == "loan",
        funder=definition.provider,
        opens_on=period.starts_on,
        closes_before=period.ends_before,
    )


def _find_instrument(definition: AidDefinition) -> str:
    """A guarantee brings no dollar; where grant and loan are not told apart, all is taken as repaid."""
    cash = set(definition.forms) - WITHOUT_CASH
    if not cash:
        return "advice"
    if cash == {GUARANTEE}:
        return GUARANTEE
    return "grant" if find_repayment(definition) == "nothing" or cash <= {"grant"} else "loan"


def _list_options(amount: AmountDefinition) -> tuple[Option, ...]:
    if amount.min is None and amount.max is None and amount.rate_of_project is None and not amount.steps:
        return ()
    steps = amount.steps or (StepDefinition(own_share=amount.own_share),)
    return tuple(_to_option(amount, step) for step in steps)


def _to_option(amount: AmountDefinition, step: StepDefinition, *, is_counted_on: bool = True) -> Option:
    floor = max(amount.min or 0, step.min)
    limits = [limit for limit in (amount.max, step.max) if limit is not None]
    if is_counted_on and not limits and amount.rate_of_project is None:
        limits = [floor]
    return Option(
        floor=floor * CENTS,
        cap=min(limits) * CENTS if limits else None,
        share_of_cost=_to_fraction(amount.rate_of_project),
        own_share=_to_fraction(amount.own_share if step.own_share is None else step.own_share) or Fraction(0),
        cumulation_cap=_to_fraction(amount.public_aid_cap),
        needs_other_funder=step.needs_other_funder,
    )


def _to_fraction(share: float | None) -> Fraction | None:
    """The share as it is written: 0.315 is 63/200, not what a binary fraction makes of it."""
    return None if share is None else Fraction(str(share))


def _to_cents(dollars: object, *, where: str) -> int:
    """Whole cents; anything else is passed on for :class:`Project` to refuse with its place."""
    if isinstance(dollars, bool) or not isinstance(dollars, int | float) or not abs(dollars) <= 10**13:
        raise FinancingError("not-whole-cents", where=where, found=dollars)
    cents = Fraction(str(dollars)) * CENTS
    if cents.denominator != 1:
        raise FinancingError("not-whole-cents", where=where, found=dollars)
    return int(cents)


def _to_dollars(cents: int) -> int | float:
    return cents // CENTS if cents % CENTS == 0 else cents / CENTS


def _read_day(name: str, text: object) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise AidError("date-malformed", option=name, value=text) from None
