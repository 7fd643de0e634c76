"""What advisers have to do in programmes: files, news, offers, payments and sittings, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from essor.accounts.models import User
from essor.cases.models import CaseQuerySet
from essor.cases.queries import Desk, list_visible_cases, read_desk
from essor.methods.loans import LoanStanding
from essor.programmes.models import (
    Agreement,
    LedgerMove,
    Offer,
    PaymentRequest,
    Programme,
    Sitting,
    SittingItem,
)
from essor.programmes.queries.agreements import list_late_reports, list_readable
from essor.programmes.queries.following import OwedNews, list_owed
from essor.programmes.queries.loans import Loan, list_late_loans
from essor.programmes.queries.sittings import COMMITTEE_STAGE, leave_out_conflicts
from essor.programmes.reporting import ReportDue

SOON = timedelta(days=14)
"""An offer about to end, a sitting to come."""
MOST_LISTED, MOST_FILES = 50, 150


@dataclass(frozen=True, slots=True)
class WaitingSitting:
    """``files``: how many of the person's it hears. ``is_decided``: nothing is left but to adopt its minutes."""

    sitting: Sitting
    files: int
    is_decided: bool


@dataclass(frozen=True, slots=True)
class ProgrammeDesk:
    """``offers``: those that nobody answered, ended or about to. ``payments``: those that wait for a second person.
    ``sittings``: those to come, and those past whose minutes are not adopted.
    ``loans``: those with something in arrears, closed files included. ``reports``: those late of the agreements that
    the person may read; none where only one's own files are asked for. ``counts``: open files by programme.

    ``files`` holds at most ``MOST_FILES``, each other list ``MOST_LISTED``, what presses most first.
    """

    files: Desk
    owed: list[OwedNews]
    offers: list[Offer]
    payments: list[PaymentRequest]
    sittings: list[WaitingSitting]
    loans: list[tuple[Loan, LoanStanding]]
    reports: list[tuple[Agreement, ReportDue]]
    counts: list[tuple[Programme, int]]


def read_programme_desk(
    *, person: User, on: date, programme: Programme | None = None, is_mine: bool = False
) -> ProgrammeDesk:
    """Of the files that the person may handle and has nothing to do with. ``programme`` None: all of them."""
    every = leave_out_conflicts(list_visible_cases(user=person, on=on).filter(enrolment__isnull=False), person, on=on)
    chosen = every.filter(enrolment__programme=programme) if programme else every
    cases = chosen.filter(assigned_to=person) if is_mine else chosen
    agreements = [] if is_mine else list_readable(programme, user=person, on=on)
    return ProgrammeDesk(
        files=read_desk(user=person, on=on, among=cases, most=MOST_FILES),
        owed=list_owed(cases, on=on, most=MOST_LISTED),
        offers=_list_offers(cases, on=on),
        payments=list(
            PaymentRequest.objects.filter(offer__case__in=cases, move=None, dropped_at=None)
            .select_related("offer", "offer__case", "asked_by")
            .order_by("asked_at", "pk")[:MOST_LISTED]
        ),
        sittings=_list_sittings(cases),
        loans=list_late_loans(cases, on=on, most=MOST_LISTED),
        reports=list_late_reports(agreements, on=on)[:MOST_LISTED],
        counts=_count_files(every),
    )


def _list_offers(cases: CaseQuerySet, *, on: date) -> list[Offer]:
    answered = LedgerMove.objects.filter(offer=OuterRef("pk"), kind__in=("accept", "lapse"))
    waiting = Offer.objects.filter(~Exists(answered), case__in=cases, expires_on__lte=on + SOON)
    return list(waiting.select_related("case", "agreement").order_by("expires_on", "pk")[:MOST_LISTED])


def _list_sittings(cases: CaseQuerySet) -> list[WaitingSitting]:
    waiting = Q(case__closed_at=None) & (Q(case__stage=COMMITTEE_STAGE) | Q(case__came_from=COMMITTEE_STAGE))
    undecided = SittingItem.objects.filter(waiting, sitting=OuterRef("pk"), result="")
    sittings = Sitting.objects.filter(items__case__in=cases, adopted_at=None).select_related("programme")
    counted = sittings.annotate(files=Count("items", distinct=True), is_decided=~Exists(undecided))
    rows = counted.order_by("held_on", "pk")[:MOST_LISTED]
    return [WaitingSitting(one, one.files, one.is_decided) for one in rows]


def _count_files(cases: CaseQuerySet) -> list[tuple[Programme, int]]:
    counted = dict(cases.open().order_by().values_list("enrolment__programme").annotate(Count("pk")))
    return [(one, counted.get(one.pk, 0)) for one in Programme.objects.all()]
