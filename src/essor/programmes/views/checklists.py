"""The steps to open an enterprise: of a file, for both sides; of a legal form, for everyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from essor.cases.models import Case, CaseEvent
from essor.cases.views.private import do_or, find_case, get_case, keep_private, posted_from
from essor.cases.wording import in_language
from essor.design.wording import write_day
from essor.knowledge.checklists import ChecklistDefinition, ChecklistStep, load_checklists
from essor.programmes import actions
from essor.programmes.checklist_forms import BETWEEN, ChooseForm, TickForm
from essor.programmes.queries.checklists import Checklist, find_helpers, read_checklist
from essor.programmes.queries.sittings import find_conflicts, name_interests
from essor.programmes.rules import ProgrammeError
from essor.programmes.views.sides import REFUSALS, Deed
from essor.programmes.wording import explain

Helpers = Mapping[str, Sequence[tuple[str, str]]]


@open_to(Audience.PUBLIC)
@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    forms = [
        (reverse("checklist", args=[one.id]), in_language(one.label), in_language(one.lede))
        for one in load_checklists().values()
    ]
    return render(request, "programmes/checklists.html", {"forms": forms})


@open_to(Audience.PUBLIC)
@require_safe
def show_public(request: HttpRequest, form: str) -> HttpResponse:
    definition = load_checklists().get(form)
    if definition is None:
        raise Http404(_("Aucune liste d’étapes pour cette forme."))
    context = {
        "title": in_language(definition.label),
        "lede": in_language(definition.lede),
        "reviewed_on": definition.reviewed_on,
        "steps": [_tell_step(step, definition, {}) for step in definition.steps],
    }
    return render(request, "programmes/checklist_public.html", context)


@open_to(Audience.PUBLIC)
@require_safe
@keep_private
def show_to_promoter(request: HttpRequest, token: str) -> HttpResponse:
    return _show(request, find_case(token), THE_PROMOTER, token)


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_to_adviser(request: HttpRequest, reference: str) -> HttpResponse:
    return _show(request, _open_case(request, reference), cast(User, request.user), reference)


@open_to(Audience.PUBLIC)
@posted_from("case_follow_checklist")
@keep_private
def choose_by_promoter(request: HttpRequest, token: str) -> HttpResponse:
    return _choose(request, find_case(token), THE_PROMOTER, token)


@open_to(Audience.ADVISER)
@posted_from("case_checklist")
@keep_private
def choose(request: HttpRequest, reference: str) -> HttpResponse:
    return _choose(request, _open_case(request, reference), cast(User, request.user), reference)


@open_to(Audience.PUBLIC)
@posted_from("case_follow_checklist")
@keep_private
def tick_by_promoter(request: HttpRequest, token: str) -> HttpResponse:
    return _tick(request, find_case(token), THE_PROMOTER, token)


@open_to(Audience.ADVISER)
@posted_from("case_checklist")
@keep_private
def tick(request: HttpRequest, reference: str) -> HttpResponse:
    return _tick(request, _open_case(request, reference), cast(User, request.user), reference)


def _open_case(request: HttpRequest, reference: str) -> Case:
    """For whoever may handle the file and has no interest in it."""
    case = get_case(request, reference)
    if why := find_conflicts(cast(User, request.user), case, on=timezone.localdate()):
        raise Http404(explain(ProgrammeError("recused", why=name_interests(why))))
    return case


def _lead(by: By, deed: str = "") -> str:
    return ("case_follow_checklist" if by is THE_PROMOTER else "case_checklist") + deed


def _show(request: HttpRequest, case: Case, by: By, key: str, sent: CaseForm | None = None) -> HttpResponse:
    """``sent``: a form that was refused."""
    checklist, is_promoter = read_checklist(case), by is THE_PROMOTER
    helpers = find_helpers(checklist, place=case.territory_code, on=timezone.localdate()) if checklist else {}
    may_write = case.closed_at is None
    context = {
        "case": case,
        "is_promoter": is_promoter,
        "back": reverse("case_follow_programme" if is_promoter else "case_programme", args=[key]),
        "lede": _say_lede(checklist),
        "steps": [
            _tell_step(step, checklist.definition, helpers) | _tell_tick(step, checklist, is_promoter=is_promoter)
            for step in checklist.steps
        ] if checklist else [],
        "reviewed_on": checklist.definition.reviewed_on if checklist else None,
        "form": (sent if isinstance(sent, ChooseForm) else _choose_form(checklist)) if may_write else None,
        "choose": reverse(_lead(by, "_choose"), args=[key]),
        "tick": reverse(_lead(by, "_tick"), args=[key]) if may_write else "",
        "sent": sent.name if sent else "",
        "errors": sent.non_field_errors() if isinstance(sent, TickForm) else [],
    }  # fmt: skip
    return render(request, "programmes/checklist.html", context, status=400 if sent else 200)


def _say_lede(checklist: Checklist | None) -> str:
    if checklist is None:
        return _("Choisissez la forme de l’entreprise : ses étapes, les papiers et qui peut aider suivent.")
    said = _("{form} : {done} étapes faites sur {all}.")
    name = in_language(checklist.definition.name_kind(checklist.kind))
    return said.format(form=name, done=checklist.done, all=len(checklist.steps))


def _choose_form(checklist: Checklist | None) -> ChooseForm:
    return ChooseForm(initial={"form": f"{checklist.definition.id}{BETWEEN}{checklist.kind}"} if checklist else {})


def _tell_step(step: ChecklistStep, definition: ChecklistDefinition, helpers: Helpers) -> dict[str, Any]:
    return {
        "code": step.code,
        "label": in_language(step.label),
        "what": in_language(step.what),
        "papers": [in_language(one) for one in step.papers],
        "usual": in_language(step.usual),
        "bodies": [(reverse("body", args=[slug]), name) for slug, name in helpers.get(step.need, ())],
        "helps": in_language(step.helps),
        "only": ", ".join(in_language(definition.name_kind(kind)) for kind in step.only),
        "source": in_language(step.source) if step.source else "",
    }


def _tell_tick(step: ChecklistStep, checklist: Checklist, *, is_promoter: bool) -> dict[str, Any]:
    is_done = checklist.is_done(step.code)
    return {
        "is_done": is_done, "said": _say_who(checklist.ticks[step.code], is_promoter=is_promoter) if is_done else "",
    }  # fmt: skip


def _say_who(event: CaseEvent, *, is_promoter: bool) -> str:
    """Who said so, and when."""
    who = str(event.actor) if event.actor else str(event.get_party_display())
    if is_promoter and event.party == "promoter":
        who = _("vous")
    return _("coché par {who}, le {day}").format(who=who, day=write_day(event.happened_at))


def _do(request: HttpRequest, case: Case, by: By, key: str, form: CaseForm, deed: Deed, done: str) -> HttpResponse:
    return do_or(
        lambda: _show(request, case, by, key, form), request, form, deed, done,
        address=reverse(_lead(by), args=[key]), refusals=REFUSALS,
    )  # fmt: skip


def _choose(request: HttpRequest, case: Case, by: By, key: str) -> HttpResponse:
    now, form = timezone.now(), ChooseForm(request.POST)

    def deed(_said: dict[str, Any]) -> None:
        chosen, kind = form.read()
        actions.choose_checklist(case=case, form=chosen, kind=kind, by=by, now=now)

    return _do(request, case, by, key, form, deed, _("Les étapes de cette forme sont au dossier."))


def _tick(request: HttpRequest, case: Case, by: By, key: str) -> HttpResponse:
    now = timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.tick_step(case=case, step=said["step"], is_done=said["is_done"], by=by, now=now)

    return _do(request, case, by, key, TickForm(request.POST), deed, _("C’est inscrit."))
