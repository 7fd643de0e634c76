"""The letters of accounts: a link to choose a password, a change of address."""

from __future__ import annotations

import logging

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext

from essor.accounts.models import User

logger = logging.getLogger(__name__)


class LetterNotSent(Exception):
    """The mail server did not take the letter. ``link``: what it would have brought."""

    def __init__(self, *, link: str) -> None:
        super().__init__()
        self.link = link


def build_password_path(user: User) -> str:
    """The address where this person sets a password; good once, and for as many days as PASSWORD_RESET_TIMEOUT says."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


def send_password_link(*, user: User, site_url: str) -> None:
    """Raises LetterNotSent."""
    link = site_url.rstrip("/") + build_password_path(user)
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    text = gettext(
        "Bonjour {name},\n\nUn compte vous est ouvert sur Essor. Choisissez votre mot de passe à cette adresse :\n\n"
        "{link}\n\n"
        "Ce lien sert une seule fois, pendant {days} jours. S’il a expiré, demandez-en un autre "
        "à la page de connexion, « Mot de passe oublié ».\n"
    )
    text = text.format(name=user, link=link, days=days)
    if not send_letter(to=user.email, subject=gettext("Votre compte Essor"), text=text):
        raise LetterNotSent(link=link)


def send_address_changed(*, user: User, former: str) -> bool:
    """To the former address too: if it was not meant, whoever reads it can say so. Whether both letters left."""
    subject = gettext("L’adresse de votre compte Essor")
    text = gettext(
        "Bonjour {name},\n\n"
        "Votre compte Essor s’ouvre maintenant avec l’adresse {email}, et non plus avec {former}.\n\n"
        "Si vous ne l’avez pas demandé, écrivez à qui administre la plateforme.\n"
    ).format(name=user, email=user.email, former=former)
    left = [send_letter(to=to, subject=subject, text=text) for to in (user.email, former)]
    return all(left)


def send_letter(*, to: str, subject: str, text: str) -> bool:
    """False when the mail server did not take it: the cause is then in the log."""
    try:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [to])
    except OSError:  # unreachable, or a refusal: smtplib's own errors are of this kind
        logger.exception("A letter did not leave.")
        return False
    return True
