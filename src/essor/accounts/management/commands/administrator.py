from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from essor.accounts import actions, queries
from essor.accounts.letters import build_password_path
from essor.accounts.models import Role


class Command(BaseCommand):
    help = (
        "Donne le rôle d’administration à une personne, et un lien pour choisir son mot de passe. / "
        "Gives a person the role of administrator, and a link to choose their password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="COURRIEL", help="son adresse · their address")
        parser.add_argument("--name", default="", metavar="NOM", help="le nom de la personne · their name")
        parser.add_argument(
            "--site",
            default=settings.SITE_URL,
            metavar="ADRESSE",
            help=f"le début du lien · how the link begins ({settings.SITE_URL})",
        )

    def handle(self, *_args: Any, email: str, name: str, site: str, **_options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(
                f"« {email} » n’est pas une adresse de courriel : écrivez par exemple vous@exemple.org"
            ) from error
        now = timezone.now()
        user = queries.find_user(email=email)
        role = actions.NewRole(kind=Role.Kind.ADMINISTRATOR, starts_on=timezone.localdate(now))
        if user is None:
            user = actions.open_account(email=email, name=name, role=role, by=None, now=now)
        elif not user.roles.on(role.starts_on).filter(kind=role.kind).exists():
            actions.grant_role(user=user, role=role, by=None, now=now)
        self.stdout.write("Lien pour choisir le mot de passe, bon une seule fois :")
        self.stdout.write(site.rstrip("/") + build_password_path(user))
