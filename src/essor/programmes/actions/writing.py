"""What every deed shares: the agreement held, a line of the ledger, a line of the trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Sum
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import User
from essor.accounts.permissions import require
from essor.cases.actions import By, Promoter
from essor.cases.actions.writing import user_of
from essor.cases.models import Case
from essor.methods.ledger import MOVES
from essor.programmes.models import Agreement, LedgerMove, Offer
from essor.programmes.queries.sittings import find_conflicts, name_interests
from essor.programmes.rules import ProgrammeError


def require_for(case: Case, by: By, now: datetime) -> None:
    """The promoter's link opens one file, and what is offered to it. Raises ProgrammeError ``recused``."""
    if not isinstance(by, Promoter):
        require(by, "handle_cases", case.territory_code, on=timezone.localdate(now))
        require_free(by, case, now)


def require_free(by: User | None, case: Case, now: datetime) -> None:
    """Whoever has an interest in a file decides, offers and pays nothing of it. Raises ProgrammeError ``recused``."""
    if by is not None and (why := find_conflicts(by, case, on=timezone.localdate(now))):
        raise ProgrammeError("recused", why=name_interests(why))


def hold_file(case: Case) -> Case:
    """After its agreement and before any trace: always in this order, so that two deeds never wait for each other."""
    return Case.objects.select_for_update().get(pk=case.pk)


def hold_agreement(agreement: Agreement, *, on: date, now: datetime) -> Agreement:
    """The agreement, held until the deed is done: one deed at a time, its days never going back nor ahead."""
    held = Agreement.objects.select_for_update().get(pk=agreement.pk)
    last = LedgerMove.objects.filter(agreement=held).aggregate(on=Max("happened_on"))["on"]
    if last is not None and on < last:
        raise ProgrammeError("days-disordered", on=on, last=last)
    if on > timezone.localdate(now):
        raise ProgrammeError("day-to-come", on=on)
    return held


def check_part(offer: Offer, account: str, cents: int, *, code: str) -> None:
    if cents <= 0:
        raise ProgrammeError("amount-not-positive")
    if (holds := sum_of(offer, account)) < cents:
        raise ProgrammeError(code, asked=cents, holds=holds)


def move_money(
    agreement: Agreement, offer: Offer, kind: str, cents: int, *, on: date, by: By, now: datetime, **said: Any
) -> LedgerMove:
    move = write_move(
        agreement, kind, cents, offer=offer, happened_on=on, recorded_by=user_of(by), recorded_at=now, **said
    )
    trace(
        f"{kind}_offer", offer, by, now, {"cents": cents, "on": on, "approved_by": str(said.get("approved_by") or "")}
    )
    return move


def write_move(agreement: Agreement, kind: str, cents: int, **said: Any) -> LedgerMove:
    source, target = MOVES[kind]
    return LedgerMove.objects.create(
        agreement=agreement, kind=kind, source_account=source, target_account=target, cents=cents, **said
    )


def trace(action: str, target: Any, by: By, now: datetime, after: Mapping[str, Any]) -> None:
    kind = type(target).__name__.lower()
    record_event(
        action=action, target_kind=kind, target_id=str(target), by=user_of(by), now=now, after=after,
        label="promoter" if isinstance(by, Promoter) else "console",
    )  # fmt: skip


def sum_of(offer: Offer, account: str) -> int:
    """What an offer still holds in an account, in cents."""
    entered, left = (
        LedgerMove.objects.filter(offer=offer, **{side: account}).aggregate(cents=Sum("cents"))["cents"] or 0
        for side in ("target_account", "source_account")
    )
    return entered - left
