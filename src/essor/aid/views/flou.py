"""How vague what is said of the aids of a place is: public, and falling as people mend."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.aid.flou_pictures import draw_flou, list_gaps, list_lacking
from essor.aid.queries import find_one_place
from essor.aid.queries.catalogue import list_names as list_aid_names
from essor.aid.queries.flou import EARLIEST, MOST_DAYS, read_flou_over_time
from essor.aid.rules import AidError
from essor.aid.views.catalogue import read_day
from essor.aid.wording import explain
from essor.directory.views.asking import read_language
from essor.territories.queries import get_name
from essor.territories.rules import PROVINCE


@open_to(Audience.PUBLIC)
@require_safe
def show_flou(request: HttpRequest) -> HttpResponse:
    on, language = min(max(read_day(request), EARLIEST), timezone.localdate()), read_language()
    asked = request.GET.get("place", "")[:100].strip()
    place = find_one_place(asked, on) if asked else PROVINCE
    context: dict[str, Any] = {
        "place": "",
        "refusal": "",
        "flou": None,
        "on": on,
        "asked": asked,
        "most_days": MOST_DAYS,
        "trail": [(_("Toutes les aides"), reverse("aid_list"))],
    }
    try:
        if place is None:
            raise AidError("place-unknown", value=asked)
        series = read_flou_over_time(place, on=on)
    except AidError as error:
        refusal = explain(error) if asked else ""
        return render(request, "aid/flou.html", context | {"refusal": refusal}, status=400 if asked else 200)
    flou, name = series[-1][1], get_name(place, on, language)
    context |= {
        "place": name,
        "flou": flou,
        "chart": draw_flou(series, place=name),
        "gaps": list_gaps(flou),
        "lacking": list_lacking(flou, list_aid_names(language)),
    }
    return render(request, "aid/flou.html", context)
