from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.observatory.downloads.archive import write_archive
from essor.observatory.downloads.dossier import Dossier, open_dossier
from essor.observatory.downloads.printing import print_report
from essor.observatory.downloads.tidy import write_csv, write_csvw
from essor.observatory.downloads.workbook import write_workbook
from essor.observatory.queries.editions import get_edition
from essor.observatory.rules import ObservatoryError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _send(
    request: HttpRequest, slug: str, write: Callable[[Dossier], bytes], *, ending: str, content_type: str
) -> HttpResponseBase:
    try:
        edition = get_edition(slug=slug)
    except ObservatoryError as error:
        raise Http404 from error
    address = request.build_absolute_uri(reverse("edition", args=[slug]))
    dossier = open_dossier(edition, address=address)
    content = write(dossier)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{dossier.stem}{ending}"'
    response["Cache-Control"] = "no-cache"
    response["ETag"] = f'"{hashlib.sha256(content).hexdigest()}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@open_to(Audience.PUBLIC)
@require_safe
def send_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    content_type = "text/csv; charset=utf-8; header=present"
    response = _send(request, slug, write_csv, ending=".csv", content_type=content_type)
    metadata = reverse("edition_csvw", args=[slug])
    response["Link"] = f'<{metadata}>; rel="describedby"; type="application/csvm+json"'
    return response


@open_to(Audience.PUBLIC)
@require_safe
def send_csvw(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _send(request, slug, write_csvw, ending=".csv-metadata.json", content_type="application/csvm+json")


@open_to(Audience.PUBLIC)
@require_safe
def send_workbook(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _send(request, slug, write_workbook, ending=f"-{_language()}.xlsx", content_type=XLSX)


@open_to(Audience.PUBLIC)
@require_safe
def send_json(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _send(request, slug, write_archive, ending=".json", content_type="application/json")


@open_to(Audience.PUBLIC)
@require_safe
def send_report(request: HttpRequest, slug: str) -> HttpResponseBase:
    return _send(request, slug, print_report, ending=f"-{_language()}.pdf", content_type="application/pdf")


def _language() -> str:
    return "en" if get_language() == "en" else "fr"
