"""A file in its programme, one page for both sides: the promoter by their link, the adviser by the file's reference."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.cases.actions.writing import workflow_of
from essor.cases.forms import CaseForm
from essor.cases.models import Case
from essor.cases.rules import list_steps
from essor.cases.views.private import language_of_page
from essor.cases.wording import in_language
from essor.design.wording import write_day
from essor.programmes import actions
from essor.programmes.forms import (
    ConditionForm,
    EnrolForm,
    LeaveForm,
    OfferForm,
    PayDespiteForm,
    PayForm,
    SignForm,
    WordsForm,
)
from essor.programmes.models import Offer, PaymentRequest, Programme, SittingItem
from essor.programmes.queries import files
from essor.programmes.queries.following import Followed, read_followed
from essor.programmes.queries.waiting import find_time_left
from essor.programmes.rules import CENTS, is_decided
from essor.programmes.time_words import say_next_news, say_time_left
from essor.programmes.views.sides import Deed, Side, open_to_adviser, open_to_both, open_to_promoter
from essor.programmes.wording import RESULTS, STATES


@open_to_both()
def show(request: HttpRequest, side: Side) -> HttpResponse:
    return _show(request, side)


def _show(request: HttpRequest, side: Side, sent: CaseForm | None = None, about: int = 0) -> HttpResponse:
    """``sent``: a form that was refused, ``about`` which offer."""
    case, is_promoter = side.case, side.is_promoter
    today = timezone.localdate()
    file, left, followed = files.read_file(case), find_time_left(case, on=today), read_followed(case)
    workflow, language = workflow_of(case), language_of_page()
    stage = workflow.get_stage(case.stage)
    steps, place = list_steps(workflow, stage=case.stage, came_from=case.came_from)
    forms = {sent.name: sent} if sent else {}
    decision = files.find_decision(case)
    lines = [_tell(line, side, forms if line.offer.pk == about else {}) for line in file.offers]
    context = {
        "case": case,
        "file": file,
        "is_promoter": is_promoter,
        "back": side.lead(),
        "checklist": side.lead("checklist"),
        "funding": side.lead("funding"),
        "programme": getattr(file.programme, f"name_{language}") if file.programme else "",
        "stage": in_language(stage.label),
        "lede": _say_lede(case, followed, is_promoter=is_promoter),
        "time_left": say_time_left(left) if left else [],
        "steps": [in_language(one.label) for one in steps],
        "current": place,
        "lines": lines,
        "application": side.lead("application") if file.programme and file.programme.form else "",
        "decision": decision,
        "decided": RESULTS[decision.result] if decision else "",
        "news": side.lead("news") if followed else "",
        "sent": sent.name if sent else "",
        **_tell_deeds(side, file, decision, forms, on=today),
    }
    shown = [
        context["enrol"],
        context["leave"],
        context["offer_form"],
        *(form for one in lines for form in _forms_of(one)),
    ]
    context["gone"] = sent if sent and not any(one is sent for one in shown) else None
    return render(request, "programmes/file.html", context, status=400 if sent else 200)


def _tell_deeds(
    side: Side, file: files.StartupFile, decision: SittingItem | None, forms: dict[str, CaseForm], *, on: date
) -> dict[str, Any]:
    """What an adviser may do of the file itself: enter a programme, leave it, make an offer, or why not."""
    case = side.case
    may_act = not side.is_promoter and case.closed_at is None
    may_offer = may_act and file.programme is not None
    is_early = may_offer and not is_decided(workflow_of(case), case.came_from or case.stage)
    barred = _bar_offers(file.programme, on=on) if file.programme and may_offer and not is_early else ""
    may_leave = may_act and file.enrolment is not None and files.may_leave(case)
    may_fill = may_offer and not is_early and not barred
    names = ("enrol", "leave", "offer")
    addresses = {
        f"{name}_address": "" if side.is_promoter else side.lead(f"programme_{name}") for name in names
    }  # fmt: skip
    return addresses | {
        "enrol": _enrol_form(forms) if may_act and file.enrolment is None else None,
        "leave": _leave_form(forms) if may_leave else None,
        "offer_form": (forms.get("offer") or _offer_form(file, decision)) if may_fill else None,
        "offer_barred": barred,
        "offer_later": is_early,
    }


def _say_lede(case: Case, followed: Followed | None, *, is_promoter: bool) -> str:
    """What the stage asks; of the adviser of an open enterprise, its next news."""
    workflow = workflow_of(case)
    stage = workflow.get_stage(case.stage)
    if is_promoter or followed is None or case.stage != workflow.opens_at:
        return in_language(stage.promoter if is_promoter else stage.adviser)
    return say_next_news(followed, on=timezone.localdate())


def _bar_offers(programme: Programme, *, on: date) -> str:
    """Why no agreement takes an offer that day; empty: one does."""
    terms = [one.term for one in files.list_agreements(programme)]
    if any(term.holds(on) for term in terms):
        return ""
    ended = [term.ends_before for term in terms if term.ends_before <= on]
    if not ended:
        return _("Aucune entente n’est en vigueur aujourd’hui : aucune offre ne peut se faire.")
    said = _("L’entente a pris fin le {day} : aucune offre ne peut s’y faire.")
    return said.format(day=write_day(max(ended) - timedelta(days=1)))


def _forms_of(told: dict[str, Any]) -> list[CaseForm | None]:
    deeds = [form for _title, _address, form, _is_sent in told["deeds"]]
    return deeds + [form for _words, _met, form, _address, _is_sent in told["conditions"]]


def _tell(line: files.OfferLine, side: Side, forms: dict[str, CaseForm]) -> dict[str, Any]:
    is_promoter, state = side.is_promoter, line.state
    told: dict[str, Any] = {"line": line, "state": STATES[state], "deeds": [], "waits": None, "loan": ""}
    told["conditions"] = _tell_conditions(line, side, forms)
    if line.lends:
        told["loan"] = side.lead("loan", line.offer.pk)

    def add(deed: str, title: str, form: CaseForm) -> None:
        is_sent = form.name in forms and forms[form.name].prefix == deed
        told["deeds"].append(
            (title, side.lead(f"programme_{deed}", line.offer.pk), forms[form.name] if is_sent else form, is_sent)
        )

    if is_promoter and line.awaits_answer(timezone.localdate()):
        add("accept", _("Accepter cette offre"), _make(SignForm, "accept", line.offer))
        add("decline", _("Décliner cette offre"), _make(WordsForm, "decline", line.offer))
    elif not is_promoter:
        if state == "accepted" and line.waits is None:
            add("pay", _("Verser"), _pay_form(line.offer, has_unmet=line.has_unmet))
        if state in {"offered", "accepted"}:
            add("end", _("Retirer l’offre, ou ce qui n’est pas versé"), _make(WordsForm, "end", line.offer))
        if line.holds["paid"]:
            add("recover", _("Récupérer une somme"), _make(PayForm, "recover", line.offer))
        if line.waits is not None:
            told["waits"] = {
                "request": line.waits,
                "may_approve": files.may_approve(line.waits, side.adviser),
                "approve": side.lead("programme_approve", line.waits.pk),
                "drop": side.lead("programme_drop", line.waits.pk),
            }
    return told


def _tell_conditions(
    line: files.OfferLine, side: Side, forms: dict[str, CaseForm]
) -> list[tuple[str, Any, CaseForm | None, str, bool]]:
    """Each: its words, when it was met, and, for the adviser of an accepted offer, what says that it is."""
    may_say = not side.is_promoter and side.case.closed_at is None and line.state in {"accepted", "paid"}
    told = []
    for number, words, met in line.conditions:
        form, is_sent = None, False
        if may_say and met is None:
            form = _condition_form(line.offer, number)
            is_sent = "condition" in forms and forms["condition"].prefix == form.prefix
            form = forms["condition"] if is_sent else form
        told.append(
            (words, met, form, side.lead("programme_condition", line.offer.pk, number) if form else "", is_sent)
        )
    return told


def _condition_form(offer: Offer, number: int, data: Any = None) -> CaseForm:
    prefix, initial = f"condition{number}", {"met_on": timezone.localdate()}
    return ConditionForm(data, prefix=prefix, auto_id=f"{prefix}_{offer.pk}_%s", initial=initial)


def _pay_form(offer: Offer, *, has_unmet: bool, data: Any = None) -> Any:
    return _make(PayDespiteForm if has_unmet else PayForm, "pay", offer, data)


def _make(kind: type[CaseForm], deed: str, offer: Offer, data: Any = None) -> Any:
    """Several of a kind stand on one page: each has identifiers of its own."""
    return kind(data, prefix=deed, auto_id=f"{deed}_{offer.pk}_%s")


def _enrol_form(forms: dict[str, CaseForm], data: Any = None) -> CaseForm:
    under_way = Programme.objects.under_way(timezone.localdate())
    named = [(one.slug, getattr(one, f"name_{language_of_page()}")) for one in under_way]
    return forms.get("enrol") or EnrolForm(data, programmes=named)


def _leave_form(forms: dict[str, CaseForm], data: Any = None) -> CaseForm:
    return forms.get("leave") or LeaveForm(data)


def _offer_form(file: files.StartupFile, decision: SittingItem | None, data: Any = None) -> OfferForm:
    agreements = [(one.pk, one.partner) for one in files.list_agreements(file.programme)] if file.programme else []
    conditions = decision.conditions if decision else []
    return OfferForm(data, agreements=agreements, today=timezone.localdate(), conditions=conditions)


def _do(request: HttpRequest, side: Side, form: CaseForm, deed: Deed, done: str, about: int = 0) -> HttpResponse:
    return side.do(
        request, form, deed, done, page="programme", show_again=lambda: _show(request, side, form, about)
    )  # fmt: skip


@open_to_adviser("programme")
def enrol(request: HttpRequest, side: Side) -> HttpResponse:
    now = timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.enrol(programme=Programme.objects.get(slug=said["programme"]), case=side.case, by=side.adviser, now=now)

    return _do(request, side, _enrol_form({}, request.POST), deed, _("Le dossier est inscrit au programme."))


@open_to_adviser("programme")
def leave(request: HttpRequest, side: Side) -> HttpResponse:
    now = timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.leave(case=side.case, words=said["words"], by=side.adviser, now=now)

    return _do(request, side, _leave_form({}, request.POST), deed, _("Le dossier n’est plus du programme."))


@open_to_adviser("programme")
def offer(request: HttpRequest, side: Side) -> HttpResponse:
    now = timezone.now()
    file = files.read_file(side.case)
    form = _offer_form(file, None, request.POST)

    def deed(said: dict[str, Any]) -> None:
        agreement = next(
            one for one in files.list_agreements(cast(Programme, file.programme)) if one.pk == said["agreement"]
        )
        actions.make_offer(agreement=agreement, case=side.case, asked=form.read(), by=side.adviser, now=now)

    return _do(request, side, form, deed, _("L’offre est faite."))


@open_to_promoter("programme")
def accept(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    now = timezone.now()
    offer, on = _find_offer(side.case, pk), timezone.localdate(now)

    def deed(said: dict[str, Any]) -> None:
        words = _("Signé par {name}, pour {duty}, à sa page de suivi.").format(
            name=said["signed_by"], duty=said["duty"]
        )
        actions.accept_offer(offer=offer, on=on, words=words, by=side.by, now=now)

    form = _make(SignForm, "accept", offer, request.POST)
    return _do(request, side, form, deed, _("Vous avez accepté l’offre."), pk)


@open_to_promoter("programme")
def decline(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    now = timezone.now()
    offer, on = _find_offer(side.case, pk), timezone.localdate(now)

    def deed(said: dict[str, Any]) -> None:
        actions.end_offer(offer=offer, on=on, words=said["words"], by=side.by, now=now)

    form = _make(WordsForm, "decline", offer, request.POST)
    return _do(request, side, form, deed, _("Vous avez décliné l’offre."), pk)


@open_to_adviser("programme")
def end(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    now = timezone.now()
    offer = _find_offer(side.case, pk)

    def deed(said: dict[str, Any]) -> None:
        actions.end_offer(offer=offer, on=timezone.localdate(now), words=said["words"], by=side.adviser, now=now)

    form = _make(WordsForm, "end", offer, request.POST)
    return _do(request, side, form, deed, _("Ce qui n’est pas versé est libre de nouveau."), pk)


@open_to_adviser("programme")
def meet(request: HttpRequest, side: Side, pk: int, number: int) -> HttpResponse:
    now = timezone.now()
    offer = _find_offer(side.case, pk)

    def deed(said: dict[str, Any]) -> None:
        actions.meet_condition(
            offer=offer, number=number, on=said["met_on"], words=said["words"], by=side.adviser, now=now
        )

    form = _condition_form(offer, number, request.POST)
    return _do(request, side, form, deed, _("C’est inscrit : cette condition est remplie."), pk)


@open_to_adviser("programme")
def pay(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    now = timezone.now()
    offer = _find_offer(side.case, pk)

    def deed(said: dict[str, Any]) -> None:
        cents, on = said["dollars"] * CENTS, timezone.localdate(now)
        despite = said.get("despite", "")
        actions.ask_payment(
            offer=offer, cents=cents, on=on, words=said["words"], despite=despite, by=side.adviser, now=now
        )

    form = _pay_form(offer, has_unmet=bool(files.list_unmet(offer)), data=request.POST)
    return _do(request, side, form, deed, _("C’est inscrit."), pk)


@open_to_adviser("programme")
def recover(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    now = timezone.now()
    offer = _find_offer(side.case, pk)

    def deed(said: dict[str, Any]) -> None:
        cents, on = said["dollars"] * CENTS, timezone.localdate(now)
        actions.recover(offer=offer, cents=cents, on=on, words=said["words"], by=side.adviser, now=now)

    form = _make(PayForm, "recover", offer, request.POST)
    return _do(request, side, form, deed, _("La somme est de retour."), pk)


@open_to_adviser("programme")
def approve(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    now = timezone.now()
    asked = _find_payment(side.case, pk)

    def deed(_said: dict[str, Any]) -> None:
        actions.approve_payment(request=asked, by=side.adviser, now=now)

    return _do(request, side, CaseForm(request.POST), deed, _("Le versement est fait."))


@open_to_adviser("programme")
def drop(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    now = timezone.now()
    asked = _find_payment(side.case, pk)

    def deed(_said: dict[str, Any]) -> None:
        actions.drop_payment(request=asked, by=side.adviser, now=now)

    return _do(request, side, CaseForm(request.POST), deed, _("Le versement est écarté."))


def _find_offer(case: Case, pk: int) -> Offer:
    found = files.find_offer(case, pk)
    if found is None:
        raise Http404(_("Aucune offre de ce dossier ne porte ce numéro."))
    return found


def _find_payment(case: Case, pk: int) -> PaymentRequest:
    found = files.find_payment(case, pk)
    if found is None:
        raise Http404(_("Aucun versement de ce dossier n’attend sous ce numéro."))
    return found
