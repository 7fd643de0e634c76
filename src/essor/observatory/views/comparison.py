from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, may, open_to
from essor.design.formats import PROBLEM, send_json, wants_json
from essor.observatory.answers import answer_comparison
from essor.observatory.comparing import ChangeAsked, Question, read_change, read_comparison, read_refusal
from essor.observatory.forms import ComparisonForm, EditionsForm
from essor.observatory.models import BaseVersion
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.editions import find_latest_edition, find_latest_pair, get_edition
from essor.observatory.rules import ObservatoryError
from essor.observatory.wording import explain


def _language() -> str:
    return "en" if get_language() == "en" else "fr"


@open_to(Audience.PUBLIC)
@require_safe
def show_comparison(request: HttpRequest) -> HttpResponse:
    form = ComparisonForm(request.GET or None, initial=_suggest(), language=_language())
    if not form.is_bound:
        return render(request, "observatory/compare.html", {"form": form})
    if not form.is_valid():
        return render(request, "observatory/compare.html", {"form": form}, status=400)
    try:
        response = _answer(request, form)
    except ObservatoryError as error:
        form.add_error(None, explain(error))
        return render(request, "observatory/compare.html", {"form": form}, status=400)
    patch_vary_headers(response, ["Accept"])
    return response


def _answer(request: HttpRequest, form: ComparisonForm) -> HttpResponse:
    asked, now = _ask(request, form), timezone.now()
    if asked.second is not None:
        context = read_refusal(asked, now=now)
        if wants_json(request):
            return send_json(context["refusal"].as_problem(asked.language), status=409, kind=PROBLEM)
        return render(request, "observatory/compare.html", {"form": form, **context}, status=409)
    context = read_comparison(asked, now=now)
    if wants_json(request):
        told = answer_comparison(
            context["comparison"],
            territory_code=asked.territory_code,
            known_on=timezone.localdate(now),
            reading=asked.reading,
        )
        return send_json(told)
    return render(request, "observatory/compare.html", {"form": form, "as_data": _as_data(request), **context})


def _ask(request: HttpRequest, form: ComparisonForm) -> Question:
    said = form.cleaned_data
    return Question(
        first=_find_version(said["base"]),
        second=_find_version(said["second"]) if said["second"] else None,
        territory_code=said["territory"],
        start=None if said["start"] == said["end"] else said["start"],
        end=said["end"],
        reading=said["reading"],
        language=_language(),
        is_adviser=may(request.user, "record_facts", said["territory"]),
    )


def _as_data(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked["format"] = "json"
    return f"?{asked.urlencode()}"


def _suggest() -> dict[str, Any]:
    """What the latest edition compares: its territory, its first base, its first and last dates."""
    edition = find_latest_edition()
    if edition is None:
        return {}
    base, dates = edition.results["bases"][0], edition.results["dates"]
    return {
        "territory": edition.territory_code,
        "base": f"{base['slug']}.{base['version']}",
        "start": date.fromisoformat(dates[0]) if len(dates) > 1 else None,
        "end": date.fromisoformat(dates[-1]),
        "reading": "criteria",
    }


def _find_version(choice: str) -> BaseVersion:
    slug, _dot, number = choice.rpartition(".")
    return get_base_version(slug=slug, number=int(number))


@open_to(Audience.PUBLIC)
@require_safe
def compare_editions(request: HttpRequest) -> HttpResponse:
    form = EditionsForm(request.GET or None, initial=_suggest_pair(), language=_language())
    context: dict[str, Any] = {"form": form, "trail": [(_("Comparer"), reverse("compare"))]}
    if not form.is_bound:
        return render(request, "observatory/compare_editions.html", context)
    if form.is_valid():
        try:
            return render(request, "observatory/compare_editions.html", context | _read_change(form))
        except ObservatoryError as error:
            form.add_error(None, explain(error))
    return render(request, "observatory/compare_editions.html", context, status=400)


def _read_change(form: EditionsForm) -> dict[str, Any]:
    said = dict(form.cleaned_data)
    first, second = get_edition(slug=said.pop("first")), get_edition(slug=said.pop("second"))
    return {"first": first, "second": second, **read_change(ChangeAsked(first=first, second=second, **said))}


def _suggest_pair() -> dict[str, Any]:
    """The two latest editions of a territory that share a base, the earlier first."""
    pair = find_latest_pair()
    if pair is None:
        return {"indicator": "jobs"}
    first, second, base = pair
    return {"first": first.slug, "second": second.slug, "base": base, "indicator": "jobs"}
