"""A case as its adviser sees it, and each deed on it: a form, an action, the page again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, may, open_to
from essor.cases import actions, pictures, queries, routing
from essor.cases.actions.writing import workflow_of
from essor.cases.forms import (
    AskForm,
    AssignmentForm,
    CaseForm,
    ClosingForm,
    ErasureForm,
    LabelledDocumentForm,
    MessageForm,
    MoveForm,
    NoteForm,
    TaskForm,
)
from essor.cases.hanging import list_hangings
from essor.cases.models import Case, CaseDocument, CaseTask
from essor.cases.rules import ADVISER, list_free_moves, list_moves
from essor.cases.views.private import (
    Deed,
    do_or,
    get_case,
    keep_private,
    language_of_page,
    posted_from,
    send_document,
)
from essor.cases.wording import explain_route, in_language, write_kept, write_minutes, write_need
from essor.territories.queries import list_names


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_case(request: HttpRequest, reference: str) -> HttpResponse:
    return _show(request, get_case(request, reference))


def _show(request: HttpRequest, case: Case, sent: Mapping[str, CaseForm] | None = None) -> HttpResponse:
    page, workflow, today = queries.read_case_page(case=case), workflow_of(case), timezone.localdate()
    places = list_names(today, language_of_page())
    stage = workflow.get_stage(case.stage)
    context: dict[str, Any] = {
        "case": case,
        "page": page,
        "title": case.promoter_name or case.reference,
        "stage": in_language(stage.label),
        "lede": in_language(stage.adviser),
        "is_late": case.due_on is not None and case.due_on < today,
        "need": write_need(case.need),
        "place": places.get(case.territory_code, case.territory_code),
        "route": explain_route(case.routing_reason, places=places),
        "documents": [(document, write_kept(document, case)) for document in page.documents],
        "minutes": write_minutes(page.minutes) if page.minutes else "",
        "outcome": in_language(workflow.get_outcome(case.outcome_code).label) if case.outcome_code else "",
        "timeline": pictures.build_timeline(page.events, workflow),
        "moves": [move.code for move in list_moves(workflow, stage=case.stage, by=ADVISER)],
        "may_erase": may(request.user, "erase_case", case.territory_code),
        "today": today,
        "forms": _make_forms(case, today=today) | dict(sent or {}),
        "sent": next(iter(sent), "") if sent else "",
        "hangings": [] if case.erased_at else _list_hangings(case),
    }
    return render(request, "cases/case.html", context, status=400 if sent else 200)


def _list_hangings(case: Case) -> list[tuple[Any, str, str]]:
    return [
        (hanging.title, hanging.summarise(case), reverse(hanging.adviser_page, args=[case.reference]))
        for hanging in list_hangings()
    ]


def _make_forms(case: Case, *, today: Any) -> dict[str, CaseForm]:
    return {
        "message": MessageForm(),
        "note": NoteForm(),
        "move": _move_form(case),
        "ask": AskForm(),
        "task": TaskForm(),
        "document": LabelledDocumentForm(),
        "assignment": _assignment_form(case, today=today),
        "closing": ClosingForm(workflow=workflow_of(case), by=ADVISER),
        "erasure": ErasureForm(),
    }


def _move_form(case: Case, data: Any = None) -> MoveForm:
    return MoveForm(data, moves=list_free_moves(workflow_of(case), stage=case.stage))


def _assignment_form(case: Case, *, today: Any, data: Any = None) -> AssignmentForm:
    advisers = [
        one for one in routing.list_advisers(case.territory_code, on=today) if one.user.pk != case.assigned_to_id
    ]
    return AssignmentForm(data, advisers=advisers, initial={"seen": case.assigned_to_id})


def _do(request: HttpRequest, case: Case, form: CaseForm, deed: Deed, done: str) -> HttpResponse:
    return do_or(
        lambda: _show(request, case, {form.name: form}),
        request,
        form,
        deed,
        done,
        address=reverse("case", args=[case.reference]),
    )


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def write(request: HttpRequest, reference: str) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.write_message(case=case, text=said["text"], by=by, now=now)

    done = _("Le message est parti.")
    if not case.promoter_email:
        done = _(
            "Le message est au dossier, et rien n’en prévient la personne : appelez-la, puis notez que c’est fait."
        )
    return _do(request, case, MessageForm(request.POST), deed, done)


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def note(request: HttpRequest, reference: str) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.write_note(case=case, by=by, now=now, **said)

    return _do(request, case, NoteForm(request.POST), deed, _("La note est gardée."))


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.move_case(case=case, move="ask", words=said["words"], by=by, now=now)

    done = _("La personne est prévenue ; votre délai est arrêté.")
    if not case.promoter_email:
        done = _("Votre délai est arrêté. Appelez la personne : sans courriel, aucune lettre ne lui parvient.")
    return _do(request, case, AskForm(request.POST), deed, done)


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def move(request: HttpRequest, reference: str) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.move_case(case=case, by=by, now=now, **said)

    return _do(request, case, _move_form(case, request.POST), deed, _("Le dossier a avancé."))


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def resume(request: HttpRequest, reference: str) -> HttpResponse:
    """The person answered elsewhere: by telephone, in person."""
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(_said: dict[str, Any]) -> None:
        actions.move_case(case=case, move="answer", by=by, now=now)

    return _do(request, case, CaseForm(request.POST), deed, _("La conversation reprend, et votre délai avec elle."))


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def take(request: HttpRequest, reference: str) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(_said: dict[str, Any]) -> None:
        actions.assign_case(case=case, person=by, by=by, now=now, seen=None)

    return _do(request, case, CaseForm(request.POST), deed, _("Le dossier est à vous. Un premier contact est promis."))


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        person = User.objects.get(pk=int(said["person"]))
        actions.assign_case(case=case, person=person, by=by, now=now, seen=said["seen"], words=said["words"])

    form = _assignment_form(case, today=timezone.localdate(), data=request.POST)
    return _do(request, case, form, deed, _("Le dossier est confié ; la personne est prévenue."))


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def add_task(request: HttpRequest, reference: str) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.add_task(case=case, label=said["label"], due_on=said["due_on"], by=by, now=now)

    return _do(request, case, TaskForm(request.POST), deed, _("La tâche est ajoutée."))


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def finish_task(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()
    try:
        task = queries.get_task(case=case, pk=pk)
    except CaseTask.DoesNotExist as error:
        raise Http404(_("Cette tâche n’est pas de ce dossier.")) from error

    def deed(_said: dict[str, Any]) -> None:
        actions.finish_task(task=task, by=by, now=now)

    return _do(request, case, CaseForm(request.POST), deed, _("La tâche est faite."))


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def deposit(request: HttpRequest, reference: str) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        file = said["file"]
        actions.attach_document(
            case=case, name=file.name, chunks=file.chunks(), by=by, now=now, retention=said["retention"]
        )

    form = LabelledDocumentForm(request.POST, request.FILES)
    return _do(request, case, form, deed, _("Le document est déposé."))


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def download(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    try:
        document = queries.get_document(case=get_case(request, reference), pk=pk)
    except CaseDocument.DoesNotExist as error:
        raise Http404(_("Ce document n’est pas de ce dossier.")) from error
    return send_document(document)


@open_to(Audience.ADVISER)
@posted_from("case")
@keep_private
def close(request: HttpRequest, reference: str) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.close_case(case=case, outcome=said["outcome"], words=said["words"], by=by, now=now)

    form = ClosingForm(request.POST, workflow=workflow_of(case), by=ADVISER)
    done = _("Le dossier est clos ; la personne est prévenue de l’issue.")
    if not case.promoter_email:
        done = _(
            "Le dossier est clos. Appelez la personne pour lui dire l’issue : sans courriel, rien ne l’en prévient."
        )
    return _do(request, case, form, deed, done)


@open_to(Audience.ADMINISTRATOR)
@posted_from("case")
@keep_private
def erase(request: HttpRequest, reference: str) -> HttpResponse:
    case, by, now = get_case(request, reference), _person(request), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.erase_case(case=case, reason=said["reason"], by=by, now=now)

    return _do(request, case, ErasureForm(request.POST), deed, _("Les renseignements personnels sont effacés."))
