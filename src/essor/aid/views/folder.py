"""The aids of a project, one page for both sides: the promoter by their link, the adviser by the file's reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.aid import actions
from essor.aid.folder_forms import AddAidForm, ChosenAidForm, CorrectionForm, StepForm
from essor.aid.links import Asked, write_link
from essor.aid.models import FolderItem
from essor.aid.queries.folder import FolderLine, get_item, list_choices, read_folder, read_line, sum_folder
from essor.aid.rules import AidError
from essor.aid.views.finder import FROM_FILE
from essor.aid.wording import explain, summarise_folder
from essor.cases.actions import THE_PROMOTER, By
from essor.cases.forms import CaseForm
from essor.cases.models import Case
from essor.cases.views.private import (
    CASE_REFUSALS,
    Deed,
    Refusals,
    do_or,
    find_case,
    get_case,
    keep_private,
    language_of_page,
    posted_from,
)

REFUSALS: Refusals = {AidError: explain, **CASE_REFUSALS}


@dataclass(frozen=True, slots=True)
class Door:
    """By which side the folder was opened. ``key``: what its addresses hold, the link's token or the reference."""

    case: Case
    by: By
    key: str

    @property
    def is_promoter(self) -> bool:
        return self.by is THE_PROMOTER

    def address(self, deed: str = "", *more: int) -> str:
        name = "case_follow_aids" if self.is_promoter else "case_aids"
        return reverse(f"{name}_{deed}" if deed else name, args=[self.key, *more])


def _by_link(token: str) -> Door:
    return Door(find_case(token), THE_PROMOTER, token)


def _by_reference(request: HttpRequest, reference: str) -> Door:
    return Door(get_case(request, reference), cast(User, request.user), reference)


@open_to(Audience.PUBLIC)
@require_safe
@keep_private
def show_to_promoter(request: HttpRequest, token: str) -> HttpResponse:
    return _show(request, _by_link(token))


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_to_adviser(request: HttpRequest, reference: str) -> HttpResponse:
    return _show(request, _by_reference(request, reference))


def _show(request: HttpRequest, door: Door, sent: CaseForm | None = None) -> HttpResponse:
    case, lines, today = door.case, read_folder(case=door.case), timezone.localdate()
    is_open = case.closed_at is None
    forms = {sent.name: sent} if sent else {}
    context: dict[str, Any] = {
        "case": case,
        "is_promoter": door.is_promoter,
        "back": reverse("case_follow" if door.is_promoter else "case", args=[door.key]),
        "lede": summarise_folder([line.last.code for line in lines]),
        "totals": sum_folder(lines),
        "lines": [_tell(door, line, forms) for line in lines],
        "finder": _find_address(door) if door.is_promoter and is_open else "",
        "add": door.address("add"),
        "add_form": None if door.is_promoter or not is_open else forms.get("add") or _make_add_form(),
        "is_adding": "add" in forms,
        "refused": sent if sent and sent.name == "chosen" else None,
        "today": today,
    }
    return render(request, "aid/folder.html", context, status=400 if sent else 200)


def _make_add_form(data: Any = None) -> AddAidForm:
    return AddAidForm(data, choices=list_choices(language_of_page()), today=timezone.localdate())


def _find_address(door: Door) -> str:
    """The finder, told of the place at once: what is chosen there comes back here."""
    words = {"p": write_link(Asked({"territory": door.case.territory_code})), FROM_FILE: door.key}
    return f"{reverse('find_aid')}?{urlencode(words)}"


def _tell(door: Door, line: FolderLine, forms: Mapping[str, CaseForm]) -> dict[str, Any]:
    today, pk = timezone.localdate(), line.item.pk
    is_kept = door.case.erased_at is None
    step, correction = f"step_{pk}", f"correct_{pk}"
    return {
        "line": line,
        "name": line.get_name(language_of_page()),
        "step_form": (forms.get(step) or StepForm(line=line, today=today)) if line.moves and is_kept else None,
        "step": door.address("step", pk),
        "is_stepping": step in forms,
        "correction_form": (forms.get(correction) or CorrectionForm(line=line, today=today)) if is_kept else None,
        "correct": door.address("correct", pk),
        "is_correcting": correction in forms,
    }


def _do(request: HttpRequest, door: Door, form: CaseForm, deed: Deed, done: str, *, address: str = "") -> HttpResponse:
    return do_or(
        lambda: _show(request, door, form), request, form, deed, done,
        address=address or door.address(), refusals=REFUSALS,
    )  # fmt: skip


@open_to(Audience.PUBLIC)
@posted_from("case_follow_aids")
@keep_private
def add_by_promoter(request: HttpRequest, token: str) -> HttpResponse:
    """From an answer of the finder, and back to the answers, where the next one may be chosen."""
    door, form, now = _by_link(token), ChosenAidForm(request.POST), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.add_aid(case=door.case, slug=said["aid"], by=door.by, now=now)

    words = {"p": request.POST.get("p", ""), "on": request.POST.get("day", ""), FROM_FILE: token}
    kept = {name: word for name, word in words.items() if word}
    address = f"{reverse('aid_results')}?{urlencode(kept)}"
    return _do(request, door, form, deed, _("L’aide est dans votre dossier."), address=address)


@open_to(Audience.ADVISER)
@posted_from("case_aids")
@keep_private
def add_by_adviser(request: HttpRequest, reference: str) -> HttpResponse:
    door, now = _by_reference(request, reference), timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.add_aid(case=door.case, slug=said["aid"], by=door.by, now=now, on=said["on"])

    return _do(request, door, _make_add_form(request.POST), deed, _("L’aide est au dossier."))


@open_to(Audience.PUBLIC)
@posted_from("case_follow_aids")
@keep_private
def step_by_promoter(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    return _step(request, _by_link(token), pk)


@open_to(Audience.ADVISER)
@posted_from("case_aids")
@keep_private
def step_by_adviser(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    return _step(request, _by_reference(request, reference), pk)


@open_to(Audience.PUBLIC)
@posted_from("case_follow_aids")
@keep_private
def correct_by_promoter(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    return _correct(request, _by_link(token), pk)


@open_to(Audience.ADVISER)
@posted_from("case_aids")
@keep_private
def correct_by_adviser(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    return _correct(request, _by_reference(request, reference), pk)


def _step(request: HttpRequest, door: Door, pk: int) -> HttpResponse:
    item, now = _get_item(door, pk), timezone.now()
    form = StepForm(request.POST, line=read_line(item=item), today=timezone.localdate(now))

    def deed(_said: dict[str, Any]) -> None:
        actions.record_step(item=item, step=form.read_step(), by=door.by, now=now)

    return _do(request, door, form, deed, _("C’est noté au dossier."))


def _correct(request: HttpRequest, door: Door, pk: int) -> HttpResponse:
    item, now = _get_item(door, pk), timezone.now()
    form = CorrectionForm(request.POST, line=read_line(item=item), today=timezone.localdate(now))

    def deed(said: dict[str, Any]) -> None:
        if said["is_void"]:
            actions.take_step_back(item=item, pk=said["step"], by=door.by, now=now)
        else:
            actions.correct_step(item=item, pk=said["step"], step=form.read_step(), by=door.by, now=now)

    return _do(request, door, form, deed, _("La correction est notée ; ce qui était écrit reste dans le fil."))


def _get_item(door: Door, pk: int) -> FolderItem:
    """One that was taken back whole is gone, for its page as for its forms."""
    try:
        item = get_item(case=door.case, pk=pk)
    except FolderItem.DoesNotExist as error:
        raise Http404(_("Cette aide n’est pas de ce dossier.")) from error
    if not read_line(item=item).steps:
        raise Http404(_("Cette aide a été retirée du dossier."))
    return item
