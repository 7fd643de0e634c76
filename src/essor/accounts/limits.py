"""How often one origin may ask what costs something: the same counters as those of attempts to sign in.

An origin is an address, or the first 64 bits of one of IPv6. It is forgotten at the end of the period.
"""

from __future__ import annotations

from collections.abc import Mapping

from allauth.core.internal import ratelimit
from django.http import HttpRequest

APP = "essor"
LIMITS: Mapping[str, str] = {"help": "30/h/ip", "proposal": "20/h/ip", "alert": "20/h/ip", "api": "300/m/ip"}
"""What is asked → how many times, over what period."""


def is_within(request: HttpRequest, action: str) -> bool:
    """Counts this time; false, and not counted, where the limit of :data:`LIMITS` is reached."""
    return bool(ratelimit.consume(request, app=APP, action=action, config=dict(LIMITS), limit_get=True))


def get_seconds(action: str) -> int:
    """After how long, at most, one may ask again."""
    return int(ratelimit.parse_rate(LIMITS[action]).duration)
