"""Who helps where: the bodies, one page for each, one for each place, and the file of them all."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.territories import body_pictures as pictures
from essor.territories import queries
from essor.territories.body_files import write_bodies
from essor.territories.forms import DayForm
from essor.territories.lives import Register, find_successors, list_serving
from essor.territories.queries.bodies import list_chain, map_places_in_province, read_register
from essor.territories.rules import fold
from essor.territories.subjects import list_subject_names

PER_PAGE = 100
MARK = "\N{BOM}"


def _make_words(register: Register, on: date) -> pictures.Words:
    language = get_language() or "fr"
    return pictures.Words(register, queries.list_names(on, language), list_subject_names(language), on)


@open_to(Audience.PUBLIC)
@require_safe
def list_bodies(request: HttpRequest) -> HttpResponse:
    register, today = read_register(), timezone.localdate()
    words = _make_words(register, today)
    lives = sorted(register.lives.values(), key=lambda one: fold(one.named_on(today).name))
    living = [one for one in lives if one.ends_before is None or one.ends_before > today]
    known = {one.body for one in living}
    ended = [one for one in lives if one.body not in known]
    page = Paginator(living, PER_PAGE).get_page(request.GET.get("page"))
    past = Paginator(ended, PER_PAGE).get_page(request.GET.get("past"))
    context = {
        "page": page,
        "past": past,
        "living": pictures.build_bodies_table(page.object_list, words) if living else None,
        "ended": pictures.build_ended_table(past.object_list, words) if ended else None,
    }
    return render(request, "territories/bodies.html", context)


@open_to(Audience.PUBLIC)
@require_safe
def show_body(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A body that ended leads to what stands in its place today, which says why; its own page stays (``?page=1``)."""
    register, today = read_register(), timezone.localdate()
    life = register.lives.get(slug)
    if life is None:
        raise Http404(_("Aucun organisme n’a l’adresse « {slug} ».").format(slug=slug))
    steps = find_successors(register, slug, today)
    if steps and steps[-1].other and "page" not in request.GET:
        return redirect(f"{reverse('body', args=[steps[-1].other])}?{urlencode({'de': slug})}")
    words, came_from = _make_words(register, today), request.GET.get("de", "")
    led = find_successors(register, came_from, today) if came_from in register.lives else ()
    mandates = register.mandates_of(slug)
    past = [one for one in mandates if one.ends_before is not None and one.ends_before <= today]
    current = [one for one in mandates if one not in past]
    named = life.named_on(today)
    context = {
        "life": life,
        "name": named.name,
        "site": named.site,
        "lede": pictures.summarise_life(life, words),
        "other_names": sorted({one.name for one in life.names} - {named.name}),
        "ends": [pictures.explain_step(step, words) for step in steps],
        "successor": words.link_body(steps[-1].other) if steps and steps[-1].other else None,
        "led": [pictures.explain_step(step, words) for step in led if led[-1].other == slug],
        "led_from": f"{reverse('body', args=[came_from])}?page=1" if led else "",
        "current": pictures.build_mandates_table(current, words, caption=_("Ses mandats")) if current else None,
        "past": pictures.build_mandates_table(past, words, caption=_("Ceux qu’il n’a plus"), is_past=True)
        if past
        else None,
        "history": pictures.build_life_table(slug, words),
    }
    return render(request, "territories/body.html", context)


@open_to(Audience.PUBLIC)
@require_safe
def show_place_bodies(request: HttpRequest, code: str) -> HttpResponse:
    """Who serves a place on a day, for what, since when."""
    form = DayForm(request.GET or None)
    on = (form.cleaned_data["on"] if form.is_valid() else None) or timezone.localdate()
    if not queries.is_known(code):
        raise Http404(_("Aucun lieu ne porte le code « {code} ».").format(code=code))
    words = _make_words(read_register(), on)
    serving = list_serving(words.register, places=list_chain(code, on), on=on)
    name = words.places.get(code, code)
    context = {
        "code": code,
        "name": name,
        "form": form if form.is_bound else DayForm(initial={"on": on}),
        "trail": [(_("Territoires"), reverse("territory_list")), (name, reverse("territory", args=[code]))],
        "is_outside": not map_places_in_province().get(code, False),
        "lede": pictures.summarise_serving(serving, words, place=name),
        "needs": pictures.build_needs_table(serving, words),
        "aids": pictures.build_aids_table(serving, words)
        if any(one.subject_kind == "aid" for one in serving)
        else None,
    }
    return render(request, "territories/place_bodies.html", context, status=400 if form.errors else 200)


@open_to(Audience.PUBLIC)
@require_safe
def download_bodies(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django gives it
    """What ``./essor import bodies`` reads back."""
    response = HttpResponse(MARK + write_bodies(read_register()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="organismes.csv"'
    return response
