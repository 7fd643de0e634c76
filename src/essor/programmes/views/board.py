"""« Mes engagements »: what a partner follows of the programmes to which it promised money, and advisers with it."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.cases.views.private import keep_private, language_of_page
from essor.programmes.board_pictures import build_due_table, build_files_table, build_progress_table
from essor.programmes.pictures import build_envelopes_table
from essor.programmes.queries import list_targets, read_envelopes
from essor.programmes.queries.board import (
    find_commitment,
    list_board_cases,
    list_board_reports,
    list_bodies_to_ask,
    list_commitments,
    read_board_files,
)
from essor.programmes.queries.kept import read_state
from essor.programmes.views.asking import read_day
from essor.programmes.views.forecasts import find_forecasts, tell_forecasts
from essor.territories.queries import list_names

PER_PAGE = 50


@open_to(Audience.PARTNER)
@require_safe
@keep_private
def list_mine(request: HttpRequest) -> HttpResponse:
    language, today = language_of_page(), timezone.localdate()
    programmes = [
        (getattr(one.programme, f"name_{language}"), reverse("commitment", args=[one.programme.slug]), one.programme)
        for one in list_commitments(cast(User, request.user), on=today)
    ]
    return render(request, "programmes/commitments.html", {"programmes": programmes})


@open_to(Audience.PARTNER)
@require_safe
@keep_private
def show(request: HttpRequest, slug: str) -> HttpResponse:
    person, today, language = cast(User, request.user), timezone.localdate(), language_of_page()
    commitment = find_commitment(person, slug=slug, on=today)
    if commitment is None:
        raise Http404(_("Aucun programme de ce nom n’est parmi vos engagements."))
    programme, on = commitment.programme, read_day(request)
    lines = list_targets(programme)
    found, unforeseen = find_forecasts(programme, on=on, state=read_state(programme), lines=lines)
    envelopes = read_envelopes(programme, on=on)
    cases = list_board_cases(commitment, person=person, on=today)
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    files = read_board_files(list(page.object_list))
    context = {
        "name": getattr(programme, f"name_{language}"),
        "programme": programme,
        "on": on,
        "progress": build_progress_table(lines, found, language=language),
        "unforeseen": unforeseen,
        **tell_forecasts(request, found, on=on, language=language, has_ended=programme.ends_before <= on),
        "envelopes": build_envelopes_table(envelopes) if envelopes else None,
        "page": page,
        "files": build_files_table(files, on=today, places=list_names(today, language)),
        "is_partner": bool(commitment.agreements),
        "bodies": list_bodies_to_ask(commitment, on=today),
        "due": build_due_table(list_board_reports(commitment, on=on), language=language),
        "trail": [(_("Mes engagements"), reverse("commitments"))],
    }
    return render(request, "programmes/commitment.html", context)
