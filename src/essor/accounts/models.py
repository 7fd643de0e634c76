from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

RecordT_co = TypeVar("RecordT_co", bound=models.Model, covariant=True)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """By the address as people type it: addresses are kept in lower case."""
        return self.get(email=(username or "").strip().lower())

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address; what they may do is in their roles."""

    email = models.EmailField(_("courriel"), unique=True)
    name = models.CharField(_("nom"), max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email


class RoleQuerySet(models.QuerySet["Role"]):
    def on(self, day: date) -> RoleQuerySet:
        return self.filter(starts_on__lte=day).filter(Q(ends_before=None) | Q(ends_before__gt=day))


class Role(models.Model):
    """What a person may do, where and when. ``territory_code`` empty: everywhere.

    A role that ends the day it starts counted on no day.
    """

    class Kind(models.TextChoices):
        ADVISER = "adviser", _("conseiller ou conseillère")
        ADMINISTRATOR = "administrator", _("administration")
        COMMITTEE = "committee", _("membre d’un comité")
        PARTNER = "partner", _("partenaire")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    body = models.CharField(_("organisme"), max_length=150, blank=True)
    territory_code = models.CharField(_("territoire"), max_length=20, blank=True)
    starts_on = models.DateField()
    ends_before = models.DateField(null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["adviser", "administrator", "committee", "partner"]), name="role_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gte=F("starts_on")),
                name="role_does_not_end_before_it_starts",
            ),
            models.CheckConstraint(condition=~Q(kind="adviser") | ~Q(body=""), name="adviser_belongs_to_a_body"),
            models.CheckConstraint(condition=~Q(kind="partner") | ~Q(body=""), name="partner_is_a_body"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_kind_display()} · {self.body}"


class AppendOnlyError(RuntimeError):
    """What was recorded is neither changed nor deleted: an action closes it, where closing has a sense."""


class AppendOnlyQuerySet(models.QuerySet[RecordT_co]):
    """Rows written once, of the trace, of the directory and of the cases; the database refuses as much by itself."""

    def update(self, **_kwargs: Any) -> int:
        raise AppendOnlyError(self.model.__name__)

    def bulk_update(self, *_args: Any, **_kwargs: Any) -> int:
        raise AppendOnlyError(self.model.__name__)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(self.model.__name__)


class AuditEvent(models.Model):
    """One write: who, when, what, before and after. Chained: ``hash`` covers the event and ``previous_hash``.

    ``hash_version``: what is hashed, see :func:`essor.accounts.audit.event_hash`. Whoever acted is never deleted: an
    account is closed (``is_active``), and the trace still says whose it was.
    """

    sequence = models.PositiveBigIntegerField(unique=True)
    happened_at = models.DateTimeField()
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    target_kind = models.CharField(max_length=60)
    target_id = models.CharField(max_length=80)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    hash_version = models.PositiveSmallIntegerField(default=1)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["target_kind", "target_id"], name="audit_by_target")]

    def __str__(self) -> str:
        return f"{self.sequence} · {self.action} · {self.target_kind} {self.target_id}"


class Instance(models.Model):
    """What this platform is: one row, written when it is set up."""

    class Kind(models.TextChoices):
        DEMO = "demo", _("démonstration")
        REAL = "real", _("réelle")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="instance_is_single"),
            models.CheckConstraint(condition=Q(kind__in=["demo", "real"]), name="instance_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class WaitingLetter(models.Model):
    """A letter to send: written with the deed that it tells of, sent after it, tried again until it leaves.

    It holds no text: its words are made when it leaves. ``claimed_at``: a process is sending it.
    """

    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
