"""What the pages of a case share: one way to do a deed, answers that nobody keeps, files that no browser runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from essor.accounts.models import User
from essor.accounts.permissions import NotAllowed, require
from essor.cases import queries, storage, tasks
from essor.cases.forms import CaseForm
from essor.cases.hanging import is_barred
from essor.cases.models import Case
from essor.cases.rules import CaseError
from essor.cases.wording import explain_error

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Deed = Callable[[dict[str, Any]], object]
Refusals = Mapping[type[Exception], Callable[[Any], str]]
CASE_REFUSALS: Refusals = {CaseError: explain_error}


def do_or(
    show_again: Callable[[], HttpResponse],
    request: HttpRequest,
    form: CaseForm,
    deed: Deed,
    done: str,
    *,
    address: str,
    refusals: Refusals = CASE_REFUSALS,
) -> HttpResponse:
    """One deed: done, and back at ``address``, at its top unless it says where; or the page again with what is wrong
    beside what was typed.

    ``refusals``: the errors that a deed may raise, each with what makes it a sentence.
    """
    if form.is_valid():
        try:
            deed(form.cleaned_data)
        except tuple(refusals) as error:
            explain = next(explain for kind, explain in refusals.items() if isinstance(error, kind))
            form.add_error(None, explain(error))
        else:
            tasks.send_letters.enqueue()
            messages.success(request, done)
            # Back at the top, where it says that it is done: the form had led to its own section.
            return redirect(address if "#" in address else f"{address}#contenu")
    return show_again()


def find_case(token: str) -> Case:
    """The case of a promoter's link."""
    case = queries.find_case_by_token(token=token)
    if case is None:
        raise Http404(_("Ce lien n’ouvre aucune demande. Vérifiez qu’il est recopié en entier."))
    return case


def get_case(request: HttpRequest, reference: str) -> Case:
    """The case of a reference, for whoever may handle it and has no interest in it."""
    try:
        case = queries.get_case(reference=reference)
    except Case.DoesNotExist as error:
        raise Http404(_("Aucun dossier ne porte cette référence.")) from error
    person = cast(User, request.user)
    require(person, "handle_cases", case.territory_code)
    if is_barred(case, person, on=timezone.localdate()):
        raise NotAllowed("recused")
    return case


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


class Kept(Protocol):
    """A document of a file, or of what the floors above keep papers of."""

    sha256: str
    name: str
    media_type: str
    size: int

    @property
    def is_kept(self) -> bool: ...


def send_document(document: Kept) -> HttpResponseBase:
    """Always taken away, never shown in place: its name and its kind are ours, its content is not."""
    if not document.is_kept:
        raise Http404(_("Ce document n’est plus ici."))
    try:
        content = storage.open_content(document.sha256)
    except CaseError as error:
        return HttpResponse(explain_error(error), status=503, content_type="text/plain; charset=utf-8")
    if content is None:
        raise Http404(_("Ce document n’est plus ici."))
    response = FileResponse(content, as_attachment=True, filename=document.name, content_type=document.media_type)
    response.setdefault("Content-Length", str(document.size))
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def language_of_page() -> str:
    return "en" if get_language() == "en" else "fr"
