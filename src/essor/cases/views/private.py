"""What the pages of a case share: answers that nobody keeps, and files that no browser runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.cases import storage
from essor.cases.models import CaseDocument

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def keep_private(view: View) -> View:
    """Never indexed, never kept by a browser or a proxy; its address, which may hold a token, is told to no other site.

    « same-origin » and not « no-referrer »: under the latter a browser hides where a form comes from, and Django then
    refuses it.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        add_never_cache_headers(response)
        return response

    return cast(View, shown)


def posted_from(name: str) -> Callable[[View], View]:
    """A deed is posted. Its address read, after a refusal (another language, the history), leads to its page."""

    def mark(view: View) -> View:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            return redirect(name, kwargs.get("token") or kwargs["reference"])

        return cast(View, answered)

    return mark


def send_document(document: CaseDocument) -> HttpResponseBase:
    """Always taken away, never shown in place: its name and its kind are ours, its content is not."""
    path = storage.find_path(document.sha256)
    if not document.name or not path.is_file():
        raise Http404(_("Ce document n’est plus ici."))
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=document.name, content_type=document.media_type
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def language_of_page() -> str:
    return "en" if get_language() == "en" else "fr"
