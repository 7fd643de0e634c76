"""What the letters to subscribers say: one that asks, then those that tell what is new, with the reason."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

from essor.accounts.sending import Attachment, WrittenLetter, write_address
from essor.aid.alert_words import make_word
from essor.aid.calendars import write_deadlines
from essor.aid.links import Asked, write_link
from essor.aid.models import AlertLetter, AlertSubscription
from essor.aid.queries.alerts import Deadline, News, Newsreader
from essor.aid.queries.replaying import Flip
from essor.aid.rules import Found
from essor.aid.wording import say_verdict
from essor.design.wording import write_day

ONE_CLICK = "List-Unsubscribe=One-Click"
"""RFC 8058: what a mail program posts to the address that leaves."""


def write_letter(letter: AlertLetter) -> WrittenLetter | None:
    """None where what was new is so no more."""
    with override(letter.subscription.language):
        return _ask(letter.subscription) if letter.kind == "confirm" else _tell(letter)


def _ask(subscription: AlertSubscription) -> WrittenLetter:
    """It leaves for an address that may be somebody else's: it repeats nothing of what was answered."""
    text = gettext(
        "Bonjour,\n\nQuelqu’un a demandé à Essor d’écrire à cette adresse quand une aide pour son projet change, ouvre "
        "ou ferme. Si c’est vous, confirmez-le ici, dans les trois jours :\n\n{link}\n\nSinon, ne faites rien : "
        "l’adresse est alors effacée, et aucune autre lettre ne part.\n"
    )
    link = _address("aid_alert_confirm", subscription)
    return WrittenLetter(subscription.email, gettext("Voulez-vous ces avis ?"), text.format(link=link))


def _tell(letter: AlertLetter) -> WrittenLetter | None:
    subscription, since, until = letter.subscription, letter.since, letter.until
    if since is None or until is None:
        return None
    news = Newsreader(until=until).read(subscription.said, since=since)
    if news.is_empty:
        return None
    leave = _address("aid_alert_leave", subscription)
    results = f"{write_address('aid_results')}?p={write_link(Asked(subscription.said))}"
    parts = [
        gettext("Bonjour,"),
        gettext("Depuis le {day}, voici ce qui a changé pour votre projet.").format(
            day=write_day(timezone.localdate(since))
        ),
        *_list_lines(news, subscription.language),
        gettext("Un repère, non une décision : seul l’organisme décide."),
        gettext("Toutes les réponses d’aujourd’hui :\n{link}").format(link=results),
        gettext("Ne plus recevoir ces lettres, d’un clic :\n{link}").format(link=leave),
    ]
    headers = {"List-Unsubscribe": f"<{leave}>", "List-Unsubscribe-Post": ONE_CLICK}
    files = []
    if news.closing:
        content = write_deadlines(news.closing, language=subscription.language, stamp=until)
        files.append(Attachment("essor.ics", content, "text/calendar"))
    return WrittenLetter(subscription.email, _write_subject(news), "\n\n".join(parts) + "\n", headers, files)


def _list_lines(news: News, language: str) -> Iterator[str]:
    for flip in news.flips:
        yield _tell_flip(flip, (news.reasons or {}).get(flip.after.programme.slug, ""), language)
    for found in news.opened:
        yield _line(found, language, gettext("on peut demander depuis peu."))
    for deadline in news.closing:
        yield _line(deadline.found, language, _tell_deadline(deadline))


def _tell_flip(flip: Flip, reason: str, language: str) -> str:
    before, after = (
        _say(one, language) if one else gettext("pas encore dans la liste") for one in (flip.before, flip.after)
    )
    said = gettext("« {before} » est devenu « {after} ».").format(before=before, after=after)
    if reason:
        said += " " + gettext("Raison : {reason}.").format(reason=reason.rstrip("."))
    return _line(flip.after, language, said)


def _tell_deadline(deadline: Deadline) -> str:
    return ngettext(
        "dernier jour pour demander : le {day}, dans {n} jour.",
        "dernier jour pour demander : le {day}, dans {n} jours.",
        deadline.days_left,
    ).format(day=write_day(deadline.on), n=deadline.days_left)


def _line(found: Found, language: str, said: str) -> str:
    link = write_address("aid", found.programme.slug)
    return gettext("— {name} : {said}\n  {link}").format(name=_name(found, language), said=said, link=link)


def _say(found: Found, language: str) -> str:
    return f"{say_verdict(found, language)}, {found.window.words(language, say_date=write_day)}"


def _name(found: Found, language: str) -> str:
    return str(getattr(found.programme.definition.name, language))


def _write_subject(news: News) -> str:
    n = len(news.flips) + len(news.opened) + len(news.closing)
    return ngettext("{n} nouvelle pour votre projet", "{n} nouvelles pour votre projet", n).format(n=n)


def _address(name: str, subscription: AlertSubscription) -> str:
    return write_address(name, make_word(subscription))
