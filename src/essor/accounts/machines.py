"""What is open to machines: data of nobody, read from any site, not too often."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page

from essor.accounts.limits import get_seconds, is_within, tell_wait
from essor.design.formats import send_problem

View = Callable[..., HttpResponse]


def open_to_machines(view: View) -> View:
    """Asked again, the same answer is not sent twice; asked too often, a problem says when to come back."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_within(request, "api"):
            return view(request, *args, **kwargs)
        sentence = _("Trop de demandes viennent de cette adresse. Recommencez dans {seconds} secondes au plus.")
        problem = send_problem("too-many-requests", sentence.format(seconds=get_seconds("api")), 429)
        return tell_wait(problem, "api")

    served = conditional_page(limited)

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sent = served(request, *args, **kwargs)
        sent["Access-Control-Allow-Origin"] = "*"
        return sent

    return answered
