from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, may, open_to
from essor.cases import pictures, queries
from essor.cases.hanging import list_hangings
from essor.cases.views.private import keep_private, language_of_page
from essor.territories.queries import list_names

PER_PAGE = 50


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_desk(request: HttpRequest) -> HttpResponse:
    today, user = timezone.localdate(), cast(User, request.user)
    search, is_mine = request.GET.get("search", "")[:100], request.GET.get("mine") == "1"
    desk = queries.read_desk(user=user, on=today, is_mine=is_mine, search=search)
    places, is_administrator = list_names(today, language_of_page()), may(user, "administer")
    lists = [
        (_("En retard"), desk.late),
        (_("À prendre en charge"), desk.to_take),
        (_("Aujourd’hui et bientôt"), desk.today),
        (_("En attente de la personne"), desk.waiting),
        (_("Plus tard"), desk.later),
    ]
    context = {
        "desk": desk,
        "tables": [
            pictures.build_cases_table(found, caption=f"{title} ({len(found)})", places=places)
            for title, found in lists
            if found
        ],
        "search": search,
        "is_mine": is_mine,
        "stuck_letters": queries.count_unsent_letters() if is_administrator else 0,
        "overviews": [(one.overview, reverse(one.overview_page)) for one in list_hangings()],
        "are_reminders_asleep": is_administrator and queries.are_reminders_asleep(on=today),
    }
    return render(request, "cases/desk.html", context)


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_closed(request: HttpRequest) -> HttpResponse:
    today, user, search = timezone.localdate(), cast(User, request.user), request.GET.get("search", "")[:100]
    cases = queries.list_closed(user=user, on=today, search=search)
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    places = list_names(today, language_of_page())
    table = pictures.build_closed_table(page.object_list, places=places)
    return render(request, "cases/closed.html", {"page": page, "table": table, "search": search})
