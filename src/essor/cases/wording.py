"""Refusals, routes and lines of the timeline as sentences, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from essor.cases.hanging import find_hanging
from essor.cases.models import Case, CaseDocument, CaseEvent
from essor.cases.rules import CaseError, find_last_day
from essor.design.wording import write_day
from essor.knowledge import RetentionDefinition, WorkflowDefinition, load_needs, load_retention
from essor.knowledge.reading import Bilingual

SENTENCES: Mapping[str, Any] = {
    "need_unknown": _("Choisissez un besoin de la liste."),
    "place_unknown": _(
        "Aucun lieu connu ne porte ce nom. Écrivez celui de votre municipalité, de votre MRC ou de votre région."
    ),
    "place_ambiguous": _("Plusieurs lieux portent ce nom : {allowed}. Écrivez le code du bon."),
    "words_missing": _("Dites en quelques mots ce que vous cherchez : c’est ce qui permet de vous répondre."),
    "words_too_long": _("Gardez l’essentiel : {limit} caractères au plus."),
    "name_missing": _("Écrivez votre nom, pour qu’on sache à qui répondre."),
    "contact_missing": _("Donnez un courriel ou un numéro de téléphone : sans l’un des deux, on ne peut pas répondre."),
    "email_wrong": _("« {email} » n’est pas une adresse de courriel. Corrigez-la, ou donnez un numéro de téléphone."),
    "consent_missing": _("Sans votre accord, rien de ce que vous avez écrit n’est gardé. Cochez la case pour envoyer."),
    "too_many": _(
        "Cette adresse a déjà servi à ouvrir {limit} demandes depuis hier. Écrivez plutôt dans l’une d’elles."
    ),
    "case_closed": _("Ce dossier est clos : rien ne s’y ajoute. Une nouvelle demande peut être ouverte."),
    "case_open": _("Ce dossier est ouvert : fermez-le d’abord, avec une issue, puis effacez-le."),
    "case_erased": _("Les renseignements de ce dossier sont déjà effacés."),
    "move_unknown": _("Ce changement d’étape n’existe pas. Rechargez la page."),
    "move_not_from_here": _("Le dossier a changé d’étape entre-temps. Rechargez la page, puis recommencez."),
    "move_by_deed": _("Cette étape vient avec l’acte lui-même : faites-le à la page du programme."),
    "workflow_not_next": _("Ce dossier est déjà dans un programme."),
    "move_not_yours": _("Ce changement d’étape n’est pas le vôtre à faire."),
    "reason_missing": _("Dites ce que vous demandez à la personne : elle le lira sur sa page."),
    "day_missing": _("Il manque une date : {asked}."),
    "day_to_come": _("Le {day} est à venir : dites le jour où c’est arrivé."),
    "day_before_request": _("Le {day} vient avant la demande, arrivée le {asked_on}. Corrigez ce jour."),
    "person_missing": _("Personne n’a ce dossier en charge. Prenez-le d’abord, ou confiez-le."),
    "outcome_missing": _("Un dossier se ferme avec une issue dite en mots, jamais autrement."),
    "outcome_unknown": _("Choisissez une issue de la liste."),
    "outcome_not_yours": _("Cette issue n’est pas la vôtre à donner. Choisissez-en une autre."),
    "outcome_words_missing": _("Dites l’issue en mots ({fewest} au moins) : rien ne se ferme ici en silence."),
    "assigned_meanwhile": _(
        "Entre-temps, le dossier a changé de mains ({person}). Rechargez la page avant de décider."
    ),
    "already_in_charge": _("{person} a déjà ce dossier en charge."),
    "person_outside": _("Le rôle de {person} ne couvre pas ce territoire. Choisissez quelqu’un d’autre."),
    "receiver_outside": _(
        "Le rôle de {person} ne couvre pas le territoire de {references}. Rien n’est remis : laissez ces dossiers de "
        "côté, ou choisissez quelqu’un d’autre."
    ),
    "receiver_barred": _(
        "{person} a déclaré un intérêt qui touche {references} : quelqu’un d’autre doit l’avoir en charge. Rien n’a "
        "changé."
    ),
    "nothing_to_hand": _("Choisissez au moins un dossier ouvert. Rien n’est remis."),
    "text_missing": _("Le message est vide. Écrivez-le, puis envoyez."),
    "text_too_long": _("Le message dépasse {limit} caractères. Raccourcissez-le, ou joignez un document."),
    "minutes_wrong": _("La durée se compte en minutes, de 0 à {limit}."),
    "note_not_yours": _("Les notes de suivi sont pour l’équipe."),
    "task_missing": _("Dites ce qu’il y a à faire."),
    "task_too_long": _("Dites-le en {limit} caractères au plus."),
    "task_past": _("Ce jour est passé. Choisissez aujourd’hui, ou plus tard."),
    "document_empty": _("Ce fichier est vide. Choisissez-en un autre."),
    "document_too_large": _("Ce fichier dépasse {limit} Mo. Réduisez-le, ou déposez-le en plusieurs."),
    "document_kind": _(
        "« {name} » n’est pas d’un genre accepté. Déposez un PDF, une image (PNG, JPEG), un document de traitement de "
        "texte, un chiffrier ou une présentation sans macro, ou un texte."
    ),
    "document_name": _("Le nom « {name} » ne dit pas ce que le fichier contient. Donnez-lui la bonne extension."),
    "retention_unknown": _("Dites combien de temps garder ce document, parmi : {allowed}."),
    "document_out_of_reach": _(
        "Le lieu où les documents se gardent ne répond pas. Rien n’est perdu : essayez de nouveau dans un moment."
    ),
    "document_not_kept": _(
        "Le lieu où les documents se gardent ne répond pas : rien n’est déposé. Essayez de nouveau dans un moment."
    ),
    "too_many_documents": _("Ce dossier a déjà {limit} documents : c’est le plus qu’il garde."),
    "reason_missing_erase": _("Choisissez pourquoi ({allowed}) : la trace gardera cette raison, et rien d’autre."),
}

FIELDS = {
    "need_unknown": "need", "place_unknown": "place", "place_ambiguous": "place", "words_missing": "words",
    "words_too_long": "words", "name_missing": "name", "email_wrong": "email", "contact_missing": "email",
    "consent_missing": "has_consented",
}  # fmt: skip
"""The field of the opening form that a refusal is about."""


def explain_error(error: CaseError) -> str:
    return str(SENTENCES[error.code]).format_map(_Blanks({key: _join(fact) for key, fact in error.facts.items()}))


class _Blanks(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""


def _join(fact: Any) -> str:
    if isinstance(fact, date):
        return write_day(fact)
    if isinstance(fact, Bilingual):
        return in_language(fact)
    return ", ".join(str(item) for item in fact) if isinstance(fact, list | tuple) else str(fact)


def in_language(words: Bilingual) -> str:
    return words.en if get_language() == "en" else words.fr


def write_retention(label: RetentionDefinition) -> str:
    """How long, in words."""
    if label.counted_from == "deposit":
        return ngettext("gardé {n} an", "gardé {n} ans", label.years).format(n=label.years)
    return ngettext(
        "gardé {n} an après la clôture du dossier", "gardé {n} ans après la clôture du dossier", label.years
    ).format(n=label.years)


def write_kept(document: CaseDocument, case: Case) -> str:
    """Until when a document is kept, or since when it is not."""
    label = load_retention().get(document.retention)
    if document.removed_at is not None:
        said = gettext("retiré le {day}, son temps de garde étant passé")
        return said.format(day=write_day(timezone.localdate(document.removed_at)))
    if label is None:
        return ""
    last_day = find_last_day(
        label,
        deposited_on=timezone.localdate(document.deposited_at),
        closed_on=timezone.localdate(case.closed_at) if case.closed_at else None,
    )
    kept = gettext("gardé jusqu’au {day}").format(day=write_day(last_day)) if last_day else write_retention(label)
    return f"{kept} ({in_language(label.label)})"


def write_need(code: str) -> str:
    need = load_needs().get(code)
    return need.get_label(get_language() or "fr") if need else code


def explain_route(reasons: Iterable[Mapping[str, Any]], *, places: Mapping[str, str]) -> list[str]:
    """Why this person or this team, line by line."""
    return [_explain_reason(reason, places) for reason in reasons]


def _explain_reason(reason: Mapping[str, Any], places: Mapping[str, str]) -> str:
    need, code = write_need(str(reason.get("need", ""))), str(reason.get("place", ""))
    sentences = {
        "no_body": gettext(
            "Aucun organisme connu n’a le mandat « {need} » à {place} : l’équipe d’administration "
            "décide à qui confier la demande."
        ),
        "mandate": gettext("{body} a le mandat « {need} » à {place}."),
        "no_adviser": gettext("Personne de {body} n’a de compte ouvert pour ce territoire."),
        "only_adviser": gettext("{person} est la seule personne de cet organisme qui couvre ce territoire."),
        "fewest_files": gettext(
            "{person} a le moins de dossiers ouverts ({open}) des {team} personnes de cet organisme."
        ),
    }
    facts = {**{key: _join(fact) for key, fact in reason.items()}, "need": need, "place": places.get(code, code)}
    why = [str(one) for one in reason.get("why", [])]
    return " ".join(
        [sentences[str(reason["code"])].format_map(_Blanks(facts)), *_explain_mandate(reason, places), *why]
    )


def _explain_mandate(reason: Mapping[str, Any], places: Mapping[str, str]) -> list[str]:
    """Over what, since when and from whom a mandate is held, as far as it is known."""
    over, since, taken_from = (str(reason.get(name) or "") for name in ("over", "since", "taken_from"))
    said = []
    if over and over != reason.get("place"):
        said.append(gettext("Ce mandat couvre {over}.").format(over=places.get(over, over)))
    if since:
        day = write_day(date.fromisoformat(since))
        took = (
            gettext("Il le tient depuis le {day}, de « {body} ».")
            if taken_from
            else gettext("Il le tient depuis le {day}.")
        )
        said.append(took.format(day=day, body=taken_from))
    return said


def describe_event(event: CaseEvent, workflow: WorkflowDefinition) -> str:
    """What happened, in a few words; who and when stand beside it."""
    facts, label = event.facts, event.get_kind_display()
    if event.kind == CaseEvent.Kind.MOVED:
        move = next((move for move in workflow.moves if move.code == facts.get("move")), None)
        stage = in_language(workflow.get_stage(str(facts["to"])).label)
        said = f"{in_language(move.label) if move else label} → {stage}"
        return f"{said} ({write_day(date.fromisoformat(facts['on']))})" if "on" in facts else said
    if event.kind == CaseEvent.Kind.CLOSED:
        return f"{label} : {in_language(workflow.get_outcome(str(facts['outcome'])).label)}"
    if hanging := find_hanging(event.kind):
        return f"{label} : {hanging.describe(facts)}"
    if event.kind == CaseEvent.Kind.REORGANISED:
        return describe_change(event)
    if event.kind == CaseEvent.Kind.NOTE and facts.get("minutes"):
        return f"{label} ({write_minutes(int(facts['minutes']))})"
    return str(label)


def describe_change(event: CaseEvent) -> str:
    """Which body follows the file from now on, and which one did until then; the reason stands beside, in words."""
    facts = {"before": str(event.facts.get("before", "")), "after": str(event.facts.get("after", ""))}
    if facts["after"]:
        return gettext("Le dossier passe de « {before} » à « {after} »").format(**facts)
    return gettext("« {before} » n’a plus ce mandat, et aucun organisme connu ne l’a").format(**facts)


def write_minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if hours else f"{rest} min"


def write_usual(days: int, n: int) -> str:
    return ngettext(
        "D’habitude, une première réponse vient en {days} jour ouvrable (médiane de {n} demandes).",
        "D’habitude, une première réponse vient en {days} jours ouvrables (médiane de {n} demandes).",
        days,
    ).format(days=days, n=n)


def write_term(day: Any) -> str:
    return write_day(day) if day else ""
