"""The funding stack of a file, one page for both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.cases.actions import THE_PROMOTER, By
from essor.cases.forms import CaseForm
from essor.cases.models import Case
from essor.cases.views.private import (
    CASE_REFUSALS,
    Refusals,
    do_or,
    find_case,
    get_case,
    keep_private,
    posted_from,
)
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
from essor.programmes.rules import CENTS, ProgrammeError
from essor.programmes.wording import explain, write_cents

REFUSALS: Refusals = {ProgrammeError: explain, **CASE_REFUSALS}
Deed = Callable[[dict[str, Any]], object]


@open_to(Audience.PUBLIC)
@require_safe
@keep_private
def show_to_promoter(request: HttpRequest, token: str) -> HttpResponse:
    return _show(request, find_case(token), THE_PROMOTER, token)


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_to_adviser(request: HttpRequest, reference: str) -> HttpResponse:
    return _show(request, get_case(request, reference), cast(User, request.user), reference)


@open_to(Audience.PUBLIC)
@posted_from("case_follow_funding")
@keep_private
def set_cost_by_promoter(request: HttpRequest, token: str) -> HttpResponse:
    return _set_cost(request, find_case(token), THE_PROMOTER, token)


@open_to(Audience.ADVISER)
@posted_from("case_funding")
@keep_private
def set_cost(request: HttpRequest, reference: str) -> HttpResponse:
    return _set_cost(request, get_case(request, reference), cast(User, request.user), reference)


@open_to(Audience.PUBLIC)
@posted_from("case_follow_funding")
@keep_private
def add_by_promoter(request: HttpRequest, token: str) -> HttpResponse:
    return _add(request, find_case(token), THE_PROMOTER, token)


@open_to(Audience.ADVISER)
@posted_from("case_funding")
@keep_private
def add(request: HttpRequest, reference: str) -> HttpResponse:
    return _add(request, get_case(request, reference), cast(User, request.user), reference)


@open_to(Audience.PUBLIC)
@posted_from("case_follow_funding")
@keep_private
def move_by_promoter(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    return _move(request, find_case(token), THE_PROMOTER, token, pk)


@open_to(Audience.ADVISER)
@posted_from("case_funding")
@keep_private
def move(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    return _move(request, get_case(request, reference), cast(User, request.user), reference, pk)


def _lead(by: By, deed: str = "") -> str:
    """The name of an address, on the side of whoever reads."""
    return ("case_follow_funding" if by is THE_PROMOTER else "case_funding") + deed


def _show(request: HttpRequest, case: Case, by: By, key: str, sent: CaseForm | None = None) -> HttpResponse:
    """``sent``: a form that was refused."""
    funding, is_promoter = read_funding(case), by is THE_PROMOTER
    stack, forms = funding.stack, {sent.name: sent} if sent else {}
    may_write = (
        funding.file.enrolment is not None
        and case.closed_at is None
        and not (is_promoter and actions.is_locked(case))
    )  # fmt: skip
    context = {
        "case": case,
        "is_promoter": is_promoter,
        "is_enrolled": funding.file.enrolment is not None,
        "back": reverse("case_follow_programme" if is_promoter else "case_programme", args=[key]),
        "lede": _tell(funding),
        "sums": say_sums(stack),
        "table": build_funding_table(funding),
        "chart": build_funding_chart(stack),
        "caps": build_caps_table(funding),
        "is_broken": any(check.state == "broken" for check in stack.checks),
        "lines": [_tell_line(line, by, key, forms) for line in funding.lines if may_write and line.moves],
        "ended": [_tell_ended(line) for line in funding.lines if line.share.standing.ended],
        "may_write": may_write,
        "cost_form": forms.get("cost") or _cost_form(funding),
        "cost_address": reverse(_lead(by, "_cost"), args=[key]),
        "share_form": forms.get("share") or _share_form(funding),
        "share_address": reverse(_lead(by, "_add"), args=[key]),
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


def _tell_line(line: ShareLine, by: By, key: str, forms: dict[str, CaseForm]) -> dict[str, Any]:
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
        "address": reverse(_lead(by, "_move"), args=[key, line.share.id]),
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


def _do(request: HttpRequest, case: Case, by: By, key: str, form: CaseForm, deed: Deed, done: str) -> HttpResponse:
    return do_or(
        lambda: _show(request, case, by, key, form), request, form, deed, done,
        address=reverse(_lead(by), args=[key]), refusals=REFUSALS,
    )  # fmt: skip


def _set_cost(request: HttpRequest, case: Case, by: By, key: str) -> HttpResponse:
    now = timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.set_project_cost(case=case, cents=said["dollars"] * CENTS, by=by, now=now)

    return _do(request, case, by, key, CostForm(request.POST), deed, _("Le coût du projet est inscrit."))


def _add(request: HttpRequest, case: Case, by: By, key: str) -> HttpResponse:
    now, form = timezone.now(), _share_form(read_funding(case), request.POST)

    def deed(said: dict[str, Any]) -> None:
        actions.add_share(case=case, said=form.read(), words=said["words"], by=by, now=now)

    return _do(request, case, by, key, form, deed, _("La somme est inscrite."))


def _move(request: HttpRequest, case: Case, by: By, key: str, pk: int) -> HttpResponse:
    now = timezone.now()
    line = next((one for one in read_funding(case).lines if one.row is not None and one.row.pk == pk), None)
    if line is None or line.row is None:
        raise Http404(_("Aucune somme de ce dossier ne porte ce numéro."))
    share, form = line.row, MoveForm(request.POST, line=line)

    def deed(said: dict[str, Any]) -> None:
        actions.move_share(
            share=share, status=said["status"], cents=form.read_cents(), words=said["words"], by=by, now=now
        )

    return _do(request, case, by, key, form, deed, _("C’est inscrit."))
