"""The agreements of a programme: who may read them, where each stands on a day, what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from essor.accounts.models import User
from essor.accounts.permissions import list_held_roles
from essor.accounts.rules import ADMINISTRATOR, ADVISER
from essor.directory.queries import end_of_day
from essor.methods.ledger import Envelope
from essor.programmes.models import Agreement, AgreementDocument, AgreementLetter, AgreementReport, Programme
from essor.programmes.queries import read_envelopes
from essor.programmes.reporting import (
    ONE_DAY,
    EnvelopeCheck,
    ReportDue,
    count_days_left,
    list_reports_due,
    read_reporting,
)
from essor.territories.queries import tree_with_past

KEEP = "keep_agreement"
MOST_LETTERS = 20


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """An agreement on a day. ``days_left``: None once it is over."""

    agreement: Agreement
    envelope: Envelope
    check: EnvelopeCheck
    reports: list[ReportDue]
    days_left: int | None

    @property
    def last_day(self) -> date:
        return self.agreement.ends_before - ONE_DAY


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """``together``: what all the agreements that serve the same part of the target promise, in cents; None where there
    is no other. ``rendered``: of each report that came, the row that counts. ``letters``: the latest first."""

    line: AgreementLine
    together: int | None
    rendered: Mapping[tuple[str, date], AgreementReport]
    documents: list[AgreementDocument]
    letters: list[AgreementLetter]


def list_readable(programme: Programme | None, *, user: User, on: date) -> list[Agreement]:
    """Those whose territory holds, or is held by, that of one of the person's roles: they make offers under them.
    ``programme`` None: of all."""
    agreements = Agreement.objects.select_related("programme", "target")
    if programme is not None:
        agreements = agreements.filter(programme=programme)
    roles = [role for role in list_held_roles(user) if role.counts_on(on)]
    if any(role.kind == ADMINISTRATOR or (role.kind == ADVISER and not role.territory_code) for role in roles):
        return list(agreements)
    codes = [role.territory_code for role in roles if role.kind == ADVISER]
    tree = tree_with_past(on)
    return list(agreements.filter(territory_code__in={"", *tree.inside(codes), *tree.above(codes)})) if codes else []


def list_lines(programme: Programme, agreements: list[Agreement], *, on: date) -> list[AgreementLine]:
    """In three queries, whatever their number."""
    envelopes, rendered = read_envelopes(programme, on=on), _read_all_rendered(agreements, on=on)
    return [_make_line(one, envelopes[one], rendered[one.pk], on=on) for one in agreements]


def list_reports(agreements: Sequence[Agreement], *, on: date) -> list[tuple[Agreement, ReportDue]]:
    """Of all these, in order of the day on which they are due. In one query."""
    rendered = _read_all_rendered(agreements, on=on)
    found = [(one, report) for one in agreements for report in _list_due(one, rendered[one.pk], on=on)]
    return sorted(found, key=lambda one: (one[1].due_on, one[0].pk))


def list_late_reports(agreements: Sequence[Agreement], *, on: date) -> list[tuple[Agreement, ReportDue]]:
    return [(one, report) for one, report in list_reports(agreements, on=on) if report.state == "late"]


def _read_all_rendered(
    agreements: Sequence[Agreement], *, on: date
) -> dict[int, dict[tuple[str, date], AgreementReport]]:
    found: dict[int, dict[tuple[str, date], AgreementReport]] = {one.pk: {} for one in agreements}
    for report in AgreementReport.objects.filter(agreement__in=agreements, recorded_at__lte=end_of_day(on)):
        _keep_latest(found[report.agreement_id], report)
    return found


def read_agreement(agreement: Agreement, *, on: date) -> AgreementPage:
    """In five queries."""
    envelopes = read_envelopes(agreement.programme, on=on)
    rendered = read_rendered(agreement, on=on)
    same = [envelope for one, envelope in envelopes.items() if one.target_id == agreement.target_id]
    letters = AgreementLetter.objects.filter(agreement=agreement).select_related("recipient").order_by("-pk")
    return AgreementPage(
        _make_line(agreement, envelopes[agreement], rendered, on=on),
        sum(envelope.promised for envelope in same) if len(same) > 1 else None,
        rendered,
        list(AgreementDocument.objects.filter(agreement=agreement)),
        list(letters[:MOST_LETTERS]),
    )


def read_rendered(agreement: Agreement, *, on: date) -> dict[tuple[str, date], AgreementReport]:
    """By clause and day, the report that counts, as it was known at the end of a day."""
    found: dict[tuple[str, date], AgreementReport] = {}
    rows = AgreementReport.objects.filter(agreement=agreement, recorded_at__lte=end_of_day(on))
    for report in rows.select_related("document", "recorded_by").order_by("pk"):
        _keep_latest(found, report)
    return found


def find_document(agreement: Agreement, pk: int) -> AgreementDocument | None:
    return AgreementDocument.objects.filter(agreement=agreement, pk=pk).first()


def _keep_latest(found: dict[tuple[str, date], AgreementReport], report: AgreementReport) -> None:
    key = (report.code, report.about_on)
    if report.rendered_on is None:
        found.pop(key, None)
    else:
        found[key] = report


def _make_line(
    agreement: Agreement, envelope: Envelope, rendered: Mapping[tuple[str, date], AgreementReport], *, on: date
) -> AgreementLine:
    floor = agreement.read_clauses().floor
    return AgreementLine(
        agreement,
        envelope,
        EnvelopeCheck(agreement.target.startups, floor, envelope.promised),
        _list_due(agreement, rendered, on=on),
        count_days_left(agreement.term, on),
    )


def _list_due(
    agreement: Agreement, rendered: Mapping[tuple[str, date], AgreementReport], *, on: date
) -> list[ReportDue]:
    clauses = read_reporting(agreement.clauses)
    return list_reports_due(clauses, term=agreement.term, rendered=rendered.keys(), on=on)
