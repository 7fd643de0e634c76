"""What the letters about an agreement say: it ends soon, a report is due or late. To administrators, and to the partner
where an address is known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from essor.accounts.sending import WrittenLetter, write_address
from essor.design.wording import write_day
from essor.programmes.models import AgreementLetter
from essor.programmes.queries.agreements import read_rendered
from essor.programmes.reporting import count_days_left, list_reports_due, read_reporting

LETTERS: Mapping[str, tuple[Any, Any]] = {
    "end": (
        _("L’entente de {partner} finit le {last}"),
        _(
            "Le dernier jour de l’entente de {partner} ({programme}) est le {last}. Après, plus aucune offre ne se "
            "fait selon elle. Si elle doit continuer, c’est le temps de convenir de la suite."
        ),
    ),
    "due": (
        _("À rendre pour le {due} : {report}"),
        _("L’entente de {partner} ({programme}) demande : {report}, au {about}. C’est à rendre au plus tard le {due}."),
    ),
    "late": (
        _("En retard depuis le {due} : {report}"),
        _(
            "L’entente de {partner} ({programme}) demandait : {report}, au {about}, au plus tard le {due}. Rien n’est "
            "inscrit comme reçu."
        ),
    ),
}


def write_letter(letter: AgreementLetter, *, on: date) -> WrittenLetter | None:
    """``on``: the day on which it leaves. None where there is nobody to write to any more, or nothing left to say: the
    report came, the agreement ended."""
    person, agreement = letter.recipient, letter.agreement
    to = agreement.contact_email if person is None else person.email if person.is_active else ""
    with override(settings.LANGUAGE_CODE):
        facts = _list_facts(letter, on)
        if not to or facts is None:
            return None
        subject, text = LETTERS[letter.kind.partition("_")[0]]
        parts = [
            gettext("Bonjour {name},").format(name=person) if person else gettext("Bonjour,"),
            str(text).format(**facts),
            _write_what_to_do(letter),
            gettext("Plateforme Essor."),
        ]
        return WrittenLetter(to, str(subject).format(**facts), "\n\n".join(parts) + "\n")


def _list_facts(letter: AgreementLetter, on: date) -> dict[str, str] | None:
    agreement = letter.agreement
    said = {"partner": agreement.partner, "programme": agreement.programme.name_fr}
    if not letter.code:
        return None if count_days_left(agreement.term, on) is None else said | {"last": write_day(letter.about_on)}
    owed = list_reports_due(
        read_reporting(agreement.clauses), term=agreement.term, rendered=read_rendered(agreement, on=on).keys(), on=on
    )
    found = next((one for one in owed if one.key == (letter.code, letter.about_on) and one.state != "done"), None)
    if found is None:
        return None
    days = {"due": write_day(found.due_on), "about": write_day(found.about_on)}
    return said | days | {"report": found.clause.label["fr"]}


def _write_what_to_do(letter: AgreementLetter) -> str:
    agreement = letter.agreement
    if letter.recipient is None:
        link = write_address("programme", agreement.programme.slug)
        return gettext(
            "Vous recevez ce rappel parce que votre adresse est celle de ce partenaire. Répondez à la personne qui "
            "suit l’entente avec vous ; le programme est ici :\n{link}"
        ).format(link=link)
    link = write_address("agreement", agreement.programme.slug, agreement.code)
    return gettext("L’entente, ce qu’elle demande et ce qui est reçu :\n{link}").format(link=link)
