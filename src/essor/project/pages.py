from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from essor import __version__
from essor.accounts.permissions import Audience, open_to
from essor.accounts.queries import get_instance_kind
from essor.project.daily import list_states


@open_to(Audience.PUBLIC)
@require_safe
def show_health(_request: HttpRequest) -> HttpResponse:
    """For whoever watches over the server: 200 when the database answers, 503 when it does not.

    A daily task that failed or is late is said in ``daily`` and leaves the code at 200: pages are served.
    """
    try:
        kind, states = get_instance_kind(), list_states(now=timezone.now())
    except DatabaseError:
        return JsonResponse({"status": "database-unavailable", "version": __version__}, status=503)
    daily = {
        state.task.name: {"state": state.code, "last_done_at": state.last_done_at and state.last_done_at.isoformat()}
        for state in states
    }
    said = {"status": "ok", "version": __version__, "instance": kind, "database": connection.vendor, "daily": daily}
    return JsonResponse(said)


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
