from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.aid.plan_forms import PlanForm
from essor.aid.planning import answer_plan, plan_project, read_project
from essor.aid.queries import find_for
from essor.aid.rules import AidError
from essor.aid.views.finder import Visit, keep_private_from_file, read_visit, tell_visit
from essor.aid.wording import explain
from essor.directory.views.asking import read_language
from essor.knowledge.questions import load_question_variables


@open_to(Audience.PUBLIC)
@require_safe
@keep_private_from_file
def show_plan(request: HttpRequest) -> HttpResponse:
    """The costs are in the address, as the answers are: nothing is kept."""
    visit, language = read_visit(request), read_language()
    costs = load_question_variables()["project_types"]
    names = {code: costs.value_label(code, language) for code in costs.values}
    form = PlanForm(request.GET if "plan" in request.GET else None, kinds=names)
    context: dict[str, Any] = {
        "form": form,
        "kept": [(name, request.GET[name]) for name in ("p", "on", "dossier") if request.GET.get(name)],
        "results": visit.address("aid_results", visit.asked),
        "plan": None,
        **tell_visit(visit),
    }
    if form.is_valid():
        try:
            context["plan"] = _make_plan(visit, form, names, language)
        except AidError as error:
            form.add_error(None, explain(error))
    return render(request, "aid/plan.html", context, status=400 if form.is_bound and form.errors else 200)


def _make_plan(visit: Visit, form: PlanForm, names: dict[str, str], language: str) -> dict[str, Any]:
    asked = read_project(form.list_said() | {"profile": dict(visit.asked.said)}, kinds=names, on=visit.on)
    found = find_for(asked.profile, on=visit.on, language=language)
    return answer_plan(plan_project(asked, found, on=visit.on), found, language=language, kind_names=names)
