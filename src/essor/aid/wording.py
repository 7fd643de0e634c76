"""Refusals as sentences: what happened, where, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from django.utils.translation import get_language, gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from essor.aid.rules import AidError, Found
from essor.design.wording import write_cad, write_day, write_decimal, write_percent
from essor.knowledge.questions import QuestionDefinition
from essor.knowledge.reading import Bilingual

SHOWN = 12
"""Of a long list of allowed words, how many are shown."""

NUMERIC = frozenset({"number", "ratio", "money"})
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
    "preview-changed": _("Quelque chose a changé entre-temps. Relisez ce qui change, puis enregistrez."),
    "place-elsewhere": _(
        "« {value} » est hors du Québec : on ne sait ici que qui sert le Québec. Écrivez le code d’un lieu d’ici."
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
    "never-true": _(
        "« {aid} », version {version} : personne ne peut remplir toutes ces conditions. Revoyez : {paths}."
    ),
    "place-outside": _(
        "{path} : le lieu « {value} » n’est dans aucune liste chargée. Écrivez le code d’un lieu du Québec "
        "(Mascouche : 64015)."
    ),
    "example-fails": _(
        "L’exemple « {example} » devait répondre « {expected} » et répond « {found} ». Corrigez la règle, ou l’exemple."
    ),
    "draft-open": _(
        "« {aid} » a déjà un brouillon ouvert. Reprenez-le, publiez-le ou mettez-le de côté avant d’en écrire un autre."
    ),
    "draft-gone": _(
        "Ce brouillon de « {aid} » n’est plus ouvert : il a été publié ou mis de côté. Relisez l’historique de l’aide."
    ),
    "draft-changed": _(
        "Le brouillon de « {aid} » a changé pendant que vous le lisiez : rien n’est fait. Relisez-le, puis recommencez."
    ),
    "nothing-changed": _("Ce texte de « {aid} » est celui qui est déjà publié : il n’y a rien à proposer."),
    "second-person-needed": _(
        "Qui a rédigé « {aid} » ne le publie pas : demandez à une autre personne de le relire et de le publier."
    ),
    "aid-unknown": _("Aucun programme publié ne s’appelle « {aid} ». Choisissez-en un dans la liste."),
    "organisation-unknown": _("Aucune organisation n’a la clé « {key} »."),
    "name-is-a-page": _("« {aid} » est le nom d’une page de la plateforme : donnez un autre nom court à l’aide."),
    "aid-changed": _("La page a changé pendant que vous la lisiez. Relisez-la : rien n’est encore confirmé."),
    "rhythm-unknown": _("Choisissez quand nous vous le redemanderons : {allowed} mois."),
    "proposal-answered": _("Quelqu’un a déjà répondu à cette proposition."),
    "aid-already-there": _("Cette aide est déjà au dossier, et en cours. Dites-y la suite plutôt que de l’ajouter."),
    "aid-taken-back": _("Cette aide a été retirée du dossier entre-temps. Ajoutez-la de nouveau, s’il le faut."),
    "step-not-from-here": _("Cette étape ne peut pas suivre celle où l’aide en est. Étapes possibles : {allowed}."),
    "step-to-come": _("Le {on} n’est pas encore venu. Écrivez le jour où c’est arrivé."),
    "step-before-last": _(
        "Le {on} vient avant l’étape d’avant ({last}). Corrigez d’abord la date de celle-ci, ou écrivez un autre jour."
    ),
    "step-gone": _("Cette étape a été corrigée entre-temps. Relisez la page, puis recommencez."),
    "step-not-last": _("Seule la dernière étape se retire. Retirez d’abord celles qui la suivent."),
    "nothing-corrected": _("Rien ne change : écrivez un autre jour, un autre montant ou d’autres mots."),
    "reason-missing": _("Écrivez la raison du refus : elle servira à la prochaine demande."),
    "words-too-long": _("Dites-le en {limit} caractères au plus."),
    "amount-missing": _("Écrivez le montant reçu, en dollars."),
    "amount-useless": _("Cette étape n’a pas de montant. Laissez cette case vide."),
    "amount-not-positive": _("Un montant est un nombre entier de dollars, plus grand que zéro, d’un milliard au plus."),
    "amount-above-cap": _(
        "{amount} dépasse ce que le programme donne ({cap} au plus). Corrigez le montant, ou dites pourquoi en mots."
    ),
    "paid-above-obtained": _(
        "Avec ce versement, {amount} auraient été reçus sur {granted} accordés. Corrigez le montant, ou dites pourquoi."
    ),
    "folder-full": _("Ce dossier garde déjà {limit} étapes d’aides : c’est le plus. Écrivez la suite dans un message."),
    "receipt-unreadable": _("Ce reçu ne se lit pas ({problem}). Reprenez le fichier tel qu’il a été donné."),
    "date-malformed": _("« {value} » n’est pas une date. Écrivez {option} 2018-05-31."),
}


def explain(error: AidError) -> str:
    facts = {name: _write(value, error.facts) for name, value in error.facts.items()}
    if error.code in {"amount-above-cap", "paid-above-obtained"}:
        facts = {name: write_cad(int(str(value))) for name, value in error.facts.items()}
    if error.code == "step-not-from-here":
        facts["allowed"] = ", ".join(str(DONE[code]) for code in error.facts["allowed"]) or gettext("aucune")
    code = "answer-unreadable" if error.code == "answer-refused" and not error.facts.get("allowed") else error.code
    return str(SENTENCES[code]).format(**facts)


def say_verdict(found: Found, language: str) -> str:
    """In a few words; where a person must judge the rest, that, which promises less than a yes."""
    return gettext("une personne doit juger") if found.group == "judge" else found.outcome.words(language)


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
        return _say_range(question, value.get("at_least"), value.get("at_most"))
    if question.kind in NUMERIC and not isinstance(value, list):
        return _say_number(question, value)
    items = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(item, str(item)) for item in items)


def _say_number(question: QuestionDefinition, value: Any) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation:  # said in a link that this version refuses: told as it is
        return str(value)
    is_whole = number == number.to_integral_value()
    if question.kind == "money":
        return write_cad(number, 0 if is_whole else 2)
    if question.kind == "ratio":
        return write_percent(number, 0 if (number * 100) % 1 == 0 else 1)
    return write_decimal(number, 0 if is_whole else 1)


def _say_range(question: QuestionDefinition, low: Any, high: Any) -> str:
    """A least of zero says nothing."""
    if high is None:
        return gettext("au moins {low}").format(low=_say_number(question, low))
    if low is None or not Decimal(str(low)):
        return gettext("au plus {high}").format(high=_say_number(question, high))
    return gettext("de {low} à {high}").format(low=_say_number(question, low), high=_say_number(question, high))


DONE: Mapping[str, Any] = {
    "shortlisted": _("mise au dossier"),
    "asked": _("demandée"),
    "obtained": _("obtenue"),
    "refused": _("refusée"),
    "paid": _("versée"),
    "withdrawn": _("abandonnée"),
}
COUNTED: Mapping[str, Any] = {
    "shortlisted": ngettext_lazy("{n} retenue", "{n} retenues", "n"),
    "asked": ngettext_lazy("{n} demandée", "{n} demandées", "n"),
    "obtained": ngettext_lazy("{n} obtenue", "{n} obtenues", "n"),
    "refused": ngettext_lazy("{n} refusée", "{n} refusées", "n"),
    "paid": ngettext_lazy("{n} versée", "{n} versées", "n"),
    "withdrawn": ngettext_lazy("{n} abandonnée", "{n} abandonnées", "n"),
}
DEEDS: Mapping[str, Any] = {
    "recorded": _("{name}, {step} le {day}"),
    "corrected": _("{name}, corrigé : {step} le {day}"),
    "void": _("{name}, retiré : {step} le {day}"),
}


def describe_step(facts: Mapping[str, Any]) -> str:
    """What a line of the timeline says of a folder, from the facts that it keeps."""
    name = facts["name_en" if get_language() == "en" else "name_fr"]
    day, step = write_day(date.fromisoformat(facts["on"])), str(DONE[facts["step"]])
    said = str(DEEDS[facts["deed"]]).format(name=name, step=step, day=day)
    return f"{said} ({write_cad(facts['amount_cad'])})" if facts["amount_cad"] else said


def summarise_folder(last: Sequence[str]) -> str:
    """``last``: the code of the last step of each aid of the folder."""
    if not last:
        return gettext("Aucune aide n’y est encore.")
    counted = ", ".join((words % {"n": n}).format(n=n) for code, words in COUNTED.items() if (n := last.count(code)))
    return ngettext("{n} aide : {counted}.", "{n} aides : {counted}.", len(last)).format(n=len(last), counted=counted)


def _write(value: object, facts: Mapping[str, object]) -> str:
    if isinstance(value, AidError):
        return explain(value)
    if isinstance(value, Bilingual):
        return value.en if get_language() == "en" else value.fr
    if isinstance(value, date):
        return write_day(value)
    if not isinstance(value, tuple | list):
        return str(value)
    words = [str(item) for item in value]
    near = get_close_matches(str(facts.get("question") or facts.get("found")), words, n=SHOWN)
    return ", ".join(near or words[:SHOWN]) + ("…" if not near and len(words) > SHOWN else "")


def say_serving(told: Mapping[str, Any]) -> list[str]:
    """Who serves a place, line by line: what :func:`essor.aid.queries.serving.answer_serving` tells."""
    day, place = write_day(date.fromisoformat(told["on"])), told["place"]["name"]
    lines = [gettext("Le {day}, à {place} :").format(day=day, place=place)]
    lines += [_say_one_serving(one) for one in told["serving"]]
    if told.get("by") == "giver":
        said = gettext("Aucun organisme n’y a de mandat pour ce programme : demandez à qui le donne, {giver}.")
        lines.append(said.format(giver=told["giver"]["name"]))
    elif told.get("by") == "need":
        lines.append(gettext("(Aucun n’a de mandat pour ce programme lui-même : ceux-ci aident pour ce besoin.)"))
    elif not told["serving"]:
        lines.append(gettext("aucun organisme connu."))
    return lines


def _say_one_serving(one: Mapping[str, Any]) -> str:
    since = gettext("depuis le {day}").format(day=write_day(date.fromisoformat(one["since"]))) if one["since"] else ""
    over = gettext("mandat sur {place}").format(place=one["over"]["name"])
    facts = ", ".join(part for part in (since, over, one["agreement"], one["reason"]) if part)
    return f"{one['for']['name']} — {one['body']['name']} ({facts})"
