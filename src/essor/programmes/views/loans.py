"""The loan of an offer, one page for both sides; the loans and the journal of a programme."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, may, open_to
from essor.cases.forms import CaseForm
from essor.cases.models import Case
from essor.cases.views.private import do_or, keep_private, language_of_page
from essor.design.wording import write_day
from essor.programmes import actions
from essor.programmes.journal import write_journal
from essor.programmes.loan_forms import ReceiveForm, TakeBackForm, TermsForm
from essor.programmes.loan_pictures import (
    build_loans_table,
    build_receipts_table,
    build_schedule_tables,
    say_sums,
    say_terms,
)
from essor.programmes.models import LoanSchedule, Offer
from essor.programmes.queries import read_day, read_journal
from essor.programmes.queries.loans import Loan, find_loan_offer, list_loans, read_loan
from essor.programmes.queries.sittings import list_closed_to
from essor.programmes.rules import ProgrammeError
from essor.programmes.views.asking import find_programme
from essor.programmes.views.sides import REFUSALS, Deed, Side, open_to_adviser, open_to_both
from essor.programmes.wording import explain, write_cents

DEEDS = ("agree", "approve", "drop", "receive", "take_back")


@open_to_both()
def show(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    return _show(request, side, _find_offer(side.case, pk))


def _find_offer(case: Case, pk: int) -> Offer:
    offer = find_loan_offer(case, pk)
    if offer is None:
        raise Http404(_("Aucun prêt accepté de ce dossier ne porte ce numéro."))
    return offer


def _show(request: HttpRequest, side: Side, offer: Offer, sent: CaseForm | None = None) -> HttpResponse:
    """``sent``: a form that was refused."""
    loan, is_promoter, today = read_loan(offer), side.is_promoter, timezone.localdate()
    table, folded = build_schedule_tables(loan, on=today)
    forms = {sent.name: sent} if sent else {}
    context = {
        "case": offer.case,
        "is_promoter": is_promoter,
        "back": side.lead("programme"),
        "lede": _say_lede(loan),
        "sums": say_sums(loan, on=today),
        "table": table,
        "folded": folded,
        "receipts": build_receipts_table(loan),
        "sent": sent.name if sent else "",
        "waits": _tell_waiting(loan, side) if loan.waiting else None,
        "terms_form": None,
        "receive_form": None,
        "take_back_form": None,
        "deeds": {},
    }
    if not is_promoter:
        context["deeds"] = {deed: side.lead(f"loan_{deed}", offer.pk) for deed in DEEDS}
        if loan.waiting is None and loan.principal_left > 0:
            context["terms_form"] = forms.get("terms") or TermsForm(today=today)
        standing = loan.stand(today)
        if standing is not None and standing.left:
            context["receive_form"] = forms.get("receive") or ReceiveForm(today=today)
        if loan.list_kept(schedule=loan.schedule):
            context["take_back_form"] = forms.get("take_back") or _take_back_form(loan)
    return render(request, "programmes/loan.html", context, status=400 if sent else 200)


def _say_lede(loan: Loan) -> str:
    if loan.schedule is None:
        return _("L’échéancier n’est pas encore convenu : ce qui est dû, et quand, n’est pas connu.")
    return say_terms(loan.schedule)


def _tell_waiting(loan: Loan, side: Side) -> dict[str, Any]:
    schedule = cast(LoanSchedule, loan.waiting)
    may_approve = not side.is_promoter and schedule.made_by_id != side.adviser.pk
    return {"schedule": schedule, "terms": say_terms(schedule), "may_approve": may_approve}


def _take_back_form(loan: Loan, data: Any = None) -> TakeBackForm:
    """Of the payments under the schedule in force, the latest first."""
    said = _("{amount}, reçus le {day}")
    kept = [
        (one.pk, said.format(amount=write_cents(one.cents), day=write_day(one.received_on)))
        for one in reversed(loan.list_kept(schedule=loan.schedule))
    ]
    return TakeBackForm(data, receipts=kept)


def _do(request: HttpRequest, side: Side, offer: Offer, form: CaseForm, deed: Deed, done: str) -> HttpResponse:
    return do_or(
        lambda: _show(request, side, offer, form), request, form, deed, done, address=side.lead("loan", offer.pk),
        refusals=REFUSALS,
    )  # fmt: skip


@open_to_adviser("programme")
def agree(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    offer, now = _find_offer(side.case, pk), timezone.now()
    form = TermsForm(request.POST, today=timezone.localdate(now))

    def deed(said: dict[str, Any]) -> None:
        actions.agree_schedule(offer=offer, said=form.read(), words=said["words"], by=side.adviser, now=now)

    return _do(request, side, offer, form, deed, _("L’échéancier est inscrit."))


@open_to_adviser("programme")
def approve(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    offer, now = _find_offer(side.case, pk), timezone.now()
    schedule = _find_waiting(offer)

    def deed(_said: dict[str, Any]) -> None:
        actions.approve_schedule(schedule=schedule, by=side.adviser, now=now)

    return _do(request, side, offer, CaseForm(request.POST), deed, _("L’échéancier est approuvé."))


@open_to_adviser("programme")
def drop(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    offer, now = _find_offer(side.case, pk), timezone.now()
    schedule = _find_waiting(offer)

    def deed(_said: dict[str, Any]) -> None:
        actions.drop_schedule(schedule=schedule, by=side.adviser, now=now)

    return _do(request, side, offer, CaseForm(request.POST), deed, _("Cet échéancier est écarté."))


def _find_waiting(offer: Offer) -> LoanSchedule:
    waiting = read_loan(offer).waiting
    if waiting is None:
        raise Http404(_("Aucun échéancier de ce prêt n’attend une autre personne."))
    return waiting


@open_to_adviser("programme")
def receive(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    offer, now = _find_offer(side.case, pk), timezone.now()
    form = ReceiveForm(request.POST, today=timezone.localdate(now))

    def deed(said: dict[str, Any]) -> None:
        actions.receive_payment(
            offer=offer,
            cents=form.read_cents(),
            received_on=said["received_on"],
            words=said["words"],
            by=side.adviser,
            now=now,
        )

    return _do(request, side, offer, form, deed, _("Le paiement est inscrit."))


@open_to_adviser("programme")
def take_back(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    offer, now = _find_offer(side.case, pk), timezone.now()
    loan = read_loan(offer)
    form = _take_back_form(loan, request.POST)

    def deed(said: dict[str, Any]) -> None:
        receipt = next(one for one in loan.receipts if one.pk == said["receipt"])
        actions.take_back(receipt=receipt, words=said["words"], by=side.adviser, now=now)

    return _do(request, side, offer, form, deed, _("Ce paiement ne compte plus."))


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def list_all(request: HttpRequest, slug: str) -> HttpResponse:
    programme, person, today = find_programme(slug), cast(User, request.user), timezone.localdate()
    loans = list_loans(programme, by=person, on=today)
    arrears = sum(standing.arrears for loan in loans if (standing := loan.stand(today)))
    context = {
        "programme": getattr(programme, f"name_{language_of_page()}"),
        "slug": slug,
        "lede": _("{amount} en retard, en tout.").format(amount=write_cents(arrears)) if loans else "",
        "table": build_loans_table(loans, on=today) if loans else None,
        "may_take": may(person, "administer", on=today),
    }
    return render(request, "programmes/loans.html", context)


@open_to(Audience.ADMINISTRATOR)
@require_safe
@keep_private
def send_journal(request: HttpRequest, slug: str) -> HttpResponse:
    """The entries of all partners of a programme, whatever the place: for whoever administers, and without the
    reference of a file in which they have an interest."""
    programme = find_programme(slug)
    try:
        first = read_day(request.GET.get("from") or date.min.isoformat())
        last = read_day(request.GET.get("to") or date.max.isoformat())
    except ProgrammeError as error:
        return HttpResponse(explain(error), status=400, content_type="text/plain; charset=utf-8")
    cases = Case.objects.filter(enrolment__programme=programme)
    closed = list_closed_to(cast(User, request.user), list(cases), on=timezone.localdate())
    content = write_journal(read_journal(programme, first=first, last=last, closed=closed))
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="journal-{programme.slug}.csv"'
    return answer
