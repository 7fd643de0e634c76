"""What the letters about a programme say: to its giver, of dead links or to ask that it confirm; to whoever proposed a
correction."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override

from essor.accounts.sending import WrittenLetter, write_address
from essor.aid.confirmations import LINK_DAYS, find_email, make_link_word
from essor.aid.models import AidLetter
from essor.aid.queries import find_programme
from essor.aid.queries.care import recall
from essor.aid.rules import Programme
from essor.design.wording import write_day


def write_letter(letter: AidLetter) -> WrittenLetter | None:
    """None where there is nobody to write to any more, or nothing left to say."""
    programme = find_programme(letter.aid.slug)
    if programme is None:
        return None
    if letter.proposal is not None:
        with override(letter.proposal.language):
            return _thank(letter, programme, letter.proposal.language)
    to = find_email(programme.definition)
    if not to:
        return None
    with override(settings.LANGUAGE_CODE):
        write = _tell_dead_links if letter.kind == "dead_links" else _ask_to_confirm
        return write(letter, programme, to)


def _tell_dead_links(letter: AidLetter, programme: Programme, to: str) -> WrittenLetter | None:
    dead = recall(programme).list_dead(programme, on=timezone.localdate(letter.created_at))
    if not dead:
        return None
    name = programme.definition.name.fr
    lines = [gettext("{url}, depuis le {day}").format(url=url, day=write_day(since)) for url, since in dead.items()]
    text = gettext(
        "Bonjour,\n\nLa page d’Essor sur « {name} » cite des pages qui ne répondent plus :\n\n{links}\n\n"
        "Les personnes qui cherchent de l’aide le voient aussi. Dites-nous où sont ces pages maintenant, et si le "
        "reste est exact, par ce lien, sans compte, pendant {days} jours :\n\n{link}\n"
    )
    subject = gettext("Un lien ne répond plus : {name}").format(name=name)
    said = {"name": name, "links": "\n".join(lines), "days": LINK_DAYS, "link": _make_link(programme)}
    return WrittenLetter(to, subject, text.format(**said))


def _ask_to_confirm(_letter: AidLetter, programme: Programme, to: str) -> WrittenLetter:
    name = programme.definition.name.fr
    text = gettext(
        "Bonjour,\n\nLa plateforme Essor présente « {name} » aux entreprises collectives de votre territoire. Ce "
        "qu’elle en dit est-il exact ? Un lien suffit pour le lire et le confirmer, ou pour dire quoi corriger, sans "
        "compte, pendant {days} jours :\n\n{link}\n\nVous y choisissez aussi quand nous vous le redemanderons.\n"
    )
    subject = gettext("Est-ce exact ? {name}").format(name=name)
    return WrittenLetter(to, subject, text.format(name=name, days=LINK_DAYS, link=_make_link(programme)))


def _thank(letter: AidLetter, programme: Programme, language: str) -> WrittenLetter | None:
    proposal = letter.proposal
    if proposal is None or not proposal.email:
        return None
    name = getattr(programme.definition.name, language)
    outcome = (
        gettext("Votre proposition a mené à une correction.")
        if proposal.is_taken
        else gettext("Nous l’avons lue ; elle n’a pas mené à une correction.")
    )
    text = gettext(
        "Bonjour,\n\nMerci d’avoir proposé une correction à « {name} ». {outcome}\n\n{answer}\n\n{link}\n\n"
        "Votre adresse n’a servi qu’à cette lettre : elle est maintenant effacée.\n"
    )
    link = write_address("aid", programme.slug)
    subject = gettext("Merci : {name}").format(name=name)
    said = text.format(name=name, outcome=outcome, answer=proposal.answer or "", link=link)
    return WrittenLetter(proposal.email, subject, said)


def _make_link(programme: Programme) -> str:
    return write_address("aid_confirm", make_link_word(programme.definition))
