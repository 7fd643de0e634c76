from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, may, open_to
from essor.design.tables import Table
from essor.observatory import pictures
from essor.observatory.changes import tabulate_changes
from essor.observatory.models import Edition
from essor.observatory.queries.editions import (
    find_latest_edition,
    get_edition,
    has_portrait,
    list_editions,
    read_definitions,
    read_manifest,
)
from essor.observatory.queries.naming import find_names, list_told
from essor.observatory.reading import MOST_UNDECIDED, BaseReading, BridgeReading, Reader
from essor.observatory.rules import ObservatoryError
from essor.observatory.small_groups import list_small_groups
from essor.territories.portraits import PortraitLink
from essor.territories.queries import find_boundaries, get_name, is_known


def open_reader(edition: Edition, *, person: User | AnonymousUser, also_named: Collection[int] = ()) -> Reader:
    """What ``person`` may read of an edition: every name for those who advise its territory."""
    definitions = read_definitions(edition)
    language = "en" if get_language() == "en" else "fr"
    return Reader(
        results=edition.results,
        definitions=definitions,
        language=language,
        naming=find_names(
            {*_list_named(edition), *also_named},
            on=edition.last_reference_on,
            known_at=edition.published_at,
            is_adviser=may(person, "record_facts", edition.territory_code),
        ),
        shapes=find_boundaries(definitions["place_names"]),
    )


def _list_named(edition: Edition) -> set[int]:
    """Those that bridges tell apart, and those still undecided at the last date."""
    kept, last = edition.results, edition.last_reference_on.isoformat()
    told = {number for bridge in kept["bridges"].values() for number in list_told(pictures.tell_bridge(bridge))}
    for stem, membership in kept["memberships"].items():
        if stem.endswith(last):
            told |= {item["organisation"] for item in membership["undecided"][:MOST_UNDECIDED]}
    return told


@open_to(Audience.PUBLIC)
@require_safe
def show_home(request: HttpRequest) -> HttpResponse:
    edition = find_latest_edition()
    if edition is None:
        return render(request, "observatory/home_empty.html", {"may_import": may(request.user, "import_facts")})
    reader = open_reader(edition, person=request.user)
    bases = reader.read_bases()
    context = {
        "edition": edition,
        "title": name_edition(edition),
        "territory": reader.territory_name,
        "where": reader.where,
        "main": bases[0],
        "other": next(iter(_pair_others(reader, bases)), None),
        "first": _find_first(reader, bases[0].slug),
    }
    return render(request, "observatory/home.html", context)


@open_to(Audience.PUBLIC)
@require_safe
def show_portraits(request: HttpRequest) -> HttpResponse:
    shown: dict[str, Edition] = {}
    for edition in list_editions().filter(successor=None).order_by("-last_reference_on", "-published_at"):
        shown.setdefault(edition.territory_code, edition)
    items = [{"edition": edition, "title": name_edition(edition)} for edition in shown.values()]
    return render(request, "observatory/portraits.html", {"items": items})


@open_to(Audience.PUBLIC)
@require_safe
def show_portrait(request: HttpRequest, territory: str) -> HttpResponse:
    edition = find_latest_edition(territory_code=territory)
    if edition is None:
        return _say_none(request, territory)
    return render(request, "observatory/portrait.html", _tell(request, edition))


def _say_none(request: HttpRequest, code: str) -> HttpResponse:
    """A place without a portrait: said on its page, which is not found all the same."""
    if not is_known(code):
        raise Http404
    context = {
        "territory": get_name(code, timezone.localdate(), "en" if get_language() == "en" else "fr"),
        "trail": [(_("Portraits"), reverse("portraits"))],
    }
    return render(request, "observatory/portrait_none.html", context, status=404)


def link_portrait(code: str) -> PortraitLink:
    """What the page of a place leads to: its portrait, or the portraits that there are."""
    if not has_portrait(code):
        return PortraitLink(reverse("portraits"), is_published=False)
    return PortraitLink(reverse("portrait", args=[code]), is_published=True)


@open_to(Audience.PUBLIC)
@require_safe
def show_edition(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        edition = get_edition(slug=slug)
    except ObservatoryError as error:
        raise Http404 from error
    return render(request, "observatory/portrait.html", _tell(request, edition))


def _tell(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    reader = open_reader(edition, person=request.user)
    bases = reader.read_bases()
    is_adviser = may(request.user, "publish_edition", edition.territory_code)
    return {
        "edition": edition,
        "title": name_edition(edition),
        "territory": reader.territory_name,
        "where": reader.where,
        "vintage": edition.results["territory"]["vintage"],
        "main": bases[0],
        "others": _pair_others(reader, bases),
        "all_bases": bases,
        "sources": reader.definitions["sources"],
        "manifest": read_manifest(edition),
        "successor": getattr(edition, "successor", None),
        "earlier": list_editions(territory_code=edition.territory_code).exclude(pk=edition.pk)[:10],
        "small_groups": len(list_small_groups(edition.results, reader.definitions)) if is_adviser else 0,
        "may_correct": is_adviser,
        "changes": _tabulate_changes(edition, reader),
        "address": request.build_absolute_uri(reverse("edition", args=[edition.slug])),
        "trail": [(_("Portraits"), reverse("portraits"))],
    }


def _pair_others(reader: Reader, bases: Sequence[BaseReading]) -> list[tuple[BaseReading, BridgeReading | None]]:
    """Each base beside the first one, with the bridge that explains its total from the first's, if both are known."""
    bridges = {bridge.slug_b: bridge for bridge in reader.read_bridges() if bridge.slug_a == bases[0].slug}
    return [(base, bridges.get(base.slug)) for base in bases[1:]]


def _tabulate_changes(edition: Edition, reader: Reader) -> Table | None:
    """What a correction changed, as kept when it was published; None for an edition that corrects nothing."""
    if edition.predecessor is None or edition.changes is None:
        return None
    before = edition.predecessor.results
    return tabulate_changes(edition.changes, before=before, after=edition.results, definitions=reader.definitions)


def _find_first(reader: Reader, slug: str) -> Any:
    base = next(base for base in reader.definitions["bases"] if base["slug"] == slug)
    return reader.read_headline(base, reader.results["dates"][0])


def name_edition(edition: Edition) -> str:
    return edition.title_en if get_language() == "en" else edition.title_fr
