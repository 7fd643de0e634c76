"""What a partner follows: the programmes of its agreements, and their files without what is private."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Sum
from django.utils import timezone

from essor.accounts.models import Role, User
from essor.accounts.permissions import list_role_kinds
from essor.accounts.rules import ADVISER, PARTNER
from essor.cases.models import Case, CaseEvent, CaseQuerySet
from essor.cases.queries import list_visible_cases
from essor.programmes.models import Agreement, LedgerMove, Programme
from essor.programmes.queries.agreements import list_reports
from essor.programmes.queries.journeys import TOLD
from essor.programmes.queries.sittings import leave_out_conflicts
from essor.programmes.reporting import ReportDue, list_nearest
from essor.territories.lives import NEED, list_serving
from essor.territories.queries import tree_with_past
from essor.territories.queries.bodies import list_chain, read_register
from essor.territories.rules import fold

GIVEN_BACK = ("lapse", "cancel")
START = "start"
"""The need of which a body near has the mandate: see definitions/needs.yaml."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """A programme that someone follows. ``territory_codes``: where, with all that is inside; None: everywhere.
    ``agreements``: a partner's own; none for advisers, who have a page for them."""

    programme: Programme
    territory_codes: frozenset[str] | None
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardFile:
    """``since``: the day on which it entered its stage. ``offered``: in cents, what its offers hold or have paid."""

    case: Case
    since: date
    offered: int


def list_commitments(person: User, *, on: date) -> list[Commitment]:
    """All programmes for advisers; for a partner, those where an agreement bears its name, where both its role and the
    agreement are."""
    if ADVISER in list_role_kinds(person, on=on):
        return [Commitment(one, None) for one in Programme.objects.all()]
    roles = list(Role.objects.on(on).filter(user=person, kind=PARTNER, user__is_active=True))
    found: dict[Programme, list[tuple[Agreement, list[frozenset[str] | None]]]] = {}
    for agreement in Agreement.objects.select_related("programme", "target").order_by("programme__slug", "pk"):
        places = [
            _meet(_expand(role.territory_code, on), _expand(agreement.territory_code, on))
            for role in roles
            if fold(role.body) == fold(agreement.partner)
        ]
        if places:
            found.setdefault(agreement.programme, []).append((agreement, places))
    return [
        Commitment(
            programme, _join([one for _agreement, places in signed for one in places]), tuple(one for one, _p in signed)
        )
        for programme, signed in found.items()
    ]


def find_commitment(person: User, *, slug: str, on: date) -> Commitment | None:
    return next((one for one in list_commitments(person, on=on) if one.programme.slug == slug), None)


def _expand(code: str, on: date) -> frozenset[str] | None:
    return frozenset({code, *tree_with_past(on).inside([code])}) if code else None


def _meet(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    return other if one is None else one if other is None else one & other


def _join(places: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    known = [one for one in places if one is not None]
    return frozenset[str]().union(*known) if len(known) == len(places) else None


def list_board_cases(commitment: Commitment, *, person: User, on: date) -> CaseQuerySet:
    """Open files of the programme: those that an adviser may handle, or those of a partner's places; never one with
    which the person has something to do."""
    is_adviser = ADVISER in list_role_kinds(person, on=on)
    cases: CaseQuerySet = list_visible_cases(user=person, on=on) if is_adviser else Case.objects.all()
    if commitment.territory_codes is not None:
        cases = cases.filter(territory_code__in=commitment.territory_codes)
    cases = leave_out_conflicts(cases.open().filter(enrolment__programme=commitment.programme), person, on=on)
    return cases.order_by("opened_at", "pk")


def read_board_files(cases: Sequence[Case]) -> list[BoardFile]:
    """In two queries, whatever their number."""
    moves = CaseEvent.objects.filter(case__in=cases, kind__in=TOLD).order_by()
    since = dict(moves.values_list("case_id").annotate(Max("happened_at")))
    offered = _sum_offered(cases)
    return [
        BoardFile(case, timezone.localdate(since.get(case.pk, case.opened_at)), offered.get(case.pk, 0))
        for case in cases
    ]


def _sum_offered(cases: Sequence[Case]) -> Mapping[int, int]:
    moves = LedgerMove.objects.filter(offer__case__in=cases, kind__in=("offer", *GIVEN_BACK)).order_by()
    sums: dict[int, int] = {}
    for case, kind, cents in moves.values_list("offer__case_id", "kind").annotate(Sum("cents")):
        sums[case] = sums.get(case, 0) + (-int(cents) if kind in GIVEN_BACK else int(cents))
    return sums


def list_board_reports(commitment: Commitment, *, on: date) -> list[tuple[Agreement, ReportDue]]:
    """Those that the partner has to render: all that have come, and the next of each clause. In one query."""
    found = list_reports(commitment.agreements, on=on)
    kept = {
        (agreement.pk, report.key)
        for agreement in commitment.agreements
        for report in list_nearest([report for one, report in found if one == agreement])
    }
    return [(one, report) for one, report in found if (one.pk, report.key) in kept]


def list_bodies_to_ask(commitment: Commitment, *, on: date) -> list[tuple[str, str]]:
    """Slug and name of the bodies that help people start where each of the partner's agreements applies: the nearest
    over that place, else all those within it; none: it applies everywhere, or nobody has that mandate there."""
    codes = sorted({one.territory_code for one in commitment.agreements if one.territory_code})
    if not codes:
        return []
    register, tree = read_register(), tree_with_past(on)
    found = dict[str, str]()
    for code in codes:
        over, within = list_chain(code, on), sorted(tree.inside([code]))
        asked = [list_serving(register, places=one, on=on, subject_kind=NEED, subject=START) for one in (over, within)]
        found |= {one.body: register.name_of(one.body, on) for one in asked[0][:1] or asked[1]}
    return list(found.items())
