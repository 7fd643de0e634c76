"""The one permission door: who may open an address, who may do an action.

Views say who may open them with ``@open_to(Audience.…)``; an address without it is closed to everyone. Actions on a
territory are asked with ``require(user, "publish_edition", territory_code)``.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Audience(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    ADVISER = "adviser"
    ADMINISTRATOR = "administrator"


def open_to(audience: Audience) -> Callable[[View], View]:
    """Marks a view with who may open it; the PermissionDoor middleware reads the mark."""

    def mark(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return mark
