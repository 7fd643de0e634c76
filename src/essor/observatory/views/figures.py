from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.directory.models import Organisation
from essor.directory.rules import fold
from essor.observatory import pictures
from essor.observatory.labels import label_indicator
from essor.observatory.models import Edition
from essor.observatory.queries.editions import get_edition, get_figure, list_editions, list_figure_history
from essor.observatory.reading import Reader
from essor.observatory.rules import ObservatoryError
from essor.observatory.sentences import find_amount
from essor.observatory.views.formats import send_json, wants_json
from essor.observatory.views.portrait import name_edition, open_reader

MOST_MEMBERS, MOST_UNDECIDED = 500, 60


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
    if wants_json(request):
        content = {"edition": slug, "known_at": edition.results["known_at"], "address": address}
        response: HttpResponse = send_json(figure | content)
    else:
        response = render(request, "observatory/figure.html", _tell(edition, figure, address))
    patch_vary_headers(response, ["Accept"])
    return response


def _tell(edition: Edition, figure: dict[str, Any], address: str) -> dict[str, Any]:
    membership = edition.results["memberships"][f"{figure['base']}.{figure['version']}.{figure['on']}"]
    members = membership["members"][:MOST_MEMBERS]
    concerned = [*members, *(item["organisation"] for item in membership["undecided"])]
    reader = open_reader(edition, also_named=concerned)
    base = next(base for base in reader.definitions["bases"] if base["slug"] == figure["base"])
    keys = dict(Organisation.objects.filter(pk__in=concerned).values_list("pk", "key"))
    undecided = reader.read_undecided(f"{figure['base']}.{figure['version']}", figure["on"])
    named = [{"name": reader.names.get(number, _("nom effacé")), "key": keys.get(number, "")} for number in members]
    return {
        "edition": edition,
        "successor": getattr(edition, "successor", None),
        "title": name_edition(edition),
        "figure": figure,
        "indicator": label_indicator(figure["indicator"], edition.results["measures"]),
        "amount": find_amount(figure),
        "on": date.fromisoformat(figure["on"]),
        "territory": reader.territory_name,
        "label": base[f"label_{reader.language}"],
        "owner": base["owner"],
        "description": base[f"description_{reader.language}"],
        "criteria": reader.describe(base),
        "tables": _tabulate(reader, figure),
        "members": sorted(named, key=lambda member: fold(member["name"])),
        "more_members": len(membership["members"]) - len(members),
        "undecided": [item | {"key": keys.get(item["organisation"], "")} for item in undecided[:MOST_UNDECIDED]],
        "more_undecided": max(0, len(undecided) - MOST_UNDECIDED),
        "history": _list_history(edition, figure["key"]),
        "sources": reader.definitions["sources"],
        "address": address,
        "trail": [
            (_("Portraits"), reverse("portraits")),
            (name_edition(edition), reverse("edition", args=[edition.slug])),
        ],
    }


def _list_history(edition: Edition, key: str) -> list[dict[str, Any]]:
    return [
        {
            "edition": other,
            "title": name_edition(other),
            "amount": find_amount(figure),
            "is_here": other == edition,
        }
        for other, figure in list_figure_history(key=key, territory_code=edition.territory_code)
    ]


def _tabulate(reader: Reader, figure: dict[str, Any]) -> list[Any]:
    return [
        pictures.tabulate_figure(figure, dimension=dimension, definitions=reader.definitions)
        for dimension in pictures.DIMENSIONS
    ]
