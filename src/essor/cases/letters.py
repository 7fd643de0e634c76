"""What the letters say: who must know, what happened, where to go. Never what people wrote to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from essor.accounts.sending import WrittenLetter, write_address
from essor.cases.access import make_token, opens
from essor.cases.hanging import find_call
from essor.cases.models import CaseLetter
from essor.design.wording import write_day
from essor.knowledge import load_needs, load_workflows
from essor.territories.queries import get_name

PROMOTER_LETTERS: Mapping[str, tuple[Any, Any]] = {
    "opened": (
        _("Votre demande {reference} est arrivée"),
        _("Votre demande est arrivée. {who}\n\nUne réponse vous est promise au plus tard le {due}."),
    ),
    "asked": (
        _("On attend quelque chose de vous : {reference}"),
        _("La personne qui suit votre demande vous a posé une question. Répondez sur votre page."),
    ),
    "message": (
        _("Un message pour vous : {reference}"),
        _("La personne qui suit votre demande vous a écrit. Lisez son message sur votre page."),
    ),
    "document": (
        _("Un document pour vous : {reference}"),
        _("La personne qui suit votre demande a déposé un document. Il est sur votre page."),
    ),
    "reminder": (
        _("Rappel : on attend votre réponse, {reference}"),
        _(
            "Votre demande attend une réponse de votre part depuis le {since}. Répondez sur votre page, ou retirez "
            "votre demande si vous n’en avez plus besoin."
        ),
    ),
    "filed": (
        _("Votre demande de financement est reçue : {reference}"),
        _("Votre demande de financement est reçue. Ce que vous avez déposé reste à votre page, tel quel."),
    ),
    "decided": (
        _("Le comité a étudié votre demande : {reference}"),
        _("Le comité a étudié votre demande. Ce qu’il en dit est à votre page, « Le programme »."),
    ),
    "offer": (
        _("Une offre vous attend : {reference}"),
        _("Une offre vous est faite. Lisez-la et répondez à votre page, « Le programme ».{answer_by}"),
    ),
    "news": (
        _("Comment va votre entreprise ? {reference}"),
        _("Nous prenons de vos nouvelles. Deux minutes suffisent : à votre page, « Le programme », puis « Le suivi »."),
    ),
    "news_late": (
        _("Nous attendons de vos nouvelles : {reference}"),
        _(
            "Le jour de nous donner des nouvelles est passé. Une seule réponse suffit : l’entreprise est-elle toujours "
            "ouverte ? Dites-le à votre page, « Le programme », puis « Le suivi »."
        ),
    ),
    "loan_soon": (
        _("Un paiement de votre prêt approche : {reference}"),
        _("Un paiement de votre prêt est dû dans les prochains jours. Son montant et son jour sont à votre page."),
    ),
    "loan_late": (
        _("Un paiement de votre prêt est en retard : {reference}"),
        _(
            "Le jour d’un paiement de votre prêt est passé, et nous ne l’avons pas reçu. Le montant est à votre page. "
            "S’il est difficile à faire, écrivez-nous : un échéancier se convient de nouveau."
        ),
    ),
    "reorganised": (
        _("Un autre organisme suit votre demande {reference}"),
        _("L’organisme qui suivait votre demande a été remplacé. {who} La raison est écrite sur votre page."),
    ),
    "handed_over": (
        _("Une autre personne suit votre demande {reference}"),
        _(
            "La personne qui suivait votre demande a changé. {who} Votre page, vos documents et vos délais restent les "
            "mêmes."
        ),
    ),
    "closed": (
        _("Votre demande {reference} est close"),
        _("Votre demande est close : « {outcome} ». Ce qui en est dit est écrit sur votre page."),
    ),
}
STAFF_LETTERS: Mapping[str, tuple[Any, Any]] = {
    "routed": (
        _("Une demande à prendre : {reference}"),
        _("Une demande est arrivée : {need}, {place}. {who} Elle attend un premier geste au plus tard le {due}."),
    ),
    "assigned": (
        _("Un dossier vous est confié : {reference}"),
        _("Le dossier {reference} ({need}, {place}) vous est confié. Prochaine échéance : le {due}."),
    ),
    "message": (
        _("Un message dans le dossier {reference}"),
        _("La personne suivie dans le dossier {reference} ({need}, {place}) vous a écrit."),
    ),
    "document": (
        _("Un document dans le dossier {reference}"),
        _("La personne suivie dans le dossier {reference} ({need}, {place}) a déposé un document."),
    ),
    "reminder": (
        _("En retard : {reference}"),
        _("Le dossier {reference} ({need}, {place}) devait avancer au plus tard le {due}. Étape : {stage}."),
    ),
    "call": (
        _("À appeler : {reference}"),
        _(
            "La personne suivie dans le dossier {reference} ({need}, {place}) devait répondre au plus tard le {due}. "
            "Elle n’a pas donné de courriel : aucun rappel ne lui parvient. Appelez-la."
        ),
    ),
    "escalated": (
        _("Dossier sans suite : {reference}"),
        _(
            "Le dossier {reference} ({need}, {place}) est en retard depuis le {due} malgré un rappel. {who} "
            "Étape : {stage}. Confiez-le à quelqu’un d’autre, ou voyez avec cette personne ce qui le retient."
        ),
    ),
    "application": (
        _("Une demande de financement déposée : {reference}"),
        _(
            "La personne suivie dans le dossier {reference} ({need}, {place}) a déposé sa demande de financement. Elle "
            "est au dossier."
        ),
    ),
    "offer_accepted": (
        _("L’offre est acceptée : {reference}"),
        _("La personne suivie dans le dossier {reference} ({need}, {place}) a accepté l’offre qui lui était faite."),
    ),
    "offer_declined": (
        _("L’offre est déclinée : {reference}"),
        _(
            "La personne suivie dans le dossier {reference} ({need}, {place}) a décliné l’offre qui lui était faite. "
            "Ses mots, si elle en a laissé, sont au dossier."
        ),
    ),
    "news_told": (
        _("Des nouvelles de l’entreprise : {reference}"),
        _("L’entreprise du dossier {reference} ({place}) a donné de ses nouvelles. Elles sont au dossier."),
    ),
    "news_call": (
        _("Prendre des nouvelles : {reference}"),
        _(
            "L’entreprise du dossier {reference} ({place}) doit donner de ses nouvelles, et n’a pas donné de courriel. "
            "Appelez-la, puis inscrivez ce qu’elle dit au dossier."
        ),
    ),
    "news_silent": (
        _("Sans nouvelles de l’entreprise : {reference}"),
        _(
            "L’entreprise du dossier {reference} ({place}) n’a pas donné de nouvelles malgré un rappel. Appelez-la : "
            "tant que personne ne le dit, on ne sait pas si elle vit."
        ),
    ),
    "loan_soon": (
        _("Rappeler un paiement : {reference}"),
        _(
            "Un paiement du prêt du dossier {reference} ({place}) approche, et la personne n’a pas donné de courriel. "
            "Appelez-la."
        ),
    ),
    "loan_late": (
        _("Paiement d’un prêt en retard : {reference}"),
        _("Un paiement du prêt du dossier {reference} ({place}) n’est pas arrivé à son jour. Prenez des nouvelles."),
    ),
    "closed": (
        _("Demande retirée : {reference}"),
        _("La personne a retiré sa demande {reference} ({need}, {place}). Ses mots sont au dossier."),
    ),
}


def write_letter(letter: CaseLetter) -> WrittenLetter | None:
    """None where there is nobody to write to any more: an account closed, a case erased."""
    case, person = letter.case, letter.recipient
    if person is not None and not person.is_active:
        return None
    to = person.email if person else case.promoter_email
    if not to:
        return None
    language = settings.LANGUAGE_CODE if person else case.language
    with override(language):
        subject, text = (STAFF_LETTERS if person else PROMOTER_LETTERS)[letter.kind]
        facts = _list_facts(letter, language)
        parts = [_greet(letter), str(text).format(**facts), _write_link(letter)]
        parts.append(gettext("Dossier {reference}, plateforme Essor.").format(reference=case.reference))
        return WrittenLetter(to, str(subject).format(**facts), "\n\n".join(part for part in parts if part) + "\n")


def _greet(letter: CaseLetter) -> str:
    """The first letter leaves before anyone has read the request, to an address that may be somebody else's: it
    repeats nothing of what was typed, not even a name."""
    if letter.recipient is None and letter.kind == "opened":
        return gettext("Bonjour,")
    return gettext("Bonjour {name},").format(name=letter.recipient or letter.case.promoter_name)


def _list_facts(letter: CaseLetter, language: str) -> dict[str, str]:
    case = letter.case
    workflow, need = load_workflows()[case.workflow, case.workflow_version], load_needs().get(case.need)
    stage = workflow.get_stage(case.stage).label
    outcome = workflow.get_outcome(case.outcome_code).label if case.outcome_code else None
    if case.assigned_to is not None:
        who = gettext("{person} l’a en charge.").format(person=case.assigned_to)
    else:
        who = gettext("Personne ne l’a encore en charge.")
    return {
        "reference": case.reference,
        "need": need.get_label(language) if need else case.need,
        "place": get_name(case.territory_code, timezone.localdate(letter.created_at), language),
        "due": write_day(case.due_on) if case.due_on else "",
        "since": write_day(timezone.localdate(case.waiting_since)) if case.waiting_since else "",
        "answer_by": _say_answer_by(letter),
        "stage": stage.en if language == "en" else stage.fr,
        "outcome": "" if outcome is None else outcome.en if language == "en" else outcome.fr,
        "who": who,
    }


def _say_answer_by(letter: CaseLetter) -> str:
    """Of an offer that still awaits its answer, until when; it is said nowhere else."""
    called = find_call(letter.case) if letter.kind == "offer" else None
    if called is None:
        return ""
    said = gettext("Répondez au plus tard le {day}.").format(day=write_day(called[1].due_on))
    return f" {said}"


def _write_link(letter: CaseLetter) -> str:
    case = letter.case
    if letter.recipient is not None:
        return write_address("case", case.reference)
    token = make_token(case.reference)
    if not opens(token, case.access_hash):
        return ""
    link = write_address("case_follow", token)
    return gettext("Votre page, sans compte ni mot de passe ; gardez ce lien pour vous :\n{link}").format(link=link)
