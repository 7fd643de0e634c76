from __future__ import annotations

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
from essor.accounts.permissions import Audience, open_to, require
from essor.directory.queries import end_of_day
from essor.observatory import actions, pictures
from essor.observatory.actions.editions import EditionAsked
from essor.observatory.forms import EditionForm
from essor.observatory.models import Edition
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.editions import get_edition
from essor.observatory.rules import ObservatoryError
from essor.observatory.wording import explain


@open_to(Audience.ADVISER)
@require_http_methods(["GET", "HEAD", "POST"])
def add_edition(request: HttpRequest) -> HttpResponse:
    form = EditionForm(request.POST or None, language=_language())
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
    """The form; its preview once it is valid; the edition once « publier » is pressed."""
    context: dict[str, Any] = {"form": form, "title": title, "predecessor": predecessor}
    context["trail"] = [(_("Éditions"), reverse("editions"))]
    if not form.is_valid():
        return render(request, "observatory/publish.html", context, status=400 if form.is_bound else 200)
    by, now = cast(User, request.user), timezone.now()
    require(by, "publish_edition", form.cleaned_data["territory"])
    try:
        asked = _ask(form, predecessor, now)
        if request.POST.get("do") == "publish":
            edition = actions.publish_edition(by=by, now=now, **asked)
            messages.success(request, _("L’édition est publiée. Elle ne changera plus."))
            return redirect("edition", edition.slug)
        preview = actions.preview_edition(now=now, **asked)
    except ObservatoryError as error:
        form.add_error(None, explain(error))
        return render(request, "observatory/publish.html", context, status=400)
    return render(request, "observatory/publish.html", context | _tell(preview))


def _ask(form: EditionForm, predecessor: Edition | None, now: Any) -> EditionAsked:
    said = form.cleaned_data
    versions = []
    for choice in said["bases"]:
        slug, _dot, number = choice.rpartition(".")
        versions.append(get_base_version(slug=slug, number=int(number)))
    asked = EditionAsked(
        territory_code=said["territory"],
        base_versions=versions,
        dates=said["dates"],
        known_at=min(end_of_day(said["known_on"]), now) if said["known_on"] else now,
        title_fr=said["title_fr"],
        title_en=said["title_en"],
    )
    if predecessor is not None:
        asked["predecessor"], asked["correction_reason"] = predecessor, said["reason"]
    return asked


def _tell(preview: Any) -> dict[str, Any]:
    """What would be published, in a few lines: totals by base and date, what is small, what is undecided."""
    results = preview.results
    totals = [
        {
            "label": base[f"label_{_language()}"],
            "on": on,
            "enterprises": results["figures"][f"{base['slug']}.{base['version']}.enterprises.{on}"],
            "jobs": results["figures"][f"{base['slug']}.{base['version']}.{base['jobs_variable']}.{on}"],
        }
        for base in results["bases"]
        for on in results["dates"]
    ]
    for total in totals:
        total["members"] = pictures.sure_value(total["enterprises"])
        total["amount"] = pictures.sure_value(total["jobs"])
    kinds = [warning["type"] for warning in results["warnings"]]
    return {
        "totals": totals,
        "small_cells": kinds.count("small-cell"),
        "small_differences": [warning for warning in results["warnings"] if warning["type"] == "small-difference"],
        "changes": preview.changes,
    }


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
