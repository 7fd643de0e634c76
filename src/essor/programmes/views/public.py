from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, list_role_kinds, open_to
from essor.directory.views.asking import read_language
from essor.methods.forecast import ForecastError
from essor.programmes.drawings import build_ages_table
from essor.programmes.models import Programme
from essor.programmes.pictures import (
    build_envelopes_table,
    build_forecast_table,
    build_reached_table,
    build_targets_table,
)
from essor.programmes.queries import list_targets, read_envelopes
from essor.programmes.queries.following import FEWEST, list_followed, read_outcomes
from essor.programmes.queries.journeys import read_forecasts
from essor.programmes.views.asking import find_programme, read_day, refuse_day
from essor.programmes.wording import explain_forecast


@open_to(Audience.PUBLIC)
@require_safe
def list_programmes(request: HttpRequest) -> HttpResponse:
    language = read_language()
    programmes = [
        (getattr(one, f"name_{language}"), reverse("programme", args=[one.slug]), one)
        for one in Programme.objects.all()
    ]
    return render(request, "programmes/programmes.html", {"programmes": programmes})


@open_to(Audience.PUBLIC)
@require_safe
def show_programme(request: HttpRequest, slug: str) -> HttpResponse:
    programme, on, language = find_programme(slug), read_day(request), read_language()
    targets, envelopes = list_targets(programme), read_envelopes(programme, on=on)
    context = {
        "programme": programme,
        "name": getattr(programme, f"name_{language}"),
        "last_day": programme.ends_before - timedelta(days=1),
        "has_ended": programme.ends_before <= on,
        "wrong_day": refuse_day(request),
        "on": on,
        "whole": targets[0].target.startups if targets else 0,
        "targets": build_targets_table(targets, language=language),
        **_tell_forecasts(programme, on=on, language=language),
        **_tell_outcomes(programme, on=on),
        "following": reverse("programme_following", args=[slug]) if "adviser" in list_role_kinds(request.user) else "",
        "envelopes": build_envelopes_table(envelopes) if envelopes else None,
        "is_silent": all(one.promised == one.free for one in envelopes.values()),
        "clauses": [(one.partner, one.read_clauses(), one) for one in envelopes],
        "trail": [(_("Programmes"), reverse("programmes"))],
    }
    return render(request, "programmes/programme.html", context, status=400 if context["wrong_day"] else 200)


def _tell_forecasts(programme: Programme, *, on: date, language: str) -> dict[str, Any]:
    """Nothing is foreseen of a programme without a file: what is not entered here is not known."""
    try:
        found = read_forecasts(programme, on=on) if programme.enrolments.exclude(case=None).exists() else []
    except ForecastError as error:
        return {"forecast": None, "unforeseen": explain_forecast(error)}
    build = build_reached_table if programme.ends_before <= on else build_forecast_table
    return {"forecast": build(found, language=language) if found else None, "unforeseen": ""}


def _tell_outcomes(programme: Programme, *, on: date) -> dict[str, Any]:
    """Lives on the day; jobs only of the last 31st of December, with what was said by then: two days that follow each
    other would tell what one enterprise declared between them."""
    lives = read_outcomes(list_followed(programme, on=on), on=on)
    year_end = date(on.year - 1, 12, 31)
    if not lives.opened:
        return {"ages": None, "declared": None, "year_end": year_end}
    declared = read_outcomes(list_followed(programme, on=year_end), on=year_end).declared
    return {
        "ages": build_ages_table(lives.ages, is_public=True),
        "declared": declared if declared.told_jobs >= FEWEST else None,
        "year_end": year_end,
    }
