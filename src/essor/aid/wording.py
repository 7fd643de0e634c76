"""Refusals as sentences: what happened, where, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext_lazy as _

from essor.aid.rules import AidError
from essor.knowledge.questions import QuestionDefinition

SHOWN = 12
"""Of a long list of allowed words, how many are shown."""

_UNKNOWN = ("je ne sais pas", "I do not know")
_YES_NO = {True: ("oui", "yes"), False: ("non", "no")}

SENTENCES: Mapping[str, Any] = {
    "question-unknown": _("Aucune question ne s’appelle « {question} ». Questions connues : {allowed}."),
    "answer-refused": _("« {value} » n’est pas une réponse à « {question} ». Réponses possibles : {allowed}."),
    "answer-unreadable": _("« {value} » n’est pas une réponse à « {question} ». Écrivez un nombre ou une fourchette."),
    "place-unknown": _(
        "Le lieu « {value} » n’est dans aucune liste chargée. Écrivez le code d’une municipalité, d’une MRC ou "
        "d’une région du Québec (Mascouche : 64015)."
    ),
    "project-key-unknown": _("« {question} » ne dit rien d’un projet. Clés connues : {allowed}."),
    "cost-kind-unknown": _("Aucun genre de coût ne s’appelle « {question} ». Genres connus : {allowed}."),
    "project-refused": _(
        "{where} : « {found} » ne peut pas servir ({problem}). Écrivez des dollars, de 0 à 10 milliards."
    ),
    "profile-unreadable": _("Le fichier « {file} » ne se lit pas comme un profil : {problem}. Écrivez un objet JSON."),
    "criterion-refused": _("{path} : la règle ne se lit pas ({problem}, lu : {found}). Permis : {allowed}."),
    "period-reversed": _("{path} : la version finit le {ends_on}, avant le {starts_on}. Corrigez une date."),
    "versions-overlap": _(
        "« {aid} » : les versions {first} et {second} valent le même jour. Terminez l’une avant que l’autre commence."
    ),
    "draft-open": _(
        "« {aid} » a déjà un brouillon ouvert. Reprenez-le, publiez-le ou mettez-le de côté avant d’en écrire un autre."
    ),
    "draft-gone": _(
        "Ce brouillon de « {aid} » n’est plus ouvert : il a été publié ou mis de côté. Relisez l’historique de l’aide."
    ),
    "nothing-changed": _("Ce texte de « {aid} » est celui qui est déjà publié : il n’y a rien à proposer."),
    "second-person-needed": _(
        "Qui a rédigé « {aid} » ne le publie pas : demandez à une autre personne de le relire et de le publier."
    ),
    "date-malformed": _("« {value} » n’est pas une date. Écrivez {option} 2018-05-31."),
}


def explain(error: AidError) -> str:
    facts = {name: _write(value, error.facts) for name, value in error.facts.items()}
    code = "answer-unreadable" if error.code == "answer-refused" and not error.facts.get("allowed") else error.code
    return str(SENTENCES[code]).format(**facts)


def say_answer(
    question: QuestionDefinition, value: Any, language: str, *, place_names: Mapping[str, str] | None = None
) -> str:
    """An answer of a profile in words; None: not known."""
    if value is None:
        return _UNKNOWN[language == "en"]
    labels = dict(place_names or {}) if question.kind == "place" else {}
    labels |= {choice.code: getattr(choice.label, language) for choice in question.choices}
    if question.undecided:
        labels[question.undecided.code] = getattr(question.undecided.label, language)
    if isinstance(value, bool):
        return _YES_NO[value][language == "en"]
    if isinstance(value, Mapping):
        return " – ".join(str(value.get(key, "…")) for key in ("at_least", "at_most"))
    items = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(item, str(item)) for item in items)


def _write(value: object, facts: Mapping[str, object]) -> str:
    if not isinstance(value, tuple | list):
        return str(value)
    words = [str(item) for item in value]
    near = get_close_matches(str(facts.get("question") or facts.get("found")), words, n=SHOWN)
    return ", ".join(near or words[:SHOWN]) + ("…" if not near and len(words) > SHOWN else "")
