"""What is refused before anything of it is read: a body heavier than any form asks for, a NUL byte in an address.

Django reads a form sent to it, and lays its files on disk, before it knows who sent it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from essor.directory.importing.reading import MAX_BYTES
from essor.project.errors import BAD_REQUEST, TOO_LARGE, respond

FORM_BYTES = 1024 * 1024
"""Beside the largest file that may be sent: the other fields and the marks between them."""


class RequestLimits:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return respond(request, BAD_REQUEST)
        if _read_length(request) > MAX_BYTES + FORM_BYTES:
            return respond(request, TOO_LARGE)
        return self.get_response(request)


def _read_length(request: HttpRequest) -> int:
    """What the request says of its body: Django reads no further, and nothing where it says nothing."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
