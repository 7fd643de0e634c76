"""What the pages of a file share: one view for both sides, the promoter by their link, the adviser by its reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple, cast

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from essor.accounts.models import User
from essor.accounts.permissions import Audience, open_to
from essor.cases.actions import THE_PROMOTER, By
from essor.cases.forms import CaseForm
from essor.cases.models import Case
from essor.cases.views.private import (
    CASE_REFUSALS,
    Refusals,
    do_or,
    find_case,
    get_case,
    keep_private,
    posted_from,
)
from essor.programmes.rules import ProgrammeError
from essor.programmes.wording import explain

REFUSALS: Refusals = {ProgrammeError: explain, **CASE_REFUSALS}
View = Callable[..., HttpResponse]
Deed = Callable[[dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Side:
    """Who reads a file. ``key``: what opens it, the promoter's link or its reference."""

    case: Case
    by: By
    key: str

    @property
    def is_promoter(self) -> bool:
        return self.by is THE_PROMOTER

    @property
    def adviser(self) -> User:
        return cast(User, self.by)

    def lead(self, page: str = "", *args: Any) -> str:
        """The address, on this side, of a page (``funding``, ``funding_cost``…); empty: of the file itself."""
        return reverse(_name(page, is_promoter=self.is_promoter), args=[self.key, *args])

    def do(
        self,
        request: HttpRequest,
        form: CaseForm,
        deed: Deed,
        done: str,
        *,
        page: str,
        show_again: Callable[[], HttpResponse],
        refusals: Refusals = REFUSALS,
    ) -> HttpResponse:
        """One deed, posted from ``page``: see :func:`essor.cases.views.private.do_or`."""
        return do_or(show_again, request, form, deed, done, address=self.lead(page), refusals=refusals)


class Both(NamedTuple):
    """The two views of one page, each with its address."""

    promoter: View
    adviser: View


def open_to_both(page: str = "") -> Callable[[View], Both]:
    """A view of ``(request, side, …)``. ``page``: that from which its deed is posted; empty: it is read."""
    return lambda view: Both(open_to_promoter(page)(view), open_to_adviser(page)(view))


def open_to_promoter(page: str = "") -> Callable[[View], View]:
    def mark(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
            return view(request, Side(find_case(token), THE_PROMOTER, token), **kwargs)

        return _open(answered, Audience.PUBLIC, page and _name(page, is_promoter=True))

    return mark


def open_to_adviser(page: str = "") -> Callable[[View], View]:
    def mark(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, reference: str, **kwargs: Any) -> HttpResponse:
            return view(request, Side(get_case(request, reference), cast(User, request.user), reference), **kwargs)

        return _open(answered, Audience.ADVISER, page and _name(page, is_promoter=False))

    return mark


def _open(view: View, audience: Audience, posted: str) -> View:
    method = posted_from(posted) if posted else require_safe
    return open_to(audience)(method(keep_private(view)))


def _name(page: str, *, is_promoter: bool) -> str:
    side = "case_follow" if is_promoter else "case"
    return f"{side}_{page}" if page else side
