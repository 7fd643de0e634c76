from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.accounts.models import User
from essor.accounts.permissions import Audience, list_held_roles, open_to, require
from essor.directory.queries import end_of_day
from essor.observatory import actions
from essor.observatory.actions.editions import EditionAsked
from essor.observatory.forms import EditionForm
from essor.observatory.models import Edition
from essor.observatory.previewing import read_preview, seal_preview
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.editions import get_edition
from essor.observatory.queries.gathering import gather_definitions
from essor.observatory.rules import ObservatoryError
from essor.observatory.wording import explain


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_edition(request: HttpRequest) -> HttpResponse:
    form = EditionForm(request.POST or None, initial=_suggest(request), language=_language())
    return _answer(request, form, predecessor=None, title=_("Nouvelle édition"))


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def correct_edition(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        edition = get_edition(slug=slug)
    except ObservatoryError as error:
        raise Http404 from error
    require(cast(User, request.user), "publish_edition", edition.territory_code)
    form = EditionForm(request.POST or None, initial=_said_by(edition), language=_language(), is_correction=True)
    return _answer(request, form, predecessor=edition, title=_("Corriger une édition"))


def _answer(request: HttpRequest, form: EditionForm, *, predecessor: Edition | None, title: str) -> HttpResponse:
    """The form; its preview once it is valid; the edition once « publier » is pressed on the preview just seen."""
    context: dict[str, Any] = {"form": form, "title": title, "predecessor": predecessor}
    context["successor"] = getattr(predecessor, "successor", None)
    context["trail"] = [(_("Éditions"), reverse("editions"))]
    if not form.is_valid():
        return render(request, "observatory/publish.html", context, status=400 if form.is_bound else 200)
    by, now = cast(User, request.user), timezone.now()
    require(by, "publish_edition", form.cleaned_data["territory"])
    wants_publication = request.POST.get("do") == "publish"
    try:
        if wants_publication and (asked := _find_seen(request, form, predecessor, now)):
            return _publish(request, asked, by=by, now=now)
        asked = _ask(form, predecessor, _choose_instant(form, now))
        preview = actions.preview_edition(now=now, **asked)
    except ObservatoryError as error:
        form.add_error(None, explain(error))
        return render(request, "observatory/publish.html", context, status=400)
    context |= {"seal": seal_preview(preview, form.cleaned_data), "instant": asked["known_at"].isoformat()}
    context |= {"must_look_again": wants_publication, **_tell(preview, asked)}
    return render(request, "observatory/publish.html", context, status=409 if wants_publication else 200)


def _publish(request: HttpRequest, asked: EditionAsked, *, by: User, now: datetime) -> HttpResponse:
    """The edition just published; the one that says the same already, when the button is pressed twice."""
    try:
        slug = actions.publish_edition(by=by, now=now, **asked).slug
    except ObservatoryError as error:
        if error.code != "already-published":
            raise
        slug = str(error.facts["slug"])
        messages.info(request, explain(error))
    else:
        messages.success(request, _("L’édition est publiée. Elle ne changera plus."))
    return redirect("edition", slug)


def _find_seen(
    request: HttpRequest, form: EditionForm, predecessor: Edition | None, now: datetime
) -> EditionAsked | None:
    """The request as it was previewed, at the instant of the preview; None when what was seen no longer holds.

    It no longer holds when the request, the figures at that instant, or what is known since are not the same.
    """
    latest = _choose_instant(form, now)
    instant = min(_read_instant(request.POST.get("instant", "")) or latest, latest)
    asked = _ask(form, predecessor, instant)
    seen, fresh = (actions.preview_edition(now=now, **asked | {"known_at": known_at}) for known_at in (instant, latest))
    is_seen = request.POST.get("seen") == seal_preview(seen, form.cleaned_data)
    return asked if is_seen and seen.results["figures"] == fresh.results["figures"] else None


def _read_instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if timezone.is_aware(instant) else None


def _ask(form: EditionForm, predecessor: Edition | None, known_at: datetime) -> EditionAsked:
    said = form.cleaned_data
    versions = []
    for choice in said["bases"]:
        slug, _dot, number = choice.rpartition(".")
        versions.append(get_base_version(slug=slug, number=int(number)))
    asked = EditionAsked(
        territory_code=said["territory"],
        base_versions=versions,
        dates=said["dates"],
        known_at=known_at,
        title_fr=said["title_fr"],
        title_en=said["title_en"],
    )
    if predecessor is not None:
        asked["predecessor"], asked["correction_reason"] = predecessor, said["reason"]
    return asked


def _choose_instant(form: EditionForm, now: datetime) -> datetime:
    """The end of the day said; now when none is, or when that day is today. A day to come is refused further on."""
    known_on = form.cleaned_data["known_on"]
    if known_on is None or known_on == timezone.localdate(now):
        return now
    return end_of_day(known_on)


def _tell(preview: actions.Preview, asked: EditionAsked) -> dict[str, Any]:
    definitions = gather_definitions(
        territory_code=asked["territory_code"],
        base_versions=asked["base_versions"],
        dates=asked["dates"],
        known_at=asked["known_at"],
    )
    predecessor = asked.get("predecessor")
    return read_preview(preview, definitions=definitions, predecessor=predecessor.results if predecessor else None)


def _suggest(request: HttpRequest) -> dict[str, Any]:
    """The territory asked for, or the one of the person's role."""
    held = [role.territory_code for role in list_held_roles(cast(User, request.user)) if role.territory_code]
    return {"territory": request.GET.get("territory") or next(iter(held), None)}


def _said_by(edition: Edition) -> dict[str, Any]:
    return {
        "territory": edition.territory_code,
        "bases": [f"{base['slug']}.{base['version']}" for base in edition.results["bases"]],
        "dates": "\n".join(edition.results["dates"]),
        "title_fr": edition.title_fr,
        "title_en": edition.title_en,
    }


def _language() -> str:
    return "en" if get_language() == "en" else "fr"
