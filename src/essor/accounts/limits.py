"""How often one origin may ask what costs something: the same counters as those of attempts to sign in.

An origin is an address, or the first 64 bits of one of IPv6. It is forgotten at the end of the period.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from allauth.core.internal import ratelimit
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop

APP = "essor"
LIMITS: Mapping[str, str] = {
    "help": "30/h/ip",
    "proposal": "20/h/ip",
    "confirm": "30/h/ip",
    "alert": "20/h/ip",
    "api": "300/m/ip",
    "past_day": "60/h/ip",
}
"""What is asked → how many times, over what period."""

TOO_OFTEN = gettext_noop(
    "Plusieurs demandes sont déjà parties d’ici depuis une heure. Attendez un peu, puis renvoyez celle-ci : elle est "
    "encore dans cette page."
)


def is_within(request: HttpRequest, action: str) -> bool:
    """Counts this time; false, and not counted, where the limit of :data:`LIMITS` is reached."""
    return bool(ratelimit.consume(request, app=APP, action=action, config=dict(LIMITS), limit_get=True))


def get_seconds(action: str) -> int:
    """After how long, at most, one may ask again."""
    return int(ratelimit.parse_rate(LIMITS[action]).duration)


def hold_back(request: HttpRequest, form: Form, action: str) -> bool:
    """Whether a form that could be done is one too many: it then says so, and keeps what was typed."""
    if not form.is_valid() or is_within(request, action):
        return False
    form.add_error(None, gettext(TOO_OFTEN))
    return True


def tell_wait(answer: HttpResponse, action: str) -> HttpResponse:
    """A refusal that says when to come back (RFC 6585, section 4)."""
    answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
    answer["Retry-After"] = str(get_seconds(action))
    return answer
