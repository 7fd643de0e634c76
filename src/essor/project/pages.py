from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.http import require_safe

from essor import __version__
from essor.accounts.permissions import Audience, open_to
from essor.accounts.queries import get_instance_kind


@open_to(Audience.PUBLIC)
@require_safe
def show_health(_request: HttpRequest) -> HttpResponse:
    """For whoever watches over the server: 200 when the database answers, 503 when it does not."""
    try:
        kind = get_instance_kind()
    except DatabaseError:
        return JsonResponse({"status": "database-unavailable", "version": __version__}, status=503)
    return JsonResponse({"status": "ok", "version": __version__, "instance": kind, "database": connection.vendor})


@open_to(Audience.PUBLIC)
@require_safe
def show_robots(_request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /administration/", "Disallow: /compte/", "Disallow: /mon-compte/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@open_to(Audience.PUBLIC)
@require_safe
def show_icon(_request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(static("design/favicon.svg"))


urlpatterns = [
    path("sante/", show_health, name="health"),
    path("robots.txt", show_robots, name="robots"),
    path("favicon.ico", show_icon, name="icon"),
]
