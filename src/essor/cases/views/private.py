"""What the pages of a case share: one way to do a deed, answers that nobody keeps, files that no browser runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.cases import storage, tasks
from essor.cases.forms import CaseForm
from essor.cases.models import CaseDocument
from essor.cases.rules import CaseError
from essor.cases.wording import explain_error

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Deed = Callable[[dict[str, Any]], object]


def do_or(
    show_again: Callable[[], HttpResponse],
    request: HttpRequest,
    form: CaseForm,
    deed: Deed,
    done: str,
    *,
    address: str,
) -> HttpResponse:
    """One deed: done, and back at ``address``; or the page again with what is wrong beside what was typed."""
    if form.is_valid():
        try:
            deed(form.cleaned_data)
        except CaseError as error:
            form.add_error(None, explain_error(error))
        else:
            tasks.send_letters.enqueue()
            messages.success(request, done)
            # Back at the top, where it says that it is done: the form had led to its own section.
            return redirect(f"{address}#contenu")
    return show_again()


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
