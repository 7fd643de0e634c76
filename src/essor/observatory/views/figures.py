from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.design.formats import send_json, wants_json
from essor.directory.rules import fold
from essor.methods.portrait import ENTERPRISES
from essor.observatory import pictures
from essor.observatory.labels import label_indicator
from essor.observatory.models import Edition
from essor.observatory.queries.editions import get_edition, get_figure, list_editions, list_figure_history
from essor.observatory.queries.naming import Named
from essor.observatory.reading import MOST_UNDECIDED, Reader
from essor.observatory.rules import FEWEST_NAMED, ObservatoryError, may_name
from essor.observatory.sentences import find_amount, say_unseen
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
    if wants_json(request):
        content = {"edition": slug, "known_at": edition.results["known_at"], "address": address}
        response: HttpResponse = send_json(figure | content)
    else:
        response = render(request, "observatory/figure.html", _tell(request, edition, figure, address))
    patch_vary_headers(response, ["Accept"])
    return response


def _tell(request: HttpRequest, edition: Edition, figure: dict[str, Any], address: str) -> dict[str, Any]:
    membership = edition.results["memberships"][f"{figure['base']}.{figure['version']}.{figure['on']}"]
    undecided = [item["organisation"] for item in membership["undecided"][:MOST_UNDECIDED]]
    members = membership["members"][:MOST_MEMBERS]
    reader = open_reader(edition, person=request.user, also_named=[*members, *undecided])
    base = next(base for base in reader.definitions["bases"] if base["slug"] == figure["base"])
    withheld, told = reader.list_withheld(base), reader.read_undecided(base, figure["on"])
    count = FEWEST_NAMED if figure["indicator"] == ENTERPRISES else len(membership["members"])
    is_named = may_name(count, is_adviser=reader.naming.is_adviser, is_confidential=bool(withheld))
    return {
        "edition": edition,
        "successor": getattr(edition, "successor", None),
        "title": name_edition(edition),
        "figure": figure,
        "indicator": label_indicator(figure["indicator"], edition.results["measures"]),
        "amount": find_amount(figure),
        "on": date.fromisoformat(figure["on"]),
        "territory": reader.territory_name,
        "where": reader.where,
        "label": base[f"label_{reader.language}"],
        "owner": base["owner"],
        "description": base[f"description_{reader.language}"],
        "criteria": reader.describe(base),
        "tables": _tabulate(reader, figure),
        "members": _sort(reader.naming.name(number) for number in members) if is_named else [],
        "more_members": len(membership["members"]) - MOST_MEMBERS,
        "withheld": withheld,
        "unseen": say_unseen(figure["unseen"]),
        "undecided": told,
        "more_undecided": len(membership["undecided"]) - len(told) if told else 0,
        "missing": reader.count_missing(base, figure["on"]),
        "history": _list_history(edition, figure["key"]),
        "sources": reader.definitions["sources"],
        "address": address,
        "trail": [
            (_("Portraits"), reverse("portraits")),
            (name_edition(edition), reverse("edition", args=[edition.slug])),
        ],
    }


def _sort(named: Iterable[Named]) -> list[Named]:
    return sorted(named, key=lambda one: fold(one.name))


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
