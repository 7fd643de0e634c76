from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import quote_etag
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from essor.accounts.permissions import Audience, open_to
from essor.accounts.queries import get_instance_kind
from essor.observatory.downloads.report import find_report
from essor.observatory.downloads.tidy import write_csv, write_csvw, write_json
from essor.observatory.downloads.workbook import write_workbook
from essor.observatory.models import Edition
from essor.observatory.queries.editions import get_edition, read_definitions, read_manifest
from essor.observatory.rules import ObservatoryError, sha256_of
from essor.observatory.views.portrait import name_edition, open_reader

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _find(slug: str) -> Edition:
    try:
        return get_edition(slug=slug)
    except ObservatoryError as error:
        raise Http404 from error


def _send(request: HttpRequest, content: bytes, *, kind: str, name: str) -> HttpResponse:
    """The document under a readable name; not sent again to who holds the same bytes."""
    mark = quote_etag(sha256_of(content))
    if request.headers.get("if-none-match") == mark:
        return HttpResponse(status=304, headers={"ETag": mark})
    return HttpResponse(
        content, content_type=kind, headers={"ETag": mark, "Content-Disposition": f'attachment; filename="{name}"'}
    )


def _address(request: HttpRequest, name: str, edition: Edition) -> str:
    return request.build_absolute_uri(reverse(name, args=[edition.slug]))


def _document(write: Callable[[HttpRequest, Edition], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    @open_to(Audience.PUBLIC)
    @require_safe
    def view(request: HttpRequest, slug: str) -> HttpResponse:
        return write(request, _find(slug))

    return view


@_document
def send_csv(request: HttpRequest, edition: Edition) -> HttpResponse:
    content = write_csv(edition.slug, edition.results, read_definitions(edition))
    response = _send(request, content, kind="text/csv; charset=utf-8", name=f"{edition.slug}.csv")
    response["Link"] = (
        f'<{_address(request, "edition_csvw", edition)}>; rel="describedby"; type="application/csvm+json"'
    )
    return response


@_document
def send_csvw(request: HttpRequest, edition: Edition) -> HttpResponse:
    address = _address(request, "edition_csv", edition)
    content = write_csvw(edition.slug, read_definitions(edition), address=address, title=name_edition(edition))
    return _send(request, content, kind="application/csvm+json", name=f"{edition.slug}.csv-metadata.json")


@_document
def send_workbook(request: HttpRequest, edition: Edition) -> HttpResponse:
    address = _address(request, "edition", edition)
    content = write_workbook(edition, open_reader(edition), title=name_edition(edition), address=address)
    return _send(request, content, kind=XLSX, name=f"{edition.slug}.{get_language()}.xlsx")


@_document
def send_json(request: HttpRequest, edition: Edition) -> HttpResponse:
    content = write_json(edition.results, read_manifest(edition))
    return _send(request, content, kind="application/json", name=f"{edition.slug}.json")


@_document
def send_report(request: HttpRequest, edition: Edition) -> HttpResponse:
    content = find_report(
        edition,
        open_reader(edition),
        title=name_edition(edition),
        address=_address(request, "edition", edition),
        is_demo=get_instance_kind() == "demo",
    )
    return _send(request, content, kind="application/pdf", name=f"{edition.slug}.{get_language()}.pdf")
