from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.directory.queries import names_of
from essor.observatory import pictures
from essor.observatory.forms import ComparisonForm
from essor.observatory.models import BaseVersion
from essor.observatory.queries.bases import get_base_version
from essor.observatory.queries.comparisons import BasesDiffer, compare_dates, refuse_bases
from essor.observatory.queries.editions import find_latest_edition
from essor.observatory.rules import ObservatoryError
from essor.observatory.wording import explain


@open_to(Audience.PUBLIC)
@require_safe
def show_comparison(request: HttpRequest) -> HttpResponse:
    language = "en" if get_language() == "en" else "fr"
    form = ComparisonForm(request.GET or None, initial=_suggest(), language=language)
    if not form.is_bound:
        return render(request, "observatory/compare.html", {"form": form})
    if not form.is_valid():
        return render(request, "observatory/compare.html", {"form": form}, status=400)
    said = form.cleaned_data
    try:
        if said["second"]:
            context = _refuse(said, language)
            return render(request, "observatory/compare.html", {"form": form, **context}, status=409)
        context = _compare(said, language)
    except ObservatoryError as error:
        form.add_error(None, explain(error))
        return render(request, "observatory/compare.html", {"form": form}, status=400)
    return render(request, "observatory/compare.html", {"form": form, **context})


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


def _compare(said: dict[str, Any], language: str) -> dict[str, Any]:
    version, now = _find_version(said["base"]), timezone.now()
    comparison = compare_dates(
        base_version=version,
        territory_code=said["territory"],
        before_on=said["start"],
        after_on=said["end"],
        known_at=now,
    )
    units = [number for unit in comparison["units"] for number in unit["organisations"]]
    names = names_of(organisations=units[:5000], on=said["end"], known_at=now)
    chosen = comparison["readings"][said["reading"] or "criteria"]
    return {
        "comparison": comparison,
        "chosen": chosen,
        "label": getattr(version, f"label_{language}"),
        "start": said["start"],
        "end": said["end"],
        "growth": pictures.draw_growth(comparison),
        "readings": pictures.tabulate_readings(comparison),
        "flows": pictures.tabulate_flows(comparison),
        "classes": pictures.tell_classes(comparison, names),
    }


def _refuse(said: dict[str, Any], language: str) -> dict[str, Any]:
    first, second, now = _find_version(said["base"]), _find_version(said["second"]), timezone.now()
    differ: BasesDiffer = refuse_bases(
        first=first,
        second=second,
        territory_code=said["territory"],
        on=said["end"],
        known_at=now,
        before_on=said["start"],
    )
    context: dict[str, Any] = {
        "refusal": differ,
        "refusal_title": differ.refusal.title(language),
        "label": getattr(first, f"label_{language}"),
        "second_label": getattr(second, f"label_{language}"),
        "end": said["end"],
    }
    if differ.bridge is not None:
        concerned = [number for part in differ.bridge["organisations"].values() for number in part]
        names = names_of(organisations=concerned, on=said["end"], known_at=now)
        context |= {
            "bridge": pictures.draw_bridge(differ.bridge, label_a=context["label"], label_b=context["second_label"]),
            "parts": pictures.tell_bridge(differ.bridge, names),
        }
    return context
