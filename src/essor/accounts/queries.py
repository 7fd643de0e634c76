from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from essor.accounts.models import AuditEvent, Instance, Role, User


def find_user(*, email: str) -> User | None:
    return User.objects.filter(email=email.strip().lower()).first()


def get_user(*, pk: int) -> User:
    return User.objects.prefetch_related("roles").get(pk=pk)


def get_role(*, pk: int) -> Role:
    return Role.objects.select_related("user").get(pk=pk)


def list_people() -> QuerySet[User]:
    """Everyone with an account, with their roles; a page shows them by the fifty."""
    return User.objects.prefetch_related("roles").order_by("name", "email")


def list_events(*, target_kind: str = "", target_id: str = "") -> QuerySet[AuditEvent]:
    """The latest first; a page shows them by the fifty."""
    events = AuditEvent.objects.order_by("-sequence")
    if target_kind:
        events = events.filter(target_kind=target_kind)
    if target_id:
        events = events.filter(target_id=target_id)
    return events


def list_target_kinds() -> list[str]:
    kinds = AuditEvent.objects.order_by("target_kind").values_list("target_kind", flat=True).distinct()
    return list(kinds)


def get_instance_kind() -> str:
    """``demo``, ``real``, or empty while nobody has set this platform up."""
    return Instance.objects.values_list("kind", flat=True).first() or ""


def export_person(*, user: User) -> dict[str, Any]:
    """All that the platform holds about a person who signs in: themselves, their roles, what they did."""
    return {
        "email": user.email,
        "name": user.name,
        "created_at": user.created_at.isoformat(),
        "last_login": user.last_login.isoformat() if user.last_login else None,
        "roles": list(user.roles.values("kind", "body", "territory_code", "starts_on", "ends_before")),
        "actions": list(
            AuditEvent.objects.filter(actor=user)
            .order_by("sequence")
            .values("sequence", "happened_at", "action", "target_kind", "target_id")
        ),
    }
