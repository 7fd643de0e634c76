"""The promoter's own page: whoever has the link may read, answer, deposit and withdraw; nothing else opens it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.cases import actions, queries
from essor.cases.actions import THE_PROMOTER
from essor.cases.actions.writing import workflow_of
from essor.cases.forms import CaseForm, ClosingForm, DocumentForm, MessageForm
from essor.cases.hanging import find_call, list_hangings
from essor.cases.models import Case, CaseDocument, CaseEvent
from essor.cases.rules import PROMOTER, list_steps
from essor.cases.views.private import (
    Deed,
    do_or,
    find_case,
    keep_private,
    language_of_page,
    posted_from,
    send_document,
)
from essor.cases.wording import describe_change, in_language, write_kept, write_need, write_retention, write_usual
from essor.knowledge import load_retention, usual_retention
from essor.territories.queries import get_name


@open_to(Audience.PUBLIC)
@require_safe
@keep_private
def show_request(request: HttpRequest, token: str) -> HttpResponse:
    return _show(request, find_case(token), token)


def _show(request: HttpRequest, case: Case, token: str, sent: Mapping[str, CaseForm] | None = None) -> HttpResponse:
    page, workflow, sent = queries.read_case_page(case=case), workflow_of(case), sent or {}
    usual = queries.measure_usual(workflow=case.workflow, now=timezone.now()) if case.answered_at is None else None
    stage = workflow.get_stage(case.stage)
    steps, place = list_steps(workflow, stage=case.stage, came_from=case.came_from)
    today, called = timezone.localdate(), find_call(case)
    context: dict[str, Any] = {
        "case": case,
        "token": token,
        "title": in_language(stage.promoter),
        "steps": [in_language(one.label) for one in steps],
        "current": place,
        "due_on": called[1].due_on if called else case.due_on,
        "is_late": not called and case.due_on is not None and case.due_on < today and case.waiting_since is None,
        "need": write_need(case.need),
        "place": get_name(case.territory_code, today, language_of_page()),
        "called": called[1] if called else None,
        "call_address": reverse(called[0].promoter_page, args=[token]) if called else "",
        "changes": [
            (describe_change(event), event) for event in page.events if event.kind == CaseEvent.Kind.REORGANISED
        ],
        "usual": write_usual(usual.days, usual.n) if usual else "",
        "outcome": in_language(workflow.get_outcome(case.outcome_code).label) if case.outcome_code else "",
        "thread": [message for message in page.messages if not message.is_note],
        "documents": [(document, write_kept(document, case)) for document in page.documents],
        "kept": write_retention(load_retention()[usual_retention()]),
        "form": sent.get("message") or MessageForm(),
        "document_form": sent.get("document") or DocumentForm(),
        "withdrawal_form": sent.get("closing") or ClosingForm(workflow=workflow, by=PROMOTER),
        "is_withdrawing": "closing" in sent,
        "hangings": [
            (hanging.title, hanging.summarise(case), reverse(hanging.promoter_page, args=[token]))
            for hanging in list_hangings()
        ],
    }
    return render(request, "cases/follow.html", context, status=400 if sent else 200)


def _do(request: HttpRequest, case: Case, token: str, form: CaseForm, deed: Deed, done: str) -> HttpResponse:
    return do_or(
        lambda: _show(request, case, token, {form.name: form}),
        request,
        form,
        deed,
        done,
        address=reverse("case_follow", args=[token]),
    )


@open_to(Audience.PUBLIC)
@posted_from("case_follow")
@keep_private
def write(request: HttpRequest, token: str) -> HttpResponse:
    case, now = find_case(token), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.write_message(case=case, text=said["text"], by=THE_PROMOTER, now=now)

    return _do(request, case, token, MessageForm(request.POST), deed, _("Votre message est parti."))


@open_to(Audience.PUBLIC)
@posted_from("case_follow")
@keep_private
def deposit(request: HttpRequest, token: str) -> HttpResponse:
    case, now = find_case(token), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        file = said["file"]
        actions.attach_document(case=case, name=file.name, chunks=file.chunks(), by=THE_PROMOTER, now=now)

    form = DocumentForm(request.POST, request.FILES)
    return _do(request, case, token, form, deed, _("Le document est déposé."))


@open_to(Audience.PUBLIC)
@posted_from("case_follow")
@keep_private
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    case, now = find_case(token), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.close_case(case=case, outcome=said["outcome"], words=said["words"], by=THE_PROMOTER, now=now)

    form = ClosingForm(request.POST, workflow=workflow_of(case), by=PROMOTER)
    return _do(request, case, token, form, deed, _("Votre demande est retirée."))


@open_to(Audience.PUBLIC)
@require_safe
@keep_private
def download(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:  # noqa: ARG001  Django gives it
    try:
        document = queries.get_document(case=find_case(token), pk=pk)
    except CaseDocument.DoesNotExist as error:
        raise Http404(_("Ce document n’est pas de cette demande.")) from error
    return send_document(document)


@open_to(Audience.PUBLIC)
@require_safe
@keep_private
def take_away(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001  Django gives it
    case = find_case(token)
    content = queries.export_case(page=queries.read_case_page(case=case))
    headers = {"Content-Disposition": f'attachment; filename="essor-{case.reference}.json"'}
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 2}, headers=headers)
