from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, list_role_kinds, open_to
from essor.directory.views.asking import read_language
from essor.programmes.drawings import build_ages_table
from essor.programmes.models import Programme
from essor.programmes.pictures import build_envelopes_table, build_targets_table
from essor.programmes.queries import get_programme, list_targets, read_envelopes
from essor.programmes.queries.following import FEWEST, Outcomes, list_followed, read_outcomes
from essor.programmes.queries.kept import keep, read_state
from essor.programmes.rules import ProgrammeError
from essor.programmes.views.board import read_day
from essor.programmes.views.forecasts import find_forecasts, tell_forecasts
from essor.programmes.wording import explain


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
    try:
        programme = get_programme(slug)
    except ProgrammeError as error:
        raise Http404(explain(error)) from error
    on, language = read_day(request, timezone.localdate()), read_language()
    targets, envelopes = list_targets(programme), read_envelopes(programme, on=on)
    state = read_state(programme)
    found, unforeseen = find_forecasts(programme, on=on, state=state, lines=targets)
    context = {
        "programme": programme,
        "name": getattr(programme, f"name_{language}"),
        "last_day": programme.ends_before - timedelta(days=1),
        "has_ended": programme.ends_before <= timezone.localdate(),
        "on": on,
        "whole": targets[0].target.startups if targets else 0,
        "targets": build_targets_table(targets, language=language),
        "unforeseen": unforeseen,
        **tell_forecasts(request, found, on=on, language=language),
        **_tell_outcomes(programme, state, on=on),
        "following": reverse("programme_following", args=[slug]) if "adviser" in list_role_kinds(request.user) else "",
        "envelopes": build_envelopes_table(envelopes) if envelopes else None,
        "is_silent": all(one.promised == one.free for one in envelopes.values()),
        "clauses": [(one.partner, one.read_clauses(), one) for one in envelopes],
        "trail": [(_("Programmes"), reverse("programmes"))],
    }
    return render(request, "programmes/programme.html", context)


def _tell_outcomes(programme: Programme, state: str, *, on: date) -> dict[str, Any]:
    """Lives on the day; jobs only of the last 31st of December, with what was said by then: two days that follow each
    other would tell what one enterprise declared between them."""
    lives = _read_kept(programme, state, on=on)
    year_end = date(on.year - 1, 12, 31)
    if not lives.opened:
        return {"ages": None, "declared": None, "year_end": year_end}
    declared = _read_kept(programme, state, on=year_end).declared
    return {
        "ages": build_ages_table(lives.ages, is_public=True),
        "declared": declared if declared.told_jobs >= FEWEST else None,
        "year_end": year_end,
    }


def _read_kept(programme: Programme, state: str, *, on: date) -> Outcomes:
    return keep(state, "outcomes", on=on, make=lambda: read_outcomes(list_followed(programme, on=on), on=on))
