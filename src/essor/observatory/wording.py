"""Refusals in sentences: what happened, why, what to do next, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext, gettext_noop

from essor.design.wording import is_english, write_day
from essor.observatory.folders import Problem
from essor.observatory.rules import ObservatoryError

SENTENCES = {
    "base-name-missing": gettext_noop("La base n’a pas de nom court. Donnez-lui en un, en lettres : « table-2026 »."),
    "base-owner-missing": gettext_noop(
        "La base « %(value)s » n’a pas de responsable. Dites qui répond de la définition."
    ),
    "base-exists": gettext_noop(
        "Une base s’appelle déjà « %(value)s ». Choisissez un autre nom, ou ajoutez-lui une version."
    ),
    "base-unknown": gettext_noop(
        "Aucune base ne s’appelle « %(value)s ». Noms proches : %(near)s. « bases list » les donne tous."
    ),
    "version-unknown": gettext_noop(
        "La base « %(base)s » n’a pas de version %(number)s. Versions qui existent : %(allowed)s."
    ),
    "no-version-in-force": gettext_noop(
        "Aucune version publiée de la base « %(base)s » ne vaut pour cette date (%(on)s). "
        "Choisissez une autre date, ou nommez une version."
    ),
    "version-is-a-draft": gettext_noop(
        "La version %(number)s de « %(base)s » est une ébauche. Publiez-la avant de publier un chiffre avec elle."
    ),
    "version-is-sealed": gettext_noop(
        "La version %(number)s de « %(base)s » est publiée : elle ne change plus. Faites-en une nouvelle version."
    ),
    "versions-overlap": gettext_noop(
        "La version %(number)s de « %(base)s » vaudrait pour des jours que la version %(other)s couvre déjà. "
        "Changez ses dates, ou dites qu’elle remplace la version %(other)s."
    ),
    "cannot-replace": gettext_noop(
        "La version %(number)s de « %(base)s » ne peut pas remplacer la version %(other)s : "
        "celle-ci n’est pas publiée, ou une autre la remplace déjà. Choisissez une version en vigueur."
    ),
    "version-says-the-same": gettext_noop(
        "La version %(number)s de « %(base)s » dit exactement ce que dit la version %(other)s, qu’elle remplacerait. "
        "Changez ce qui doit l’être, ou gardez la version %(other)s."
    ),
    "label-missing": gettext_noop(
        "Il manque le nom de la version dans l’une des deux langues. Remplissez « %(field)s »."
    ),
    "jobs-variable-unknown": gettext_noop("« %(value)s » ne mesure pas des emplois. Choisissez parmi : %(allowed)s."),
    "days-out-of-order": gettext_noop(
        "La version cesserait de valoir (%(ends_before)s) avant de commencer (%(starts_on)s). Corrigez les dates."
    ),
    "territory-unknown": gettext_noop(
        "Aucun territoire chargé ne porte le code « %(value)s ». Codes proches : %(near)s. "
        "Chargez une liste de lieux, ou corrigez le code."
    ),
    "territory-needed": gettext_noop(
        "Plusieurs territoires ont des organisations : %(allowed)s. Dites lequel avec --territory CODE."
    ),
    "no-territory": gettext_noop(
        "Aucun territoire n’a encore d’organisation. Importez un recensement, ou nommez un territoire avec --territory."
    ),
    "no-dates": gettext_noop("Il faut au moins une date. Donnez le jour dont parlent les chiffres."),
    "no-base": gettext_noop("Il faut au moins une base. Choisissez-en une : « bases list » les donne."),
    "base-twice": gettext_noop("La base « %(base)s » est demandée deux fois. Gardez une seule de ses versions."),
    "dates-not-in-order": gettext_noop(
        "La deuxième date (%(after)s) doit suivre la première (%(before)s). Échangez-les ou corrigez-les."
    ),
    "date-before-known": gettext_noop(
        "La date de référence (%(on)s) vient après le jour de ce qu’on savait (%(known)s) : "
        "on ne peut pas encore savoir. Choisissez un jour plus tardif pour ce qu’on savait."
    ),
    "known-in-the-future": gettext_noop(
        "« Ce qu’on savait le %(known)s » est à venir : une édition ne fige que ce qu’on sait. "
        "Choisissez aujourd’hui ou un jour passé."
    ),
    "known-day-to-come": gettext_noop(
        "Le %(known)s est à venir : on ne peut pas dire ce qu’on saura. "
        "Donnez un jour passé, ou aucun pour aujourd’hui."
    ),
    "no-fact-known": gettext_noop(
        "Au %(on)s, aucun fait n’est connu des organisations du territoire %(territory)s : son total est inconnu, "
        "et non zéro. Choisissez un jour dont quelqu’un a parlé."
    ),
    "with-needs-a-date": gettext_noop(
        "--with compare deux bases un même jour. Donnez ce jour avec --on, ou --from et --to."
    ),
    "dates-missing": gettext_noop("Donnez deux jours, --from et --to, ou un jour et une autre base, --on et --with."),
    "title-missing": gettext_noop("Il manque le titre dans l’une des deux langues. Donnez les deux."),
    "reason-missing": gettext_noop("Une correction dit pourquoi. Écrivez la raison en une phrase."),
    "nothing-to-correct": gettext_noop(
        "Une raison de correction est donnée sans dire quelle édition est corrigée. Nommez-la."
    ),
    "predecessor-elsewhere": gettext_noop(
        "L’édition « %(slug)s » parle d’un autre territoire. Corrigez-la sur le sien, ou publiez une édition neuve."
    ),
    "already-corrected": gettext_noop(
        "L’édition « %(slug)s » est déjà corrigée par « %(successor)s ». Corrigez plutôt celle-ci."
    ),
    "already-published": gettext_noop(
        "Ces chiffres sont déjà publiés, dans l’édition « %(slug)s ». Rien n’a été écrit de nouveau."
    ),
    "edition-unknown": gettext_noop(
        "Aucune édition ne s’appelle « %(value)s ». Noms proches : %(near)s. « edition list » les donne toutes."
    ),
    "figure-unknown": gettext_noop(
        "L’édition « %(edition)s » ne publie pas ce chiffre : %(figure)s. "
        "Choisissez une base et une date qu’elle contient."
    ),
    "figures-not-comparable": gettext_noop(
        "« %(first)s » et « %(second)s » n’ont pas le même territoire, la même base ou la même mesure. "
        "Choisissez deux éditions d’un même chiffre."
    ),
    "editions-not-in-order": gettext_noop(
        "L’édition « %(first)s » fige ce qu’on savait après « %(second)s ». Échangez-les."
    ),
    "published-not-found": gettext_noop(
        "Recalculé avec les faits d’aujourd’hui, le chiffre de l’édition « %(slug)s » n’est plus celui qui est "
        "publié : %(published)s publié, %(found)s recalculé. Des faits ont été versés depuis comme connus d’avant, "
        "ou retirés. Le changement ne s’explique donc pas ici ; "
        "« edition verify %(slug)s » dit si l’édition est intacte."
    ),
    "table-unknown": gettext_noop("Il n’y a pas de tableau « %(value)s ». Tableaux : %(allowed)s."),
    "date-malformed": gettext_noop("%(option)s : « %(value)s » n’est pas une date. Écrivez-la ainsi : 2017-11-29."),
}

PROBLEMS = {
    "folder-missing": gettext_noop(
        "Le dossier de l’édition « %(file)s » a disparu. Remettez-le depuis une copie de sauvegarde."
    ),
    "file-missing": gettext_noop("%(file)s : le fichier a disparu. Remettez-le depuis une copie de sauvegarde."),
    "file-altered": gettext_noop(
        "%(file)s : le fichier n’est plus celui qui a été publié (empreinte attendue %(expected)s, trouvée %(found)s). "
        "Remettez-le depuis une copie de sauvegarde."
    ),
    "file-unreadable": gettext_noop("%(file)s : le fichier ne se lit pas. Remettez-le depuis une copie de sauvegarde."),
    "file-unexpected": gettext_noop("%(file)s : ce fichier n’a pas été publié avec l’édition. Retirez-le du dossier."),
    "figure-differs": gettext_noop(
        "%(file)s, %(path)s : publié %(expected)s, recalculé %(found)s. Le programme ou le fichier n’est plus le même."
    ),
    "row-differs": gettext_noop(
        "Base de données, %(path)s : le dossier dit %(expected)s, la page montre %(found)s. "
        "Restaurez la base de données depuis une copie de sauvegarde."
    ),
}


def explain_problem(problem: Problem) -> str:
    """One thing that a verification found, in a sentence."""
    said = {"file": problem.file, "path": problem.path, "expected": problem.expected, "found": problem.found}
    return gettext(PROBLEMS[problem.code]) % said


def explain(error: ObservatoryError) -> str:
    """One sentence or two, in the language in force; of a fact told in both (``base_fr``, ``base_en``), its own."""
    ending = "_en" if is_english() else "_fr"
    said = {name.removesuffix(ending): _write(value) for name, value in error.facts.items()}
    return gettext(SENTENCES[error.code]) % said


def _write(value: Any) -> str:
    if isinstance(value, date | datetime):
        return write_day(value)
    if value is None:
        return gettext("aucune date")
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(item) for item in value) or gettext("aucun")
    return str(value)
