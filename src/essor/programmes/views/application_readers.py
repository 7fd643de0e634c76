"""The application of a file, read by the adviser who follows it and by the committee that decides on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, NotAllowed, open_to
from essor.cases.views.private import get_case, keep_private, send_document
from essor.programmes import actions
from essor.programmes.application_pages import tell_deposit, tell_later, tell_reading
from essor.programmes.application_words import write_moment
from essor.programmes.models import SittingItem
from essor.programmes.queries.applications import ApplicationFile, read_application_file
from essor.programmes.rules import ProgrammeError

Trail = list[tuple[str, str]]


def _read(request: HttpRequest, reference: str) -> ApplicationFile:
    return read_application_file(get_case(request, reference))


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_to_adviser(request: HttpRequest, reference: str) -> HttpResponse:
    """As it stands, filed or not."""
    file = _read(request, reference)
    trail = [
        (reference, reverse("case", args=[reference])),
        (_("Le programme"), reverse("case_programme", args=[reference])),
    ]
    context = {
        "case": file.case,
        "trail": trail,
        "title": _("La demande de financement"),
        "lede": _say_state(file),
        "reading": None,
        "later": tell_later(file),
        "deposit": "",
        "is_theirs": False,
        "sent": None,
        "deposits": [
            (tell_deposit(file, one), reverse("case_application_version", args=[reference, one.number]))
            for one in file.deposits
        ],
    }
    if file.application is not None and file.case.erased_at is None:
        context["reading"] = tell_reading(file, open_document=lambda pk: reverse("case_document", args=[reference, pk]))
    return render(request, "programmes/application_reading.html", context)


def _say_state(file: ApplicationFile) -> str:
    if file.programme is None:
        return _("Ce dossier n’est d’aucun programme qui en demande une.")
    if file.application is None:
        return _("Elle n’est pas commencée : la personne la commence à sa page.")
    if file.last is None:
        return _("Elle s’écrit encore : rien n’est déposé.")
    if actions.is_open(file):
        return _("Elle est déposée, et s’écrit de nouveau : ce qui change ne compte qu’une fois déposé.")
    return _("Elle est déposée, et ne se change plus du côté du groupe.")


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_version(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    file = _read(request, reference)
    trail = [(reference, reverse("case", args=[reference]))]
    trail.append((_("La demande de financement"), reverse("case_application", args=[reference])))
    return _show_deposit(request, file, number, trail, lambda pk: reverse("case_document", args=[reference, pk]))


@open_to(Audience.COMMITTEE)
@require_safe
@keep_private
def show_to_committee(request: HttpRequest, pk: int) -> HttpResponse:
    """What was filed last, and nothing of what is being written."""
    item = _open_item(request, pk)
    file = read_application_file(item.case)
    if file.last is None:
        raise Http404(_("Rien n’est déposé pour ce dossier."))
    trail = [(_("Mon comité"), reverse("committee")), (item.case.reference, reverse("committee_item", args=[pk]))]
    return _show_deposit(
        request, file, file.last.number, trail, lambda paper: reverse("committee_application_paper", args=[pk, paper])
    )


@open_to(Audience.COMMITTEE)
@require_safe
@keep_private
def send_paper(request: HttpRequest, pk: int, paper: int) -> HttpResponseBase:
    """A paper of what was filed last, and no other document of the file."""
    file = read_application_file(_open_item(request, pk).case)
    if paper not in file.list_papers(of=file.last):
        raise Http404(_("Ce document n’est pas de cette demande."))
    return send_document(file.documents[paper])


def _open_item(request: HttpRequest, pk: int) -> SittingItem:
    item = SittingItem.objects.select_related("case", "sitting__programme").filter(pk=pk).first()
    if item is None:
        raise Http404(_("Aucun dossier n’est devant vous à cette adresse."))
    try:
        actions.open_item(item=item, by=cast(User, request.user))
    except ProgrammeError as error:
        if error.code == "recused":
            raise NotAllowed("recused") from error
        raise Http404(_("Aucun dossier n’est devant vous à cette adresse.")) from error
    return item


def _show_deposit(
    request: HttpRequest, file: ApplicationFile, number: int, trail: Trail, lead_to: Callable[[int], str]
) -> HttpResponse:
    deposit = next((one for one in file.deposits if one.number == number), None)
    if deposit is None or file.case.erased_at is not None:
        raise Http404(_("Aucun dépôt de ce dossier ne porte ce numéro."))
    context = {
        "case": file.case,
        "trail": trail,
        "title": _("La demande de financement, telle que déposée"),
        "lede": _("Dépôt {number}, le {moment}. Il ne se change plus.").format(
            number=number, moment=write_moment(deposit.deposited_at)
        ),
        "reading": tell_reading(file, open_document=lead_to, deposit=deposit),
        "later": tell_later(file),
        "deposits": [],
        "deposit": "",
        "is_theirs": False,
        "sent": None,
    }
    return render(request, "programmes/application_reading.html", context)
