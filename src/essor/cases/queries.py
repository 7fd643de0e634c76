"""Reads of cases: a desk in a fixed number of queries, a case with all that hangs on it, the usual time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from essor.accounts.models import User
from essor.accounts.permissions import list_held_roles
from essor.accounts.rules import ADMINISTRATOR, ADVISER
from essor.cases.access import hash_token, opens
from essor.cases.hanging import leave_out_barred, list_hangings
from essor.cases.models import Case, CaseDocument, CaseEvent, CaseLetter, CaseMessage, CaseQuerySet, CaseTask
from essor.cases.rules import CaseError, Usual, summarise_usual
from essor.methods.business_days import add_business_days, count_business_days
from essor.territories.models import TerritoryPeriod
from essor.territories.queries import tree_with_past
from essor.territories.rules import fold

MOST_ON_DESK = 500
SOON_DAYS = 2
USUAL_DAYS = 2 * 365
MOST_FOR_USUAL = 500


def get_case(*, reference: str) -> Case:
    return Case.objects.select_related("assigned_to", "organisation").get(reference=reference)


def find_case_by_token(*, token: str) -> Case | None:
    """The case that a promoter's link opens; none once it is erased."""
    case = Case.objects.select_related("assigned_to").filter(access_hash=hash_token(token)).first()
    return case if case and case.erased_at is None and opens(token, case.access_hash) else None


def find_place(*, text: str, on: date) -> str:
    """The code of the place that bears this name, or this code, on that day: the narrowest kind that has it.

    Raises CaseError: ``place_unknown``, ``place_ambiguous``.
    """
    wanted, found = fold(text), list[TerritoryPeriod]()
    for period in TerritoryPeriod.objects.on(on).select_related("territory"):
        if period.territory.code == text.strip():
            return period.territory.code
        if wanted and wanted in {fold(period.name), fold(period.name_en)}:
            found.append(period)
    if not found:
        raise CaseError("place_unknown", place=text)
    kinds = ("municipality", "mrc", "region", "province", "country")
    narrowest = min(kinds.index(period.territory.kind) for period in found)
    kept = [period for period in found if kinds.index(period.territory.kind) == narrowest]
    if len(kept) > 1:
        allowed = [f"{one.name} ({one.territory.code})" for one in kept]
        raise CaseError("place_ambiguous", place=text, allowed=allowed)
    return kept[0].territory.code


def list_place_names(*, on: date) -> list[str]:
    """The names of municipalities, to be proposed while one writes."""
    municipalities = TerritoryPeriod.objects.on(on).filter(territory__kind="municipality")
    return sorted(set(municipalities.values_list("name", flat=True)), key=fold)


@dataclass(slots=True)
class Desk:
    """An adviser's open cases, each in one list: what passed its term first, the oldest first.

    ``is_cut``: there are more than a page holds; those whose term is furthest are left out.
    """

    late: list[Case] = field(default_factory=list)
    to_take: list[Case] = field(default_factory=list)
    today: list[Case] = field(default_factory=list)
    waiting: list[Case] = field(default_factory=list)
    later: list[Case] = field(default_factory=list)
    is_cut: bool = False

    @property
    def total(self) -> int:
        return sum(len(found) for found in (self.late, self.to_take, self.today, self.waiting, self.later))


def list_visible_cases(*, user: User, on: date) -> CaseQuerySet:
    """The cases of the places that the person's roles of the day cover."""
    roles = [role for role in list_held_roles(user) if role.counts_on(on)]
    cases = Case.objects.select_related("assigned_to")
    if any(role.kind == ADMINISTRATOR or (role.kind == ADVISER and not role.territory_code) for role in roles):
        return cases
    codes = [role.territory_code for role in roles if role.kind == ADVISER]
    inside = {*codes, *tree_with_past(on).inside(codes)} if codes else set[str]()
    return cases.filter(territory_code__in=inside)


def read_desk(
    *, user: User, on: date, is_mine: bool = False, search: str = "", among: CaseQuerySet | None = None,
    most: int | None = None,
) -> Desk:  # fmt: skip
    """``is_mine``: those that the person has in charge, and those that nobody has. ``among``: the only ones to look at
    (None: all that the person may see). ``most``: those whose term is nearest
    (None: as many as a page holds)."""
    most = MOST_ON_DESK if most is None else most
    seen = leave_out_barred(list_visible_cases(user=user, on=on), user, on=on) if among is None else among
    cases: QuerySet[Case] = seen.open().order_by("due_on", "opened_at", "pk")
    if is_mine:
        cases = cases.filter(Q(assigned_to=user) | Q(assigned_to=None))
    cases, desk, soon = _search(cases, search), Desk(), add_business_days(on, SOON_DAYS)
    found = list(cases[: most + 1])
    desk.is_cut = len(found) > most
    for case in found[:most]:
        _choose_list(desk, case, on=on, soon=soon).append(case)
    return desk


def _choose_list(desk: Desk, case: Case, *, on: date, soon: date) -> list[Case]:
    if case.assigned_to_id is None:
        return desk.to_take
    if case.due_on is not None and case.due_on < on:
        return desk.late
    if case.waiting_since is not None:
        return desk.waiting
    return desk.today if case.due_on is not None and case.due_on <= soon else desk.later


def list_closed(*, user: User, on: date, search: str = "") -> QuerySet[Case]:
    seen = leave_out_barred(list_visible_cases(user=user, on=on), user, on=on)
    return _search(seen.closed().order_by("-closed_at", "-pk"), search)


def _search(cases: QuerySet[Case], search: str) -> QuerySet[Case]:
    words = search.strip()
    return cases.filter(Q(reference__iexact=words) | Q(promoter_name__icontains=words)) if words else cases


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case and all that hangs on it. ``minutes``: the time noted by advisers. ``unsent``: letters that wait."""

    case: Case
    messages: list[CaseMessage]
    events: list[CaseEvent]
    tasks: list[CaseTask]
    documents: list[CaseDocument]
    minutes: int
    unsent: int


def read_case_page(*, case: Case) -> CasePage:
    messages = list(CaseMessage.objects.filter(case=case).select_related("author"))
    return CasePage(
        case,
        messages,
        list(CaseEvent.objects.filter(case=case).select_related("actor")),
        list(CaseTask.objects.filter(case=case).select_related("done_by").order_by("done_at", "due_on", "pk")),
        list(CaseDocument.objects.filter(case=case).select_related("deposited_by")),
        sum(message.minutes or 0 for message in messages),
        CaseLetter.objects.filter(case=case, sent_at=None).count(),
    )


def export_case(*, page: CasePage) -> dict[str, Any]:
    """What a promoter gave or was told, in a common format: the right to portability (RLRQ, c. P-39.1, s. 27)."""
    case = page.case
    return {
        "reference": case.reference,
        "need": case.need,
        "place": case.territory_code,
        "name": case.promoter_name,
        "email": case.promoter_email,
        "phone": case.promoter_phone,
        "answers": case.profile,
        "consent_at": case.consent_at.isoformat() if case.consent_at else None,
        "opened_at": case.opened_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "stage": case.stage,
        "outcome": {"code": case.outcome_code, "words": case.outcome_words} if case.outcome_code else None,
        "messages": [
            {"from": message.party, "written_at": message.written_at.isoformat(), "text": message.text}
            for message in page.messages
            if not message.is_note
        ],
        "documents": [
            {
                "name": document.name,
                "version": document.version,
                "sha256": document.sha256,
                "size": document.size,
                "retention": document.retention,
                "is_removed": document.removed_at is not None,
            }
            for document in page.documents
        ],
        **{hanging.code: hanging.export(case) for hanging in list_hangings()},
    }


def get_task(*, case: Case, pk: int) -> CaseTask:
    return CaseTask.objects.select_related("case").get(case=case, pk=pk)


def get_document(*, case: Case, pk: int) -> CaseDocument:
    return CaseDocument.objects.get(case=case, pk=pk)


def measure_usual(*, workflow: str, now: datetime) -> Usual | None:
    """Business days from a request to its first answer, among the files that closed in the last two years."""
    closed = Case.objects.closed().filter(workflow=workflow, closed_at__gt=now - timedelta(days=USUAL_DAYS))
    rows = closed.exclude(answered_at=None).order_by("-closed_at").values_list("opened_at", "answered_at")
    days = [
        count_business_days(timezone.localdate(opened_at), timezone.localdate(answered_at))
        for opened_at, answered_at in rows[:MOST_FOR_USUAL]
        if answered_at is not None
    ]
    return summarise_usual(days)


def are_reminders_asleep(*, on: date) -> bool:
    """A case has been late for a week and nothing told anyone: nobody runs ``./essor daily``."""
    told = CaseEvent.objects.filter(
        case=OuterRef("pk"), kind__in=["reminded", "escalated"], happened_at__date__gt=OuterRef("due_on")
    )
    return Case.objects.open().filter(~Exists(told), due_on__lt=on - timedelta(days=7)).exists()


def count_unsent_letters() -> int:
    return CaseLetter.objects.filter(sent_at=None).exclude(failure="").count()
