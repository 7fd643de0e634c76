"""Where a programme stands: its targets and what of them is entrusted to nobody yet, the money of each partner."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from essor.methods.ledger import NOTHING, Envelope, sum_envelope
from essor.programmes.models import Agreement, LedgerMove, Programme, Target
from essor.programmes.rules import CENTS, ProgrammeError


@dataclass(frozen=True, slots=True)
class TargetLine:
    """``depth``: 0 for the whole. ``unallocated``: what its parts do not take; all of it, without parts, unless an
    agreement serves it."""

    target: Target
    depth: int
    unallocated: int
    is_served: bool = False


def get_programme(slug: str) -> Programme:
    """Raises ProgrammeError ``programme-unknown``."""
    programme = Programme.objects.filter(slug=slug).first()
    if programme is None:
        known = ", ".join(Programme.objects.values_list("slug", flat=True))
        raise ProgrammeError("programme-unknown", slug=slug, known=known)
    return programme


def list_targets(programme: Programme) -> list[TargetLine]:
    """The tree, each part after what it is a part of."""
    served = set(Agreement.objects.filter(programme=programme).values_list("target_id", flat=True))
    parts: dict[int | None, list[Target]] = {}
    for target in Target.objects.filter(programme=programme):
        parts.setdefault(target.parent_id, []).append(target)

    def walk(target: Target, depth: int) -> list[TargetLine]:
        under = parts.get(target.pk, [])
        taken = sum(part.startups for part in under) if under or target.pk not in served else target.startups
        left = target.startups - taken
        return [
            TargetLine(target, depth, left, target.pk in served),
            *(line for part in under for line in walk(part, depth + 1)),
        ]

    return [line for whole in parts.get(None, []) for line in walk(whole, 0)]


def read_envelopes(programme: Programme, *, on: date) -> Mapping[Agreement, Envelope]:
    """Each agreement's money at the end of a day, in cents. The database sums: two queries, whatever the moves."""
    agreements = list(Agreement.objects.filter(programme=programme).select_related("target"))
    sums: dict[int, dict[str, int]] = {agreement.pk: {} for agreement in agreements}
    rows = LedgerMove.objects.filter(agreement__programme=programme, happened_on__lte=on).order_by()
    for number, kind, cents in rows.values_list("agreement_id", "kind").annotate(Sum("cents")):
        sums[number][kind] = int(cents)
    return {agreement: sum_envelope(sums[agreement.pk]) for agreement in agreements}


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One side of a move, in cents: a sum enters an account (``debit``) or leaves it (``credit``). ``received_on``: of
    a payment on a loan, the day when the money came; None: of anything else, where only ``on`` is known."""

    entry: int
    on: date
    agreement: str
    reference: str
    kind: str
    account: str
    debit: int
    credit: int
    received_on: date | None = None


def read_journal(programme: Programme, *, first: date, last: date, closed: Collection[int] = ()) -> list[JournalLine]:
    """Both sides of each move of these days, in the order in which they were written; ``reference``: of the file, empty
    for those whose numbers are in ``closed``."""
    rows = LedgerMove.objects.filter(agreement__programme=programme, happened_on__range=(first, last)).order_by("pk")
    lines = []
    for number, on, agreement, case, reference, kind, source, target, cents, *came in rows.values_list(
        "pk", "happened_on", "agreement__code", "offer__case_id", "offer__case__reference", "kind", "source_account",
        "target_account", "cents", "loan_principal__received_on", "loan_interest__received_on",
    ):  # fmt: skip
        received_on = next((day for day in came if day), None)
        for account, debit, credit in ((target, cents, 0), (source, 0, cents)):
            named = (number, on, agreement, "" if case in closed else reference or "", kind, account)
            lines.append(JournalLine(*named, debit, credit, received_on))
    return lines


def read_day(text: str) -> date:
    """Raises ProgrammeError ``date-malformed``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ProgrammeError("date-malformed", value=text) from None


def sum_envelopes(envelopes: Sequence[Envelope]) -> Envelope:
    total = NOTHING
    for one in envelopes:
        total += one
    return total


def answer_envelope(envelope: Envelope) -> dict[str, int | float]:
    """In dollars: whole where there are no cents."""
    names = ("promised", "offered", "accepted", "paid", "recovered", "free")
    return {name: to_dollars(getattr(envelope, name)) for name in names}


def to_dollars(cents: int) -> int | float:
    return cents // CENTS if cents % CENTS == 0 else cents / CENTS
