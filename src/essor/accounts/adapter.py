from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.http import HttpRequest

APP, BY_ADDRESS = "allauth.account", "login_failed_by_address"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Accounts are opened by an administrator: nobody signs up alone.

    Bad passwords are counted by address and origin together, so that nobody shuts out an owner from elsewhere; and by
    address alone, with a limit that one origin cannot reach (see ACCOUNT_RATE_LIMITS).
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  the caller names it
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        address = self._address_of(request, **credentials)
        usage = ratelimit.consume(request, app=APP, action=BY_ADDRESS, key=address)
        if not usage:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage.usage.extend(usage.usage)  # a success takes both counts back

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{self._address_of(request, **credentials)}:{ratelimit.get_ip(request)}"

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        super()._delete_login_attempts_cached_email(request, **credentials)
        ratelimit.clear(request, app=APP, action=BY_ADDRESS, key=self._address_of(request, **credentials))

    def _address_of(self, request: HttpRequest, **credentials: Any) -> str:
        return str(super()._get_login_attempts_cache_key(request, **credentials))
