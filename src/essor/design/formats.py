from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

PROBLEM = "application/problem+json"


def wants_json(request: HttpRequest) -> bool:
    """Whether the address (``?format=json``) or the Accept header asks for data rather than a page."""
    if "format" in request.GET:
        return request.GET["format"] == "json"
    return request.get_preferred_type(["text/html", "application/json", PROBLEM]) not in {None, "text/html"}


def send_json(content: dict[str, Any], *, status: int = 200, kind: str = "application/json") -> JsonResponse:
    return JsonResponse(content, status=status, content_type=kind, json_dumps_params={"ensure_ascii": False})
