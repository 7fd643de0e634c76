"""Where the aids of projects stand, for advisers: how many were asked for, obtained, paid, and in how many days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.aid import pictures
from essor.aid.folder_forms import PeriodForm
from essor.aid.queries.funnel import Asked, list_places_of_cases, read_funnels
from essor.cases.views.private import keep_private, language_of_page
from essor.territories.queries import list_names


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_funnel(request: HttpRequest) -> HttpResponse:
    user, today, language = cast(User, request.user), timezone.localdate(), language_of_page()
    names = list_names(today, language)
    places = [(code, names.get(code, code)) for code in list_places_of_cases(user=user, on=today)]
    form = PeriodForm(request.GET, places=places)
    asked = _read_asked(form.cleaned_data) if form.is_valid() else Asked()
    funnels = read_funnels(user=user, on=today, asked=asked)
    context = {
        "form": form,
        "total": {stage.stage: stage.n for stage in funnels.total.stages},
        "tables": pictures.build_funnel_tables(funnels, language=language) if funnels.each else [],
        "is_asked": asked != Asked(),
    }
    return render(request, "aid/funnel.html", context, status=400 if form.errors else 200)


def _read_asked(said: dict[str, Any]) -> Asked:
    """The last day of the form counts."""
    last = said["ends_on"]
    return Asked(said["territory"], said["starts_on"], last + timedelta(days=1) if last else None)
