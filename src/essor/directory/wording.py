"""Refusals and warnings as sentences: what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from essor.design.wording import write_day, write_decimal, write_whole
from essor.directory.forms import list_plain_targets
from essor.directory.importing.problems import Problem
from essor.directory.models import Fact, Identifier, LifeEvent
from essor.directory.queries import Identity, identify
from essor.directory.rules import DirectoryError
from essor.knowledge import load_variables
from essor.methods.variables import FALSE, TRUE, Variable

SHOWN = 12
"""Of a long list of allowed words, how many are shown."""

SENTENCES: Mapping[str, Any] = {
    "variable-unknown": _("La variable « {variable} » n’existe pas. Choisissez parmi : {allowed}."),
    "variable-derived": _(
        "« {variable} » est calculée à partir des événements : aucun fichier ni formulaire ne la remplit. "
        "Inscrivez plutôt l’événement (création, fermeture…)."
    ),
    "value-missing": _("Il manque une valeur pour « {variable} ». Écrivez-la, ou laissez le fait inconnu."),
    "value-not-allowed": _(
        "« {value} » n’est pas une réponse possible pour « {variable} ». Choisissez parmi : {allowed}."
    ),
    "value-not-a-number": _(
        "« {value} » n’est pas un nombre. Écrivez un nombre ({example}), une tranche (11 à 25), "
        "ou « ? » si vous ne savez pas."
    ),
    "value-not-a-number-by-hand": _(
        "« {value} » n’est pas un nombre. Écrivez un nombre ({example}) ou une tranche (11 à 25)."
    ),
    "value-too-precise": _("« {value} » a trop de décimales pour « {variable} » ({allowed}). Arrondissez."),
    "value-too-small": _("« {value} » est trop petit pour « {variable} » ({allowed}). Vérifiez le signe et l’unité."),
    "value-too-large": _("« {value} » est trop grand pour « {variable} » ({allowed}). Vérifiez l’unité."),
    "number-ambiguous": _("« {value} » peut se lire de deux façons. Écrivez {whole}, ou {decimal}."),
    "number-ambiguous-whole": _("« {value} » peut se lire de deux façons. Écrivez {whole}."),
    "number-too-long": _("« {value} » est trop grand pour être vrai. Vérifiez le nombre et son unité."),
    "band-out-of-order": _("La tranche « {value} » finit avant de commencer. Inversez ses deux bornes."),
    "place-unknown": _(
        "Aucune municipalité connue ne s’appelle « {value} ». Corrigez le nom, "
        "ou écrivez son code officiel à cinq chiffres."
    ),
    "place-code-unknown": _(
        "Aucune liste chargée n’a le code de lieu « {value} ». Vérifiez-le, ou écrivez le nom de la municipalité."
    ),
    "place-ambiguous": _("Plusieurs municipalités s’appellent « {value} » : {allowed}. Écrivez le code de la bonne."),
    "place-not-listed": _(
        "Le code de lieu « {value} » n’est dans aucune liste chargée ({rows} lignes). Il est gardé ; chargez la liste "
        "de ces lieux avec « ./essor import territories »."
    ),
    "day-out-of-reach": _("La date « {value} » est avant 1800 ou trop loin dans le futur. Vérifiez l’année."),
    "date-unreadable": _("« {value} » n’est pas une date. Écrivez 2026-03-31 ou 31/03/2026."),
    "date-year-alone": _(
        "« {value} » est une année, pas un jour. Dites à l’étape des colonnes quel jour de l’année il faut lire "
        "(dans une correspondance : « month_day »)."
    ),
    "date-impossible": _("« {value} » n’existe pas au calendrier. Vérifiez le jour et le mois."),
    "period-out-of-order": _("La période finit avant de commencer. Corrigez l’une des deux dates."),
    "known-in-the-future": _("« Connu le {value} » est dans le futur. Donnez la date où ces chiffres ont été connus."),
    "status-unknown": _("« {value} » n’est pas un statut. Choisissez parmi : {allowed}."),
    "name-missing": _("Le nom est vide. Écrivez au moins une lettre."),
    "name-already-said": _("« {value} » est déjà inscrit pour toute cette période. Rien n’est à ajouter."),
    "name-too-long": _("Le nom dépasse {limit} caractères. Vérifiez que la colonne est la bonne."),
    "identifier-missing": _("« {value} » ne peut pas être un numéro. Vérifiez la colonne, ou laissez la case vide."),
    "identifier-doubtful": _(
        "Le numéro « {value} » ({scheme}) ne passe pas la vérification de ses chiffres. Il est gardé ; vérifiez-le."
    ),
    "identifier-taken": _(
        "Le numéro « {value} » appartient déjà à une autre organisation. Vérifiez lequel est le bon."
    ),
    "identifier-shared": _(
        "Le numéro « {value} » ({scheme}) désigne deux organisations du fichier, lignes {lines}. "
        "Corrigez l’une des deux."
    ),
    "identifiers-disagree": _(
        "Les numéros de cette ligne désignent des organisations différentes : {organisations}. "
        "Gardez les numéros d’une seule."
    ),
    "organisation-ambiguous": _(
        "Plusieurs organisations portent ce nom : {organisations}. Ajoutez une colonne de numéros ou de municipalités, "
        "ou décidez ci-dessous."
    ),
    "organisation-by-name": _("Reconnue par son seul nom comme {organisations}. Vérifiez que c’est bien la même."),
    "decision-unknown": _("La décision désigne « {value} », qui n’existe pas. Décidez de nouveau."),
    "event-unknown": _("« {value} » n’est pas un événement connu. Choisissez parmi : {allowed}."),
    "event-successor": _(
        "Une fusion, une scission ou un nouveau numéro nomme une autre organisation ; les autres événements, aucune."
    ),
    "event-changes-something": _(
        "Un changement de nom, un déménagement ou un changement de forme dit ce qui change ; les autres événements, "
        "rien."
    ),
    "event-already-said": _("Cet événement est déjà inscrit à cette date. Rien n’est à ajouter."),
    "event-once": _(
        "« {kind} » est déjà inscrit, le {known}. Retirez d’abord cet événement s’il est faux ; après une fermeture, "
        "inscrivez la réouverture."
    ),
    "event-before-created": _(
        "« {kind} » ({day}) vient avant la création ({created}). Corrigez l’une des deux dates, ou retirez "
        "l’événement qui est faux."
    ),
    "event-two-days": _("Deux dates pour un même événement, lignes {lines} : {days}. Gardez la bonne."),
    "event-other-day": _("Une autre source donne déjà le {known} pour cet événement. La date connue est gardée."),
    "closed-before-created": _(
        "La fermeture ({closed}) vient avant la création ({created}). Corrigez l’une des deux dates."
    ),
    "status-closed-without-date": _(
        "Dite fermée, sans date de fermeture. Les dates sont gardées : elle compte comme active. Ajoutez la date."
    ),
    "status-active-but-closed": _(
        "Dite active, avec une date de fermeture. Les dates sont gardées : elle compte comme fermée. Vérifiez."
    ),
    "fact-already-closed": _("Ce fait a déjà été corrigé ou retiré. Corrigez le plus récent."),
    "fact-twice": _("« {variable} » est dite deux fois autrement pour le {day}, lignes {lines}. Gardez la bonne."),
    "corrected-other-variable": _(
        "Une correction dit autrement la même chose : « {variable} ». Pour dire autre chose, ajoutez un fait."
    ),
    "fact-already-believed": _(
        "C’est déjà ce qu’on croit pour « {variable} », depuis le {day} : rien n’est ajouté. Si la date seule est "
        "fausse, corrigez ce fait."
    ),
    "fact-unknown": _("Ce qu’on ignore ne s’ajoute pas : laissez ce fait absent."),
    "correction-changes-nothing": _("Cette correction dit la même chose que le fait : rien n’est changé."),
    "corrected-before-known": _(
        "La correction serait connue avant le fait qu’elle corrige. Donnez une date plus tardive."
    ),
    "reason-missing": _("Dites pourquoi : la raison reste au dossier."),
    "source-already-withdrawn": _(
        "La source « {source} » est déjà retirée. Importez de nouveau le fichier s’il le faut."
    ),
    "organisation-elsewhere": _(
        "Organisations d’un territoire qui n’est pas le vôtre : {count}. Demandez à qui conseille ce territoire, "
        "ou à qui administre la plateforme."
    ),
    "row-elsewhere": _(
        "Cette organisation est d’un territoire qui n’est pas le vôtre. Retirez la ligne, ou demandez à qui conseille "
        "ce territoire de la verser."
    ),
    "place-elsewhere": _(
        "« {value} » est hors de votre territoire : on n’y place pas d’organisation. Corrigez le lieu ; s’il est "
        "juste, demandez à qui conseille ce territoire, ou à qui administre la plateforme."
    ),
    "organisation-erased": _("Cette organisation a été effacée : rien ne peut plus y être ajouté."),
    "reason-names": _(
        "La raison nomme l’organisation, et la trace la garderait pour toujours. Écrivez par exemple « demande écrite "
        "du 3 mars »."
    ),
    "import-names": _(
        "Un versement en cours nomme cette organisation. Attendez qu’il finisse, puis recommencez l’effacement."
    ),
    "row-ragged": _(
        "La ligne a {cells} cases et les titres en ont {columns}. Cherchez un séparateur ou un guillemet de trop."
    ),
    "row-nobody": _("La ligne n’a ni nom ni numéro. Complétez-la, ou retirez-la."),
    "row-no-date": _("La ligne n’a pas de date de référence. Complétez-la, ou donnez une date pour tout le fichier."),
    "row-repeated": _(
        "Deux lignes pour la même organisation à la même date, lignes {lines}, disent des choses différentes. "
        "Gardez la bonne."
    ),
    "row-repeated-alike": _("Les lignes {lines} disent la même chose : elles comptent une seule fois."),
    "new-without-name": _("Numéro inconnu, et pas de nom : impossible de créer cette organisation. Ajoutez son nom."),
    "file-too-large": _("Le fichier pèse {megabytes} Mo ; la limite est de {limit} Mo. Coupez-le en plusieurs."),
    "file-too-many-rows": _("Le fichier a plus de {limit} lignes. Coupez-le en plusieurs."),
    "file-too-many-columns": _("Le fichier a {columns} colonnes ; la limite est de {limit}. Retirez celles de trop."),
    "file-kind": _("Ce genre de fichier ({kind}) n’est pas lu. Enregistrez-le en CSV, TSV, XLSX ou ODS."),
    "file-not-a-sheet": _(
        "Ce fichier n’est pas un vrai chiffrier {kind}. Ouvrez-le dans un tableur et enregistrez-le de nouveau."
    ),
    "file-bomb": _("Une fois déplié, ce chiffrier dépasserait {limit} Mo. Enregistrez les lignes utiles en CSV."),
    "file-too-spread": _(
        "La feuille va jusqu’à la case {cell}, soit {cells} cases ; la limite est de {limit}. Supprimez les lignes et "
        "les colonnes qui sont loin du tableau, ou enregistrez les lignes utiles en CSV."
    ),
    "file-encoding": _("Des caractères de la ligne {line} ne se lisent pas. Enregistrez le fichier en UTF-8."),
    "file-binary": _(
        "La ligne {line} contient des octets nuls : ce n’est pas du texte. Enregistrez le fichier en CSV UTF-8."
    ),
    "file-quotes": _("Un guillemet ouvert vers la ligne {line} ne se referme pas. Corrigez-le."),
    "file-empty": _("Le fichier est vide. Vérifiez que c’est le bon."),
    "file-no-row": _("Il n’y a aucune ligne sous les titres. Vérifiez que c’est le bon fichier."),
    "file-absent": _("Le fichier « {value} » est introuvable. Vérifiez le chemin."),
    "titles-repeated": _("Plusieurs colonnes portent le même titre : {titles}. Donnez-leur des titres différents."),
    "mapping-shape": _("La correspondance ne se lit pas à « {path} » (lu : {value}). {fault}"),
    "mapping-absent": _(
        "Aucune correspondance ne s’appelle « {value} ». Donnez un fichier YAML, ou l’une de : {allowed}."
    ),
    "mapping-incomplete": _("Il manque « {path} ». Choisissez parmi : {allowed}."),
    "mapping-variable": _("« {value} » ({path}) n’est pas une variable qui s’importe. Choisissez parmi : {allowed}."),
    "mapping-value": _("« {value} » ({path}) n’est pas possible. Choisissez parmi : {allowed}."),
    "mapping-twice": _("Deux colonnes remplissent « {target} » : {titles}. N’en gardez qu’une."),
    "mapping-nobody": _("Aucune colonne ne dit de qui il s’agit. Reliez-en une au nom ou à un numéro."),
    "mapping-no-date": _(
        "Rien ne dit à quelle date ces chiffres étaient vrais. Reliez une colonne, ou donnez une date."
    ),
    "mapping-columns-absent": _("Le fichier n’a pas ces colonnes : {titles}. Ses titres sont : {allowed}."),
    "import-refused": _("Rien n’est écrit : le fichier a des erreurs ({errors}). Corrigez-les, puis recommencez."),
    "draft-unchecked": _("Vérifiez d’abord le fichier avec ses colonnes."),
    "draft-running": _("Ce versement est en cours : attendez qu’il finisse."),
}

CHOICES: Mapping[str, type[TextChoices]] = {"scheme": Identifier.Scheme, "kind": LifeEvent.Kind}
"""Facts of a refusal that are codes of a list."""

FAULT = _("Corrigez cette valeur.")
FAULTS: Mapping[str, Any] = {
    "missing": _("Il manque une clé : ajoutez-la."),
    "extra_forbidden": _("Cette clé n’existe pas : retirez-la, ou corrigez son nom."),
    "literal_error": _("Choisissez parmi : {allowed}."),
    "string_type": _("Un texte est attendu : mettez-le entre guillemets."),
    "string_pattern_mismatch": _("Un jour de l’année s’écrit ainsi : 06-30."),
    "date_from_datetime_parsing": _("Une date s’écrit ainsi : 2024-05-31."),
    "date_type": _("Une date s’écrit ainsi : 2024-05-31."),
    "dict_type": _("Des clés sont attendues, une par ligne : « clé: valeur »."),
    "model_type": _("Des clés sont attendues, une par ligne : « clé: valeur »."),
    "list_type": _("Une liste est attendue, un élément par ligne : « - élément »."),
}
"""What is wrong in a mapping, by Pydantic's code for it."""

EXAMPLES = {True: _("1 264"), False: _("1 264,5")}
"""A number as it may be typed, for a variable of whole numbers or not."""

STEPS: Mapping[str, Any] = {
    "waiting": _("En attente"),
    "reading": _("Lecture du fichier"),
    "checking": _("Vérification et comparaison avec ce qui est connu"),
    "organisations": _("Écriture des organisations"),
    "organisationname": _("Écriture des noms"),
    "identifier": _("Écriture des numéros"),
    "lifeevent": _("Écriture des événements"),
    "facts": _("Écriture des faits"),
}


def explain(code: str, facts: Mapping[str, Any], *, value: str = "") -> str:
    """The sentence for one code, in the language of the reader."""
    words = {key: _say(key, fact) for key, fact in ({"value": value} | dict(facts)).items()}
    variable = load_variables().get(str(facts.get("variable")))
    if variable is not None:
        words["example"] = str(EXAMPLES[variable.scale == 0])
        words["allowed"] = _say_allowed(code, variable, facts.get("allowed", ()))
    if code == "status-unknown":
        words["allowed"] = ", ".join(str(label) for label in Fact.Status.labels)
    if code == "mapping-shape":
        words["fault"] = str(FAULTS.get(str(facts.get("fault")), FAULT)).format_map(_Blanks(words))
    return str(SENTENCES[code]).format_map(_Blanks(words)).strip()


def explain_error(error: DirectoryError) -> str:
    return explain(error.code, error.facts)


def explain_entry(error: DirectoryError) -> str:
    """The same beside a field that a person fills: a file's ways out (« ? ») are not offered."""
    by_hand = f"{error.code}-by-hand"
    return explain(by_hand if by_hand in SENTENCES else error.code, error.facts)


def explain_problem(problem: Problem, *, labels: Mapping[str, str] | None = None) -> str:
    """``labels``: what tells each organisation apart, by address (see :func:`list_labels`)."""
    facts = dict(problem.facts)
    if labels and "organisations" in facts:
        facts["organisations"] = [labels.get(key, key) for key in facts["organisations"]]
    return explain(problem.code, facts, value=problem.value)


def explain_with_links(problem: Problem, *, labels: Mapping[str, str]) -> SafeString:
    """The sentence of a problem that names ``organisations``, where each leads to its page."""
    address = {key: reverse("organisation", args=[key]) for key in problem.facts["organisations"][:SHOWN]}
    links = format_html_join(
        ", ", '<a href="{}">{}</a>', ((href, labels.get(key, key)) for key, href in address.items())
    )
    return format_html(str(SENTENCES[problem.code]), value=problem.value, organisations=links)


def list_labels(
    problems: Iterable[Problem], *, now: datetime, places: Mapping[str, str], more: Iterable[str] = ()
) -> Mapping[str, str]:
    """What tells apart the organisations that problems name: name, municipality, number. ``more``: other addresses."""
    keys = {key for problem in problems for key in problem.facts.get("organisations", ())} | set(more)
    return {key: write_identity(found, places=places) for key, found in identify(keys, now=now).items()}


def write_identity(identity: Identity, *, places: Mapping[str, str]) -> str:
    """« La Ruche · Terrebonne · NEQ 1142855148 »; the address where there is no name."""
    number = " ".join(identity.numbers[0]) if identity.numbers else ""
    place = places.get(identity.municipality, identity.municipality)
    return " · ".join(word for word in (identity.name or identity.key, place, number) if word)


def _say_allowed(code: str, variable: Variable, allowed: Iterable[str]) -> str:
    """What a variable admits, in words: its bounds, its decimals, or the labels of its codes."""
    if code == "value-too-small":
        return gettext("au moins {bound}").format(bound=write_decimal(variable.minimum, 0))
    if code == "value-too-large":
        return gettext("au plus {bound}").format(bound=write_decimal(variable.maximum, 0))
    if code == "value-too-precise":
        return (
            ngettext("{count} décimale au plus", "{count} décimales au plus", variable.scale).format(
                count=variable.scale
            )
            if variable.scale
            else gettext("un nombre entier")
        )
    yes_no = {TRUE: gettext("oui"), FALSE: gettext("non")}
    labels = [yes_no.get(one, variable.value_label(one, get_language() or "fr")) for one in allowed]
    return _say("allowed", labels)


class _Blanks(dict[str, str]):
    """A fact that was not given is left out of the sentence rather than breaking it."""

    def __missing__(self, key: str) -> str:
        return ""


def _say(key: str, fact: Any) -> str:
    if key == "variable":
        variable = load_variables().get(str(fact))
        return variable.label(get_language() or "fr") if variable else str(fact)
    if key == "target":
        labels = {name.partition(":")[2] or name: label for name, label in list_plain_targets(get_language() or "fr")}
        return str(labels.get(str(fact), fact))
    if key in CHOICES:
        return str(dict(CHOICES[key].choices).get(str(fact), fact))
    return _write(fact)


def _write(fact: Any) -> str:
    if isinstance(fact, date):
        return write_day(fact)
    if isinstance(fact, int):
        return write_whole(fact)
    if isinstance(fact, list | tuple):
        shown = ", ".join(str(item) for item in fact[:SHOWN])
        return f"{shown}…" if len(fact) > SHOWN else shown
    return str(fact)
