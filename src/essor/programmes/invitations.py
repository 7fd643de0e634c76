"""What the letter to a co-applicant says: where to go. Nothing that was typed."""

from __future__ import annotations

from django.utils.translation import gettext, override

from essor.accounts.sending import WrittenLetter, write_address
from essor.cases.access import make_token, opens
from essor.programmes.models import CoApplicant


def make_person_token(reference: str, number: int) -> str:
    """The token of a co-applicant's link: no reference of a case has this form."""
    return make_token(f"{reference}/{number}")


def write_invitation(person: CoApplicant) -> WrittenLetter | None:
    """It leaves for an address that may be somebody else's: it repeats nothing of what was typed, not even a name.
    None where there is nobody to write to any more: a link revoked, a case closed or erased."""
    case = person.application.case
    token = make_person_token(case.reference, person.number)
    if person.revoked_at is not None or case.closed_at is not None or not opens(token, person.access_hash):
        return None
    with override(case.language):
        text = gettext(
            "Bonjour,\n\nUne personne qui porte un projet collectif vous invite à écrire avec elle sa demande de "
            "financement. Votre page, sans compte ni mot de passe ; gardez ce lien pour vous :\n{link}\n\nCe que vous "
            "y écrivez porte votre nom. Si cette invitation vous surprend, ne faites rien.\n\nDossier {reference}, "
            "plateforme Essor.\n"
        )
        said = text.format(link=write_address("case_follow_application", token), reference=case.reference)
        subject = gettext("Une demande à écrire ensemble : {reference}").format(reference=case.reference)
        return WrittenLetter(person.email, subject, said)
