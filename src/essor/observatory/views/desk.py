from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, list_role_kinds, may, open_to
from essor.directory.models import Organisation
from essor.directory.queries import list_sources
from essor.observatory.models import BaseVersion
from essor.observatory.queries.editions import find_latest_edition, list_editions
from essor.observatory.views.portrait import name_edition, open_reader

MOST_LISTED = 8


@open_to(Audience.SIGNED_IN)
@require_safe
def show_desk(request: HttpRequest) -> HttpResponse:
    """What there is to do: a census to enter, drafts to finish, undecided organisations to settle, editions."""
    if not may(request.user, "import_facts"):
        kinds = list_role_kinds(request.user)
        return render(request, "observatory/desk_reader.html", {"is_administrator": "administrator" in kinds})
    edition = find_latest_edition()
    undecided = []
    if edition is not None:
        reader = open_reader(edition)
        base, last = reader.definitions["bases"][0], edition.results["dates"][-1]
        undecided = reader.read_undecided(f"{base['slug']}.{base['number']}", last)
        keys = dict(
            Organisation.objects.filter(pk__in=[item["organisation"] for item in undecided]).values_list("pk", "key")
        )
        undecided = [item | {"key": keys.get(item["organisation"], "")} for item in undecided]
    context = {
        "edition": edition,
        "title": name_edition(edition) if edition else "",
        "undecided": undecided[:MOST_LISTED],
        "more_undecided": max(0, len(undecided) - MOST_LISTED),
        "drafts": [
            {"version": version, "label": version.label_en if get_language() == "en" else version.label_fr}
            for version in BaseVersion.objects.filter(status="draft").select_related("base")[:MOST_LISTED]
        ],
        "sources": list_sources()[:MOST_LISTED],
        "editions": [{"edition": item, "title": name_edition(item)} for item in list_editions()[:MOST_LISTED]],
        "is_administrator": may(request.user, "administer"),
    }
    return render(request, "observatory/desk.html", context)
