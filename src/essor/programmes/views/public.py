from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.limits import is_within
from essor.accounts.permissions import Audience, list_role_kinds, open_to
from essor.accounts.rules import ADMINISTRATOR
from essor.directory.views.asking import read_language
from essor.programmes.agreement_pictures import build_credit_table
from essor.programmes.drawings import build_ages_table
from essor.programmes.models import Programme
from essor.programmes.pictures import build_envelopes_table, build_targets_table
from essor.programmes.queries import TargetLine, list_targets, read_envelopes
from essor.programmes.queries.credit import read_credit
from essor.programmes.queries.following import FEWEST, Outcomes, list_followed, read_outcomes
from essor.programmes.queries.journeys import ForeseenTarget
from essor.programmes.queries.kept import keep, read_state
from essor.programmes.views.asking import find_programme, read_day, refuse_day
from essor.programmes.views.forecasts import find_forecasts, tell_forecasts


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
    credit, state = read_credit(programme, on=on), read_state(programme)
    found, unforeseen = _find_forecasts(request, programme, on=on, state=state, lines=targets)
    context = {
        "programme": programme,
        "name": getattr(programme, f"name_{language}"),
        "last_day": programme.ends_before - timedelta(days=1),
        "has_ended": programme.ends_before <= on,
        "wrong_day": refuse_day(request),
        "on": on,
        "whole": targets[0].target.startups if targets else 0,
        "targets": build_targets_table(targets, language=language),
        "unforeseen": unforeseen,
        **tell_forecasts(request, found, on=on, language=language, has_ended=programme.ends_before <= on),
        **_tell_outcomes(programme, state, on=on),
        "credit": build_credit_table(credit, rule=programme.credit_rule) if credit.counted and envelopes else None,
        "is_adviser": "adviser" in list_role_kinds(request.user),
        "importing": reverse("past_files", args=[slug]) if ADMINISTRATOR in list_role_kinds(request.user) else "",
        "envelopes": build_envelopes_table(envelopes, is_public=True) if envelopes else None,
        "clauses": [(one.partner, one.read_clauses(), one) for one in envelopes],
        "trail": [(_("Programmes"), reverse("programmes"))],
    }
    return render(request, "programmes/programme.html", context, status=400 if context["wrong_day"] else 200)


def _find_forecasts(
    request: HttpRequest, programme: Programme, *, on: date, state: str, lines: Sequence[TargetLine]
) -> tuple[list[ForeseenTarget], str]:
    """Each past day is foreseen anew, which takes long: so many for one origin."""
    if on != timezone.localdate() and not is_within(request, "past_day"):
        return [], _("Trop de jours passés ont été demandés d’ici : la prévision de ce jour attend une heure.")
    return find_forecasts(programme, on=on, state=state, lines=lines)


def _tell_outcomes(programme: Programme, state: str, *, on: date) -> dict[str, Any]:
    """Of the last 31st of December, with what was said by then: two days that follow each other would tell what became
    of one enterprise between them."""
    year_end = date(on.year - 1, 12, 31)
    found = keep(state, "outcomes", on=year_end, make=lambda: _read_outcomes(programme, year_end))
    return {
        "ages": build_ages_table(found.ages, is_public=True) if found.opened else None,
        "declared": found.declared if found.declared.told_jobs >= FEWEST else None,
        "year_end": year_end,
    }


def _read_outcomes(programme: Programme, on: date) -> Outcomes:
    return read_outcomes(list_followed(programme, on=on), on=on)
