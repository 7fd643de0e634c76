"""What the refusals of this room say to people: code and facts into words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from essor.accounts.actions import AccountError

ACCOUNT_ERRORS = {
    "email_taken": _("Un compte existe déjà pour {email}. Ouvrez sa fiche pour lui donner un autre rôle."),
    "body_missing": _("Un conseiller, une conseillère ou un partenaire agit pour un organisme : écrivez son nom."),
    "role_ends_before_it_starts": _("Le rôle finit avant de commencer : corrigez l’une des deux dates."),
    "last_administrator": _(
        "C’est la dernière personne qui administre la plateforme : donnez d’abord ce rôle à une autre."
    ),
}

FIELDS = {"email_taken": "email", "body_missing": "body", "role_ends_before_it_starts": "ends_before"}


def describe_account_error(error: AccountError) -> str:
    return str(ACCOUNT_ERRORS[error.code]).format(**error.facts)


CHAIN_FAULTS = {
    "missing": _("Un événement manque avant le n° {number}."),
    "unlinked": _("L’événement n° {number} ne suit pas celui qui le précède."),
    "altered": _("L’événement n° {number} a été changé après coup."),
}
