"""The steps to open an enterprise: of a file, for both sides; of a legal form, for everyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.cases.forms import CaseForm
from essor.cases.models import CaseEvent
from essor.cases.views.private import do_or
from essor.cases.wording import in_language
from essor.design.wording import write_day
from essor.knowledge.checklists import ChecklistDefinition, ChecklistStep, load_checklists
from essor.programmes import actions
from essor.programmes.checklist_forms import BETWEEN, ChooseForm, TickForm
from essor.programmes.queries.checklists import Checklist, find_helpers, read_checklist
from essor.programmes.views.sides import REFUSALS, Side, open_to_both

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


@open_to_both()
def show(request: HttpRequest, side: Side) -> HttpResponse:
    return _show(request, side)


def _show(request: HttpRequest, side: Side, sent: CaseForm | None = None) -> HttpResponse:
    """``sent``: a form that was refused."""
    case, checklist, is_promoter = side.case, read_checklist(side.case), side.is_promoter
    helpers = find_helpers(checklist, place=case.territory_code, on=timezone.localdate()) if checklist else {}
    may_write = case.closed_at is None
    context = {
        "case": case,
        "is_promoter": is_promoter,
        "back": side.lead("programme"),
        "lede": _say_lede(checklist),
        "steps": [
            _tell_step(step, checklist.definition, helpers) | _tell_tick(step, checklist, is_promoter=is_promoter)
            for step in checklist.steps
        ] if checklist else [],
        "reviewed_on": checklist.definition.reviewed_on if checklist else None,
        "form": (sent if isinstance(sent, ChooseForm) else _choose_form(checklist)) if may_write else None,
        "choose": side.lead("checklist_choose"),
        "tick": side.lead("checklist_tick") if may_write else "",
        "sent": sent.name if sent else "",
        "errors": sent.non_field_errors() if isinstance(sent, TickForm) else [],
    }  # fmt: skip
    return render(request, "programmes/checklist.html", context, status=400 if sent else 200)


def _say_lede(checklist: Checklist | None) -> str:
    if checklist is None:
        return _("Choisissez la forme de l’entreprise : ses étapes, les papiers et qui peut aider suivent.")
    said = ngettext(
        "{form} : {done} étape faite sur {all}.", "{form} : {done} étapes faites sur {all}.", checklist.done
    )
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


@open_to_both("checklist")
def choose(request: HttpRequest, side: Side) -> HttpResponse:
    now, form = timezone.now(), ChooseForm(request.POST)

    def deed(_said: dict[str, Any]) -> None:
        chosen, kind = form.read()
        actions.choose_checklist(case=side.case, form=chosen, kind=kind, by=side.by, now=now)

    return side.do(
        request, form, deed, _("Les étapes de cette forme sont au dossier."), page="checklist",
        show_again=lambda: _show(request, side, form),
    )  # fmt: skip


@open_to_both("checklist")
def tick(request: HttpRequest, side: Side) -> HttpResponse:
    now = timezone.now()

    def deed(said: dict[str, Any]) -> None:
        actions.tick_step(case=side.case, step=said["step"], is_done=said["is_done"], by=side.by, now=now)

    form = TickForm(request.POST)
    address = f"{side.lead('checklist')}#{request.POST.get('step', '')}"  # a step of the list, once it is done
    return do_or(
        lambda: _show(request, side, form), request, form, deed, _("C’est inscrit."), address=address,
        refusals=REFUSALS,
    )  # fmt: skip
