"""The funding stack of a file: the programme's own offers from the ledger, the others as they were said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from essor.aid.planning import read_caps
from essor.aid.queries import list_programmes
from essor.cases.models import Case
from essor.directory.rules import fold
from essor.knowledge.reading import Bilingual
from essor.methods.funding import (
    CONDITIONAL,
    CONFIRMED,
    NEXT,
    OPEN,
    PAID,
    REPAYABLE,
    Check,
    Share,
    Stack,
    Standing,
    Step,
    follow_all,
    stack_shares,
)
from essor.methods.ledger import ACCEPTED, OFFERED
from essor.programmes.models import FundingShare, FundingStep
from essor.programmes.queries import to_dollars
from essor.programmes.queries.files import OfferLine, StartupFile, read_file

BY_HAND = ("bursary", "grant", "loan", "gift", "own_cash", "in_kind")
OFFERABLE = frozenset({"bursary", "grant", "loan"})
"""What the programme itself may offer, and which then comes from the ledger."""


@dataclass(frozen=True, slots=True)
class ShareLine:
    """``row`` None: an offer of the programme, which is in ``offer``. ``steps``: all its states, in order."""

    share: Share
    funder: str
    row: FundingShare | None = None
    steps: list[FundingStep] = field(default_factory=list)
    offer: OfferLine | None = None

    @property
    def moves(self) -> tuple[str, ...]:
        return () if self.row is None else NEXT[self.share.standing.status]

    @property
    def is_live(self) -> bool:
        return self.share.standing.cents > 0


@dataclass(frozen=True, slots=True)
class FundingFile:
    """``aid_names``: of the catalogue, by slug."""

    file: StartupFile
    lines: list[ShareLine]
    stack: Stack
    aid_names: Mapping[str, Bilingual]

    @property
    def case(self) -> Case:
        return self.file.case


def read_funding(case: Case) -> FundingFile:
    """In eight queries at most, whatever its number of shares."""
    file = read_file(case)
    lines = [line for offer in file.offers for line in _read_offer(offer)]
    rows = list(FundingShare.objects.filter(case=case))
    steps: dict[int, list[FundingStep]] = {row.pk: [] for row in rows}
    for step in FundingStep.objects.filter(share__case=case).select_related("recorded_by").order_by("pk"):
        steps[step.share_id].append(step)
    lines += [_read_share(row, steps[row.pk]) for row in rows]
    catalogue = {one.slug: one.definition for one in list_programmes()}
    used = {line.share.aid for line in lines} & set(catalogue)
    cost = file.enrolment.cost_cents if file.enrolment else None
    stack = stack_shares(cost, [line.share for line in lines], {slug: read_caps(catalogue[slug]) for slug in used})
    return FundingFile(file, lines, stack, {slug: one.name for slug, one in catalogue.items()})


def _read_share(row: FundingShare, steps: list[FundingStep]) -> ShareLine:
    standing = follow_all(Step(step.status, step.cents) for step in steps)
    share = Share(
        id=str(row.pk), funder=fold(row.funder), instrument=row.instrument, standing=standing,
        is_public=row.is_public, aid=row.aid, is_other=row.is_other,
    )  # fmt: skip
    return ShareLine(share, row.funder, row, steps)


def _read_offer(line: OfferLine) -> list[ShareLine]:
    """Given and lent apart; together where only some of both has moved, since the ledger does not say which. What was
    lent and repaid was brought all the same. What is accepted is sure once its conditions are met."""
    offer, holds = line.offer, line.holds
    accepted = CONDITIONAL if line.has_unmet else CONFIRMED
    standing = Standing(accepted if holds[ACCEPTED] else PAID, holds[ACCEPTED], line.paid_out)
    if holds[OFFERED]:
        standing = Standing(CONDITIONAL, holds[OFFERED])
    if not standing.cents:
        return []
    parts = {"grant": offer.grant_cents, "loan": offer.loan_cents}
    given = {name: cents for name, cents in parts.items() if cents}
    is_whole = standing.cents == offer.cents and not (standing.rest and standing.paid)
    if len(given) == 1:
        found = dict.fromkeys(given, standing)
    elif is_whole:
        found = {
            name: Standing(standing.status, cents, 0) if standing.rest else Standing(standing.status, 0, cents)
            for name, cents in given.items()
        }
    else:
        found = {"grant_and_loan": standing}
    partner = offer.agreement.partner
    return [
        ShareLine(
            Share(
                id=f"offer-{offer.pk}-{name}", funder=fold(partner), instrument=name, standing=one,
                is_public=offer.agreement.read_clauses().is_public, from_ledger=True,
            ),
            partner,
            offer=line,
        )
        for name, one in found.items()
    ]  # fmt: skip


def export_funding(funding: FundingFile) -> dict[str, Any]:
    """What the promoter takes away: amounts in dollars; None is not known."""
    stack = funding.stack
    return {
        "cost_cad": _say(stack.cost),
        "total_cad": to_dollars(stack.total),
        "missing_cad": _say(stack.missing),
        "cash_cad": {status: to_dollars(stack.cash[status]) for status in OPEN},
        "in_kind_cad": {status: to_dollars(stack.in_kind[status]) for status in OPEN},
        "shares": [_export_line(line) for line in funding.lines],
        "caps": [_export_check(check) for check in stack.checks],
    }


def _export_line(line: ShareLine) -> dict[str, Any]:
    share = line.share
    return {
        "funder": line.funder,
        "instrument": share.instrument,
        "aid": share.aid,
        "status": share.standing.status,
        "amount_cad": to_dollars(share.standing.cents),
        "paid_cad": to_dollars(share.standing.paid),
        "is_public": share.is_public,
        "is_repayable": REPAYABLE[share.instrument],
        "is_offer": share.from_ledger,
        "history": [
            {"status": step.status, "cad": to_dollars(step.cents), "at": step.recorded_at.isoformat()}
            for step in line.steps
        ],
    }


def _export_check(check: Check) -> dict[str, Any]:
    return {
        "aid": check.aid, "rule": check.code, "state": check.state, "limit_cad": _say(check.limit),
        "over_cad": to_dollars(check.over), "excludes": check.other,
    }  # fmt: skip


def _say(cents: int | None) -> int | float | None:
    return None if cents is None else to_dollars(cents)
