from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, list_role_kinds, may, open_to
from essor.accounts.queries import list_events
from essor.aid.queries.care import list_proposals
from essor.aid.queries.drafts import list_drafts
from essor.cases.queries import read_desk
from essor.directory.models import Organisation
from essor.directory.queries import list_sources
from essor.observatory.labels import label_deed
from essor.observatory.models import Edition
from essor.observatory.queries.bases import list_base_versions
from essor.observatory.queries.editions import find_latest_edition, list_editions
from essor.observatory.queries.stewards import find_stewardship
from essor.observatory.views.portrait import name_edition, open_reader

MOST_LISTED = 8


@open_to(Audience.SIGNED_IN)
@require_safe
def show_desk(request: HttpRequest) -> HttpResponse:
    """What there is to do: a census to enter, undecided organisations to settle, drafts to finish, editions."""
    if not may(request.user, "import_facts"):
        kinds = list_role_kinds(request.user)
        return render(
            request,
            "observatory/desk_reader.html",
            {f"is_{kind}": kind in kinds for kind in ("administrator", "committee", "partner")},
        )
    edition = _find_edition(cast(User, request.user))
    held = find_stewardship(request.user, on=timezone.localdate())
    drafts = [version for version in list_base_versions().filter(status="draft") if held.holds(version.base)]
    context = {
        "edition": edition,
        "title": name_edition(edition) if edition else "",
        "may_correct": edition is not None and may(request.user, "publish_edition", edition.territory_code),
        "has_organisations": Organisation.objects.exists(),
        **_find_undecided(edition, cast(User, request.user)),
        "aid_drafts": list_drafts().count(),
        "proposals": list_proposals().count(),
        "files": read_desk(user=cast(User, request.user), on=timezone.localdate()),
        "drafts": [{"version": version, "label": _label(version)} for version in drafts[:MOST_LISTED]],
        "sources": list_sources()[:MOST_LISTED],
        "editions": [{"edition": item, "title": name_edition(item)} for item in list_editions()[:MOST_LISTED]],
        "done": _list_done(cast(User, request.user)),
        "is_administrator": may(request.user, "administer"),
    }
    return render(request, "observatory/desk.html", context)


def _find_edition(person: User) -> Edition | None:
    """The latest edition of a territory where this person acts: what is undecided elsewhere is not theirs to settle."""
    codes = Edition.objects.order_by("-last_reference_on").values_list("territory_code", flat=True)
    theirs = (code for code in dict.fromkeys(codes) if may(person, "record_facts", code))
    return find_latest_edition(territory_code=code) if (code := next(theirs, None)) else None


def _label(version: Any) -> str:
    return str(version.label_en if get_language() == "en" else version.label_fr)


def _find_undecided(edition: Edition | None, person: User) -> dict[str, Any]:
    """The organisations that the main base of an edition could not decide at its last date."""
    if edition is None:
        return {"undecided": [], "more_undecided": 0}
    reader = open_reader(edition, person=person)
    base, last = reader.definitions["bases"][0], edition.results["dates"][-1]
    shown = reader.read_undecided(base, last, most=MOST_LISTED)
    return {
        "undecided": shown,
        "more_undecided": reader.read_headline(base, last).undecided - len(shown),
        "undecided_base": base[f"label_{reader.language}"],
    }


def _list_done(person: User) -> list[dict[str, Any]]:
    """What this person did last."""
    return [
        {
            "label": label_deed(event.action),
            "target": "" if event.target_id.isdigit() else event.target_id,
            "at": event.happened_at,
        }
        for event in list_events().filter(actor=person)[:MOST_LISTED]
    ]
