from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from essor.design.gallery import list_specimens


def show_gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "design/gallery.html", list_specimens())


# The mark that accounts.permissions.open_to(Audience.PUBLIC) sets; this room lies under accounts and may not import it.
show_gallery.audience = "public"  # type: ignore[attr-defined]
