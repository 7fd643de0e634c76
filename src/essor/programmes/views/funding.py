"""The funding stack of a file, one page for both sides."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from essor.cases.forms import CaseForm
from essor.programmes import actions
from essor.programmes.funding_forms import CostForm, MoveForm, ShareForm
from essor.programmes.funding_pictures import (
    build_caps_table,
    build_funding_chart,
    build_funding_table,
    name_aid,
    name_funder,
    say_state,
    say_sums,
)
from essor.programmes.funding_words import INSTRUMENTS
from essor.programmes.queries.funding import FundingFile, ShareLine, read_funding
from essor.programmes.rules import CENTS
from essor.programmes.views.sides import Deed, Side, open_to_both
from essor.programmes.wording import write_cents


@open_to_both()
def show(request: HttpRequest, side: Side) -> HttpResponse:
    return _show(request, side)


def _show(request: HttpRequest, side: Side, sent: CaseForm | None = None) -> HttpResponse:
    """``sent``: a form that was refused."""
    case, funding = side.case, read_funding(side.case)
    stack, forms = funding.stack, {sent.name: sent} if sent else {}
    may_write = (
        funding.file.enrolment is not None
        and case.closed_at is None
        and not (side.is_promoter and actions.is_locked(case))
    )  # fmt: skip
    context = {
        "case": case,
        "is_promoter": side.is_promoter,
        "is_enrolled": funding.file.enrolment is not None,
        "back": side.lead("programme"),
        "lede": _tell(funding),
        "sums": say_sums(stack),
        "table": build_funding_table(funding),
        "chart": build_funding_chart(stack),
        "caps": build_caps_table(funding),
        "is_broken": any(check.state == "broken" for check in stack.checks),
        "lines": [_tell_line(line, side, forms) for line in funding.lines if may_write and line.moves],
        "ended": [_tell_ended(line) for line in funding.lines if line.share.standing.ended],
        "may_write": may_write,
        "cost_form": forms.get("cost") or _cost_form(funding),
        "cost_address": side.lead("funding_cost"),
        "share_form": forms.get("share") or _share_form(funding),
        "share_address": side.lead("funding_add"),
        "sent": sent.name if sent else "",
    }
    return render(request, "programmes/funding.html", context, status=400 if sent else 200)


def _tell(funding: FundingFile) -> str:
    stack = funding.stack
    if stack.cost is None or stack.missing is None or stack.excess is None:
        return _("Qui apporte quoi, et où chaque somme en est.")
    if stack.excess:
        said = _("{total} pour un projet de {cost} : {excess} de trop.")
        return said.format(
            total=write_cents(stack.total), cost=write_cents(stack.cost), excess=write_cents(stack.excess)
        )
    said = _("{total} sur les {cost} du projet : il manque {missing}.")
    return said.format(total=write_cents(stack.total), cost=write_cents(stack.cost), missing=write_cents(stack.missing))


def _tell_line(line: ShareLine, side: Side, forms: dict[str, CaseForm]) -> dict[str, Any]:
    form = MoveForm(line=line)
    said = _("{funder}, {instrument} de {amount}").format(
        funder=name_funder(line), instrument=INSTRUMENTS[line.share.instrument],
        amount=write_cents(line.share.standing.cents or line.share.standing.ended),
    )  # fmt: skip
    return {
        "title": said,
        "state": say_state(line),
        "form": forms.get(form.name, form),
        "is_sent": form.name in forms,
        "address": side.lead("funding_move", line.share.id),
    }


def _tell_ended(line: ShareLine) -> str:
    return _("{funder}, {instrument} : {amount}, {state}").format(
        funder=name_funder(line), instrument=INSTRUMENTS[line.share.instrument],
        amount=write_cents(line.share.standing.ended), state=say_state(line),
    )  # fmt: skip


def _cost_form(funding: FundingFile) -> CostForm:
    cost = funding.stack.cost
    return CostForm(initial={} if cost is None else {"dollars": cost // CENTS})


def _share_form(funding: FundingFile, data: Any = None) -> ShareForm:
    aids = sorted(((slug, name_aid(funding, slug)) for slug in funding.aid_names), key=lambda one: one[1].casefold())
    return ShareForm(data, aids=aids)


def _do(request: HttpRequest, side: Side, form: CaseForm, deed: Deed, done: str) -> HttpResponse:
    return side.do(request, form, deed, done, page="funding", show_again=lambda: _show(request, side, form))


@open_to_both("funding")
def set_cost(request: HttpRequest, side: Side) -> HttpResponse:
    now = timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.set_project_cost(case=side.case, cents=said["dollars"] * CENTS, by=side.by, now=now)

    return _do(request, side, CostForm(request.POST), deed, _("Le coût du projet est inscrit."))


@open_to_both("funding")
def add(request: HttpRequest, side: Side) -> HttpResponse:
    now, form = timezone.now(), _share_form(read_funding(side.case), request.POST)

    def deed(said: dict[str, Any]) -> None:
        actions.add_share(case=side.case, said=form.read(), words=said["words"], by=side.by, now=now)

    return _do(request, side, form, deed, _("La somme est inscrite."))


@open_to_both("funding")
def move(request: HttpRequest, side: Side, pk: int) -> HttpResponse:
    now = timezone.now()
    line = next((one for one in read_funding(side.case).lines if one.row is not None and one.row.pk == pk), None)
    if line is None or line.row is None:
        raise Http404(_("Aucune somme de ce dossier ne porte ce numéro."))
    share, form = line.row, MoveForm(request.POST, line=line)

    def deed(said: dict[str, Any]) -> None:
        actions.move_share(
            share=share, status=said["status"], cents=form.read_cents(), words=said["words"], by=side.by, now=now
        )

    return _do(request, side, form, deed, _("C’est inscrit."))
