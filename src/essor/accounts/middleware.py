from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from essor.accounts.permissions import Audience, NotAllowed, may_open

# Views that are not ours carry no mark: this is the only place that says who may open them.
VIEWS_OF_OTHERS = {
    "account_login": Audience.PUBLIC,
    "account_logout": Audience.PUBLIC,
    "account_signup": Audience.PUBLIC,  # says that accounts are opened by an administrator
    "account_inactive": Audience.PUBLIC,
    # An account has one address, which an administrator gives and changes: nobody adds another to it.
    "account_email": Audience.NOBODY,
    "account_email_verification_sent": Audience.NOBODY,
    "account_confirm_email": Audience.NOBODY,
    "account_reset_password": Audience.PUBLIC,
    "account_reset_password_done": Audience.PUBLIC,
    "account_reset_password_from_key": Audience.PUBLIC,
    "account_reset_password_from_key_done": Audience.PUBLIC,
    "mfa_authenticate": Audience.PUBLIC,  # between the password and the code nobody is signed in yet
    "account_confirm_login_code": Audience.PUBLIC,
    "mfa_login_webauthn": Audience.PUBLIC,
    "account_reauthenticate": Audience.SIGNED_IN,
    "account_change_password": Audience.SIGNED_IN,
    "account_set_password": Audience.SIGNED_IN,
    "mfa_index": Audience.SIGNED_IN,
    "mfa_reauthenticate": Audience.SIGNED_IN,
    "mfa_activate_totp": Audience.SIGNED_IN,
    "mfa_deactivate_totp": Audience.SIGNED_IN,
    "mfa_view_recovery_codes": Audience.SIGNED_IN,
    "mfa_generate_recovery_codes": Audience.SIGNED_IN,
    "mfa_download_recovery_codes": Audience.SIGNED_IN,
    "mfa_list_webauthn": Audience.SIGNED_IN,
    "mfa_add_webauthn": Audience.SIGNED_IN,
    "mfa_edit_webauthn": Audience.SIGNED_IN,
    "mfa_remove_webauthn": Audience.SIGNED_IN,
    "mfa_reauthenticate_webauthn": Audience.SIGNED_IN,
}


def find_audience(view: Callable[..., Any], name: str | None) -> Audience | None:
    """The mark of a view, of its class, or what is said of its name above; None closes the address."""
    marked = getattr(view, "audience", None) or getattr(getattr(view, "view_class", None), "audience", None)
    return marked or VIEWS_OF_OTHERS.get(name or "")


class PermissionDoor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What is shown to someone signed in is theirs: nothing on the way keeps it, nor the browser once they leave.

        Who asks without a session is not looked for, so that what everyone reads may still be kept.
        """
        response = self.get_response(request)
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if has_session and response.status_code < 500 and request.user.is_authenticated:
            response.headers["Cache-Control"] = "private, no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: tuple[Any, ...], _kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else None
        audience = find_audience(view, name)
        if audience is None or audience == Audience.NOBODY:
            raise NotAllowed("closed" if audience else "unmarked")
        if may_open(request.user, audience):
            return None
        if request.user.is_authenticated:
            raise NotAllowed("role_missing")
        if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
            raise NotAllowed("signed_out")
        return redirect_to_login(request.get_full_path())
