from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse

from essor.design.wording import plain

PROBLEM = "application/problem+json"
MARK = "\ufeff"
"""Without it a spreadsheet reads UTF-8 as something else."""


def wants_json(request: HttpRequest) -> bool:
    """Whether the address (``?format=json``) or the Accept header asks for data rather than a page."""
    if "format" in request.GET:
        return request.GET["format"] == "json"
    return request.get_preferred_type(["text/html", "application/json", PROBLEM]) not in {None, "text/html"}


def send_json(content: dict[str, Any], *, status: int = 200, kind: str = "application/json") -> JsonResponse:
    return JsonResponse(content, status=status, content_type=kind, json_dumps_params={"ensure_ascii": False})


def send_problem(code: str, sentence: str, status: int) -> JsonResponse:
    """A refusal to a machine (RFC 9457)."""
    return send_json({"type": code, "title": sentence, "status": status}, status=status, kind=PROBLEM)


def write_csv(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """For a spreadsheet (RFC 4180); None is empty, and no text is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(["" if cell is None else plain(str(cell)) for cell in row] for row in rows)
    return MARK + text.getvalue()
