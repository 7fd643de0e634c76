"""What calls a member to a sitting: the day, the place, what to do before; never who is helped."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext, override

from essor.accounts.sending import WrittenLetter, write_address
from essor.design.wording import write_day
from essor.programmes.models import SittingLetter


def write_call(letter: SittingLetter) -> WrittenLetter | None:
    """None where the account is closed, or the minutes adopted."""
    sitting, person = letter.sitting, letter.recipient
    if not person.is_active or sitting.adopted_at is not None:
        return None
    with override(settings.LANGUAGE_CODE):
        day = write_day(sitting.held_on)
        text = gettext(
            "Bonjour {name},\n\nVous êtes convoqué(e) à la séance du {day}, pour « {programme} ».{where}\n\n"
            "D’ici là : déclarez vos intérêts, lisez le cahier, notez les dossiers.\n\n{link}\n"
        )
        where = gettext("\n\nHeure et lieu : {words}").format(words=sitting.hour_and_place)
        said = text.format(
            name=person, day=day, programme=sitting.programme.name_fr, where=where if sitting.hour_and_place else "",
            link=write_address("committee_sitting", str(sitting.pk)),
        )  # fmt: skip
        return WrittenLetter(person.email, gettext("Convocation à la séance du {day}").format(day=day), said)
