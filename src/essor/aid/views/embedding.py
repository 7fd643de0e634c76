"""The finder inside a partner's page: the same journey, in their colours, without a cookie nor anything kept.

These pages alone may stand in another site's frame. They write nothing, so that no one gains by a click drawn there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from essor.accounts.permissions import Audience, open_to
from essor.aid.frame_forms import FrameForm
from essor.aid.frames import Frame, read_frame, write_sheet
from essor.aid.links import Asked, write_link
from essor.aid.queries import find_one_place
from essor.aid.rules import PLACE
from essor.aid.views.catalogue import read_day
from essor.aid.views.finder import answer_question, answer_results, read_visit
from essor.directory.views.asking import read_language

HEIGHT = 900
View = Callable[..., HttpResponseBase]


def _in_a_frame(view: View) -> View:
    """Any site may show it. A form there brings no cookie back, and needs none: it only leads to another address."""

    @csrf_exempt
    @xframe_options_exempt
    @csp_replace({"frame-ancestors": ["*"]})
    @wraps(view)
    def framed(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)

    return framed


@open_to(Audience.PUBLIC)
@_in_a_frame
@require_http_methods(["GET", "HEAD", "POST"])
def ask_question(request: HttpRequest) -> HttpResponse:
    return answer_question(request, read_visit(request, frame=read_frame(request.GET.dict())))


@open_to(Audience.PUBLIC)
@_in_a_frame
@require_safe
def show_results(request: HttpRequest) -> HttpResponse:
    return answer_results(request, read_visit(request, frame=read_frame(request.GET.dict())))


@open_to(Audience.PUBLIC)
@require_safe
@cache_control(max_age=86_400, public=True)
def send_colours(request: HttpRequest) -> HttpResponse:
    return HttpResponse(write_sheet(read_frame(request.GET.dict())), content_type="text/css; charset=utf-8")


@open_to(Audience.PUBLIC)
@csp_update({"frame-src": ["'self'"]})
@require_safe
def show_maker(request: HttpRequest) -> HttpResponse:
    """What a partner copies: one frame, or one link."""
    frame = Frame()
    chosen = {"accent": frame.accent, "ink": frame.ink, "paper": frame.paper, "language": read_language(), "place": ""}
    form, asked = FrameForm({**chosen, **request.GET.dict()}), Asked()
    if form.is_valid() and form.cleaned_data["place"].strip():
        place = find_one_place(form.cleaned_data["place"], read_day(request))
        if place is None:
            form.add_error("place", _("Aucun lieu, ou plusieurs, ne s’appelle ainsi. Écrivez le nom en entier."))
        else:
            asked = asked.answer(PLACE, place)
    context: dict[str, Any] = {"form": form, "trail": [(_("Toutes les aides"), reverse("aid_list"))], "path": ""}
    if form.is_valid():
        context |= _write_code(form.read_frame(), asked, form.cleaned_data["language"])
    return render(request, "aid/frame_maker.html", context, status=200 if form.is_valid() else 400)


def _write_code(frame: Frame, asked: Asked, language: str) -> dict[str, str]:
    with override(language):
        words = {"p": write_link(asked), **frame.as_words()}
        query = urlencode({name: word for name, word in words.items() if word})
        path = reverse("aid_frame") + (f"?{query}" if query else "")
        link = reverse("find_aid") + (f"?{urlencode({'p': words['p']})}" if words["p"] else "")
        title = _("Trouver de l’aide")
    site = str(settings.SITE_URL)
    code = (
        f'<iframe src="{site}{path}" title="{title} · Essor" width="100%" height="{HEIGHT}" '
        f'loading="lazy" referrerpolicy="no-referrer"></iframe>'
    ).replace("&", "&amp;")
    return {"path": path, "code": code, "link": site + link, "height": str(HEIGHT)}
