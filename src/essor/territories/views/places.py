from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.territories import pictures, queries
from essor.territories.forms import PlaceSearchForm
from essor.territories.models import Territory
from essor.territories.portraits import find_portrait


@open_to(Audience.PUBLIC)
@require_safe
def list_territories(request: HttpRequest) -> HttpResponse:
    form = PlaceSearchForm(request.GET or None)
    search = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    today = timezone.localdate()
    context = {
        "form": form,
        "search": search,
        "found": queries.list_found(search, today) if search else [],
        "most_found": queries.MOST_FOUND,
        "groups": [] if search else queries.list_by_region(today),
        "vintage": queries.get_vintage_label(today),
    }
    return render(request, "territories/list.html", context)


@open_to(Audience.PUBLIC)
@require_safe
def show_territory(request: HttpRequest, code: str) -> HttpResponse:
    today = timezone.localdate()
    language = get_language() or "fr"
    periods = queries.list_periods(code)
    if not periods:
        raise Http404(_("Aucun lieu ne porte le code « {code} ».").format(code=code))
    names = queries.list_names(today, language)
    current, children, events = periods[-1], queries.list_children(code, today), queries.list_events(code)
    context = {
        "period": current,
        "name": names[code],
        "trail": [(_("Territoires"), reverse("territory_list"))]
        + [(names[above], reverse("territory", args=[above])) for above in reversed(queries.ancestors(code, today))],
        "is_today": queries.find_period(code, today) is not None,
        "is_municipality": current.territory.kind == Territory.Kind.MUNICIPALITY,
        "children": children,
        "children_table": pictures.build_children_table(
            children, totals=queries.sum_populations(today), language=language
        ),
        "history_table": pictures.build_history_table(periods, names=names, language=language),
        "events": events,
        "events_table": pictures.build_events_table(events, names=names),
        "map": pictures.build_map(current, on=today, names=names),
        "portrait": find_portrait(code),
        "vintage": queries.get_vintage_label(today),
    }
    return render(request, "territories/place.html", context)
