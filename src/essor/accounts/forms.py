from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from essor.accounts.actions import NewRole
from essor.accounts.models import Role, User
from essor.design.forms import day_input


class RoleForm(forms.Form):
    kind = forms.ChoiceField(label=_("Rôle"), choices=Role.Kind.choices)
    body = forms.CharField(
        label=_("Organisme"),
        max_length=150,
        required=False,
        help_text=_(
            "Obligatoire pour un conseiller ou une conseillère : son nom paraît sur ce qui est publié. "
            "Obligatoire pour un partenaire : son nom tel que l’écrit l’entente."
        ),
    )
    territory_code = forms.CharField(
        label=_("Code du territoire"),
        max_length=20,
        required=False,
        help_text=_("Le code géographique officiel, par exemple 640 pour la MRC Les Moulins. Vide : partout."),
    )
    starts_on = forms.DateField(
        label=_("À partir du"),
        widget=day_input(),
        initial=timezone.localdate,
    )
    ends_before = forms.DateField(
        label=_("Jusqu’au (ce jour non compris)"),
        widget=day_input(),
        required=False,
    )

    def new_role(self) -> NewRole:
        said: dict[str, Any] = self.cleaned_data
        return NewRole(
            kind=said["kind"],
            starts_on=said["starts_on"],
            body=said["body"],
            territory_code=said["territory_code"],
            ends_before=said["ends_before"],
        )


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("Nouvelle adresse de courriel"),
        help_text=_("Elle remplace l’ancienne : c’est avec elle que la personne entre. Les deux reçoivent un mot."),
    )


class ForgottenPasswordForm(ResetPasswordForm):  # type: ignore[misc]  # allauth is not typed
    """The link goes to the account's own address, never to another that was once added to it."""

    users: list[User]

    def clean_email(self) -> str:
        email = str(super().clean_email())
        self.users = [user for user in self.users if user.email == email.strip().lower()]
        return email


class PersonForm(RoleForm):
    email = forms.EmailField(label=_("Courriel"), help_text=_("Un lien y est envoyé pour choisir un mot de passe."))
    name = forms.CharField(label=_("Nom"), max_length=150)

    field_order = ("email", "name", "kind", "body", "territory_code", "starts_on", "ends_before")


class TraceFilterForm(forms.Form):
    target_kind = forms.ChoiceField(label=_("Sur quoi"), required=False)
    target_id = forms.CharField(label=_("Numéro ou code"), max_length=80, required=False)

    def __init__(self, *args: Any, target_kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [("", _("tout")), *((kind, kind) for kind in target_kinds)]
        self.fields["target_kind"] = forms.ChoiceField(label=_("Sur quoi"), required=False, choices=kinds)


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    name = forms.CharField(label=_("Nom de la clé"), required=False)


class RenameKeyForm(EditWebAuthnForm):  # type: ignore[misc]  # allauth is not typed
    name = forms.CharField(label=_("Nom de la clé"))
