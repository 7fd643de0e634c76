from __future__ import annotations

import logging
from ipaddress import IPv6Address, ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from essor.accounts.models import User

logger = logging.getLogger(__name__)

APP, BY_ADDRESS = "allauth.account", "login_failed_by_address"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Accounts are opened by an administrator: nobody signs up alone.

    Bad passwords are counted by address and origin together, so that nobody shuts out an owner from elsewhere; and by
    address alone, with a limit that one origin cannot reach (see ACCOUNT_RATE_LIMITS).
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  the caller names it
        return False

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        days = settings.PASSWORD_RESET_TIMEOUT // 86_400
        super().send_password_reset_mail(user, email, context | {"days": days})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is away is told to the log, and to whoever is signed in.

        To nobody else: « mot de passe oublié » answers the same, whether or not the address has an account.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            logger.exception("A letter did not leave: %s", template_prefix)
            if self.request is not None and self.request.user.is_authenticated:
                text = _("La lettre à {email} n’est pas partie : le serveur de courriel ne l’a pas prise.")
                messages.warning(self.request, text.format(email=email))

    def get_client_ip(self, request: HttpRequest) -> str:
        """One of IPv4 is written so, even where a proxy says ``::ffff:192.0.2.1``.

        The first 64 bits of those are all the same, and would make one origin of the whole of IPv4.
        """
        address = ip_address(super().get_client_ip(request))
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return str(mapped or address)

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
