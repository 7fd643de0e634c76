"""Codes of results in words, in the language in force: parts, readings, dimensions, codes of tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from essor.design.wording import is_english
from essor.directory.rules import fold

PARTS = {
    "continuing_growth": gettext_noop("Entreprises toujours là, plus d’emplois"),
    "continuing_decline": gettext_noop("Entreprises toujours là, moins d’emplois"),
    "continuing_stable": gettext_noop("Entreprises toujours là, autant d’emplois"),
    "births": gettext_noop("Naissances"),
    "reopenings": gettext_noop("Réouvertures"),
    "arrivals": gettext_noop("Arrivées d’un autre territoire"),
    "closures": gettext_noop("Fermetures"),
    "departures": gettext_noop("Départs vers un autre territoire"),
    "reclassified_in": gettext_noop("Entrées par reclassement"),
    "reclassified_out": gettext_noop("Sorties par reclassement"),
    "seen_late": gettext_noop("Existaient déjà, vues depuis"),
    "corrected_since": gettext_noop("Corrigées depuis"),
    "missing_before": gettext_noop("Inconnues à la première date"),
    "missing_after": gettext_noop("Inconnues à la deuxième date"),
    "restructured": gettext_noop("Fusions et scissions"),
}
FATES = {
    "kept_growth": gettext_noop("Toujours dans la base, plus d’emplois"),
    "kept_decline": gettext_noop("Toujours dans la base, moins d’emplois"),
    "kept_stable": gettext_noop("Toujours dans la base, autant d’emplois"),
    "left": gettext_noop("Encore en activité, mais sorties de la base"),
    "closed": gettext_noop("Fermées"),
}
BRIDGE_PARTS = {
    "only_in_a": gettext_noop("Seulement dans la première base"),
    "only_in_b": gettext_noop("Seulement dans la deuxième base"),
    "counted_differently": gettext_noop("Dans les deux, emplois comptés autrement"),
    "other_territory": gettext_noop("D’un autre territoire"),
}
READINGS = {
    "criteria": gettext_noop("les mêmes critères, appliqués aux deux dates"),
    "cohort": gettext_noop("les mêmes entreprises, quoi qu’elles soient devenues"),
    "survivors": gettext_noop("les mêmes entreprises, celles qui sont encore là"),
}
NOTES = {
    "births": gettext_noop("créées entre les deux dates"),
    "reclassified_in": gettext_noop("elles existaient ; elles répondent maintenant à la définition"),
    "reclassified_out": gettext_noop("elles existent toujours ; elles n’y répondent plus"),
    "seen_late": gettext_noop("elles existaient à la première date, sans qu’on le sache"),
    "corrected_since": gettext_noop("leur chiffre a été corrigé après la première publication"),
    "restructured": gettext_noop("deux entreprises fusionnées n’en font plus qu’une ; leurs emplois sont plus haut"),
    "missing_before": gettext_noop("membres, mais sans chiffre, ou indécises"),
    "missing_after": gettext_noop("membres, mais sans chiffre, ou indécises"),
}
MOVEMENTS = {
    "creation": gettext_noop("Emplois créés"),
    "destruction": gettext_noop("Emplois disparus"),
    "recounted": gettext_noop("Qui est compté ou connu"),
    "change": gettext_noop("Différence entre les deux totaux"),
    "reallocation": gettext_noop("Réallocation (créés et disparus)"),
}
FATE_NOTES = {
    "left": gettext_noop("parties ailleurs, ou qui ne répondent plus à la définition"),
}
QUESTIONS = {
    "criteria": gettext_noop("Combien, à chaque date, répondent à la définition ?"),
    "cohort": gettext_noop("Que sont devenues celles de la première date, fermées comprises ?"),
    "survivors": gettext_noop("Et parmi elles, celles qui existent encore ?"),
}
DIMENSIONS = {
    "municipality": gettext_noop("Municipalité"),
    "legal_form": gettext_noop("Forme juridique"),
    "sector": gettext_noop("Secteur"),
    "size": gettext_noop("Taille (emplois)"),
    "age": gettext_noop("Âge"),
}
SIZES = {
    "0": gettext_noop("aucun emploi"),
    "1-4": gettext_noop("1 à 4 emplois"),
    "5-9": gettext_noop("5 à 9 emplois"),
    "10-24": gettext_noop("10 à 24 emplois"),
    "25-49": gettext_noop("25 à 49 emplois"),
    "50-99": gettext_noop("50 à 99 emplois"),
    "100+": gettext_noop("100 emplois et plus"),
}
AGES = {
    "0-4": gettext_noop("moins de 5 ans"),
    "5-9": gettext_noop("5 à 9 ans"),
    "10-29": gettext_noop("10 à 29 ans"),
    "30+": gettext_noop("30 ans et plus"),
}
TERMS = {
    "revision": gettext_noop("Révision de ce qu’on savait"),
    "coverage": gettext_noop("Entreprises vues depuis"),
    "definition": gettext_noop("Changement de définition"),
    "real": gettext_noop("Changement réel"),
}
TERM_NOTES = {
    "revision": gettext_noop("ce qu’on a appris ou corrigé depuis sur les entreprises déjà vues"),
    "coverage": gettext_noop("celles dont on ne savait rien la première fois"),
    "definition": gettext_noop("ce que change une nouvelle version de la base"),
    "real": gettext_noop("ce qui s’est passé d’une date à l’autre"),
}
DEEDS = {
    "create_base": gettext_noop("Base créée"),
    "draft_base_version": gettext_noop("Ébauche de base écrite"),
    "edit_base_draft": gettext_noop("Ébauche de base modifiée"),
    "publish_base_version": gettext_noop("Version de base publiée"),
    "publish_edition": gettext_noop("Édition publiée"),
    "create_import_draft": gettext_noop("Fichier reçu"),
    "map_import_file": gettext_noop("Colonnes d’un fichier choisies"),
    "replace_import_file": gettext_noop("Fichier remplacé"),
    "discard_import_draft": gettext_noop("Fichier écarté"),
    "start_import": gettext_noop("Versement lancé"),
    "import_census": gettext_noop("Recensement versé"),
    "create_source": gettext_noop("Source créée"),
    "withdraw_source": gettext_noop("Source retirée"),
    "create_organisation": gettext_noop("Organisation créée"),
    "add_name": gettext_noop("Nom ajouté"),
    "add_identifier": gettext_noop("Identifiant ajouté"),
    "add_establishment": gettext_noop("Établissement ajouté"),
    "record_fact": gettext_noop("Fait inscrit"),
    "record_facts": gettext_noop("Faits inscrits"),
    "correct_fact": gettext_noop("Fait corrigé"),
    "record_life_event": gettext_noop("Événement inscrit"),
    "erase_organisation": gettext_noop("Organisation effacée"),
    "load_places": gettext_noop("Liste de lieux chargée"),
    "load_bodies": gettext_noop("Organismes chargés"),
    "withdraw_bodies": gettext_noop("Organismes retirés"),
    "reorganise_bodies": gettext_noop("Réorganisation inscrite"),
    "withdraw_fact": gettext_noop("Fait retiré"),
    "load_aids": gettext_noop("Aides chargées"),
    "draft_aid": gettext_noop("Brouillon d’aide écrit"),
    "publish_aid": gettext_noop("Aide publiée"),
    "set_aid_draft_aside": gettext_noop("Brouillon d’aide mis de côté"),
    "ask_giver": gettext_noop("Confirmation demandée à l’organisme"),
    "answer_proposal": gettext_noop("Réponse à une correction proposée"),
    "case_opened": gettext_noop("Demande ouverte"),
    "case_routed": gettext_noop("Demande dirigée"),
    "case_assigned": gettext_noop("Dossier confié"),
    "case_moved": gettext_noop("Dossier avancé d’une étape"),
    "case_message": gettext_noop("Message écrit"),
    "case_note": gettext_noop("Note de suivi écrite"),
    "case_task_added": gettext_noop("Tâche ajoutée"),
    "case_task_done": gettext_noop("Tâche faite"),
    "case_document": gettext_noop("Document déposé"),
    "case_document_removed": gettext_noop("Document retiré, son temps de garde étant passé"),
    "case_aid": gettext_noop("Aide d’un dossier suivie"),
    "case_reorganised": gettext_noop("Dossier passé à un autre organisme"),
    "hand_over_files": gettext_noop("Dossiers remis à quelqu’un d’autre"),
    "case_closed": gettext_noop("Dossier clos"),
    "case_erased": gettext_noop("Dossier effacé"),
    "open_programme": gettext_noop("Programme ouvert"),
    "sign_agreement": gettext_noop("Entente signée"),
    "deposit_agreement_document": gettext_noop("Document d’une entente déposé"),
    "record_agreement_report": gettext_noop("Rapport d’une entente inscrit comme reçu"),
    "withdraw_agreement_report": gettext_noop("Rapport d’une entente inscrit par erreur"),
    "set_agreement_contact": gettext_noop("Adresse d’un partenaire changée"),
    "import_files": gettext_noop("Dossiers passés versés"),
    "call_sitting": gettext_noop("Séance appelée"),
    "decide_file": gettext_noop("Décision d’un comité inscrite"),
    "ask_payment": gettext_noop("Versement demandé"),
    "drop_payment": gettext_noop("Versement écarté"),
    "case_programme": gettext_noop("Dossier suivi dans son programme"),
    "write_application": gettext_noop("Demande de financement écrite"),
    "make_offer": gettext_noop("Offre faite"),
    "accept_offer": gettext_noop("Offre acceptée"),
    "lapse_offer": gettext_noop("Offre retirée"),
    "cancel_offer": gettext_noop("Reste d’une offre annulé"),
    "pay_offer": gettext_noop("Versement fait"),
    "recover_offer": gettext_noop("Somme récupérée"),
    "agree_loan": gettext_noop("Échéancier d’un prêt inscrit"),
    "approve_loan": gettext_noop("Échéancier d’un prêt approuvé"),
    "drop_loan": gettext_noop("Échéancier d’un prêt écarté"),
    "receive_loan": gettext_noop("Paiement d’un prêt reçu"),
    "take_back_loan": gettext_noop("Paiement d’un prêt repris"),
    "open_account": gettext_noop("Compte ouvert"),
    "grant_role": gettext_noop("Rôle donné"),
    "end_role": gettext_noop("Rôle terminé"),
}
UNKNOWN = "unknown"
PLURAL, VOWELS = "Les ", frozenset("aeiouy")


def label_part(name: str) -> str:
    return gettext(PARTS[name])


def explain_part(name: str) -> str:
    """One line on what the part means; empty where its label says enough."""
    return gettext(NOTES[name]) if name in NOTES else ""


def label_movement(name: str) -> str:
    return gettext(MOVEMENTS[name])


def label_fate(name: str) -> str:
    return gettext(FATES[name])


def explain_fate(name: str) -> str:
    return gettext(FATE_NOTES[name]) if name in FATE_NOTES else ""


def explain_reading(name: str) -> str:
    return gettext(QUESTIONS[name])


def label_bridge_part(name: str) -> str:
    return gettext(BRIDGE_PARTS[name])


def label_reading(name: str) -> str:
    return gettext(READINGS[name])


def label_dimension(name: str) -> str:
    return gettext(DIMENSIONS[name])


def label_term(name: str) -> str:
    return gettext(TERMS[name])


def explain_term(name: str) -> str:
    return gettext(TERM_NOTES[name])


def label_deed(action: str) -> str:
    """An action of the trace in words; its code where no word is known."""
    return gettext(DEEDS[action]) if action in DEEDS else action


def label_indicator(indicator: str, measures: Mapping[str, Any]) -> str:
    if indicator == "enterprises":
        return gettext("Entreprises")
    measure = measures[indicator]
    return str(measure["label_en"] if is_english() else measure["label_fr"])


def label_code(dimension: str, code: str, definitions: Mapping[str, Any]) -> str:
    """The words of one line of a table: ``definitions`` holds the variables and the names of places."""
    if code == UNKNOWN:
        return gettext("Inconnu")
    if dimension in ("size", "age"):
        return gettext((SIZES if dimension == "size" else AGES)[code])
    language = 1 if is_english() else 0
    if dimension == "municipality":
        names = definitions["place_names"].get(code)
        return str(names[language]) if names else code
    labels = definitions["variables"][dimension]["value_labels"] or {}
    return str(labels[code][language]) if code in labels else code


def label_base(base: Mapping[str, Any]) -> str:
    return str(base["label_en"] if is_english() else base["label_fr"])


def label_place(territory: Mapping[str, Any]) -> str:
    """Where, at the end of a sentence: « de la MRC Les Moulins », « de Terrebonne », or the name in parentheses.

    ``territory``: as definitions keep it, with its ``kind`` and ``designation``.
    """
    name = label_territory(territory)
    is_mrc = territory.get("kind") == "mrc" and territory.get("designation") == "MRC"
    if not is_mrc and territory.get("kind") != "municipality":
        return f"({name})"
    if is_english():
        return f"in {name}"
    return f"de la MRC {name if name.startswith(PLURAL) else _with_of(name)}" if is_mrc else _with_of(name)


def _with_of(name: str) -> str:
    """« de Terrebonne », « d’Oka », « du Bic », « des Cèdres »."""
    if name.startswith(PLURAL):
        return f"des {name.removeprefix(PLURAL)}"
    if name.startswith("Le "):
        return f"du {name.removeprefix('Le ')}"
    return f"d’{name}" if fold(name[:1]) in VOWELS else f"de {name}"


def label_territory(territory: Mapping[str, Any]) -> str:
    return str(territory["name_en"] if is_english() else territory["name_fr"])
