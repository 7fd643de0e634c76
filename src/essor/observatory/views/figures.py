from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.directory.models import Organisation
from essor.observatory import pictures
from essor.observatory.labels import label_indicator
from essor.observatory.models import Edition
from essor.observatory.queries.editions import get_edition, get_figure, list_editions, list_figure_history
from essor.observatory.reading import Reader
from essor.observatory.rules import ObservatoryError
from essor.observatory.views.portrait import name_edition, open_reader

MOST_MEMBERS = 500


@open_to(Audience.PUBLIC)
@require_safe
def show_editions(request: HttpRequest) -> HttpResponse:
    items = [{"edition": edition, "title": name_edition(edition)} for edition in list_editions()]
    return render(request, "observatory/editions.html", {"items": items})


@open_to(Audience.PUBLIC)
@require_safe
def show_figure(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    try:
        edition = get_edition(slug=slug)
        figure = get_figure(edition=edition, key=key)
    except ObservatoryError as error:
        raise Http404 from error
    address = request.build_absolute_uri(reverse("figure", args=[slug, key]))
    if request.GET.get("format") == "json" or request.headers.get("accept", "").startswith("application/json"):
        return JsonResponse(figure | {"edition": slug, "known_at": edition.results["known_at"], "address": address})
    return render(request, "observatory/figure.html", _tell(edition, figure, address))


def _tell(edition: Edition, figure: dict[str, Any], address: str) -> dict[str, Any]:
    stem = f"{figure['base']}.{figure['version']}.{figure['on']}"
    membership = edition.results["memberships"][stem]
    concerned = [*membership["members"][:MOST_MEMBERS], *(item["organisation"] for item in membership["undecided"])]
    reader = open_reader(edition, also_named=concerned)
    base = next(base for base in reader.definitions["bases"] if base["slug"] == figure["base"])
    keys = dict(Organisation.objects.filter(pk__in=concerned).values_list("pk", "key"))
    return {
        "edition": edition,
        "title": name_edition(edition),
        "figure": figure,
        "indicator": label_indicator(figure["indicator"], edition.results["measures"]),
        "value": pictures.sure_value(figure),
        "on": date.fromisoformat(figure["on"]),
        "territory": reader.territory_name,
        "label": base[f"label_{reader.language}"],
        "owner": base["owner"],
        "description": base[f"description_{reader.language}"],
        "criteria": reader.describe(base),
        "tables": _tabulate(reader, figure),
        "members": [
            {"name": reader.names.get(number, _("nom effacé")), "key": keys.get(number, "")}
            for number in membership["members"][:MOST_MEMBERS]
        ],
        "more_members": max(0, len(membership["members"]) - MOST_MEMBERS),
        "undecided": reader.read_undecided(f"{figure['base']}.{figure['version']}", figure["on"]),
        "history": [
            {
                "edition": other,
                "title": name_edition(other),
                "value": pictures.sure_value(get_figure(edition=other, key=figure["key"])),
            }
            for other in list_figure_history(key=figure["key"])
        ],
        "sources": reader.definitions["sources"],
        "address": address,
        "trail": [
            (_("Portraits"), reverse("portraits")),
            (name_edition(edition), reverse("edition", args=[edition.slug])),
        ],
    }


def _tabulate(reader: Reader, figure: dict[str, Any]) -> list[Any]:
    return [
        pictures.tabulate_figure(figure, dimension=dimension, definitions=reader.definitions)
        for dimension in pictures.DIMENSIONS
    ]
