"""Opening accounts, giving and ending roles, saying what this platform is. Each write leaves its audit event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from essor.accounts.audit import record_event
from essor.accounts.models import Instance, Role, User
from essor.accounts.permissions import require
from essor.accounts.queries import find_user, get_instance_kind


class AccountError(Exception):
    """``code``: ``email_taken``, ``body_missing``, ``role_ends_before_it_starts``, ``last_administrator``."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class InstanceError(Exception):
    """A platform set up as one kind is asked to become the other: fictitious and real data never mix."""

    def __init__(self, *, is_kind: str, asked_kind: str) -> None:
        super().__init__(f"{is_kind} → {asked_kind}")
        self.is_kind = is_kind
        self.asked_kind = asked_kind


@dataclass(frozen=True, slots=True)
class NewRole:
    """``territory_code`` empty: everywhere. ``ends_before`` None: until further notice."""

    kind: str
    starts_on: date
    body: str = ""
    territory_code: str = ""
    ends_before: date | None = None


@transaction.atomic
def open_account(
    *, email: str, name: str, role: NewRole, by: User | None, now: datetime, password: str | None = None
) -> User:
    """Without a password the person chooses one with a link: see ``letters.send_password_link``."""
    require(by, "administer", on=timezone.localdate(now))
    if find_user(email=email):
        raise AccountError("email_taken", email=email)
    user = User.objects.create_user(email, password, name=name)
    # The link goes to this address and nowhere else: following it proves that the mailbox is theirs.
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    record_event(
        action="open_account",
        target_kind="user",
        target_id=user.pk,
        by=by,
        now=now,
        after={"email": email, "name": name},
    )
    grant_role(user=user, role=role, by=by, now=now)
    return user


@transaction.atomic
def change_address(*, user: User, email: str, by: User | None, now: datetime) -> str:
    """The address that opens the account, and the only one; the former one, which opens nothing any more."""
    require(by, "administer", on=timezone.localdate(now))
    former, email = user.email, User.objects.normalize_email(email).lower()
    if find_user(email=email):
        raise AccountError("email_taken", email=email)
    user.email = email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    record_event(
        action="change_address", target_kind="user", target_id=user.pk, by=by, now=now, before={"email": former},
        after={"email": email},
    )  # fmt: skip
    return former


@transaction.atomic
def grant_role(*, user: User, role: NewRole, by: User | None, now: datetime) -> Role:
    require(by, "administer", on=timezone.localdate(now))
    if role.kind in {Role.Kind.ADVISER, Role.Kind.PARTNER} and not role.body.strip():
        raise AccountError("body_missing")
    if role.ends_before is not None and role.ends_before < role.starts_on:
        raise AccountError("role_ends_before_it_starts", starts_on=role.starts_on, ends_before=role.ends_before)
    granted = Role.objects.create(
        user=user,
        kind=role.kind,
        body=role.body.strip(),
        territory_code=role.territory_code.strip(),
        starts_on=role.starts_on,
        ends_before=role.ends_before,
    )
    record_event(
        action="grant_role", target_kind="user", target_id=user.pk, by=by, now=now, after=_describe_role(granted)
    )
    return granted


@transaction.atomic
def end_role(*, role: Role, by: User | None, now: datetime) -> Role:
    """The role stops counting today; one that had not begun never counts. The last administrator cannot leave."""
    today = timezone.localdate(now)
    require(by, "administer", on=today)
    held = Role.objects.select_for_update().get(pk=role.pk)
    others = Role.objects.on(today).filter(kind=Role.Kind.ADMINISTRATOR, user__is_active=True).exclude(pk=held.pk)
    if held.kind == Role.Kind.ADMINISTRATOR and not others.exists():
        raise AccountError("last_administrator")
    before = _describe_role(held)
    held.ends_before = max(today, held.starts_on)
    held.save(update_fields=["ends_before"])
    record_event(
        action="end_role", target_kind="user", target_id=held.user_id, by=by, now=now, before=before,
        after=_describe_role(held),
    )  # fmt: skip
    return held


@transaction.atomic
def set_up_instance(*, kind: str, by: User | None, now: datetime) -> Instance:
    """Says once whether this platform is a demonstration or real; said again the same, nothing changes."""
    require(by, "administer", on=timezone.localdate(now))
    is_kind = get_instance_kind()
    if is_kind and is_kind != kind:
        raise InstanceError(is_kind=is_kind, asked_kind=kind)
    instance, is_new = Instance.objects.get_or_create(defaults={"kind": kind, "created_at": now})
    if is_new:
        record_event(
            action="set_up_instance", target_kind="instance", target_id=1, by=by, now=now, after={"kind": kind}
        )
    return instance


def _describe_role(role: Role) -> dict[str, Any]:
    return {
        "kind": role.kind,
        "body": role.body,
        "territory_code": role.territory_code,
        "starts_on": role.starts_on,
        "ends_before": role.ends_before,
    }
