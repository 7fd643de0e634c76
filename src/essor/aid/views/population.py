from __future__ import annotations

import csv
from collections import Counter
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, list_held_roles, open_to, require
from essor.aid.queries import catalogue, find_one_place
from essor.aid.queries.population import Reach, read_reach
from essor.aid.views.catalogue import read_day
from essor.cases.views.private import keep_private
from essor.design.wording import plain
from essor.directory.models import Organisation
from essor.directory.queries import names_of
from essor.directory.views.asking import read_language
from essor.knowledge.questions import load_questions
from essor.territories.queries import get_name
from essor.territories.rules import PROVINCE

PER_PAGE = 100


@open_to(Audience.ADVISER)
@require_safe
@keep_private
def show_reach(request: HttpRequest, slug: str) -> HttpResponse:
    """Who, among the organisations of a territory, may have this aid; and whom to ask what."""
    on, language = read_day(request), read_language()
    entry = catalogue.find_entry(slug, on=on)
    if entry is None:
        raise Http404
    said = request.GET.get("place", "")[:100]
    code = find_one_place(said, on) if said.strip() else _find_own_place(request)
    context: dict[str, Any] = {
        "slug": slug,
        "name": getattr(entry.programme.definition.name, language),
        "place": said,
        "on": on,
        "place_unknown": code is None,
        "trail": [(_("Toutes les aides"), reverse("aid_list")), (_("L’aide"), reverse("aid", args=[slug]))],
    }
    if code is None:
        return render(request, "aid/reach.html", context, status=400)
    require(request.user, "list_eligible", code, on=timezone.localdate())
    reach = read_reach(entry.programme, territory_code=code, on=on, known_at=timezone.now())
    if request.GET.get("format") == "csv":
        return _send_csv(reach, slug, language)
    listed = [("yes", one) for one in reach.yes] + [("maybe", one) for one in reach.maybe]
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context |= {
        "place_name": get_name(code, on, language),
        "counts": {"yes": len(reach.yes), "maybe": len(reach.maybe), "no": len(reach.no)},
        "page": page,
        "rows": _tell(list(page.object_list), reach, language),
        "asked": _count_questions(reach, language),
        "csv": f"?{request.GET.urlencode()}&format=csv",
    }
    return render(request, "aid/reach.html", context)


def _find_own_place(request: HttpRequest) -> str | None:
    """Where this person advises; the whole province for who advises everywhere."""
    today = timezone.localdate()
    codes = [role.territory_code or PROVINCE for role in list_held_roles(request.user) if role.counts_on(today)]
    return codes[0] if codes else None


def _tell(listed: list[tuple[str, int]], reach: Reach, language: str) -> list[dict[str, Any]]:
    ids = [organisation for _answer, organisation in listed]
    names = names_of(organisations=ids, known_at=timezone.now())
    keys = dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "key"))
    questions = load_questions()
    return [
        {
            "key": keys[one],
            "name": names.get(one, keys[one]),
            "answer": answer,
            "ask": [getattr(questions[name].words, language) for name in reach.asking.get(one, ())],
        }
        for answer, one in listed
    ]


def _count_questions(reach: Reach, language: str) -> list[tuple[str, int]]:
    """How many each question could still settle, the most useful first."""
    questions = load_questions()
    counts = Counter(name for asked in reach.asking.values() for name in asked)
    return [(getattr(questions[name].label, language), n) for name, n in counts.most_common()]


def _send_csv(reach: Reach, slug: str, language: str) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(["key", "name", "answer", "ask"])
    listed = [("yes", one) for one in reach.yes] + [("maybe", one) for one in reach.maybe]
    for row in _tell(listed, reach, language):
        writer.writerow([row["key"], plain(row["name"]), row["answer"], plain(" ; ".join(row["ask"]))])
    return response
