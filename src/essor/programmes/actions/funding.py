"""What a project costs, and what others than the programme bring to it: said, then moved from state to state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from essor.aid.queries import find_programme
from essor.cases.actions import By, Promoter
from essor.cases.actions.writing import add_event, hold_case, party_of, user_of, workflow_of
from essor.cases.models import Case, CaseEvent
from essor.directory.rules import fold
from essor.methods.funding import (
    ENDS,
    MISTAKEN,
    NOWHERE,
    OWN_CASH,
    FundingError,
    Share,
    Standing,
    Step,
    check_cents,
    check_twice,
    follow,
)
from essor.programmes.actions.writing import require_free
from essor.programmes.models import Agreement, Enrolment, FundingShare, FundingStep
from essor.programmes.queries.funding import BY_HAND, OFFERABLE, read_funding
from essor.programmes.queries.sittings import COMMITTEE_STAGE
from essor.programmes.rules import NewShare, ProgrammeError, has_reached

MOST_SHARES, MOST_STEPS = 60, 600
"""Of one file: whoever holds a link writes without an account."""


@transaction.atomic
def set_project_cost(*, case: Case, cents: int, by: By, now: datetime) -> Enrolment:
    """What the project costs in money. Raises ProgrammeError: ``funding-not-enrolled``, ``funding-locked``,
    ``amount-not-positive``, ``amount-too-large``, ``shares-full``; CaseError ``case_closed``."""
    held, enrolment = _hold(case, by=by, now=now)
    _refuse(check_cents, cents)
    if cents == enrolment.cost_cents:
        return enrolment
    if held.events.filter(kind=CaseEvent.Kind.PROGRAMME, facts__deed="project_cost").count() >= MOST_STEPS:
        raise ProgrammeError("shares-full", most=MOST_SHARES)
    was, enrolment.cost_cents = enrolment.cost_cents, cents
    enrolment.save(update_fields=["cost_cents"])
    _tell(held, {"deed": "project_cost", "cents": cents, "was": was}, by=by, now=now)
    return enrolment


@transaction.atomic
def add_share(*, case: Case, said: NewShare, words: str = "", by: By, now: datetime) -> FundingShare:
    """Raises ProgrammeError: ``funding-not-enrolled``, ``funding-locked``, ``share-unclear``, ``share-aid-unknown``,
    ``share-in-ledger``, ``share-twice``, ``step-not-from-here``, ``amount-not-positive``, ``amount-too-large``,
    ``shares-full``; CaseError ``case_closed``."""
    held, enrolment = _hold(case, by=by, now=now)
    funder, is_public = _find_funder(said)
    step = Step(said.status, said.cents)
    standing = _refuse(follow, NOWHERE, step)
    partners = Agreement.objects.filter(programme_id=enrolment.programme_id).values_list("partner", flat=True)
    if said.instrument in OFFERABLE and not said.is_other and fold(funder) in map(fold, partners):
        raise ProgrammeError("share-in-ledger", funder=funder)
    lines = read_funding(held).lines
    _refuse_more(len(lines), sum(len(line.steps) for line in lines))
    new = Share(
        id="", funder=fold(funder), instrument=said.instrument, standing=standing, is_other=said.is_other
    )  # fmt: skip
    _refuse(check_twice, [*(line.share for line in lines), new], funder=funder)
    share = FundingShare.objects.create(
        case=held, funder=funder, aid=said.aid, instrument=said.instrument, is_public=is_public,
        is_other=said.is_other, added_at=now,
    )  # fmt: skip
    _record(share, step, words=words, case=held, by=by, now=now)
    return share


@transaction.atomic
def move_share(
    *, share: FundingShare, status: str, cents: int | None = None, words: str = "", by: By, now: datetime
) -> FundingStep:
    """``cents`` None: all that it stands at; an end always takes all away. Raises ProgrammeError:
    ``funding-not-enrolled``, ``funding-locked``, ``step-not-from-here``, ``paid-over``, ``amount-not-positive``,
    ``amount-too-large``, ``shares-full``; CaseError ``case_closed``."""
    held, _enrolment = _hold(share.case, by=by, now=now)
    lines = read_funding(held).lines
    _refuse_more(0, sum(len(line.steps) for line in lines))
    standing = next(line.share.standing for line in lines if line.row == share)
    step = Step(status, _find_cents(standing, status, cents))
    _refuse(follow, standing, step)
    return _record(share, step, words=words, case=held, by=by, now=now)


def _hold(case: Case, *, by: By, now: datetime) -> tuple[Case, Enrolment]:
    """The file, held; the promoter writes until it is before the committee, an adviser while free of any interest."""
    held = hold_case(case, by=by, now=now)
    require_free(user_of(by), held, now)
    enrolment = Enrolment.objects.filter(case=held).first()
    if enrolment is None:
        raise ProgrammeError("funding-not-enrolled")
    if isinstance(by, Promoter) and is_locked(held):
        raise ProgrammeError("funding-locked")
    return held, enrolment


def is_locked(case: Case) -> bool:
    """Whether the promoter no longer changes the stack of their file."""
    return has_reached(workflow_of(case), case.came_from or case.stage, COMMITTEE_STAGE)


def _find_funder(said: NewShare) -> tuple[str, bool | None]:
    """Who brings it, and whether that is public money."""
    if said.instrument not in BY_HAND:
        raise ProgrammeError("share-unclear")
    if said.instrument == OWN_CASH:
        return "", False
    if said.aid:
        programme = find_programme(said.aid)
        if programme is None:
            raise ProgrammeError("share-aid-unknown", aid=said.aid)
        return programme.definition.provider[:200], programme.definition.is_public
    if not fold(said.funder):
        raise ProgrammeError("share-unclear")
    return " ".join(said.funder.split())[:200], said.is_public


def _find_cents(standing: Standing, status: str, cents: int | None) -> int:
    if status == MISTAKEN:
        return standing.cents
    return standing.rest if status in ENDS or cents is None else cents


def _refuse_more(shares: int, steps: int) -> None:
    if shares >= MOST_SHARES or steps >= MOST_STEPS:
        raise ProgrammeError("shares-full", most=MOST_SHARES)


def _refuse(check: Any, *given: Any, **known: Any) -> Any:
    """``known``: facts as they were typed, which the method knows folded."""
    try:
        return check(*given)
    except FundingError as error:
        raise ProgrammeError(error.code, **{**error.facts, **known}) from error


def _record(share: FundingShare, step: Step, *, words: str, case: Case, by: By, now: datetime) -> FundingStep:
    row = FundingStep.objects.create(
        share=share, status=step.status, cents=step.cents, party=party_of(by), recorded_by=user_of(by), recorded_at=now
    )
    facts = {"deed": "fund", "share": share.pk, "instrument": share.instrument, "status": step.status}
    _tell(case, facts | {"cents": step.cents}, by=by, now=now, words=words)
    return row


def _tell(case: Case, facts: Mapping[str, Any], *, by: By, now: datetime, words: str = "") -> None:
    add_event(case, CaseEvent.Kind.PROGRAMME, by=by, now=now, words=words.strip(), facts=dict(facts))
